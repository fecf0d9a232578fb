//! A small Azure: `tests/peers/stack.py`, and a home that knows its cloud as `Test`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::{fs, thread, time};

use serde_json::{Value, json};

pub(crate) use crate::azure::certificates;
use azvault_test_support::{Home, Ran, all_bytes, ran};

pub(crate) const HOME_TENANT: &str = "70000000-0000-4000-8000-000000000001";
pub(crate) const OTHER_TENANT: &str = "70000000-0000-4000-8000-000000000002";
pub(crate) const USER: &str = "ada@contoso.example";
pub(crate) const APPLICATION: &str = "a0000000-0000-4000-8000-000000000001";

/// The id of a subscription by number.
pub(crate) fn subscription(number: usize) -> String {
    format!("50000000-0000-4000-8000-{number:012}")
}

/// Subscriptions `Sub N` of these numbers.
pub(crate) fn subscriptions(numbers: impl Iterator<Item = usize>) -> Value {
    numbers.map(|n| json!({ "id": subscription(n), "name": format!("Sub {n}") })).collect()
}

/// One tenant with these subscriptions.
pub(crate) fn one_tenant(subscriptions: Value) -> Value {
    json!({
        "user": USER, "home": HOME_TENANT,
        "tenants": [{
            "id": HOME_TENANT, "name": "Contoso", "domain": "contoso.example",
            "subscriptions": subscriptions,
        }],
    })
}

fn peer(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers").join(name)
}

/// The service; it ends with this.
pub(crate) struct Azure {
    folder: tempfile::TempDir,
    child: Child,
    ports: Value,
}

impl Azure {
    pub(crate) fn start(scenario: &Value) -> Self {
        let folder = tempfile::Builder::new().prefix("azvault-azure-").tempdir().unwrap();
        fs::write(folder.path().join("scenario.json"), scenario.to_string()).unwrap();
        let mut command = Command::new("python3");
        command.arg(peer("stack.py")).arg(certificates()).arg(folder.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ports = serde_json::from_str(&line).unwrap();
        Self { folder, child, ports }
    }

    /// What there is from now on.
    pub(crate) fn becomes(&self, scenario: &Value) {
        let (now, next) =
            (self.folder.path().join("scenario.json"), self.folder.path().join("next"));
        fs::write(&next, scenario.to_string()).unwrap();
        fs::rename(next, now).unwrap();
    }

    pub(crate) fn origin(&self) -> String {
        format!("https://localhost:{}", self.ports["https"])
    }

    /// The same with a certificate of nobody known.
    pub(crate) fn stranger(&self) -> String {
        format!("https://localhost:{}", self.ports["stranger"])
    }

    /// Where a managed identity is asked for.
    pub(crate) fn identity_endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/msi", self.ports["http"])
    }

    /// What the application of Microsoft Graph is from now on: only its credentials sign in.
    pub(crate) fn application_becomes(&self, application: &Value) {
        let next = self.folder.path().join("next");
        fs::write(&next, application.to_string()).unwrap();
        fs::rename(next, self.folder.path().join("application.json")).unwrap();
    }

    /// What it is now.
    pub(crate) fn application(&self) -> Value {
        serde_json::from_str(&fs::read_to_string(self.file("application.json")).unwrap()).unwrap()
    }

    /// A file by which the service and a test speak.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What was asked, oldest first.
    pub(crate) fn requests(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("requests")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Every secret that was given out, oldest first.
    pub(crate) fn issued(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("issued")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// A home with an agent, a vault that knows the cloud `Test`, and one context, `seed`.
    pub(crate) fn home(&self) -> Home {
        self.home_at(&self.origin())
    }

    pub(crate) fn home_at(&self, origin: &str) -> Home {
        let home = Home::with_agent();
        let document = json!({
            "DefaultContextKey": "seed",
            "EnvironmentTable": { "Test": {
                "Name": "Test",
                "ActiveDirectoryAuthority": format!("{origin}/"),
                "ResourceManagerUrl": format!("{origin}/"),
                "ActiveDirectoryServiceEndpointResourceId": "https://management.test/",
                "AzureKeyVaultServiceEndpointResourceId": "https://vault.test",
                "MicrosoftGraphEndpointResourceId": "https://graph.test",
                "MicrosoftGraphUrl": format!("{origin}/"),
            } },
            "Contexts": { "seed": {
                "Account": { "Id": "old@x.example", "Type": "User", "ExtendedProperties": {} },
                "Tenant": { "Id": "70000000-0000-4000-8000-00000000000f" },
                "Subscription": null,
                "Environment": { "Name": "AzureCloud" },
                "ExtendedProperties": {},
            } },
            "ExtendedProperties": {},
        });
        let file = home.join("saved.json");
        fs::write(&file, document.to_string()).unwrap();
        home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
        home
    }

    /// `connect` to the cloud `Test`, which is agreed to.
    pub(crate) fn connect(&self, home: &Home, args: &[&str]) -> Ran {
        ran(self.prepared(home, args).output().unwrap())
    }

    /// As [`Azure::connect`], not run yet.
    pub(crate) fn prepared(&self, home: &Home, args: &[&str]) -> Command {
        let origin = self.origin();
        let known = ["connect", "--environment", "Test", "--confirm", &origin];
        let mut command = home.command(&[&known, args].concat());
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        command
    }

    /// As [`Azure::connect`], with the answer as JSON.
    #[track_caller]
    pub(crate) fn connected(&self, home: &Home, args: &[&str]) -> Value {
        self.connect(home, &[args, &["-o", "json"]].concat()).expect(0).json()
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return;
            }
            thread::sleep(time::Duration::from_millis(10));
        }
        let _ = self.child.kill();
    }
}

/// Options of a service principal whose secret is in a file of the home.
pub(crate) fn principal(home: &Home, secret: &str) -> Vec<String> {
    let file = home.secret_file("application-secret", secret);
    let words = ["--service-principal", "--application", APPLICATION, "--tenant", HOME_TENANT];
    let words = words.into_iter().map(str::to_owned);
    words.chain(["--secret-file".to_owned(), file]).collect()
}

/// The bytes of everything that azvault keeps.
pub(crate) fn stored(home: &Home) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = all_bytes(&home.join(".local"));
    found.sort();
    found
}
