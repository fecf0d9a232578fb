//! Service principals whose key is on a PKCS#11 token: SoftHSM, against a small Azure that verifies what is signed.

mod going_wrong;
mod keeping;
mod making;
mod tpm;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use azvault_test_support::{Home, Ran, find, not_run, ran};

use crate::stack::{APPLICATION, Azure, HOME_TENANT, certificates, one_tenant, subscriptions};

pub(super) const PIN: &str = "471147";

/// Where distributions have SoftHSM's library.
const MODULES: [&str; 3] = [
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
];

/// An Azure, a home that knows it, and a token with a folder of its own.
pub(super) struct Tokened {
    pub(super) azure: Azure,
    pub(super) home: Home,
    module: &'static str,
    /// By which the module finds its token.
    variables: Vec<(String, String)>,
}

impl Tokened {
    /// `None` where SoftHSM is not there.
    #[track_caller]
    pub(super) fn new() -> Option<Self> {
        let module = MODULES.into_iter().find(|path| Path::new(path).exists());
        let Some(module) = module else {
            not_run("softhsm2 is missing");
            return None;
        };
        find("softhsm2-util")?;
        find("pkcs11-tool")?;
        let azure = Azure::start(&one_tenant(subscriptions(1..2)));
        let home = azure.home();
        let conf = home.join("softhsm2.conf").to_str().unwrap().to_owned();
        let variables = vec![("SOFTHSM2_CONF".to_owned(), conf)];
        let tokened = Self { azure, home, module, variables };
        fs::create_dir(tokened.store()).unwrap();
        tokened.settings("");
        tokened.initialise("hsm");
        Some(tokened)
    }

    fn store(&self) -> PathBuf {
        self.home.join("tokens")
    }

    /// Writes SoftHSM's settings, with a line more.
    pub(super) fn settings(&self, more: &str) {
        let store = self.store();
        let text =
            format!("directories.tokendir = {}\nlog.level = ERROR\n{more}\n", store.display());
        fs::write(self.home.join("softhsm2.conf"), text).unwrap();
    }

    fn initialise(&self, label: &str) {
        let args =
            ["--init-token", "--free", "--label", label, "--so-pin", "12345678", "--pin", PIN];
        self.tool("softhsm2-util", &args).expect(0);
    }

    /// A tool of the token's, with its settings.
    pub(super) fn tool(&self, program: &str, args: &[&str]) -> Ran {
        let mut command = Command::new(program);
        if program == "pkcs11-tool" {
            command.args(["--module", self.module, "--token-label", "hsm"]);
        }
        command.args(args).envs(self.variables.clone());
        ran(command.output().unwrap())
    }

    /// azvault, with the token's settings and the Azure's authority.
    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.envs(self.variables.clone());
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    pub(super) fn on_terminal(&self, steps: &[(&str, &str)], args: &[&str]) -> Ran {
        let ca = certificates().join("ca.pem");
        let own = self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let variables: Vec<_> = own.chain([("AZVAULT_CA_BUNDLE", ca.to_str().unwrap())]).collect();
        let passphrase = self.home.join("passphrase");
        let args = [args, &["--passphrase-file", passphrase.to_str().unwrap()]].concat();
        self.home.on_terminal_with(&variables, steps, &args)
    }

    /// A key on the token, and the file of its certificate, which is registered from now on.
    pub(super) fn make(&self, label: &str) -> String {
        let uri = format!("pkcs11:token=hsm;object={label}");
        let pin = self.pin_file(PIN);
        let args = ["key", "create-principal", &uri, "--subject", "CN=azvault", "--pin-file", &pin];
        let made = self.run(&[&args[..], &["--pkcs11-module", self.module]].concat()).expect(0);
        let file = self.home.join(&format!("{label}.cer"));
        fs::write(&file, &made.stdout).unwrap();
        self.register(&[&file]);
        uri
    }

    pub(super) fn pin_file(&self, pin: &str) -> String {
        self.home.secret_file("pin", pin)
    }

    /// From now on the application has these certificates.
    pub(super) fn register(&self, files: &[&Path]) {
        let mut scenario = one_tenant(subscriptions(1..2));
        scenario["registered"] = json!(files);
        self.azure.becomes(&scenario);
    }

    /// The words of `connect` with a key.
    pub(super) fn words<'a>(&'a self, uri: &'a str) -> Vec<&'a str> {
        let principal =
            ["--service-principal", "--application", APPLICATION, "--tenant", HOME_TENANT];
        [&principal[..], &["--key", uri, "--pkcs11-module", self.module]].concat()
    }

    pub(super) fn connect(&self, uri: &str, more: &[&str]) -> Ran {
        let pin = self.pin_file(PIN);
        self.connect_without(uri, &[&["--pin-file", &pin], more].concat())
    }

    /// Without a PIN.
    pub(super) fn connect_without(&self, uri: &str, more: &[&str]) -> Ran {
        let origin = self.azure.origin();
        let at = ["connect", "--environment", "Test", "--confirm", &origin];
        self.run(&[&at[..], &self.words(uri), more].concat())
    }

    /// A new token, whatever is in the cache.
    pub(super) fn renew(&self) -> Ran {
        self.run(&["token", "--refresh"])
    }

    /// The header of the assertion that was shown last.
    pub(super) fn last_header(&self) -> Value {
        let requests = self.azure.requests();
        let shown =
            requests.iter().rev().find_map(|seen| seen["form"]["client_assertion"].as_str());
        let head = shown.unwrap().split('.').next().unwrap();
        serde_json::from_slice(&data_encoding::BASE64URL_NOPAD.decode(head.as_bytes()).unwrap())
            .unwrap()
    }
}

/// What is listed of the key on the token.
pub(super) fn listed(home: &Home, more: &[&str]) -> Value {
    let list = home.json(&[&["secret", "list"], more].concat());
    let mut all = list["secrets"].as_array().unwrap().iter();
    all.find(|secret| secret["kind"] == "pkcs11_key").unwrap().clone()
}

#[test]
fn the_token_signs_and_azure_verifies_it() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.home.run(&["unlock"]).expect(0);
    tokened.connect(&uri, &[]).expect(0);
    let header = tokened.last_header();
    assert_eq!((&header["alg"], header["x5t#S256"].is_string()), (&json!("PS256"), true));
    assert!(header["x5t"].is_null() && header["x5c"].is_null(), "{header}");

    // The agent has the PIN, and the renewer signs.
    for _ in 0..5 {
        tokened.renew().expect(0);
        assert_eq!(tokened.last_header()["alg"], "PS256");
    }
    let child = tokened.run(&["exec", "--", "true"]).expect(0);
    assert_eq!(child.stdout, "");

    let listed = listed(&tokened.home, &[]);
    assert!(listed["target"].as_str().unwrap().starts_with("pkcs11:token=hsm;serial="), "{listed}");
    assert!(listed["expires_on"].is_i64() || listed["expires_on"].is_string(), "{listed}");
    let log = tokened.home.run(&["audit", "log", "-o", "json"]).expect(0).stdout;
    assert!(log.contains(&format!("sign-in of {APPLICATION} by key on a token")), "{log}");
}

#[test]
fn a_token_that_knows_no_pss_signs_as_before_it() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.settings("slots.mechanisms = -CKM_MD5,CKM_SHA256_RSA_PKCS_PSS,CKM_RSA_PKCS_PSS");
    tokened.connect(&uri, &[]).expect(0);
    let header = tokened.last_header();
    assert_eq!((&header["alg"], header["x5t"].is_string()), (&json!("RS256"), true));
    assert!(header["x5t#S256"].is_null(), "{header}");
    // One that hashes nothing itself. SoftHSM passes over the first name of a list.
    tokened.settings("slots.mechanisms = -CKM_MD5,CKM_SHA256_RSA_PKCS_PSS,CKM_SHA256_RSA_PKCS");
    tokened.connect(&uri, &[]).expect(0);
    assert_eq!(tokened.last_header()["alg"], "PS256");
    tokened.settings(
        "slots.mechanisms = -CKM_MD5,CKM_SHA256_RSA_PKCS_PSS,CKM_RSA_PKCS_PSS,CKM_SHA256_RSA_PKCS",
    );
    tokened.connect(&uri, &["--send-certificate-chain"]).expect(0);
    let header = tokened.last_header();
    assert_eq!((&header["alg"], header["x5c"].as_array().unwrap().len()), (&json!("RS256"), 1));
    let without = &tokened.words(&uri)[..5];
    let said = tokened.run(&[&["connect"], without, &["--send-certificate-chain"]].concat());
    said.expect(2).says("add --certificate FILE or --key URI");
}

#[test]
fn the_pin_is_asked_for_on_the_terminal_and_kept_by_the_agent_until_it_locks() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.home.run(&["unlock"]).expect(0);
    let origin = tokened.azure.origin();
    let at = ["connect", "--environment", "Test", "--confirm", &origin];
    let words = [&at[..], &tokened.words(&uri)].concat();
    let typed = [("PIN of the token \"hsm\":", "471147\n")];
    let shown = tokened.on_terminal(&typed, &words).expect(0).stdout;
    assert!(!shown.contains(PIN), "{shown}");
    tokened.renew().expect(0);

    tokened.home.run(&["lock"]).expect(0);
    tokened.home.run(&["unlock"]).expect(0);
    tokened
        .renew()
        .expect(14)
        .says("azvault token --refresh > /dev/null, in a terminal, asks for it");
    tokened.on_terminal(&typed, &["token", "--refresh", "--reveal"]).expect(0);
    tokened.renew().expect(0);

    // Without an agent it is asked for by the command, each time.
    let alone = ["token", "--refresh", "--reveal", "--no-agent"];
    tokened.on_terminal(&typed, &alone).expect(0);
    tokened.on_terminal(&typed, &alone).expect(0);
}

#[test]
fn a_policy_names_the_modules_and_has_the_pin_asked_for_each_time() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    tokened.home.run(&["unlock"]).expect(0);
    let folder = tokened.home.join(".config/azvault");
    fs::create_dir_all(&folder).unwrap();
    let policy = |text: &str| fs::write(folder.join("policy.toml"), text).unwrap();
    let module = tokened.module;
    policy("[pkcs11]\nmodules = [\"/usr/lib/other.so\"]\n");
    tokened.connect(&uri, &[]).expect(7).says("--pkcs11-module /usr/lib/other.so");
    policy(&format!("[pkcs11]\nmodules = [\"{module}\"]\n[presence]\nfor = \"0s\"\n"));
    // The only one that is allowed need not be named.
    let words: Vec<_> = tokened.words(&uri);
    let words = &words[..words.len() - 2];
    let origin = tokened.azure.origin();
    let at = ["connect", "--environment", "Test", "--confirm", &origin];
    let pin = tokened.pin_file(PIN);
    tokened.run(&[&at[..], words, &["--pin-file", &pin]].concat()).expect(0);
    tokened.renew().expect(14);
    let typed = [("PIN of the token \"hsm\":", "471147\n")];
    tokened.on_terminal(&typed, &["token", "--refresh", "--reveal"]).expect(0);
    tokened.renew().expect(14);
    policy("[pkcs11]\nmodules = [\"/usr/lib/other.so\"]\n");
    tokened.renew().expect(7).says("is not among those that are allowed");
}

#[test]
fn a_module_that_others_could_replace_is_not_loaded() {
    let Some(tokened) = Tokened::new() else { return };
    let uri = tokened.make("app");
    let own = tokened.home.join("module.so");
    fs::copy(tokened.module, &own).unwrap();
    fs::set_permissions(&own, fs::Permissions::from_mode(0o755)).unwrap();
    let connect = |module: &str| {
        let mut words = tokened.words(&uri);
        *words.last_mut().unwrap() = module;
        let origin = tokened.azure.origin();
        let at = ["connect", "--environment", "Test", "--confirm", &origin];
        let pin = tokened.pin_file(PIN);
        tokened.run(&[&at[..], &words, &["--pin-file", &pin]].concat())
    };
    fs::set_permissions(&own, fs::Permissions::from_mode(0o775)).unwrap();
    connect(own.to_str().unwrap()).expect(7).says("sudo install -m 755 it into /usr/local/lib");
    connect("/usr/lib/absent.so")
        .expect(13)
        .says("install it there, or sign in again with another");
    // A library of something else.
    let other = fs::canonicalize("/bin/sh").unwrap();
    connect(other.to_str().unwrap()).expect(13).says("cannot be loaded");
    let words: Vec<_> = tokened.words(&uri);
    let said = tokened.run(&[&["connect"], &words[..words.len() - 2]].concat());
    said.expect(2).says("--pkcs11-module PATH, one of: find /usr/lib -name '*pkcs11*.so'");
}
