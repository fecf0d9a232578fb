//! Keys go to the agent that the unlocking process started, and to nothing that listens at its name.

use std::io::Read;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use azvault_agent::hold::{Limits, Terms};
use azvault_agent::presence::Presence;
use azvault_agent::{KeysToHold, hand};
use azvault_os::pipe::Stream;
use azvault_test_support::PASSPHRASE;

use super::*;

/// What a program does that has taken the agent's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fake {
    /// Says that it holds keys, and does whatever it is asked for.
    Unlocked,
    /// Says that it holds none.
    Locked,
    /// Never answers.
    Silent,
    /// Hands over no session, and stays.
    Stays,
    /// Hands over no session, and lets go of the lock, as an agent does.
    Goes,
}

/// A program of the same user at the place of the agent. It keeps what it is sent.
struct AtItsPlace {
    heard: Arc<Mutex<Vec<u8>>>,
    socket: PathBuf,
}

impl AtItsPlace {
    fn take(home: &AgentHome, fake: Fake) -> Self {
        let socket = home.socket().to_owned();
        let lock = Presence::announce(&socket.with_extension("lock")).unwrap().unwrap();
        let _ = fs::remove_file(&socket);
        let listener = UnixListener::bind(&socket).unwrap();
        let heard = Arc::default();
        let (kept, mut lock) = (Arc::clone(&heard), Some(lock));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let hands_over = answer(fake, &mut stream, &kept);
                if hands_over && fake == Fake::Goes {
                    // Until the other one has the name.
                    let _ = stream.read(&mut [0]);
                    lock = None;
                }
                if fake == Fake::Silent {
                    let _ = stream.set_read_timeout(None);
                    let _ = stream.read(&mut [0]);
                }
            }
            drop(lock);
        });
        Self { heard, socket }
    }

    fn heard(&self) -> Vec<u8> {
        self.heard.lock().unwrap().clone()
    }
}

impl Drop for AtItsPlace {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.socket);
    }
}

/// Keeps a request and answers it; whether it was to hand over, and was done.
fn answer(fake: Fake, stream: &mut UnixStream, heard: &Mutex<Vec<u8>>) -> bool {
    let mut length = [0; 4];
    if stream.read_exact(&mut length).is_err() {
        return false;
    }
    let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap().min(1 << 20)];
    let _ = stream.read_exact(&mut body);
    heard.lock().unwrap().extend(&body);
    let verb = body.first().copied().unwrap_or(u8::MAX);
    let unlocked = u8::from(fake == Fake::Unlocked);
    let status = [&[DONE, unlocked][..], &1_u32.to_be_bytes(), &[0; 20], &[0; 4], &[0; 8]].concat();
    let reply = match (fake, verb) {
        (Fake::Silent, _) => return false,
        (_, 0) => status,
        // No session, no grant, and no terminal.
        (Fake::Stays | Fake::Goes, 1) => [&[DONE][..], &[0; 44]].concat(),
        (Fake::Unlocked, _) => [&[DONE][..], &[0; 64]].concat(),
        _ => vec![REFUSED],
    };
    let _ = stream.write_all(&frame(&reply));
    verb == 1 && reply[0] == DONE
}

/// Whether a key, half of one or the passphrase is in what somebody heard.
fn has_secrets(home: &AgentHome, heard: &[u8]) -> bool {
    let keys = home.keys();
    let halves = keys.iter().flat_map(|key| key.chunks(16));
    halves.chain([PASSPHRASE.as_bytes()]).any(|secret| contains(heard, secret))
}

#[test]
fn what_has_taken_the_agents_place_receives_no_key() {
    let mut sent = 0;
    for (fake, code) in [
        (Fake::Unlocked, 1),
        (Fake::Locked, 1),
        (Fake::Silent, 1),
        (Fake::Stays, 1),
        (Fake::Goes, 0),
    ] {
        let home = AgentHome::migrated();
        fs::create_dir(home.socket().parent().unwrap()).unwrap();
        fs::set_permissions(home.socket().parent().unwrap(), fs::Permissions::from_mode(0o700))
            .unwrap();
        let attacker = AtItsPlace::take(&home, fake);
        let unlock = ran(home.given(&["unlock"]).output().unwrap()).expect(code);
        if code != 0 {
            unlock.says("does not hand its sessions over").says("try: ");
        } else {
            assert!(home.holds_keys(), "the real one has the name");
            home.alone(&["context", "list"]).expect(0);
        }
        if fake != Fake::Silent {
            // Whatever a command that has the passphrase says to it, it says no key.
            ran(home.given(&["context", "list"]).output().unwrap());
            ran(home.given(&["secret", "list"]).output().unwrap());
            ran(home.given(&["key", "rotate"]).output().unwrap());
        }
        let heard = attacker.heard();
        assert!(!heard.is_empty(), "{fake:?}");
        assert!(!has_secrets(&home, &heard), "{fake:?}");
        sent += heard.len();
    }
    println!("figure: 0 keys in {sent} bytes that five programs in the agent's place were sent");

    // The control: what goes through the pair has the keys, and the search finds them.
    let home = AgentHome::with_vault();
    let (own, its) = Stream::pair().unwrap();
    let bytes = home.keys().concat();
    let heard = std::thread::scope(|scope| {
        scope.spawn(|| {
            let terms = Terms { limits: Limits::default(), reach: None };
            let keys = KeysToHold { epoch: 1, bytes: &bytes, terms };
            let _ = hand(own, Some(&keys));
        });
        let mut its = its;
        let mut heard = Vec::new();
        for _ in 0..2 {
            let mut length = [0; 4];
            its.read_exact(&mut length).unwrap();
            let mut body = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
            its.read_exact(&mut body).unwrap();
            heard.extend(body);
            its.write_all(&frame(&[DONE])).unwrap();
        }
        heard
    });
    assert!(has_secrets(&home, &heard));
    let found = home.keys().iter().filter(|key| contains(&heard, key)).count();
    println!("control: {found} of 7 keys found in what the agent that was started is sent");
    assert_eq!(found, 7);
}

#[test]
fn sessions_go_over_to_the_next_agent_with_what_was_written_last() {
    let home = AgentHome::migrated();
    home.unlock();
    let passphrase = home.join("passphrase").display().to_string();
    let unlock = format!("azvault --passphrase-file '{passphrase}' unlock >/dev/null 2>&1");
    let script = format!(
        "eval \"$(azvault session start)\"
        azvault context set first --scope process >/dev/null
        {unlock}
        test \"$(azvault prompt)\" = 'first*'
        azvault lock >/dev/null
        {unlock} --for 1h
        azvault context set second --scope process >/dev/null
        {unlock}
        azvault session show -o json
        azvault prompt"
    );
    let said = home.bash(&script).expect(0).stdout;
    assert!(said.ends_with("second*\n"), "{said}");
    eventually("the session ends with its shell", || home.sessions() == 0);
    // One whose shell ended while no agent noticed is not taken over.
    assert_eq!(life::agents_of(&home).len(), 1);
}

#[test]
fn no_change_of_a_session_is_lost_and_nobody_is_turned_away_while_agents_replace_each_other() {
    let home = AgentHome::migrated();
    home.unlock();
    let keys = home.keys().concat();
    let script = "eval \"$(azvault session start)\"
        azvault context set zero --scope process >/dev/null
        touch started
        for n in $(seq 25); do
            azvault context set \"c$n\" --scope process >/dev/null
            test \"$(azvault prompt)\" = \"c$n*\"
        done
        azvault context list -o json";
    let shell = home.shell("bash", &format!("set -eu\n{script}"));
    let shell = { shell }.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    eventually("the shell has begun", || home.join("started").exists());
    let (mut shell, mut agents) = (shell, 0);
    while shell.try_wait().unwrap().is_none() {
        home.hold(1, &keys).unwrap();
        agents += 1;
    }
    let said = ran(shell.wait_with_output().unwrap()).expect(0).stdout;
    for n in 1..=25 {
        assert!(said.contains(&format!("\"c{n}\"")), "c{n} of 25: {said}");
    }
    assert!(agents > 5, "{agents}");
    println!("{agents} agents one after the other, 0 of 25 changes lost");
}

#[test]
fn one_that_hangs_is_named_and_no_key_is_sent() {
    let home = AgentHome::migrated();
    home.unlock();
    let agent = home.agent().unwrap();
    home.alone(&["session", "start", "--leader", &std::process::id().to_string()]).expect(0);
    home.alone(&["lock"]).expect(0);
    signal(agent, Signal::STOP);
    let unlock = ran(home.given(&["unlock"]).output().unwrap()).expect(1);
    unlock.says("does not hand its sessions over").says(&format!("try: kill {agent}"));
    signal(agent, Signal::CONT);
    eventually("it goes on", || home.sessions() == 1);
    assert_eq!(home.agent(), Some(agent));
    assert!(!home.holds_keys());
    // And the next one takes over from it.
    home.unlock();
    assert_eq!(home.sessions(), 1);
    eventually("it ends", || !is_running(agent));
}

#[test]
fn one_that_takes_over_and_dies_leaves_the_other_as_it_was() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent().unwrap();
    home.alone(&["session", "start", "--leader", &std::process::id().to_string()]).expect(0);
    let keys = Keys::from_bytes(1, &home.keys().concat()).unwrap();
    let mark = fingerprint(&keys).unwrap();
    let ask = [&[1][..], &frame(mark.as_bytes())].concat();
    let mut heir = UnixStream::connect(home.socket()).unwrap();
    heir.write_all(&frame(&ask)).unwrap();
    assert_eq!(read_reply(&mut heir)[..5], [DONE, 0, 0, 0, 1]);
    // Others wait, and are answered once it is gone.
    let mut waits = UnixStream::connect(home.socket()).unwrap();
    waits.write_all(&frame(&[0])).unwrap();
    waits.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    assert_eq!(waits.read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(heir);
    waits.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(read_reply(&mut waits)[0], DONE);
    assert_eq!((home.agent(), home.sessions()), (Some(agent), 1));
    assert!(home.holds_keys());
    // One that gets other keys gets no session while keys are held.
    assert_eq!(home.ask(&[&[1][..], &frame(b"0000-0000-0000-0000")].concat()), [5]);
}

#[test]
fn an_agent_without_keys_drives_none_out_and_takes_what_comes_through_its_pair_alone() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent();
    hand(home.start(), None).unwrap();
    assert_eq!(home.agent(), agent);
    assert!(home.holds_keys());
    // What is announced is another thing than what comes.
    let mut pair = home.start();
    pair.set_patience(Duration::from_secs(60)).unwrap();
    let own = fingerprint(&Keys::from_bytes(1, &home.keys().concat()).unwrap()).unwrap();
    pair.write_all(&frame(&[&[1][..], &frame(own.as_bytes())].concat())).unwrap();
    let mut reply = [0; 5];
    pair.read_exact(&mut reply).unwrap();
    assert_eq!(reply, [0, 0, 0, 1, DONE]);
    let others = [&[1][..], &1_u32.to_be_bytes(), &[0; 16], &frame(&[7; Keys::SIZE])].concat();
    pair.write_all(&frame(&others)).unwrap();
    pair.read_exact(&mut reply).unwrap();
    assert_eq!(reply, [0, 0, 0, 1, REFUSED]);
    assert_eq!(home.agent(), agent);
    assert!(home.holds_keys());
    // Typed by a person it says so.
    let mut typed =
        home.without(&["agent", "serve", "--vault-id", "x", "--anchors", "/x", "--socket"]);
    let typed = ran(typed.arg(home.join("run/azvault/x.sock")).output().unwrap());
    typed.expect(1).says("the agent: ");
}
