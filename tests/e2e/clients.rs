//! Programs of Microsoft, unmodified, in `exec` and `shell`: no login, and nothing in `~/.azure`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::azure::{Azure, CACHED, certificates, origin, seen};
use azvault_test_support::{Home, all_bytes, azure_cli, contains, not_run, ran};

const DEV: &str = "5b000000-0000-4000-8000-00000000000d";
const GOV: &str = "5b000000-0000-4000-8000-00000000000f";
const PROD: &str = "5b000000-0000-4000-8000-00000000000e";

/// A home with an empty `.azure`, and contexts of people whose tokens live.
fn people() -> Home {
    let home = Home::with_agent();
    fs::create_dir(home.join(".azure")).unwrap();
    let mut contexts = serde_json::Map::new();
    let people = [
        ("dev", DEV, "AzureCloud"),
        ("prod", PROD, "AzureCloud"),
        ("gov", GOV, "AzureUSGovernment"),
    ];
    for (name, subscription, cloud) in people {
        let (user, tenant) =
            (format!("{name}@contoso.example"), format!("72f00000-{subscription}"));
        let tenant = tenant.replace("-5b000000", "");
        let account = format!("oid-{name}.{tenant}");
        let token = |target: &str| {
            json!({
                "credential_type": "AccessToken", "secret": cached(name, target), "realm": tenant,
                "home_account_id": account, "environment": "login.microsoftonline.com",
                "client_id": "1950a258-227b-4e31-a9cf-717495945fc2",
                "target": format!("{target}/.default"), "expires_on": "4102444800",
            })
        };
        let cache = json!({
            "AccessToken": {
                "a": token("https://management.core.windows.net/"),
                "v": token("https://vault.azure.net"),
            },
            "Account": { "p": {
                "home_account_id": account, "environment": "login.microsoftonline.com",
                "realm": tenant, "username": user, "authority_type": "MSSTS",
            } },
        });
        contexts.insert(name.to_owned(), json!({
            "Account": { "Id": user, "Type": "User" },
            "Tenant": { "Id": tenant },
            "Subscription": { "Id": subscription, "Name": format!("Sub {name}"), "State": "Enabled" },
            "Environment": { "Name": cloud },
            "TokenCache": { "CacheData": BASE64.encode(cache.to_string().as_bytes()) },
        }));
    }
    let file = json!({ "DefaultContextKey": "dev", "EnvironmentTable": {}, "Contexts": contexts });
    fs::write(home.join("contexts.json"), file.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", "contexts.json"]).expect(0);
    home.run(&["unlock"]).expect(0);
    home
}

/// The token of a person to a resource.
fn cached(name: &str, resource: &str) -> String {
    format!("at-{name}-{}", resource.len())
}

/// A shell in an endpoint, which does a line at a time.
struct Terminal {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Terminal {
    fn open(home: &Home, programs: &Path, args: &[&str]) -> Self {
        let mut command = home.command(args);
        let own = Path::new(env!("CARGO_BIN_EXE_azvault")).parent().unwrap();
        let path = format!("{}:{}:/usr/bin:/bin", programs.display(), own.display());
        command.env("PATH", path).env("AZURE_CORE_COLLECT_TELEMETRY", "no");
        command.env("SHELL", "/bin/bash").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Self { child, stdin, stdout }
    }

    /// What a command prints, streams together, on one line.
    fn run(&mut self, line: &str) -> String {
        let stdin = self.stdin.as_mut().unwrap();
        writeln!(stdin, "{line} 2>&1 </dev/null | tr '\\n' ' '; echo").unwrap();
        let mut said = String::new();
        self.stdout.read_line(&mut said).unwrap();
        said.trim_end().to_owned()
    }

    fn az(&mut self, line: &str) -> Value {
        let said = self.run(&format!("az {line} -o json"));
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("az {line}: {said}"))
    }

    /// Whose subscription az acts on, whose token it gets for it.
    #[track_caller]
    fn is(&mut self, name: &str) {
        assert_eq!(self.az("account show")["name"], format!("Sub {name}"));
        for (options, resource) in [
            ("", "https://management.core.windows.net/"),
            ("--resource https://vault.azure.net", "https://vault.azure.net"),
        ] {
            let token = self.az(&format!("account get-access-token {options}"));
            assert_eq!(token["accessToken"], cached(name, resource), "{options}");
        }
    }

    fn ends(mut self) {
        drop(self.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

/// Nothing of a program is in the home: `.azure` is as empty as it was, and the rest is ours.
#[track_caller]
fn leaves_nothing(home: &Home) {
    assert_eq!(fs::read_dir(home.join(".azure")).unwrap().count(), 0);
    for entry in fs::read_dir(home.path()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let own = [".azure", ".local", "bin", "contexts.json", "passphrase", "run"];
        assert!(own.contains(&&*name), "{name}");
    }
}

#[test]
fn az_in_two_terminals_at_once_is_each_ones_own() {
    let Some(programs) = azure_cli::programs() else { return };
    let home = people();
    let mut terminals = ["dev", "prod"].map(|name| {
        let args = ["exec", "--all-accounts", name, "--", "/bin/bash"];
        Terminal::open(&home, programs, &args)
    });
    std::thread::scope(|scope| {
        for (terminal, name) in terminals.iter_mut().zip(["dev", "prod"]) {
            scope.spawn(move || terminal.is(name));
        }
    });
    // What az sets in one is nothing to the other, nor to anybody else.
    let [one, two] = &mut terminals;
    assert_eq!(one.run(&format!("az account set --subscription {PROD}")), "");
    one.is("prod");
    assert_eq!(two.run(&format!("az account set --subscription {DEV}")), "");
    two.is("dev");
    assert_eq!(one.az("account show")["id"], PROD);
    assert_eq!(home.json(&["context", "show"])["name"], "dev");

    let folders = [one, two].map(|terminal| PathBuf::from(terminal.run("echo $AZURE_CONFIG_DIR")));
    assert_ne!(folders[0], folders[1]);
    for (path, bytes) in folders.iter().flat_map(|folder| all_bytes(folder)) {
        let has_token =
            ["at-dev", "at-prod"].iter().any(|token| contains(&bytes, token.as_bytes()));
        assert!(!has_token, "{} has a token", path.display());
    }
    for terminal in terminals {
        terminal.ends();
    }
    leaves_nothing(&home);
}

#[test]
fn az_in_a_shell_follows_what_is_used_there() {
    let Some(programs) = azure_cli::programs() else { return };
    let home = people();
    let mut shell = Terminal::open(&home, programs, &["shell", "--all-accounts", "dev"]);
    let mut other = Terminal::open(&home, programs, &["shell", "--all-accounts", "dev"]);
    shell.is("dev");
    // What az keeps there itself stays.
    assert_eq!(shell.run("az config set defaults.group=rg -o none --only-show-errors"), "");
    let said = shell.run("azvault use prod");
    assert!(said.contains("\"prod\" is active in this session"), "{said}");
    assert!(said.contains("warning: ARM_SUBSCRIPTION_ID"), "{said}");
    shell.is("prod");
    assert_eq!(
        shell.run("az config get defaults.group --query value -o tsv --only-show-errors"),
        "rg"
    );
    // Another cloud too, and back; the other shell has nothing of it.
    shell.run("azvault use gov");
    let shown = shell.az("account show");
    assert_eq!(
        (&shown["environmentName"], &shown["name"]),
        (&json!("AzureUSGovernment"), &json!("Sub gov"))
    );
    let said = shell.run("azvault context select dev --scope user");
    assert!(!said.contains("warning"), "{said}");
    shell.is("dev");
    other.is("dev");
    let folder = PathBuf::from(shell.run("echo $AZURE_CONFIG_DIR"));
    for name in ["azureProfile.json", "config"] {
        let mode = fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let left = |name: &str| name.starts_with(".tmp");
    let names =
        fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| left(name)).collect::<Vec<_>>(), [""; 0]);

    // What is gone is nobody that az could act as.
    shell.run("azvault context remove dev --yes");
    let said = shell.run("az account show");
    assert!(said.contains("az account set"), "{said}");
    shell.ends();
    other.ends();
    leaves_nothing(&home);
}

#[test]
fn az_in_a_command_of_one_account_knows_no_other() {
    let Some(programs) = azure_cli::programs() else { return };
    let home = people();
    let mut shell = Terminal::open(&home, programs, &["shell", "dev"]);
    shell.is("dev");
    let said = shell.run("azvault use prod");
    assert!(said.contains("azvault shell NAME"), "{said}");
    shell.is("dev");
    let said = shell.run(&format!("az account set --subscription {PROD}"));
    assert!(said.contains(PROD), "{said}");
    assert_eq!(shell.az("account list").as_array().unwrap().len(), 1);
    // The endpoint does not take the session's word for whom it serves.
    let said = shell.run("az account get-access-token");
    assert!(!said.contains("at-prod"), "{said}");
    shell.ends();
    leaves_nothing(&home);
}

#[test]
fn a_folder_that_is_of_no_endpoint_is_left_alone() {
    let home = people();
    let session = home.session();
    let profile = home.join(".azure/azureProfile.json");
    fs::write(&profile, "mine").unwrap();
    for folder in [".azure", "run/az-1", "run/azvault/az-mine", "run/azvault"] {
        let folder = home.join(folder);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("azureProfile.json"), "mine").unwrap();
        let mut command = session.command(&["use", "prod"]);
        ran(command.env("AZURE_CONFIG_DIR", &folder).output().unwrap()).expect(0);
        assert_eq!(fs::read_to_string(folder.join("azureProfile.json")).unwrap(), "mine");
    }
    ran(session.command(&["use", "dev"]).output().unwrap()).expect(0);
    assert_eq!(fs::read_to_string(&profile).unwrap(), "mine");
}

#[test]
fn az_acts_in_a_cloud_that_came_with_a_migration_once_its_hosts_are_agreed_to() {
    let Some(programs) = azure_cli::programs() else { return };
    let tenant = "good-cloud.example";
    let azure = Azure::with(&[tenant]);
    fs::create_dir(azure.home.join(".azure")).unwrap();
    let ca = certificates().join("ca.pem");
    let args = ["exec", "--ca-bundle", ca.to_str().unwrap(), "--", "/bin/bash"];
    let mut terminal = Terminal::open(&azure.home, programs, &args);
    assert_eq!(terminal.az("account show")["environmentName"], "Test");
    let cloud = terminal.az("cloud show");
    assert_eq!(cloud["endpoints"]["resourceManager"], format!("{}/", origin()));
    // By the cloud's own name for its resource manager, and got by the endpoint.
    let token = terminal.az("account get-access-token");
    assert_eq!(token["accessToken"], azure.token(&[]));
    assert_eq!(token["tenant"], tenant);
    let vault = terminal.az("account get-access-token --resource https://vault.azure.net");
    assert_eq!(vault["accessToken"], CACHED);
    assert_eq!(seen(tenant).len(), 1);
    terminal.ends();
    leaves_nothing(&azure.home);

    // Where nobody agreed, az does not know the cloud.
    let azure = Azure::unconfirmed(&[tenant], &origin());
    let mut terminal = Terminal::open(&azure.home, programs, &args);
    let said = terminal.run("az account show");
    assert!(said.contains("The cloud 'Test' is not registered"), "{said}");
    let config = terminal.run("cat $AZURE_CONFIG_DIR/clouds.config");
    assert!(config.contains("No such file"), "{config}");
    terminal.ends();
}

/// Builds `tests/peers/sdk-rust`; `None` where its crates are not to be had.
fn sdk() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers/sdk-rust");
    let manifest =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/sdk-rust/Cargo.toml");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--locked", "--target-dir"]).arg(&folder);
    build.arg("--manifest-path").arg(manifest).env("CARGO_PROFILE_DEV_DEBUG", "0");
    let built = build.output().unwrap();
    if !built.status.success() {
        let errors = built.stderr.escape_ascii().to_string();
        assert!(std::env::var_os("CI").is_none(), "{errors}");
        not_run(&format!("tests/peers/sdk-rust is not built\n{errors}"));
        return None;
    }
    Some(folder.join("debug/sdk-rust"))
}

#[test]
fn azure_identity_for_rust_gets_tokens_from_the_endpoint_and_from_the_shim() {
    let Some(program) = sdk() else { return };
    let tenant = "good-rust.example";
    let azure = Azure::with(&[tenant]);
    fs::create_dir(azure.home.join(".azure")).unwrap();
    azure.run(&["az-shim", "install", "--dir", "bin"]).expect(0);
    let mut command = azure.command(&["exec", "--", program.to_str().unwrap()]);
    command.env("PATH", format!("{}:/usr/bin:/bin", azure.home.join("bin").display()));
    // Who asked this proxy would fail, and would have shown it the key.
    command.env("http_proxy", "http://127.0.0.1:9");
    let said = ran(command.output().unwrap()).expect(0);
    let lines: Vec<&str> = said.stdout.lines().collect();
    let [arm, vault, refused, by_az, by_tools] = lines[..] else { panic!("{lines:?}") };
    assert_eq!((vault, by_az, by_tools), (CACHED, CACHED, CACHED));
    assert_eq!(arm, azure.token(&[]));
    assert!(refused.starts_with("refused: ") && refused.contains("BadRequest"), "{refused}");
    assert_eq!(seen(tenant).len(), 1);
    leaves_nothing(&azure.home);
}
