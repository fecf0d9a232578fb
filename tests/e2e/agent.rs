//! The agent: what it answers, whom it answers, and when it lets go.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use azvault_agent::hold::Limits;
use azvault_agent::{CallError, MAX_FRAME, RemoteKeys};
use azvault_vault::{KeyName, Keys, Locked, Placed, Sealer};
use azvault_vault::{Table, place};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use azvault_test_support::{
    AgentHome, Dice, NOBODY, contains, eventually, frame, is_root, is_running, ran, read_reply,
    signal,
};

const DONE: u8 = 0;
const LOCKED: u8 = 1;
const REFUSED: u8 = 4;

/// Valid requests of the verbs that take something, for a vault with these keys.
fn requests(home: &AgentHome) -> Vec<(u8, Vec<u8>)> {
    let vault = Locked::open(&home.vault()).unwrap().vault_id();
    let here = place(vault, 1, Table::Record, 0, 1, 1);
    let epoch = 1_u32.to_be_bytes();
    let bytes = |text: &[u8]| frame(text);
    let batch =
        |text: &[u8]| [&epoch[..], &[0], &1_u32.to_be_bytes(), &here, &bytes(text)].concat();
    let remote = RemoteKeys::new(home.client(), 1);
    let sealed = remote.seal(KeyName::Record, &[Placed { place: here, bytes: b"text" }]).unwrap();
    let id = 7_i64.to_be_bytes();
    let limits = [&600_u64.to_be_bytes()[..], &600_u64.to_be_bytes()].concat();
    let keys = home.keys().concat();
    vec![
        (0, Vec::new()),
        (1, [&epoch[..], &limits, &bytes(&keys)].concat()),
        (3, batch(&sealed[0])),
        (4, batch(b"text")),
        (5, [&epoch[..], &[3], &bytes(b"message")].concat()),
        (6, [&id[..], &0_u32.to_be_bytes(), &bytes(b"box")].concat()),
        (7, id.to_vec()),
        (8, [&id[..], &1_i64.to_be_bytes(), &bytes(b"box")].concat()),
        (9, id.to_vec()),
    ]
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
    for length in [u32::try_from(MAX_FRAME).unwrap() + 1, u32::MAX] {
        assert_eq!(home.send(&length.to_be_bytes()), [0; 0], "{length}");
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
    assert!(cuts > 500, "{cuts}");
    for verb in [3, 4] {
        for (number, rest) in [(u32::MAX, &[][..]), (u32::MAX, &[0; 46]), (1, &[0xff; 46])] {
            let head = [&[verb][..], &[0, 0, 0, 1, 0], &number.to_be_bytes(), rest].concat();
            assert_eq!(home.ask(&head), [REFUSED], "{number} boxes that are not there");
        }
    }
    // As many boxes as a message can have, none of which is one.
    let boxes = (MAX_FRAME - 10) / 46;
    let number = u32::try_from(boxes).unwrap().to_be_bytes();
    let many = [&[3, 0, 0, 0, 1, 0][..], &number, &vec![0; boxes * 46]].concat();
    assert_eq!(home.ask(&many), [6]);

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
    home.client().unlock(1, &bytes, Limits::default()).unwrap();
    let keys: Vec<&[u8]> = bytes.chunks(32).collect();
    let mut replies = Vec::new();
    for (verb, body) in requests(&home).into_iter().filter(|(verb, _)| *verb != 1) {
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
    // What is sealed and opened again comes back, and is found: the search works.
    let remote = RemoteKeys::new(home.client(), 1);
    let here = [7; 42];
    let text = b"this comes back in clear";
    for name in KeyName::ALL {
        let sealed = remote.seal(name, &[Placed { place: here, bytes: text }]).unwrap();
        replies.extend(&sealed[0]);
        let opened = remote.open(name, &[Placed { place: here, bytes: &sealed[0] }]).unwrap();
        replies.extend(&opened[0][..]);
        replies.extend(remote.mac(name, b"message").unwrap());
    }
    assert!(contains(&replies, text));
    for key in keys {
        for half in key.chunks(16) {
            assert!(!contains(&replies, half));
        }
    }
}

#[test]
fn keys_of_another_epoch_or_vault_are_not_used() {
    let home = AgentHome::with_vault();
    home.unlock();
    let message = [&[5][..], &2_u32.to_be_bytes(), &[0], &frame(b"message")].concat();
    assert_eq!(home.ask(&message), [LOCKED]);
    // Other keys than the vault's in the agent open nothing, and break nothing.
    let others = [7; Keys::SIZE];
    let refused = home.client().unlock(1, &others, Limits::default());
    assert!(matches!(refused, Err(CallError::OthersKeys)), "those that are held stay");
    home.alone(&["context", "list"]).expect(0);
    home.client().lock().unwrap();
    home.client().unlock(1, &others, Limits::default()).unwrap();
    // The vault is not called changed because of them.
    home.alone(&["context", "list"]).expect(14);
    home.run(&["context", "list", "--no-agent"]).expect(0);
    home.run(&["context", "list"]).expect(0);
    // The keys of another epoch.
    home.client().lock().unwrap();
    home.client().unlock(2, &home.keys().concat(), Limits::default()).unwrap();
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

fn sqlite(home: &AgentHome) -> rusqlite::Connection {
    rusqlite::Connection::open(home.vault()).unwrap()
}

#[test]
fn another_user_gets_no_byte_even_when_the_way_is_open() {
    let home = AgentHome::with_vault();
    home.unlock();
    for path in [home.path(), &home.runtime(), &home.runtime().join("azvault"), home.socket()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    // Says what it read: `answer N` bytes, or that it may not even connect.
    let script = "
import os, socket, struct, sys
uid, path = int(sys.argv[1]), sys.argv[2]
if uid != os.getuid():
    os.setgroups([]); os.setgid(uid); os.setuid(uid)
s = socket.socket(socket.AF_UNIX)
s.settimeout(30)
s.connect(path)
try:
    s.sendall(struct.pack('>IB', 1, 0))
    print('answer', len(s.recv(100)))
except (ConnectionResetError, BrokenPipeError):
    print('answer 0')
";
    let answer = |uid: u32| {
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", script, &uid.to_string()]).arg(home.socket());
        ran(command.output().unwrap()).expect(0).stdout
    };
    assert_ne!(answer(rustix::process::getuid().as_raw()), "answer 0\n", "the same user");
    if is_root() {
        assert_eq!(answer(NOBODY), "answer 0\n");
        // What the agent refuses, the command refuses too: the agent of somebody else is none.
        let mut command = as_nobody(&home, &["lock"]);
        assert_ne!(ran(command.output().unwrap()).code, 0);
        assert!(home.holds_keys());
    } else {
        println!(
            "not checked: only root can become another user, and no socket of another user's \
                  can be made here"
        );
    }
    for path in [home.path(), &home.runtime(), &home.runtime().join("azvault")] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

/// The binary as another user, from a place that this one can reach. Needs root.
fn as_nobody(home: &AgentHome, args: &[&str]) -> Command {
    let binary = home.join("azvault-for-all");
    if !binary.exists() {
        // By another process: a file that this one has open for writing could not be run.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_azvault")).arg(&binary).status();
        assert!(copied.unwrap().success());
        fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(binary);
    command.args(args).env_clear().env("HOME", home.path()).uid(NOBODY).gid(NOBODY);
    command.env("XDG_RUNTIME_DIR", home.runtime()).stdin(Stdio::null());
    command
}

#[test]
fn the_folder_the_socket_and_the_process_are_of_one_user_and_keep_nothing_of_the_caller() {
    let home = AgentHome::with_vault();
    let held = fs::File::create(home.join("held")).unwrap();
    // A descriptor that the caller's shell left open, and a way that is not closed by exec.
    let script = "umask 0; ulimit -c unlimited 2>/dev/null; exec 9>held 8<&0; cd /tmp
        MARKER=of-the-caller AZVAULT_PASSPHRASE_FILE=\"$HOME/passphrase\" azvault unlock";
    ran(home.shell("bash", script).output().unwrap()).expect(0);
    drop(held);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&home.runtime().join("azvault")), 0o700);
    assert_eq!(mode(home.socket()), 0o600);
    assert_eq!(mode(&home.socket().with_extension("lock")), 0o600);

    let agent = home.agent().unwrap();
    let of = |what: &str| format!("/proc/{agent}/{what}");
    assert_eq!(fs::metadata(of("mem")).unwrap().uid(), 0, "not dumpable");
    let status = fs::read_to_string(of("status")).unwrap();
    assert!(status.contains("Umask:\t0077"), "{status}");
    let stat = fs::read_to_string(of("stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_ascii_whitespace().collect();
    assert_eq!(fields[3], agent.to_string(), "a terminal session of its own");
    assert_eq!(fields[4], "0", "no terminal");
    let limits = fs::read_to_string(of("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_ascii_whitespace().nth(4), Some("0"), "{core}");
    if !is_root() {
        println!(
            "not root: that memory, environment and descriptors may not be opened is the claim"
        );
        for what in ["mem", "environ", "maps"] {
            assert!(fs::read(of(what)).is_err(), "{what}");
        }
        return;
    }
    assert_eq!(fs::read(of("environ")).unwrap(), b"");
    assert_eq!(fs::read_link(of("cwd")).unwrap(), std::path::Path::new("/"));
    for entry in fs::read_dir(of("fd")).unwrap() {
        let Ok(target) = fs::read_link(entry.unwrap().path()) else { continue };
        let text = target.to_str().unwrap();
        let own = text == "/dev/null"
            || text.starts_with("socket:")
            || text == "anon_inode:inotify"
            || target == home.socket().with_extension("lock");
        assert!(own, "{text}");
    }
}

#[test]
fn an_ordinary_user_cannot_open_the_memory_of_their_own_agent() {
    if !is_root() {
        println!("covered by the test above: this user is an ordinary one");
        return;
    }
    // All of it belongs to an ordinary user here, the agent included.
    let home = AgentHome::with_vault();
    let chown = |args: &[&str]| {
        let done = Command::new("chown").args(args).arg(home.path()).status().unwrap();
        assert!(done.success());
    };
    chown(&["-R", &NOBODY.to_string()]);
    let mut unlock = as_nobody(&home, &["unlock"]);
    ran(unlock.env("AZVAULT_PASSPHRASE_FILE", home.join("passphrase")).output().unwrap()).expect(0);
    let status =
        ran(as_nobody(&home, &["status", "-o", "json"]).output().unwrap()).expect(0).json();
    let agent = u32::try_from(status["agent"]["pid"].as_u64().unwrap()).unwrap();
    // The control: a process of that user that does not protect itself can be read.
    let mut sleep = Command::new("sleep").arg("60").uid(NOBODY).gid(NOBODY).spawn().unwrap();
    let opens = |process: u32, what: &str| {
        let path = format!("/proc/{process}/{what}");
        let mut head = Command::new("head");
        head.args(["-c", "0", &path]).uid(NOBODY).gid(NOBODY).stderr(Stdio::null());
        head.status().unwrap().success()
    };
    let results: Vec<_> =
        ["mem", "maps", "environ"].map(|what| (opens(sleep.id(), what), opens(agent, what))).into();
    sleep.kill().unwrap();
    sleep.wait().unwrap();
    signal(agent, Signal::KILL);
    eventually("the agent ends", || !is_running(agent));
    chown(&["-R", "0"]);
    assert_eq!(results, [(true, false); 3]);
}

#[test]
fn limits_lock_and_signals_let_go() {
    let home = AgentHome::migrated();
    let unlock = |args: &[&str]| {
        let args = [&["unlock"][..], args].concat();
        ran(home.given(&args).output().unwrap()).expect(0);
    };
    unlock(&["--for", "1s"]);
    eventually("the hard limit locks", || !home.holds_keys());
    unlock(&["--idle", "1s"]);
    eventually("the idle limit locks", || !home.holds_keys());
    home.alone(&["context", "list"]).expect(14);

    unlock(&[]);
    home.alone(&["context", "list"]).expect(0);
    let agent = home.agent().unwrap();
    home.alone(&["lock"]).expect(0);
    assert!(!home.holds_keys());
    home.alone(&["context", "list"]).expect(14);

    // A hang-up locks, and keeps sessions.
    unlock(&[]);
    assert_eq!(home.agent(), Some(agent), "it went on");
    let own = std::process::id().to_string();
    home.alone(&["session", "start", "--leader", &own]).expect(0);
    signal(agent, Signal::HUP);
    eventually("a hang-up locks", || !home.holds_keys());
    assert_eq!(home.sessions(), 1);
    assert_eq!(home.agent(), Some(agent));
    signal(agent, Signal::TERM);
    eventually("it ends", || !is_running(agent));
    assert!(!home.socket().exists());
}

#[test]
fn an_agent_with_nothing_to_hold_ends_by_itself() {
    let home = AgentHome::with_vault();
    home.unlock();
    let agent = home.agent().unwrap();
    home.alone(&["lock"]).expect(0);
    eventually("it ends", || !is_running(agent));
    assert!(!home.socket().exists());
    home.alone(&["lock"]).expect(0);
}

#[test]
fn of_many_agents_that_are_started_at_once_one_serves() {
    let home = AgentHome::with_vault();
    for _ in 0..3 {
        let mut started: Vec<_> = (0..8)
            .map(|_| home.given(&["unlock"]).stdout(Stdio::null()).spawn().unwrap())
            .collect();
        for one in &mut started {
            assert!(one.wait().unwrap().success());
        }
        eventually("one agent is left", || agents_of(&home).len() == 1);
        assert_eq!(agents_of(&home), [home.agent().unwrap()]);
        assert!(home.holds_keys());
        signal(home.agent().unwrap(), Signal::KILL);
        eventually("it is gone", || agents_of(&home).is_empty());
    }
}

/// Processes that serve this home.
fn agents_of(home: &AgentHome) -> Vec<u32> {
    let socket = home.socket();
    let own = |process: &u32| {
        let words = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
        contains(&words, b"\0serve\0") && contains(&words, socket.as_os_str().as_encoded_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap();
    let processes = processes.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    processes.filter(own).filter(|process| is_running(*process)).collect()
}

#[test]
fn an_agent_that_is_killed_costs_a_passphrase_and_nothing_else() {
    let home = AgentHome::migrated();
    home.unlock();
    let agent = home.agent().unwrap();
    signal(agent, Signal::KILL);
    eventually("it is gone", || !is_running(agent));
    assert!(home.socket().exists(), "a socket that nobody listens at");
    home.alone(&["context", "list"]).expect(14);
    home.alone(&["lock"]).expect(0);
    ran(home.given(&["context", "list"]).output().unwrap()).expect(0);
    home.unlock();
    assert_ne!(home.agent(), Some(agent));
    home.alone(&["context", "list"]).expect(0);
    home.verify();
}

#[test]
fn without_the_agent_its_keys_are_neither_used_nor_given() {
    let home = AgentHome::migrated();
    home.unlock();
    home.alone(&["context", "list", "--no-agent"]).expect(14);
    for (value, code) in [("1", 14), ("true", 14), ("0", 0), ("", 0)] {
        let mut by_variable = home.without(&["context", "list"]);
        ran(by_variable.env("AZVAULT_NO_AGENT", value).output().unwrap()).expect(code);
    }
    assert!(home.holds_keys());
    home.alone(&["lock"]).expect(0);
    ran(home.given(&["context", "list", "--no-agent"]).output().unwrap()).expect(0);
    assert!(!home.holds_keys());
    ran(home.given(&["unlock", "--no-agent"]).output().unwrap()).expect(2);
    // A passphrase that lies in a file is no reason to keep keys.
    ran(home.given(&["context", "list"]).output().unwrap()).expect(0);
    assert!(!home.holds_keys());
}
