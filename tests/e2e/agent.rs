//! The agent: what it answers, whom it answers, and when it lets go.

mod handing;
mod life;
mod login;
mod others;
mod speaks;

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use azvault_agent::{CallError, MAX_ASK, MAX_FRAME};
use azvault_vault::{Keys, fingerprint};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use azvault_test_support::{
    AgentHome, Dice, NOBODY, contains, eventually, frame, is_root, is_running, ran, read_reply,
    signal,
};

const DONE: u8 = 0;
const REFUSED: u8 = 4;

/// The verb of what is asked.
const ASK: u8 = 7;

/// Valid requests of the verbs that take something, for a vault with these keys.
fn requests(home: &AgentHome) -> Vec<(u8, Vec<u8>)> {
    let bytes = |text: &[u8]| frame(text);
    let id = 7_i64.to_be_bytes();
    let mark = fingerprint(&Keys::from_bytes(1, &home.keys().concat()).unwrap()).unwrap();
    vec![
        (0, Vec::new()),
        (1, bytes(mark.as_bytes())),
        (3, [&id[..], &0_u32.to_be_bytes(), &bytes(b"box")].concat()),
        (4, id.to_vec()),
        (5, [&id[..], &1_i64.to_be_bytes(), &bytes(b"box")].concat()),
        (6, id.to_vec()),
        (8, [&2_u32.to_be_bytes()[..], &bytes(b"one epoch"), &bytes(b"other")].concat()),
        (9, [&[7; 32][..], &id, &[1], &bytes(b"box")].concat()),
    ]
}

fn sqlite(home: &AgentHome) -> rusqlite::Connection {
    rusqlite::Connection::open(home.vault()).unwrap()
}

fn resident_kib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// Clock ticks that a process has computed for.
fn ticks(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_ascii_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn nonsense_is_refused_and_changes_nothing() {
    let home = AgentHome::migrated();
    home.unlock();
    let agent = home.agent().unwrap();
    let before = resident_kib(agent);
    let mut dice = Dice(0x5eed);

    assert_eq!(home.send(&[0; 4]), [0; 0], "an empty body");
    for length in [u32::try_from(MAX_ASK).unwrap() + 1, u32::MAX] {
        assert_eq!(home.send(&length.to_be_bytes()), [0; 0], "{length}");
    }
    // Only what is asked may be longer.
    for verb in (0..=255).filter(|verb| *verb != ASK) {
        let head = [&(u32::try_from(MAX_FRAME).unwrap() + 1).to_be_bytes()[..], &[verb]].concat();
        assert_eq!(home.send(&head), [0; 0], "{verb}");
    }
    // Frames that end before they should: nobody is there to be told.
    for cut in [&[][..], &[0], &[0, 0, 0], &[0, 0, 0, 9], &[0, 0, 0, 9, 0], &[2, 0, 0, 0, 4]] {
        let mut stream = UnixStream::connect(home.socket()).unwrap();
        stream.write_all(cut).unwrap();
    }
    for verb in 0..=255 {
        for _ in 0..4 {
            let length = usize::try_from(dice.below(300)).unwrap() + 1;
            let garbage = dice.bytes(length);
            let reply = home.ask(&[&[verb][..], &garbage].concat());
            assert!(matches!(reply[..], [1..=4]), "verb {verb}: {reply:?}");
        }
    }
    let mut cuts = 0;
    for (verb, body) in requests(&home) {
        let whole = [&[verb][..], &body].concat();
        for length in 1..whole.len() {
            assert_eq!(home.ask(&whole[..length]), [REFUSED], "verb {verb} cut at {length}");
            cuts += 1;
        }
        for more in [1, 1000] {
            let longer = [&whole[..], &vec![0; more]].concat();
            assert_eq!(home.ask(&longer), [REFUSED], "verb {verb} with {more} bytes more");
        }
    }
    assert!(cuts > 150, "{cuts}");
    for (number, rest) in [(u32::MAX, &[][..]), (u32::MAX, &[0; 46]), (1, &[0xff; 46])] {
        let head = [&[8][..], &number.to_be_bytes(), rest].concat();
        assert_eq!(home.ask(&head), [REFUSED], "{number} texts that are not there");
    }
    // As much as a question can have, none of which is one.
    assert_eq!(home.ask(&[&[ASK][..], &vec![0; MAX_FRAME]].concat()), [REFUSED]);

    let status = home.client().status().unwrap();
    assert_eq!((status.pid, status.sessions), (agent, 0));
    assert_eq!(status.unlocked.unwrap().epoch, 1);
    home.alone(&["context", "list"]).expect(0);
    let after = resident_kib(agent);
    assert!(after < before + 200 * 1024, "{before} KiB, then {after} KiB");
    println!("{cuts} cut bodies; {before} KiB before, {after} KiB after");
    home.verify();
}

#[test]
fn a_crowd_of_callers_that_say_nothing_keeps_nobody_out() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(4096, |most| most.min(4096));
    setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).unwrap();
    let home = AgentHome::migrated();
    home.unlock();
    let agent = home.agent().unwrap();
    let before = resident_kib(agent);
    // Half a length, a body that never comes, and one that is promised to be large.
    let halves = [&[0, 0][..], &[0, 0, 0, 9, 3], &[2, 0, 0, 0]];
    let mut stalled = Vec::new();
    for number in 0..500 {
        let mut stream = UnixStream::connect(home.socket()).unwrap();
        stream.write_all(halves[number % 3]).unwrap();
        stalled.push(stream);
        let mut other = UnixStream::connect(home.socket()).unwrap();
        other.write_all(&frame(&[0])).unwrap();
        other.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stalled.push(other);
    }
    for _ in 0..3 {
        home.alone(&["context", "list"]).expect(0);
    }
    for other in stalled.iter_mut().skip(1).step_by(2) {
        assert_eq!(read_reply(other)[0], DONE);
    }
    // The agent waits for those who are left; it does not turn in circles.
    let start = ticks(agent);
    std::thread::sleep(Duration::from_millis(500));
    assert!(ticks(agent) - start < 30);
    for silent in stalled.iter_mut().step_by(2).take(100) {
        silent.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        assert_eq!(read_reply(silent), [0; 0], "let go of");
    }
    drop(stalled);
    let after = resident_kib(agent);
    assert!(after < before + 400 * 1024, "{before} KiB, then {after} KiB");
    println!("{before} KiB before, {after} KiB after");
    assert_eq!(home.agent(), Some(agent));
    assert!(home.holds_keys());
}

#[test]
fn large_promises_do_not_keep_the_agent_busy_or_others_waiting() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent().unwrap();
    let mut promised = Vec::new();
    for _ in 0..8 {
        let mut stream = UnixStream::connect(home.socket()).unwrap();
        stream.write_all(&[2, 0, 0, 0, 0xff]).unwrap();
        promised.push(stream);
    }
    home.alone(&["context", "list"]).expect(0);
    let start = ticks(agent);
    std::thread::sleep(Duration::from_millis(500));
    assert!(ticks(agent) - start < 30, "it turns in circles");
    drop(promised);
    home.alone(&["context", "list"]).expect(0);
}

#[test]
fn no_reply_has_a_key_in_it() {
    let home = AgentHome::with_vault();
    home.unlock();
    let mut dice = Dice(0xba5e);
    let bytes = dice.bytes(Keys::SIZE);
    home.client().lock().unwrap();
    home.hold(1, &bytes).unwrap();
    let keys: Vec<&[u8]> = bytes.chunks(32).collect();
    let mut replies = Vec::new();
    for (verb, body) in requests(&home) {
        replies.extend(home.ask(&[&[verb][..], &body].concat()));
        for key in 0..=7 {
            for number in [0_u32, 1, 2] {
                let head = [&[verb][..], &1_u32.to_be_bytes(), &[key], &number.to_be_bytes()];
                replies.extend(home.ask(&head.concat()));
                let placed = vec![0; 42 + 4 + 200];
                replies.extend(home.ask(&[&head.concat()[..], &placed].concat()));
            }
        }
    }
    // What a status has comes back, and is found: the search works.
    assert!(contains(&replies, env!("CARGO_PKG_VERSION").as_bytes()));
    for key in keys {
        for half in key.chunks(16) {
            assert!(!contains(&replies, half));
        }
    }
}

#[test]
fn no_verb_opens_seals_or_authenticates_what_a_caller_hands_over() {
    let home = AgentHome::migrated();
    home.unlock();
    let vault = sqlite(&home);
    let boxes = |sql: &str| -> Vec<Vec<u8>> {
        let mut statement = vault.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let records = boxes("SELECT box FROM record");
    let sealed = [records, boxes("SELECT box FROM secret")].concat();
    assert!(sealed.len() > 10, "{}", sealed.len());
    // Boxes with their place, as a question of each verb, and in each member of the questions that are
    // understood: nobody but the agent knows what is in them, and what comes back is a refusal.
    let mut dice = Dice(0xb0c5);
    for sealed in &sealed {
        for verb in 2..=40 {
            let epoch = 1_u32.to_be_bytes();
            let key = [u8::try_from(dice.below(7)).unwrap()];
            let aad = dice.bytes(42);
            let one = 1_u32.to_be_bytes();
            for body in [
                [&epoch[..], &key, &one, &aad, &frame(sealed)].concat(),
                [&epoch[..], &key, &frame(sealed)].concat(),
                sealed.clone(),
            ] {
                let reply = home.ask(&[&[verb][..], &body].concat());
                assert!(matches!(reply[..], [1..=4]), "verb {verb}: {} bytes", reply.len());
            }
        }
    }
}

#[test]
fn keys_of_another_epoch_or_vault_are_not_used() {
    let home = AgentHome::with_vault();
    home.unlock();
    // Other keys than the vault's in the agent open nothing, and break nothing.
    let others = [7; Keys::SIZE];
    let refused = home.hold(1, &others);
    assert!(matches!(refused, Err(CallError::OthersKeys)), "those that are held stay");
    home.alone(&["context", "list"]).expect(0);
    home.client().lock().unwrap();
    home.hold(1, &others).unwrap();
    // The vault is not called changed because of them.
    home.alone(&["context", "list"]).expect(14);
    home.run(&["context", "list", "--no-agent"]).expect(0);
    home.run(&["context", "list"]).expect(0);
    // The keys of another epoch.
    home.client().lock().unwrap();
    home.hold(2, &home.keys().concat()).unwrap();
    home.alone(&["context", "list"]).expect(14);

    // Another vault with the id of the first: its agent's keys do not open it.
    let other = AgentHome::with_vault();
    home.unlock();
    let id: Vec<u8> =
        sqlite(&home).query_row("SELECT vault_id FROM header", [], |r| r.get(0)).unwrap();
    sqlite(&other).execute("UPDATE header SET vault_id = ?1", [id]).unwrap();
    let mut command = home.without(&["context", "list", "--vault"]);
    ran(command.arg(other.vault()).output().unwrap()).expect(8);
}
