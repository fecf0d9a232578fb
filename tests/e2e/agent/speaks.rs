//! A program that speaks the protocol gets what a command would, and the log has each secret that it got.

use std::io::Read;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use azvault_agent::presence::Presence;
use azvault_test_support::principals::contexts_and_a_token;
use azvault_test_support::{Ran, make_folder};

use super::*;

/// What the values of all secrets of this vault begin with.
const VALUES: [&[u8]; 2] = [b"at.aaaa", b"not-a-real-secret-0"];

/// A program between commands and agent, of the same user. The agent knows it alone.
struct Between {
    folder: PathBuf,
    requests: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Between {
    fn stand(home: &AgentHome) -> Self {
        let folder = home.join("between");
        let socket = folder.join("azvault").join(home.socket().file_name().unwrap());
        make_folder(&folder, 0o700);
        make_folder(socket.parent().unwrap(), 0o700);
        let lock = Presence::announce(&socket.with_extension("lock")).unwrap().unwrap();
        let listener = UnixListener::bind(&socket).unwrap();
        let requests: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let (kept, to) = (Arc::clone(&requests), home.socket().to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut length = [0; 4];
                stream.read_exact(&mut length).unwrap();
                let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
                stream.read_exact(&mut body).unwrap();
                let reply = send(&to, &body);
                kept.lock().unwrap().push(body);
                let _ = stream.write_all(&reply);
            }
            drop(lock);
        });
        Self { folder, requests }
    }

    /// What a command says through it, and its last request.
    fn run(&self, home: &AgentHome, args: &[&str]) -> (Ran, Vec<u8>) {
        let mut command = home.without(args);
        command.env("XDG_RUNTIME_DIR", &self.folder);
        let said = ran(command.output().unwrap());
        (said, self.requests.lock().unwrap().last().unwrap().clone())
    }
}

/// Sends one body as a frame, and gives the whole reply.
fn send(socket: &Path, body: &[u8]) -> Vec<u8> {
    let mut stream = UnixStream::connect(socket).unwrap();
    let mut reply = Vec::new();
    let _ = stream.write_all(&frame(body));
    let _ = stream.read_to_end(&mut reply);
    reply
}

/// Entries of the log.
fn entries(home: &AgentHome) -> usize {
    let count = |row: &rusqlite::Row<'_>| row.get::<_, u32>(0);
    sqlite(home).query_row("SELECT count(*) FROM audit", [], count).unwrap() as usize
}

/// Entries of the log that this process has caused.
fn own_entries(home: &AgentHome) -> usize {
    let log = home.alone(&["audit", "log", "-n", "1000000", "-o", "json"]).expect(0).json();
    let entries = log["entries"].as_array().unwrap().iter();
    entries.filter(|entry| entry["actor"]["pid"] == std::process::id()).count()
}

fn has_secret(bytes: &[u8]) -> bool {
    VALUES.iter().any(|value| contains(bytes, value))
}

#[test]
fn what_speaks_the_protocol_gets_what_a_command_would_and_each_release_is_in_the_log() {
    let home = AgentHome::with_vault();
    let file = home.join("contexts.json");
    fs::write(&file, contexts_and_a_token(3)).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    home.unlock();
    let list = home.alone(&["secret", "list", "-o", "json"]).expect(0).json();
    let id = list["secrets"][0]["id"].as_str().unwrap();
    let between = Between::stand(&home);
    let (mut asked, mut released, first) = (0, 0, entries(&home));
    for (args, releases) in [
        (&["token"][..], true),
        (&["secret", "show", id, "--reveal"], true),
        (&["secret", "list", "--reveal", "-o", "json"], true),
        (&["secret", "show", id], false),
        (&["secret", "list"], false),
        (&["context", "list"], false),
        (&["status"], false),
        (&["audit", "log"], false),
    ] {
        let before = entries(&home);
        let (said, request) = between.run(&home, args);
        let said = said.expect(0).stdout;
        assert_eq!(has_secret(said.as_bytes()), releases, "{args:?}");
        assert_eq!(entries(&home) - before, usize::from(releases), "{args:?}");
        // The same once more, and each with another byte: whatever a program makes of it.
        let changed = (0..request.len()).step_by(request.len().div_ceil(64)).map(|at| {
            let mut changed = request.clone();
            changed[at] ^= 0x11;
            changed
        });
        for request in [request.clone()].into_iter().chain(changed) {
            let before = entries(&home);
            let got = has_secret(&send(home.socket(), &request));
            let logged = entries(&home) - before;
            assert!(logged >= usize::from(got), "{args:?}: a secret, and nothing in the log");
            assert!(!got || releases, "{args:?}: a secret that the command does not get");
            asked += 1;
            released += usize::from(got);
        }
    }
    assert!(released >= 3, "{released}");
    // By this process, which the kernel knows: neither by the commands nor by what the requests say.
    assert_eq!(own_entries(&home), entries(&home) - first);
    println!(
        "figure: {asked} requests of a program that speaks the protocol: {released} got a secret, \
         each of them is in the log; 0 got one that the command does not get"
    );
    home.alone(&["audit", "verify"]).expect(0);
    home.alone(&["verify"]).expect(0);
}
