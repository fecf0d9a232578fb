//! Commands that are killed at each of their calls.

use std::fs;
use std::process::Command;

use super::{change, create, folder, generation, names};
use azvault_test_support::{Home, copy_folder, has, is_root};

/// Calls that change files.
const CALLS: [&str; 12] = [
    "rename",
    "renameat2",
    "linkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "pwrite64",
    "write",
    "fsync",
    "ftruncate",
    "copy_file_range",
];

/// A run that is killed at the N-th of its calls of one kind; whether it was.
fn killed(home: &Home, args: &[&str], call: &str, number: usize) -> bool {
    let inner = home.command(args);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("trace={call}"));
    strace.arg("-e").arg(format!("inject={call}:signal=KILL:when={number}"));
    strace.arg(inner.get_program()).args(inner.get_args()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let status = strace.current_dir(home.path()).output().unwrap().status;
    // strace ends as its child did.
    assert!(status.code() == Some(0) || status.code().is_none(), "{call} {number}: {status:?}");
    status.code().is_none()
}

/// Whether something can be killed under a tracer here.
fn can_kill() -> bool {
    has("strace")
        && Command::new("strace")
            .args(["-o", "/dev/null", "true"])
            .status()
            .is_ok_and(|status| status.success())
        && is_root()
}

#[test]
fn a_restore_that_is_killed_leaves_the_old_vault_or_the_new_one() {
    if !can_kill() {
        return;
    }
    let home = Home::with_vault();
    change(&home, "disable");
    let backup = create(&home);
    change(&home, "enable");
    let state = home.join("state");
    copy_folder(&home.join(".local"), &state);
    let restore = ["backup", "restore", &backup, "--force", "--accept-older", "2"];
    let (mut old, mut new) = (0, 0);
    for call in CALLS {
        for number in 1.. {
            fs::remove_dir_all(home.join(".local")).unwrap();
            copy_folder(&state, &home.join(".local"));
            if !killed(&home, &restore, call, number) {
                break;
            }
            match generation(&home) {
                3 => old += 1,
                4 => new += 1,
                other => panic!("killed at {call} {number}: generation {other}"),
            }
            // Whatever was being made beside it, what counts as a backup is whole.
            home.run(&["backup", "list"]).expect(0);
            // What was left goes with the next one.
            home.run(&restore).expect(0);
            for place in [home.vault().parent().unwrap(), &folder(&home)] {
                let left = names(place);
                assert!(
                    !left.iter().any(|name| name.starts_with('.')),
                    "{call} {number}: {left:?}"
                );
            }
        }
    }
    assert!(old > 10 && new > 0, "{old} {new}");
    println!("killed at {} calls: {old} times the old vault, {new} times the new one", old + new);
}

#[test]
fn a_backup_that_is_killed_is_none() {
    if !can_kill() {
        return;
    }
    let home = Home::with_vault();
    change(&home, "disable");
    let file = home.join("mine.db");
    let mut kills = 0;
    for call in CALLS {
        for number in 1.. {
            let was_killed = killed(&home, &["backup", "create", "mine.db"], call, number);
            // It counts only when it has its name, and then it is whole.
            if file.exists() {
                home.run(&["verify", "--vault", file.to_str().unwrap()]).expect(0);
                fs::remove_file(&file).unwrap();
            } else {
                assert!(was_killed, "{call} {number}");
            }
            if !was_killed {
                break;
            }
            kills += 1;
        }
    }
    home.run(&["verify"]).expect(0);
    let left = names(home.path());
    assert!(!left.iter().any(|name| name.starts_with(".azvault")), "{left:?}");
    assert!(kills > 10, "{kills}");
    println!("killed at {kills} calls");
}
