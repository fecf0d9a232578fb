//! Files, policies, the agent, the shell, and the runtime folder.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::{Well, found, is_well, look, mode, state};
use crate::machine::{can_be_made, with_system_tool};
use crate::world::cut_off;
use azvault_test_support::{copy_folder, fixture, not_run, ran, signal};

#[test]
fn modes_owners_and_strange_files_are_found_and_nothing_is_before_and_after() {
    let well = Well::new();
    is_well(&well.look());
    let vault = well.vault();
    let typed = |path: &Path| path.to_str().unwrap().to_owned();
    let (folder, share) = (vault.parent().unwrap(), well.home.join(".local/share"));
    let anchors = well.home.join(".local/state/azvault/anchors");
    let runtime = well.runtime.path();
    for (path, lax, usual, name, advice) in [
        (&vault, 0o644, 0o600, "vault-file", format!("chmod 600 {}", typed(&vault))),
        (&folder.to_owned(), 0o777, 0o700, "vault-folder", format!("chmod 700 {}", typed(folder))),
        (&share, 0o777, 0o700, "parent-folders", format!("chmod go-w {}", typed(&share))),
        (
            &well.anchor(),
            0o644,
            0o600,
            "state-folder",
            format!("chmod 600 {}", typed(&well.anchor())),
        ),
        (&anchors, 0o770, 0o700, "state-folder", format!("chmod 700 {}", typed(&anchors))),
        (
            &runtime.to_owned(),
            0o755,
            0o700,
            "runtime-folder",
            format!("chmod 700 {}", typed(runtime)),
        ),
    ] {
        mode(path, lax);
        found(&well.look(), name, &advice);
        mode(path, usual);
    }
    let beside = |ending: &str| PathBuf::from(format!("{}{ending}", vault.display()));
    fs::hard_link(&vault, beside(".too")).unwrap();
    found(&well.look(), "vault-file", &format!("find / -xdev -samefile {}", typed(&vault)));
    fs::remove_file(beside(".too")).unwrap();
    fs::write(beside("-wal"), "").unwrap();
    found(&well.look(), "journal", &format!("ls -l {}", typed(&beside("-wal"))));
    fs::remove_file(beside("-wal")).unwrap();
    let _ = fs::remove_file(beside("-journal"));
    symlink("/etc/passwd", beside("-journal")).unwrap();
    found(&well.look(), "journal", &format!("ls -l {}", typed(&beside("-journal"))));
    fs::remove_file(beside("-journal")).unwrap();
    let backups = folder.join("backups");
    fs::create_dir(&backups).unwrap();
    mode(&backups, 0o700);
    let copy = backups.join("of today's.db");
    fs::write(&copy, "").unwrap();
    mode(&copy, 0o644);
    let quoted = format!("'{}'", typed(&copy).replace('\'', r"'\''"));
    found(&well.look(), "backups-folder", &format!("chmod 600 {quoted}"));
    mode(&copy, 0o600);
    is_well(&well.look());
}

#[test]
fn policies_that_cannot_be_followed_are_found() {
    let well = Well::new();
    let policy = well.policy("unlock.idle = \"5m\"\n");
    state(&well.look(), "policy", "ok");
    mode(&policy, 0o666);
    found(&well.look(), "policy", "azvault policy check");
    mode(&policy, 0o600);
    fs::write(&policy, "unlock.idel = \"5m\"\n").unwrap();
    found(&well.look(), "policy", "azvault policy check");
    fs::remove_file(policy).unwrap();
    is_well(&well.look());
}

#[test]
fn an_agent_that_hangs_is_old_or_can_be_reached_by_others_is_found() {
    let well = Well::new();
    let unlocked = well.look();
    is_well(&unlocked);
    for name in ["agent-socket", "agent-version", "vault"] {
        state(&unlocked, name, "ok");
    }
    let socket = well.socket();
    mode(&socket, 0o666);
    found(&well.look(), "agent-socket", &format!("chmod 600 {}", socket.display()));
    mode(&socket, 0o600);
    let agent = azvault_agent::Client::new(socket.clone()).status().unwrap().pid;
    signal(agent, Signal::STOP);
    found(&well.look(), "agent", &format!("kill -9 {agent}"));
    signal(agent, Signal::CONT);
    is_well(&well.look());
    ran(cut_off(&well.command(&["panic"])).output().unwrap()).expect(0);
    state(&well.look(), "agent", "ok");

    // One of before there were versions: outcome, and a status in which nothing is held.
    let listener = UnixListener::bind(&socket).unwrap();
    mode(&socket, 0o600);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 5];
            std::io::Read::read_exact(&mut stream, &mut request).unwrap();
            let reply = [&26_u32.to_be_bytes()[..], &[0; 26]].concat();
            std::io::Write::write_all(&mut stream, &reply).unwrap();
        }
    });
    let lock = socket.with_extension("lock");
    found(&well.look(), "agent-version", &format!("fuser -k {}", lock.display()));
    fs::remove_file(socket).unwrap();
}

#[test]
fn what_the_shell_brings_along_is_looked_at_by_name_alone() {
    let well = Well::new();
    let mut command = well.doctor();
    command.env("AZURE_CLIENT_SECRET", "planted-3c1e").env("ARM_ACCESS_KEY", "planted-3c1e");
    command.env("AZURE_CLIENT_ID", "of no matter").env("AZURE_PASSWORD", "");
    found(&look(&mut command), "environment", "unset ARM_ACCESS_KEY AZURE_CLIENT_SECRET");
    let all = ran(command.args(["-o", "table", "-v"]).output().unwrap());
    assert!(!format!("{}{}", all.stdout, all.stderr).contains("planted"));

    let azvault = env!("CARGO_BIN_EXE_azvault");
    let with_mask = |mask: &str| {
        let mut shell = Command::new("/bin/sh");
        shell.env_clear().env("HOME", well.home.path());
        let script = format!("umask {mask}; exec \"$0\" \"$@\"");
        look(shell.args(["-c", &script, azvault, "doctor"]))
    };
    found(&with_mask("002"), "umask", "umask 077");
    state(&with_mask("022"), "umask", "ok");

    copy_folder(&fixture("azure-powershell/homes/az4-linux"), well.home.path());
    found(&well.look(), "leftovers", "azvault migrate");
    fs::remove_dir_all(well.home.join(".Azure")).unwrap();
    fs::create_dir_all(well.home.join(".azure")).unwrap();
    let token = r#"[{"value": "gho_planted0123456789abcdefghijklmnopqrst"}]"#;
    fs::write(well.home.join(".azure/github_token_cache.json"), token).unwrap();
    let _ = fs::remove_dir_all(well.home.join(".IdentityService"));
    let _ = fs::remove_dir_all(well.home.join(".local/share/.IdentityService"));
    found(&well.look(), "leftovers", "azvault scan");
}

#[test]
fn a_keyring_is_out_of_reach_without_its_program_or_its_bus() {
    if !can_be_made() {
        return;
    }
    let well = Well::new();
    let bin = well.home.join("bin");
    fs::create_dir(&bin).unwrap();
    let tool = bin.join("secret-tool");
    fs::write(&tool, "#!/bin/sh\nread -r key\nexit 0\n").unwrap();
    mode(&tool, 0o755);
    let with_bus = |bus: Option<&str>| {
        let mut command = well.doctor();
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        look(&mut with_system_tool(&command, &bin))
    };
    let advice = "azvault key add raw FILE";
    let bus = well.home.join("bus");
    let address = format!("unix:path={},guid=1", bus.display());
    // Who does not use it need not have it.
    state(&with_bus(None), "keyring", "ok");
    let add = well.command(&["key", "add", "keyring"]);
    ran(with_system_tool(&add, &bin).output().unwrap()).expect(0);
    found(&with_bus(None), "keyring", advice);
    found(&with_bus(Some(&address)), "keyring", advice);
    let listener = UnixListener::bind(&bus).unwrap();
    state(&with_bus(Some(&address)), "keyring", "ok");
    state(&with_bus(Some("unix:abstract=/tmp/x")), "keyring", "unknown");
    drop(listener);
}

#[test]
fn a_runtime_folder_on_a_disk_is_found_and_the_advice_makes_one_in_memory() {
    let well = Well::new();
    let is_tmpfs = |path: &Path| rustix::fs::statfs(path).unwrap().f_type == 0x0102_1994;
    let expected = if is_tmpfs(well.runtime.path()) { "ok" } else { "finding" };
    state(&well.look(), "runtime-in-memory", expected);
    if is_tmpfs(well.home.path()) {
        not_run("the folder for temporary files is in memory");
    } else {
        let mut command = well.doctor();
        let all = look(command.env("XDG_RUNTIME_DIR", well.home.path()));
        // What is to be typed makes it so.
        let advice = all["runtime-in-memory"].1.clone().unwrap();
        let mut shell = well.home.script(&format!("{advice}; azvault doctor -o json"));
        let ran = ran(shell.env_remove("AZVAULT_NO_AGENT").output().unwrap());
        let made = ran.json();
        let check = made["checks"].as_array().unwrap().iter();
        let check = check.clone().find(|check| check["name"] == "runtime-in-memory").unwrap();
        assert_eq!(check["state"], "ok", "{advice}: {check}");
        let folder = check["what"].as_str().unwrap_or_default().to_owned();
        assert!(!folder.is_empty());
    }
}
