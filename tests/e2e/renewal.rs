//! A renewal: who has what while the sign-in service is asked, and what becomes of what it gives when
//! nobody is there to take it.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Instant;

use azvault_test_support::memory::{Searched, found};
use azvault_test_support::{eventually, is_root, keys, signal};
use rustix::process::Signal;

use crate::azure::{Azure, CACHED, CLIENT_SECRET, REFRESH_TOKEN, seen};

/// A command that wants a new token, while the service takes its time.
fn asking(azure: &Azure, tenant: &str, args: &[&str]) -> Child {
    let mut command = azure.command(&[&["token"], args].concat());
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    eventually("the service is asked", || !seen(tenant).is_empty());
    child
}

fn holders(azure: &Azure, kind: &str) -> Vec<u32> {
    let status = azure.home.json(&["status"]);
    let holders = status["holders"].as_array().unwrap().iter();
    let of_kind = holders.filter(|one| one["kind"] == kind);
    of_kind.map(|one| u32::try_from(one["pid"].as_u64().unwrap()).unwrap()).collect()
}

fn unclaimed(azure: &Azure) -> Vec<PathBuf> {
    let files = fs::read_dir(azure.home.join(".local/state/azvault/unclaimed"));
    files.into_iter().flatten().map(|file| file.unwrap().path()).collect()
}

/// The service took back the old refresh token, and the new one is there and works.
fn nothing_is_lost(azure: &Azure, tenant: &str) {
    let token = azure.token(&["--resource", "aad-graph"]);
    assert!(token.starts_with("at."), "{token}");
    let stored = azure.values("refresh_token");
    assert!(stored.len() == 1 && stored[0] != REFRESH_TOKEN);
    assert_eq!(unclaimed(azure), [] as [PathBuf; 0]);
    let asked = seen(tenant);
    assert_eq!(asked[0]["form"]["refresh_token"], REFRESH_TOKEN);
    assert_ne!(asked[1]["form"]["refresh_token"], REFRESH_TOKEN, "{asked:?}");
    azure.home.run(&["verify"]).expect(0);
}

#[test]
fn an_agent_that_is_killed_meanwhile_loses_no_refresh_token() {
    let tenant = "strictslow-agentkill.example";
    let azure = Azure::with(&[tenant]);
    let mut command = asking(&azure, tenant, &[]);
    for agent in holders(&azure, "agent") {
        signal(agent, Signal::KILL);
    }
    command.wait().unwrap();
    eventually("it is kept", || holders(&azure, "renewal").is_empty());
    azure.home.run(&["unlock"]).expect(0);
    nothing_is_lost(&azure, tenant);
}

#[test]
fn a_vault_that_is_locked_meanwhile_gets_its_refresh_token_when_it_is_unlocked() {
    let tenant = "strictslow-lockedmeanwhile.example";
    let azure = Azure::with(&[tenant]);
    let mut command = azure.command(&["token"]);
    command.env_remove("AZVAULT_PASSPHRASE_FILE").stdout(Stdio::null()).stderr(Stdio::null());
    let mut command = command.spawn().unwrap();
    eventually("the service is asked", || !seen(tenant).is_empty());
    azure.home.run(&["lock"]).expect(0);
    assert_eq!(command.wait().unwrap().code(), Some(14), "locked, and nobody can be asked");
    let [file] = &unclaimed(&azure)[..] else { panic!("it is kept") };
    // It lies there sealed: of no use without the vault's keys.
    let bytes = fs::read(file).unwrap();
    for secret in ["rt.", "refresh", "person@example.com", REFRESH_TOKEN] {
        assert!(!azvault_test_support::contains(&bytes, secret.as_bytes()));
    }
    azure.home.run(&["unlock"]).expect(0);
    nothing_is_lost(&azure, tenant);
}

#[test]
fn a_command_alone_that_is_killed_loses_no_refresh_token() {
    let tenant = "strictslow-alone.example";
    let azure = Azure::with(&[tenant]);
    azure.home.run(&["lock"]).expect(0);
    let mut command = asking(&azure, tenant, &["--no-agent"]);
    command.kill().unwrap();
    command.wait().unwrap();
    // The next one waits for what the first had begun.
    let token = azure.token(&["--no-agent", "--resource", "aad-graph"]);
    assert!(token.starts_with("at."), "{token}");
    nothing_is_lost(&azure, tenant);
}

#[test]
fn a_file_that_is_no_refresh_token_of_this_vault_changes_nothing() {
    let tenant = "strict-forged.example";
    let azure = Azure::with(&[tenant]);
    let list = azure.home.json(&["secret", "list"]);
    let all = list["secrets"].as_array().unwrap();
    let of = |kind: &str| all.iter().find(|one| one["kind"] == kind).unwrap()["id"].clone();
    let vault = azvault_vault::Locked::open(&azure.home.vault()).unwrap().vault_id();
    let folder = azure.home.join(".local/state/azvault/unclaimed");
    fs::create_dir_all(&folder).unwrap();
    for name in [
        format!("{vault}.{}", of("refresh_token").as_str().unwrap()),
        format!("{vault}.{}", of("client_secret").as_str().unwrap()),
        format!("{vault}.nonsense"),
        "nonsense".to_owned(),
    ] {
        fs::write(folder.join(name), b"forged").unwrap();
    }
    assert!(azure.token(&[]).starts_with("at."));
    assert_eq!(seen(tenant)[0]["form"]["refresh_token"], REFRESH_TOKEN);
    assert_eq!(azure.values("client_secret"), [CLIENT_SECRET]);
}

#[test]
fn others_are_answered_while_one_waits() {
    let tenant = "strictslow-others.example";
    let azure = Azure::with(&[tenant]);
    let mut command = asking(&azure, tenant, &[]);
    let start = Instant::now();
    assert_eq!(azure.token(&["--resource", "keyvault"]), CACHED);
    assert!(command.try_wait().unwrap().is_none(), "{:?}", start.elapsed());
    assert!(command.wait().unwrap().success());
    assert_eq!(seen(tenant).len(), 1);
}

#[test]
fn a_renewer_has_one_credential_and_nothing_else() {
    let tenant = "strictslow-renewer.example";
    let azure = Azure::with(&[tenant]);
    let mut command = asking(&azure, tenant, &[]);
    let renewers = holders(&azure, "renewal");
    let [renewer] = renewers[..] else { panic!("{renewers:?}") };
    if is_root() {
        // For as long as it is looked at.
        signal(renewer, Signal::STOP);
        let process = PathBuf::from(format!("/proc/{renewer}"));
        assert_eq!(fs::read(process.join("environ")).unwrap(), b"", "no environment");
        let line = String::from_utf8(fs::read(process.join("cmdline")).unwrap()).unwrap();
        assert_eq!(line.split('\0').skip(1).collect::<Vec<_>>(), ["renew", ""]);
        let status = fs::read_to_string(process.join("status")).unwrap();
        // The kernel refuses what it does not need: programs, files of the user, other processes.
        for line in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
            assert!(status.contains(line), "{line}: {status}");
        }
        let open = fs::read_dir(process.join("fd")).unwrap().filter_map(Result::ok);
        let open = open.filter_map(|file| fs::read_link(file.path()).ok());
        for file in open.map(|path| path.display().to_string()) {
            let is_turn = file.ends_with(".lock") && file.contains("/turns/");
            assert!(file.starts_with("socket:") || file == "/dev/null" || is_turn, "{file}");
        }
        let memory =
            |what: &str, bytes: &[u8]| found(renewer, &[Searched::new(what.to_owned(), bytes)]);
        assert!(!memory("its credential", REFRESH_TOKEN.as_bytes()).is_empty(), "the control");
        for secret in [CLIENT_SECRET, CACHED] {
            assert_eq!(memory("another secret", secret.as_bytes()), [] as [String; 0]);
        }
        for key in keys(&azure.home) {
            assert_eq!(memory("a key of the vault", &key), [] as [String; 0]);
        }
        signal(renewer, Signal::CONT);
    }
    assert!(command.wait().unwrap().success());
}
