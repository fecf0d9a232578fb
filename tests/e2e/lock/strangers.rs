//! Processes that are called as ours are, and are none.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};

use crate::world::alone;
use azvault_test_support::{AgentHome, Home, is_running, ran};

/// Programs of this user with our names, in every way to have one.
fn strangers(home: &Home) -> Vec<Child> {
    let folder = home.join("programs");
    fs::create_dir(&folder).unwrap();
    let program = |name: &str, text: &str| {
        let file = folder.join(name);
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o700)).unwrap();
        file
    };
    let script = program("azvault", "#!/bin/sh\nwhile :; do sleep 1; done\n");
    let copy = folder.join("azvault-agent");
    assert!(Command::new("cp").arg("/bin/sleep").arg(&copy).status().unwrap().success());
    let mut all = Vec::new();
    let mut start = |command: &mut Command| {
        let quiet = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        all.push(quiet.spawn().unwrap());
    };
    let socket = home.join("run/azvault/x.sock").display().to_string();
    start(Command::new(&script).args(["agent", "serve", "--socket", &socket]));
    start(Command::new(&copy).arg("600"));
    start(Command::new("bash").args(["-c", "exec -a 'azvault agent serve' sleep 600"]));
    start(Command::new("bash").args(["-c", "exec -a azvault sleep 600"]));
    // A socket in our words whose name is not of our form, and one that is reached in another way.
    let listens = "
import socket, sys, time
names = [b'\\0azvault.agent.x.y', b'\\0azvault', b'\\0azvault.agent.' + b'0' * 31 + b'.' + b'0' * 32]
kept = []
for name in names:
    kept.append(socket.socket(socket.AF_UNIX)); kept[-1].bind(name); kept[-1].listen()
# Connected to, and not listening.
kept.append(socket.socket(socket.AF_UNIX)); kept[-1].bind(b'\\0azvault.agent.' + b'1' * 32 + b'.' + b'1' * 32)
print('ready', flush=True)
time.sleep(600)";
    start(Command::new("python3").args(["-c", listens]));
    let ready = all.last_mut().unwrap().stdout.as_mut().unwrap();
    let mut word = [0; 5];
    std::io::Read::read_exact(ready, &mut word).unwrap();
    all
}

#[test]
fn what_is_only_called_azvault_survives_lock_and_panic() {
    alone(|| {
        let home = AgentHome::with_vault();
        home.unlock();
        let agent = home.agent().unwrap();
        let mut strangers = strangers(&home);
        let lock = home.alone(&["lock", "-o", "json"]).expect(0).json();
        assert_eq!(lock["locked"].as_array().unwrap().len(), 1);
        home.unlock();
        let panic = ran(home.given(&["panic", "-o", "json"]).output().unwrap()).expect(0).json();
        assert_eq!(panic["ended"]["agents"], 1);
        assert_eq!(panic["ended"]["left"].as_array().unwrap().len(), 0);
        assert!(!is_running(agent));
        for stranger in &mut strangers {
            assert!(stranger.try_wait().unwrap().is_none(), "{}", stranger.id());
        }
        // With nothing left to end, nothing is said to have been.
        let again = ran(home.given(&["panic"]).output().unwrap()).expect(0);
        again.says("no agent or endpoint was running (looked at: /proc/net/unix");
        for mut stranger in strangers {
            stranger.kill().unwrap();
            stranger.wait().unwrap();
        }
    });
}
