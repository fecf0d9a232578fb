//! The memory of a command at the moment at which it ends.

use std::fs;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use crate::agent_home::{eventually, is_root, signal};
use crate::home::{CHEAP, Home};
use crate::injection::{each, is_possible};
use crate::memory::{Searched, forms, found};
use crate::verbs::{PLANTED, home, secrets};

/// Commands that open the vault, ask for a passphrase or show a secret. `SECRET` is the id of one.
const COMMANDS: &[&[&str]] = &[
    &["init", "--vault", "new/vault.db", "--no-recovery", CHEAP[0], CHEAP[1], CHEAP[2], CHEAP[3]],
    &["status"],
    &["verify"],
    &["migrate", "plan"],
    &["migrate", "run", "--yes", "--from", "more"],
    &["migrate", "verify"],
    &["migrate", "clean", "--yes"],
    &["context", "list"],
    &["context", "show", "dev"],
    &["context", "set", "new", "--scope", "user"],
    &["context", "rename", "dev", "new", "--scope", "user"],
    &["context", "remove", "dev", "--yes", "--scope", "user"],
    &["context", "clear", "--yes", "--scope", "user"],
    &["context", "save", "saved", "--export-passphrase-file", "planted"],
    &["context", "import", "more/AzureRmContext.json", "--scope", "user"],
    &["disconnect", "--yes", "--scope", "user"],
    &["secret", "list"],
    &["secret", "list", "--reveal", "-o", "json"],
    &["secret", "show", "SECRET"],
    &["secret", "show", "SECRET", "--reveal"],
    &["secret", "show", "SECRET", "--reveal", "-o", "json"],
    &["key", "list"],
    &["audit", "log"],
    &["audit", "verify"],
];

/// What is found in a command that is stopped at its nth system call of that name.
fn found_at(home: &Home, command: &[&str], call: &str, searched: &[Searched]) -> Vec<String> {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let inner = home.command(command);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", trace.path().to_str().unwrap(), "-e", &format!("trace={call}")]);
    // The call does not happen: a process that has ended has no memory.
    strace.args(["-e", &format!("inject={call}:error=ENOSYS:signal=STOP:when=1")]);
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
    let found = found(process, searched);
    signal(process, Signal::KILL);
    let _ = strace.wait();
    found
}

#[test]
fn a_command_that_ends_has_no_secret_in_its_memory() {
    if !is_possible() {
        return;
    }
    if !is_root() {
        println!("not run: only root can look into a process that protects its memory");
        return;
    }
    let template = Home::with_vault();
    let secrets = secrets(&home(&template));
    let named = secrets.iter().enumerate();
    let searched: Vec<_> =
        named.map(|(number, secret)| Searched::new(format!("secret {number}"), secret)).collect();
    // The control: in the midst of a change the keys are there.
    let rename = ["context", "rename", "dev", "new", "--scope", "user"];
    let controls = found_at(&home(&template), &rename, "fsync", &searched);
    assert!(controls.len() > 3, "{controls:?}");
    each(COMMANDS, |command| {
        let home = home(&template);
        let list = home.run(&["secret", "list", "-o", "tsv"]).expect(0).stdout;
        let id = list.split('\t').next().unwrap();
        let command: Vec<_> =
            command.iter().map(|word| if *word == "SECRET" { id } else { *word }).collect();
        let found = found_at(&home, &command, "exit_group", &searched);
        assert!(found.is_empty(), "{command:?}: {found:?}");
    });
    println!(
        "figure: {} commands just before they end: 0 of {} secrets in {} forms in their memory",
        COMMANDS.len(),
        secrets.len(),
        forms(PLANTED.as_bytes()).len()
    );
    println!("control: {} found in the midst of a change", controls.len());
}
