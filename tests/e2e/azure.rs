//! A server shaped like Entra on this machine, and a home whose contexts sign in there.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use data_encoding::BASE64;
use serde_json::{Value, json};

use azvault_test_support::{Home, Ran, ran};

pub(crate) const REFRESH_TOKEN: &str = "rt-planted-5d0f2c";
pub(crate) const CLIENT_SECRET: &str = "client-secret-planted-77ab19";
pub(crate) const CACHED: &str = "at-cached-31c9e4";
pub(crate) const PRINCIPAL: &str = "a9900000-0000-4000-8000-0000000000aa";
pub(crate) const ARM: &str = "https://management.core.windows.net/";

fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers")
}

/// The folder with what `certificates.py` makes.
pub(crate) fn certificates() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(match crate::world::name() {
            // Others use those of theirs meanwhile.
            Some(world) => format!("e2e-certificates-{}", world.replace("::", "-")),
            None => "e2e-certificates".to_owned(),
        });
        fs::create_dir_all(&folder).unwrap();
        let script = peers().join("certificates.py");
        let made = Command::new("python3").arg(script).arg(&folder).output().unwrap();
        let errors = String::from_utf8(made.stderr).unwrap();
        assert!(
            made.status.success(),
            "python3 -m pip install -r tests/requirements.txt\n{errors}"
        );
        folder
    })
}

/// The port of `entra.py` with that certificate; it ends with this process.
pub(crate) fn port(name: &str) -> u64 {
    static PORTS: OnceLock<Value> = OnceLock::new();
    let ports = PORTS.get_or_init(|| {
        let mut command = Command::new("python3");
        command.arg(peers().join("entra.py")).arg(certificates());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        // The pipes stay open as long as this process lives, and no longer.
        std::mem::forget((child, output));
        serde_json::from_str(&line).unwrap()
    });
    ports[name].as_u64().unwrap()
}

pub(crate) fn origin() -> String {
    format!("https://localhost:{}", port("localhost"))
}

/// The requests that came in for a tenant.
pub(crate) fn seen(tenant: &str) -> Vec<Value> {
    let url = format!("http://127.0.0.1:{}/_requests?tenant={tenant}", port("plain"));
    let script = "import sys,urllib.request as r; p=r.build_opener(r.ProxyHandler({})); \
                  print(p.open(sys.argv[1]).read().decode())";
    let asked = Command::new("python3").args(["-c", script, &url]).output().unwrap();
    serde_json::from_slice(&asked.stdout).unwrap()
}

/// A context file: one context a tenant, of a person and, with `sp-` before it, of a principal.
fn contexts(tenants: &[&str], origin: &str) -> String {
    let environment = json!({
        "Name": "Test",
        "ActiveDirectoryAuthority": format!("{origin}/"),
        "ResourceManagerUrl": format!("{origin}/"),
        "ActiveDirectoryServiceEndpointResourceId": ARM,
        "GraphEndpointResourceId": "https://graph.windows.net/",
        "AzureKeyVaultServiceEndpointResourceId": "https://vault.azure.net",
    });
    let mut contexts = serde_json::Map::new();
    for tenant in tenants {
        let rest = json!({
            "Tenant": {"Id": tenant},
            "Subscription": {"Id": "5b000000-0000-4000-8000-0000000000aa", "Name": "Sub", "State": "Enabled"},
            "Environment": environment,
        });
        let with = |account: Value| {
            let mut context = rest.clone();
            context["Account"] = account;
            context
        };
        let person = json!({"Id": "person@example.com", "Type": "User"});
        let secret = json!({"ServicePrincipalSecret": CLIENT_SECRET});
        let principal =
            json!({"Id": PRINCIPAL, "Type": "ServicePrincipal", "ExtendedProperties": secret});
        contexts.insert((*tenant).to_owned(), with(person));
        contexts.insert(format!("sp-{tenant}"), with(principal));
    }
    let first = tenants[0];
    let cache = BASE64.encode(cache(first).to_string().as_bytes());
    contexts[first]["TokenCache"] = json!({ "CacheData": cache });
    json!({
        "DefaultContextKey": first,
        "EnvironmentTable": {"Test": environment},
        "Contexts": contexts,
    })
    .to_string()
}

/// An MSAL cache with a refresh token, and an access token to Key Vault in that tenant.
fn cache(tenant: &str) -> Value {
    let home = "oid-1.11111111-2222-3333-4444-555555555555";
    let client = "1950a258-227b-4e31-a9cf-717495945fc2";
    let owner = json!({"home_account_id": home, "environment": "localhost", "client_id": client});
    let with = |more: Value| {
        let mut all = owner.clone();
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        all
    };
    json!({
        "RefreshToken": {"r": with(json!({
            "credential_type": "RefreshToken", "secret": REFRESH_TOKEN, "family_id": "1",
        }))},
        "AccessToken": {"a": with(json!({
            "credential_type": "AccessToken", "secret": CACHED, "realm": tenant,
            "target": "https://vault.azure.net/.default", "expires_on": "4102444800",
        }))},
        "Account": {"p": {
            "home_account_id": home, "environment": "localhost", "realm": tenant,
            "username": "person@example.com", "authority_type": "MSSTS",
        }},
    })
}

/// A home with contexts of that server in its vault, the agent unlocked.
pub(crate) struct Azure {
    pub(crate) home: Home,
}

impl Azure {
    /// The server is confirmed.
    pub(crate) fn with(tenants: &[&str]) -> Self {
        let azure = Self::unconfirmed(tenants, &origin());
        let confirm = ["token", "--resource", "keyvault", "--confirm", &origin()];
        azure.run(&confirm).expect(0);
        azure
    }

    /// The server is at that origin, and nobody has confirmed it yet.
    pub(crate) fn unconfirmed(tenants: &[&str], origin: &str) -> Self {
        let home = Home::with_agent();
        fs::write(home.join("contexts.json"), contexts(tenants, origin)).unwrap();
        home.run(&["migrate", "run", "--yes", "--from", "contexts.json"]).expect(0);
        home.run(&["unlock"]).expect(0);
        Self { home }
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// The token that is printed.
    #[track_caller]
    pub(crate) fn token(&self, args: &[&str]) -> String {
        self.run(&[&["token"], args].concat()).expect(0).stdout.trim_end().to_owned()
    }

    /// What is stored of a kind, by value.
    pub(crate) fn values(&self, kind: &str) -> Vec<String> {
        let list = self.home.json(&["secret", "list", "--reveal"]);
        let secrets = list["secrets"].as_array().unwrap().iter().filter(|s| s["kind"] == kind);
        secrets.map(|secret| secret["value"].as_str().unwrap().to_owned()).collect()
    }
}
