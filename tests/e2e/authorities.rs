//! Who is trusted with what is sent: a proxy that reads along, with an authority of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use azvault_test_support::{Home, Ran, ran};

/// `tests/peers/interceptor.py`; it ends with this.
struct Interceptor {
    folder: tempfile::TempDir,
    child: Child,
    port: String,
}

impl Interceptor {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/interceptor.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(folder.path()).stderr(Stdio::null());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { folder, child, port: line.trim().to_owned() }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    fn proxy(&self) -> String {
        format!("http://anna:pässword@127.0.0.1:{}", self.port)
    }

    /// Through it.
    fn run(&self, home: &Home, args: &[&str], variables: &[(&str, &Path)]) -> Ran {
        let mut command = home.command(args);
        command.env("HTTPS_PROXY", self.proxy());
        for (name, value) in variables {
            command.env(name, value);
        }
        ran(command.output().unwrap())
    }

    /// Lines of what it saw, of that kind.
    fn seen(&self, kind: &str) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("seen")).unwrap();
        text.lines().filter(|line| line.starts_with(kind)).map(str::to_owned).collect()
    }
}

impl Drop for Interceptor {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A person with a refresh token, and a service principal with a secret.
const ACTING: [&str; 2] = ["prod", "ci"];

const GRAPH: [&str; 3] = ["token", "--resource", "graph"];

#[test]
fn no_variable_of_other_programs_makes_an_authority_trusted() {
    let interceptor = Interceptor::start();
    let home = Home::with_contexts();
    let (ca, folder) = (interceptor.authority(), interceptor.folder.path().to_owned());
    for context in ACTING {
        for (name, value) in [
            ("SSL_CERT_FILE", &ca),
            ("SSL_CERT_DIR", &folder),
            ("REQUESTS_CA_BUNDLE", &ca),
            ("CURL_CA_BUNDLE", &ca),
            ("NODE_EXTRA_CA_CERTS", &ca),
        ] {
            let args = [&GRAPH[..], &["--context", context]].concat();
            let refused = interceptor.run(&home, &args, &[(name, value)]).expect(12);
            refused.says("its certificate is not accepted");
        }
    }
    let tried = interceptor.seen("CONNECT");
    assert_eq!(tried.len(), 10, "{tried:?}");
    assert!(tried.iter().all(|line| line == "CONNECT login.microsoftonline.com:443"), "{tried:?}");
    assert_eq!(interceptor.seen("READ"), [""; 0]);
    assert_eq!(sent(&home), [""; 0]);
}

/// What the audit log has of credentials that were sent for nothing.
fn sent(home: &Home) -> Vec<String> {
    let log = home.json(&["audit", "log", "--verb", "token renew failed"]);
    let entries = log["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry["subjects"][0]["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_bundle_that_is_named_is_trusted_and_with_a_proxy_it_is_said() {
    let interceptor = Interceptor::start();
    let home = Home::with_contexts();
    let ca = interceptor.authority();
    let bundle = ca.to_str().unwrap();
    let said = format!("connections go through http://127.0.0.1:{}, and", interceptor.port);
    for (context, sent) in ACTING.into_iter().zip(["refresh_token=", "client_secret="]) {
        let args = [&GRAPH[..], &["--context", context, "--ca-bundle", bundle]].concat();
        let ran = interceptor.run(&home, &args, &[]).expect(4).says(&said).says(bundle);
        assert!(!ran.stderr.contains("pässword") && !ran.stderr.contains("anna"), "{}", ran.stderr);
        let read = interceptor.seen("READ");
        assert!(read.last().is_some_and(|body| body.contains(sent)), "{context}: {read:?}");
    }
    // What was taken stands in the log.
    let told = sent(&home);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|what| what.starts_with("credentials of ")), "{told:?}");
    // Each alone is nothing to remark.
    let mut alone = home.command(&[&GRAPH[..], &["--ca-bundle", bundle]].concat());
    let alone = ran(alone.env("NO_PROXY", "*").output().unwrap());
    assert!(!alone.stderr.contains("can read credentials"), "{}", alone.stderr);
}

#[test]
fn a_policy_forbids_it_before_anything_is_connected_to() {
    let interceptor = Interceptor::start();
    let home = Home::with_contexts();
    let ca = interceptor.authority();
    let policy = home.join(".config/azvault/policy.toml");
    fs::create_dir_all(policy.parent().unwrap()).unwrap();
    fs::write(&policy, "[tls]\nextra-authorities = \"forbidden\"\n").unwrap();
    let line = format!("refused by {} line 2", policy.display());
    for args in [
        &GRAPH[..],
        &["token", "--resource", "graph", "--context", "ci"],
        &["connect", "--device-code"],
        &["connect", "--identity"],
        &["subscription", "list", "--refresh"],
    ] {
        let option = [args, &["--ca-bundle", ca.to_str().unwrap()]].concat();
        interceptor.run(&home, &option, &[]).expect(7).says(&line);
        interceptor.run(&home, args, &[("AZVAULT_CA_BUNDLE", &ca)]).expect(7).says(&line);
    }
    assert_eq!(interceptor.seen("CONNECT"), [""; 0]);
    let shown = home.json(&["policy", "show"]);
    let member = json!({
        "key": "tls.extra-authorities", "value": "forbidden", "file": policy, "line": 2
    });
    assert_eq!(shown["members"], json!([member]));
    interceptor.run(&home, &GRAPH, &[]).expect(12).says("its certificate is not accepted");
    assert_eq!(interceptor.seen("READ"), [""; 0]);
}

#[test]
fn doctor_shows_authorities_and_proxy_and_no_password() {
    let interceptor = Interceptor::start();
    let home = Home::with_vault();
    let ca = interceptor.authority();
    let look = |variables: &[(&str, &str)]| -> (Value, Value) {
        let mut command = home.command(&["doctor", "-o", "json"]);
        command.envs(variables.iter().copied());
        let document = ran(command.output().unwrap()).json();
        let check = |name: &str| {
            let all = document["checks"].as_array().unwrap();
            all.iter().find(|check| check["name"] == name).unwrap().clone()
        };
        (check("certificate-authorities"), check("proxy"))
    };
    let says = |check: &Value, text: &str| {
        assert!(check["what"].as_str().unwrap().contains(text), "{text}: {check}");
    };
    let (bundle, url) = (ca.to_str().unwrap(), interceptor.proxy());
    let proxy = ("HTTPS_PROXY", url.as_str());
    let besides = format!("1 certificate of {bundle} besides");

    let (_, none) = look(&[]);
    assert_eq!((&none["state"], &none["what"]), (&json!("ok"), &json!("none")));
    let (authorities, _) = look(&[("SSL_CERT_FILE", bundle)]);
    says(&authorities, "not followed: SSL_CERT_FILE");
    let (authorities, _) = look(&[("AZVAULT_CA_BUNDLE", bundle)]);
    says(&authorities, &besides);
    assert_eq!(authorities["state"], "ok");
    let (_, through) = look(&[proxy]);
    says(&through, &format!("connections go through http://127.0.0.1:{}", interceptor.port));
    assert_eq!(through["state"], "ok");
    let (both, through) = look(&[proxy, ("AZVAULT_CA_BUNDLE", bundle)]);
    says(&both, &besides);
    says(&both, "can read credentials");
    assert_eq!(both["advice"], "unset AZVAULT_CA_BUNDLE");
    assert!(!format!("{both}{through}").contains("pässword"));
    let broken = look(&[("https_proxy", "ftp://x"), ("AZVAULT_CA_BUNDLE", "/nowhere")]);
    assert_eq!((&broken.0["state"], &broken.1["state"]), (&json!("finding"), &json!("finding")));

    let policy = home.join(".config/azvault/policy.toml");
    fs::create_dir_all(policy.parent().unwrap()).unwrap();
    fs::write(&policy, "tls.extra-authorities = \"forbidden\"\n").unwrap();
    let (forbidden, _) = look(&[("AZVAULT_CA_BUNDLE", bundle)]);
    says(&forbidden, "refused by");
    assert_eq!(forbidden["state"], "finding");
}
