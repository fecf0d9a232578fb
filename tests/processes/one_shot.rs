//! The memory of a command at the moment at which it ends.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::injection::{each_in_turn, is_possible};
use crate::verbs::{PLANTED, home, secrets};
use azvault_test_support::memory::{Searched, forms, found};
use azvault_test_support::{Home, eventually, is_root, keys_of, not_run, signal};

/// Commands that open the vault, ask for a passphrase or show a secret, after those before them.
/// `SECRET` is the id of one.
const COMMANDS: &[&str] = &[
    "init --vault new/vault.db --no-recovery --kdf-memory 19 --kdf-passes 2",
    "status",
    "verify",
    "migrate plan",
    "migrate run --yes --from more",
    "migrate verify",
    "migrate clean --yes",
    "migrate clean --yes; migrate rollback --yes",
    "context list",
    "context show dev",
    "context set new --scope user",
    "context rename dev new --scope user",
    "context remove dev --yes --scope user",
    "context clear --yes --scope user",
    "context save saved --export-passphrase-file planted",
    "context import more/AzureRmContext.json --scope user",
    "disconnect --yes --scope user",
    "secret list",
    "secret list --wide",
    "secret list --reveal -o json",
    "secret show SECRET",
    "secret show SECRET --reveal",
    "secret show SECRET --reveal -o json",
    "key list",
    "key add passphrase --new-passphrase-file planted --kdf-memory 19 --kdf-passes 2",
    "key passphrase --new-passphrase-file passphrase --kdf-memory 19 --kdf-passes 2",
    "key rotate",
    "backup create",
    "backup create saved.db; backup restore saved.db --force",
    "panic",
    "audit log",
    "audit verify",
];

/// What is found in a command that is stopped at its first system call of that name. What to look
/// for is asked then: the command may have made it. The trace comes with it.
fn found_at(
    home: &Home,
    command: &[&str],
    call: &str,
    searched: impl FnOnce() -> Vec<Searched>,
) -> (Vec<String>, String) {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let inner = home.command(command);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", trace.path().to_str().unwrap(), "-e", &format!("trace={call}")]);
    // The call does not happen: a process that has ended has no memory.
    strace.args(["-e", &format!("inject={call}:error=ENOSYS:signal=STOP:when=1")]);
    if command == ["panic"] {
        // It ends what it finds: here it finds nothing of anybody else.
        strace.args(["/usr/bin/unshare", "--net"]);
    }
    strace.arg(inner.get_program()).args(inner.get_args()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(home.path()).stdin(Stdio::null());
    let mut strace = strace.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let stopped = || {
        let text = fs::read_to_string(trace.path()).unwrap();
        let line = text.lines().find(|line| line.ends_with("--- stopped by SIGSTOP ---"))?;
        line.split_whitespace().next()?.parse().ok()
    };
    eventually("the command comes to that call", || stopped().is_some());
    let process: u32 = stopped().unwrap();
    let found = found(process, &searched());
    signal(process, Signal::KILL);
    let _ = strace.wait();
    (found, fs::read_to_string(trace.path()).unwrap())
}

fn searched(secrets: &[Vec<u8>], keys: &[Vec<u8>]) -> Vec<Searched> {
    let named = |what, all: &[Vec<u8>]| {
        let one =
            |(number, bytes): (usize, &Vec<u8>)| Searched::new(format!("{what} {number}"), bytes);
        all.iter().enumerate().map(one).collect::<Vec<_>>()
    };
    [named("secret", secrets), named("key", keys)].into_iter().flatten().collect()
}

#[test]
fn a_command_that_ends_has_no_secret_in_its_memory() {
    if !is_possible() {
        return;
    }
    if !is_root() {
        not_run("only root can look into a process that protects its memory");
        return;
    }
    let template = Home::with_vault();
    let secrets = secrets(&home(&template));
    // The control: in the midst of a change the keys are there.
    let rename = ["context", "rename", "dev", "new", "--scope", "user"];
    let (controls, _) = found_at(&home(&template), &rename, "fsync", || searched(&secrets, &[]));
    assert!(controls.len() > 3, "{controls:?}");
    each_in_turn(COMMANDS, |line| {
        let home = home(&template);
        let list = home.run(&["secret", "list", "-o", "tsv"]).expect(0).stdout;
        let line = line.replace("SECRET", list.split('\t').next().unwrap());
        let mut commands: Vec<Vec<_>> =
            line.split("; ").map(|command| command.split(' ').collect()).collect();
        let last = commands.pop().unwrap();
        for command in commands {
            home.run(&command).expect(0);
        }
        let vaults =
            || [home.vault(), home.join("new/vault.db")].into_iter().filter(|v| v.exists());
        let now = || searched(&secrets, &vaults().flat_map(|v| keys_of(&v)).collect::<Vec<_>>());
        let (found, trace) = found_at(&home, &last, "exit_group", now);
        assert!(trace.contains("exit_group(0)"), "{line}: {trace}");
        assert!(found.is_empty(), "{line}: {found:?}");
    });
    println!(
        "figure: {} commands just before they end: 0 of {} secrets, and 0 keys of the vaults as they are then, in \
         {} forms in their memory",
        COMMANDS.len(),
        secrets.len(),
        forms(PLANTED.as_bytes()).len()
    );
    println!("control: {} found in the midst of a change", controls.len());
}
