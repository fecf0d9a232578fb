//! Another user, and what the agent keeps of the one who started it.

use super::*;

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
            || text == "anon_inode:[timerfd]"
            || text == "anon_inode:[pidfd]"
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
    // PTRACE_ATTACH of ptrace(2).
    let attach = "import ctypes, sys; libc = ctypes.CDLL(None, use_errno=True)
sys.exit(libc.ptrace(16, int(sys.argv[1]), 0, 0) != 0)";
    let traces = |process: u32| {
        let mut python = Command::new("/usr/bin/python3");
        python.args(["-c", attach, &process.to_string()]).uid(NOBODY).gid(NOBODY);
        python.status().unwrap().success()
    };
    let mut results: Vec<_> =
        ["mem", "maps", "environ"].map(|what| (opens(sleep.id(), what), opens(agent, what))).into();
    results.push((traces(sleep.id()), traces(agent)));
    sleep.kill().unwrap();
    sleep.wait().unwrap();
    signal(agent, Signal::KILL);
    eventually("the agent ends", || !is_running(agent));
    chown(&["-R", "0"]);
    assert_eq!(results, [(true, false); 4]);
}
