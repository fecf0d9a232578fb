//! The peers: started once, gone with this process because their standard input is.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use azvault_model::{Environment, Secret};
use azvault_signin::{
    Authority, Cloud, Confirmed, Error, Http, Settings, SystemRoots, TenantName, Timeouts,
};

pub(crate) const ARM: &str = "https://management.core.windows.net//.default";

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::copied_from(text.as_bytes())
}

pub(crate) fn shown(secret: &Secret) -> String {
    // EXPOSE: a test compares.
    String::from_utf8(secret.expose().to_vec()).unwrap()
}

/// Runs a program to its end; its standard output.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{command:?}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Starts a program that prints one line and runs until its standard input ends.
fn started(command: &mut Command) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    assert!(!line.is_empty(), "{command:?} did not start");
    // The pipes stay open as long as this process lives, and no longer.
    std::mem::forget((child, output));
    line.trim().to_owned()
}

/// The folder with what `certificates.py` makes.
pub(crate) fn certificates() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("signin-certificates");
        std::fs::create_dir_all(&folder).unwrap();
        run(Command::new("python3").arg(root().join("tests/peers/certificates.py")).arg(&folder));
        folder
    })
}

pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(certificates().join(name)).unwrap()
}

/// The port of `entra.py` with that certificate.
pub(crate) fn port(name: &str) -> u16 {
    static PORTS: OnceLock<String> = OnceLock::new();
    let line = PORTS.get_or_init(|| {
        let script = root().join("tests/peers/entra.py");
        started(Command::new("python3").arg(script).arg(certificates()))
    });
    let ports: std::collections::BTreeMap<String, u16> = serde_json::from_str(line).unwrap();
    ports[name]
}

/// The issuer of the OpenID provider.
pub(crate) fn issuer() -> &'static str {
    static ISSUER: OnceLock<String> = OnceLock::new();
    ISSUER.get_or_init(|| {
        let folder = root().join("tests/peers/oidc");
        if !folder.join("node_modules/.package-lock.json").exists() {
            let options = ["ci", "--no-audit", "--no-fund", "--ignore-scripts"];
            run(Command::new("npm").args(options).current_dir(&folder));
        }
        let [server, client] =
            ["localhost.pem", "client-cert.pem"].map(|name| certificates().join(name));
        let mut command = Command::new("node");
        command.arg(folder.join("provider.mjs")).arg(server).arg(client).stderr(Stdio::null());
        started(&mut command)
    })
}

pub(crate) fn timeouts() -> Timeouts {
    Timeouts { connect: Duration::from_secs(5), whole: Duration::from_secs(10), repeats: 2 }
}

/// Trusts the CA of the tests, and nobody else.
pub(crate) fn http_with(timeouts: Timeouts) -> Http {
    let ca_bundle = Some(file("ca.pem"));
    let system_roots = SystemRoots::Ignored;
    Http::new(Settings { system_roots, ca_bundle, timeouts, proxy: None }).unwrap()
}

pub(crate) fn http() -> Http {
    http_with(timeouts())
}

/// A cloud whose authority and resource manager are `entra.py`.
pub(crate) fn cloud_at(origin: &str) -> Cloud {
    let settings = ["ActiveDirectoryAuthority", "ResourceManagerUrl"];
    let settings = settings.map(|name| (name.to_owned(), format!("{origin}/"))).into();
    let environment = Environment { name: "Test".into(), settings };
    let unconfirmed = Cloud::custom(&environment, &Confirmed::none()).unwrap_err();
    let Error::Unconfirmed { origins } = unconfirmed else { panic!("{unconfirmed}") };
    assert_eq!(origins, [origin]);
    Cloud::custom(&environment, &Confirmed::these(origins)).unwrap()
}

pub(crate) fn authority(tenant: &str) -> Authority {
    let cloud = cloud_at(&format!("https://localhost:{}", port("localhost")));
    cloud.authority(TenantName::parse(tenant).unwrap())
}

/// One request as `entra.py` saw it.
#[derive(Debug, Clone, serde::Deserialize)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: std::collections::BTreeMap<String, String>,
    pub(crate) form: std::collections::BTreeMap<String, String>,
    pub(crate) headers: std::collections::BTreeMap<String, String>,
}

pub(crate) fn seen<T: serde::de::DeserializeOwned>(tenant: &str) -> T {
    let url = format!("http://127.0.0.1:{}/_requests", port("plain"));
    let query = format!("tenant={tenant}");
    let mut command = Command::new("curl");
    command.args(["-sS", "--noproxy", "*", "-G", &url, "--data-urlencode", &query]);
    serde_json::from_str(&run(&mut command)).unwrap()
}
