//! Terminals: whom an agent answers, and where somebody has unlocked the vault lately enough for secrets that
//! live long.

use std::fs;
use std::process::Command;
use std::time::Duration;

use crate::policy::of_user;
use azvault_test_support::{AgentHome, PRINCIPAL, Ran, azvault, eventually, ran};

/// What releases secrets that live long, each as a line of its own.
const RELEASING: [&[&str]; 4] = [
    &["secret", "list", "--reveal", "-o", "json"],
    &["context", "save", "saved", "--export-passphrase-file", "new"],
    &["context", "save", "az.json", "--format", "azure-powershell", "--plaintext", "--yes"],
    &["exec", "--env-principal", PRINCIPAL, "--", "true"],
];

/// The same command in a session of the kernel of its own, as in another window.
fn elsewhere(prepared: &Command) -> Ran {
    let mut command = Command::new("setsid");
    command.arg("--wait").arg(prepared.get_program()).args(prepared.get_args());
    command.env_clear().current_dir(prepared.get_current_dir().unwrap());
    command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
    ran(command.output().unwrap())
}

fn home() -> AgentHome {
    let home = AgentHome::migrated();
    home.secret_file("new", "correct horse battery staple of a file");
    home
}

#[test]
fn secrets_that_live_long_are_released_where_the_vault_was_unlocked() {
    let home = home();
    home.unlock();
    for args in RELEASING {
        home.alone(args).expect(0);
        let _ = fs::remove_file(home.join("saved"));
        let _ = fs::remove_file(home.join("az.json"));
        let refused = elsewhere(&home.without(args)).expect(6);
        assert!(refused.stderr.contains("in this terminal"), "{args:?}: {}", refused.stderr);
        let next = "azvault unlock in this terminal, or name a file: --passphrase-file FILE";
        assert!(refused.stderr.contains(next), "{}", refused.stderr);
        assert!(refused.stdout.is_empty(), "{args:?}");
        // What unlocks the vault will do.
        elsewhere(&home.given(args)).expect(0);
        let _ = fs::remove_file(home.join("saved"));
        let _ = fs::remove_file(home.join("az.json"));
    }
    // Nothing else asks for it.
    for args in [&["context", "list"][..], &["secret", "list"], &["status"], &["verify"]] {
        elsewhere(&home.without(args)).expect(0);
    }
    // Somebody unlocks there as well: both have it then.
    let both =
        format!("{0} unlock >/dev/null && {0} secret list --reveal -o json", azvault().display());
    let mut there = home.shell("bash", &both);
    there.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase"));
    elsewhere(&there).expect(0);
    home.alone(RELEASING[0]).expect(0);
}

#[test]
fn a_policy_says_how_long_and_a_lock_ends_it() {
    let home = home();
    of_user(&home, "presence.for = \"1s\"\n");
    home.unlock();
    std::thread::sleep(Duration::from_millis(1100));
    let refused = home.alone(RELEASING[0]).expect(6);
    assert!(refused.stderr.contains("1 second"), "{}", refused.stderr);
    ran(home.given(RELEASING[0]).output().unwrap()).expect(0);
    of_user(&home, "presence.for = \"0s\"\n");
    home.unlock();
    home.alone(RELEASING[0]).expect(6).says("a policy");
    for args in RELEASING {
        let _ = fs::remove_file(home.join("az.json"));
        ran(home.given(args).output().unwrap()).expect(0);
    }
    of_user(&home, "");
    home.unlock();
    home.alone(RELEASING[0]).expect(0);
}

#[test]
fn a_person_is_asked_once_and_then_not_for_a_while() {
    let home = home();
    ran(home.command(&["unlock"]).output().unwrap()).expect(0);
    let twice = format!(
        "{0} secret list --reveal -o json && {0} secret list --reveal -o json",
        azvault().display()
    );
    let steps = [("Passphrase of the vault: ", "correct horse battery staple\n")];
    let typed = home.on_terminal(&steps, &["exec", "--", "bash", "-c", &twice]).expect(0).stdout;
    assert_eq!(typed.matches("Passphrase of the vault").count(), 1, "{typed}");
    assert_eq!(typed.matches("not-a-real-secret-h401").count(), 2, "{typed}");
}

#[test]
fn an_agent_for_terminals_answers_those_in_which_it_was_unlocked() {
    let home = home();
    let unlocked = ran(home.given(&["unlock", "--reach", "terminal"]).output().unwrap()).expect(0);
    assert!(unlocked.stdout.contains("in this terminal"), "{}", unlocked.stdout);
    assert_eq!(
        home.alone(&["status", "-o", "json"]).expect(0).json()["agent"]["reach"],
        "terminal"
    );
    home.alone(&["context", "list"]).expect(0);
    for args in [&["context", "list"][..], &["token"], &["use", "-"], &["exec", "--", "true"]] {
        let refused = elsewhere(&home.without(args)).expect(6);
        assert!(refused.stderr.contains("other terminals"), "{args:?}: {}", refused.stderr);
    }
    // What is asked all day says that it is locked there, and nothing else.
    assert_eq!(elsewhere(&home.without(&["prompt"])).expect(0).stdout, "locked\n");
    // With what unlocks it, without the agent.
    elsewhere(&home.given(&["context", "list"])).expect(0);
    // Unlocked there too, for whom it was before: both are answered.
    elsewhere(&home.given(&["unlock"])).expect(0);
    home.alone(&["context", "list"]).expect(0);
    assert_eq!(
        home.alone(&["status", "-o", "json"]).expect(0).json()["agent"]["reach"],
        "terminal"
    );
    elsewhere(&home.without(&["context", "list"])).expect(6);
    // A lock forgets all of it.
    home.alone(&["lock"]).expect(0);
    elsewhere(&home.given(&["unlock", "--reach", "terminal"])).expect(0);
    home.alone(&["context", "list"]).expect(6);
    // For all again, since somebody says so.
    ran(home.given(&["unlock", "--reach", "user"]).output().unwrap()).expect(0);
    elsewhere(&home.without(&["context", "list"])).expect(0);
}

#[test]
fn a_policy_keeps_an_agent_to_its_terminals() {
    let home = home();
    home.unlock();
    elsewhere(&home.without(&["context", "list"])).expect(0);
    of_user(&home, "unlock.reach = \"terminal\"\n");
    ran(home.given(&["unlock", "--reach", "user"]).output().unwrap()).expect(7).says("reach");
    // The agent reads the policy itself.
    eventually("the policy reaches the agent", || {
        elsewhere(&home.without(&["context", "list"])).code == 6
    });
    home.alone(&["context", "list"]).expect(0);
}

#[test]
fn a_session_without_a_leader_is_no_terminal() {
    let home = home();
    // What goes on when the leader has ended has its number, which another session may get.
    let script = format!(
        "( while kill -0 $$ 2>/dev/null; do sleep 0.1; done
           AZVAULT_PASSPHRASE_FILE=passphrase {0} unlock
           {0} context list; echo $? >listed
           {0} secret list --reveal -o json; echo $? >revealed ) >/dev/null 2>&1 &",
        azvault().display()
    );
    elsewhere(&home.shell("bash", &script)).expect(0);
    eventually("both have been tried", || home.join("revealed").exists());
    let code = |file: &str| fs::read_to_string(home.join(file)).unwrap();
    eventually("its code is there", || !code("revealed").is_empty());
    assert_eq!((code("listed").trim(), code("revealed").trim()), ("0", "6"));
    // Nor is it the terminal of whoever gets there later; with what unlocks the vault all is as elsewhere.
    home.alone(RELEASING[0]).expect(6);
    ran(home.given(RELEASING[0]).output().unwrap()).expect(0);
}
