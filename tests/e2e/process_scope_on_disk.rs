//! The whole life of process scope under `strace`, commands and agent alike: it is in no file.

use std::collections::BTreeSet;
use std::fs;

use data_encoding::BASE64URL_NOPAD;

use serde_json::json;

use azvault_test_support::trace::{Call, found, touched, trace};
use azvault_test_support::{AgentHome, FABRIKAM, MEGAN, Ran, all_bytes};

const NAME: &str = "zq-marker-name-7f3a91";
const RENAMED: &str = "zq-marker-renamed-2c5d08";
const VALUE: &str = "zq-marker-value-91bc44";
const SUBSCRIPTION: &str = "0f0f0f0f-1234-4567-89ab-7777777777aa";
const SECRET: &str = "zq-marker-secret-5e77a0";
const TENANT: &str = "1e1e1e1e-1234-4567-89ab-8888888888bb";

/// Runs a script of bash, what it starts and the agent under strace; `None` where that is not
/// possible.
fn traced(home: &AgentHome, script: &str) -> Option<(Ran, Vec<Call>)> {
    // It has come to its end when the agent has, which is traced too: also where a command of it fails.
    let script = format!(
        "set -eu
         ended() {{
           unset AZVAULT_SESSION
           kill $(azvault status -o json | sed 's/.*\"agent\":{{\"pid\":\\([0-9]*\\).*/\\1/')
         }}
         trap ended EXIT
         {script}"
    );
    let mut inner = home.shell("bash", &script);
    inner.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase")).current_dir(home.path());
    trace(&inner)
}

fn life(scope: &str) -> String {
    format!(
        "azvault unlock >/dev/null 2>&1
         eval \"$(azvault session start)\"
         echo \"$AZVAULT_SESSION\"
         unset AZVAULT_PASSPHRASE_FILE
         azvault use fab
         azvault context set {NAME} --subscription {SUBSCRIPTION} --tenant {TENANT} \
           --property k={VALUE} --scope {scope}
         azvault context set other --context fab --property k={VALUE}
         azvault context list -o json; azvault context show; azvault status; azvault prompt
         azvault session show
         azvault autosave disable --scope process
         azvault context set {NAME}2 --property more={VALUE}2 --force
         azvault context rename {NAME} {RENAMED} --scope {scope}
         azvault context select {RENAMED} --scope process
         azvault exec {RENAMED} -- azvault prompt
         azvault context import brought.json --scope {scope}
         azvault secret list
         azvault use -
         azvault context remove {RENAMED} --yes --scope {scope}
         azvault context clear --scope process --yes
         eval \"$(azvault session end)\""
    )
}

/// A saved file of a service principal whose secret is a marker.
fn brought() -> String {
    format!(
        "{{\"DefaultContextKey\":\"zq-brought\",\"Contexts\":{{\"zq-brought\":{{\"Account\":{{\"Id\":\
         \"zq-marker-app\",\"Type\":\"ServicePrincipal\",\"ExtendedProperties\":\
         {{\"ServicePrincipalSecret\":\"{SECRET}\"}}}},\"Tenant\":{{\"Id\":\"{TENANT}\"}},\
         \"Environment\":{{\"Name\":\"AzureCloud\"}}}}}}}}"
    )
}

fn home() -> AgentHome {
    let home = AgentHome::migrated();
    fs::write(home.join("brought.json"), brought()).unwrap();
    for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab")] {
        home.run(&["context", "rename", old, new]).expect(0);
    }
    home
}

#[test]
fn process_scope_is_in_no_file() {
    let home = home();
    let generation = || home.run(&["verify", "-o", "json"]).expect(0).json()["generation"].as_u64();
    let generation_before = generation().unwrap();
    let before = all_bytes(home.path());
    let Some((ran, calls)) = traced(&home, &life("process")) else { return };
    let ran = ran.expect(0);
    let handle = ran.stdout.lines().next().unwrap();
    let (_, key) = handle.split_once('.').unwrap();
    let key_bytes = BASE64URL_NOPAD.decode(key.as_bytes()).unwrap();
    assert!(ran.stdout.contains(NAME) && ran.stdout.contains(RENAMED), "{}", ran.stdout);

    // The control: what is printed is seen by the tracer, on its way to a pipe.
    let is_pipe = |call: &Call| call.target.as_ref().is_some_and(|t| t.starts_with("pipe:"));
    for text in [NAME, RENAMED, SUBSCRIPTION, TENANT, key, "zq-marker-app"] {
        assert!(!found(&calls, text, is_pipe).is_empty(), "{text} is not seen");
    }
    // And nowhere else but on the socket of the agent, which does what is asked of the session. What
    // the script itself says in arguments it has said.
    let is_socket = |call: &Call| {
        let target = call.target.as_deref().unwrap_or_default();
        target.starts_with("UNIX") || target.starts_with("socket:")
    };
    let elsewhere = |call: &Call| !is_pipe(call) && !is_socket(call) && call.name != "execve";
    for text in [NAME, RENAMED, VALUE, SUBSCRIPTION, TENANT, key, SECRET, "zq-marker-app"] {
        assert_eq!(found(&calls, text, elsewhere), [""; 0]);
    }
    let has_key = |call: &&Call| memchr::memmem::find(&call.bytes, &key_bytes).is_some();
    assert_eq!(calls.iter().filter(|call| !is_socket(call)).filter(has_key).count(), 0);

    // No regular file is written but what az needs to know of the vault's own contexts while `exec`
    // runs, which processes are agent and endpoints (two numbers in a file of each), and that a command
    // began: one sealed entry of the audit log, of which no word is of the session.
    let is_presence = |path: &str| path.contains("/run/azvault/") && path.ends_with(".lock");
    let mut files = touched(&calls);
    // The runtime folder itself is made if it is missing, by its path or from the folder above.
    let is_runtime = |file: &str| {
        !file.starts_with('/')
            && (file.contains("/run/azvault") || file.contains("/run>, \"azvault\""))
    };
    files.retain(|file| !is_runtime(file));
    assert!(files.iter().any(|file| is_presence(file)));
    let is_log =
        |path: &str| path.contains("/azvault/vault.db") || path.contains("/azvault/anchors");
    files.retain(|file| !file.contains("/run/azvault/az-") && !is_presence(file) && !is_log(file));
    assert_eq!(files, BTreeSet::new());
    let log = home.run(&["audit", "log", "-o", "json"]).expect(0).json();
    let said: Vec<_> = log["entries"].as_array().unwrap().iter().rev().take(2).collect();
    assert_eq!(
        (&said[0]["verb"], said[0]["subjects"].as_array().unwrap().len()),
        (&json!("exec"), 1)
    );
    assert!(said[0]["subjects"][0]["what"].as_str().unwrap().starts_with("grant "), "{}", said[0]);
    assert_ne!(said[1]["verb"], "exec", "one entry, and nothing else");
    assert_eq!(
        generation().unwrap(),
        generation_before + 1,
        "nothing else was written to the vault"
    );
    let mut after = all_bytes(home.path());
    after.retain(|(path, bytes)| {
        let of_numbers = bytes.iter().all(|byte| byte.is_ascii_digit() || b" \n".contains(byte));
        assert!(path.extension().is_none_or(|e| e != "lock") || of_numbers && bytes.len() < 40);
        !path.starts_with(home.runtime()) && !is_log(&path.display().to_string())
    });
    let (mut before, mut after) = (before, after);
    before.retain(|(path, _)| !is_log(&path.display().to_string()));
    before.sort();
    after.sort();
    assert!(before == after, "all else is as it was, byte for byte");
    let writes = calls.iter().filter(|call| call.writes()).count();
    let sends = calls.iter().filter(|call| call.name.starts_with("send")).count();
    println!(
        "figure: a session's life, {writes} writes and {sends} sends: 0 markers, 1 sealed entry of the log"
    );
    println!("control: each marker is seen on its way to the terminal");
}

#[test]
fn the_tracer_sees_what_user_scope_writes_and_a_marker_in_a_file() {
    let home = home();
    let script = life("user").replace("--force\n", "--force --scope user\n")
        + &format!("\necho {VALUE} >plain; echo {VALUE} | base64 >encoded");
    // What the session clears and forbids is not there in user scope: such a line may fail.
    let script = script.replace("azvault use -\n", "azvault use - || true\n");
    let Some((ran, calls)) = traced(&home, &script) else { return };
    ran.expect(0);
    let files = touched(&calls);
    assert!(files.iter().any(|file| file.ends_with("/vault.db")), "{files:?}");
    // An anchor has no name before it is whole: it is linked into its folder.
    assert!(files.iter().any(|file| file.contains("/anchors>")), "{files:?}");
    let plain = |ending: &'static str| {
        move |call: &Call| call.file().is_some_and(|file| file.ends_with(ending))
    };
    assert_eq!(found(&calls, VALUE, plain("/plain")).len(), 1);
    assert_eq!(found(&calls, VALUE, plain("/encoded")).len(), 1);
    // In the vault it is sealed.
    assert_eq!(found(&calls, VALUE, plain(".db")), [""; 0]);
    assert_eq!(found(&calls, VALUE, plain("-journal")), [""; 0]);
}

#[test]
fn a_revealed_secret_of_a_session_is_told_of_and_is_in_no_file() {
    let home = home();
    let script = "azvault unlock >/dev/null 2>&1
         eval \"$(azvault session start)\"
         unset AZVAULT_PASSPHRASE_FILE
         azvault context import brought.json --scope process
         id=$(azvault secret list -o tsv | grep zq-marker-app | cut -f1)
         azvault secret show $id --reveal
         azvault audit log -o json";
    let Some((ran, calls)) = traced(&home, script) else { return };
    let ran = ran.expect(0);
    assert!(ran.stdout.contains(&format!("\n{SECRET}\n")), "{}", ran.stdout);
    let log =
        ran.stdout.lines().find(|line| line.starts_with("{\"schema\":1,\"entries\"")).unwrap();
    let log: serde_json::Value = serde_json::from_str(log).unwrap();
    let entry = log["entries"].as_array().unwrap().last().unwrap();
    assert_eq!(entry["verb"], "secret reveal");
    assert_eq!(entry["subjects"][0]["what"], "client_secret of a session");
    // The entry is written, and nothing by which the session's secret could be known.
    assert!(touched(&calls).iter().any(|file| file.ends_with("/vault.db")));
    for text in [SECRET, "zq-marker-app", "zq-brought", TENANT] {
        assert_eq!(found(&calls, text, |call| call.file().is_some()), [""; 0]);
    }
}
