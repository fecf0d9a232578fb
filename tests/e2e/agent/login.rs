//! What the login manager says, by a stand-in on a bus of the test's own.

use std::future::poll_fn;
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixListener;
use std::pin::Pin;
use std::process::Child;
use std::sync::mpsc::{Receiver, channel};

use azvault_test_support::{keys, not_run};
use futures_core::Stream as _;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::{Connection, Fd, MessageStream, OwnedObjectPath, block_on};

use super::*;

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const OWN: &str = "/org/freedesktop/login1/session/_31";
const OTHERS: &str = "/org/freedesktop/login1/session/_32";

/// A session of a user, as `ListSessions` gives it.
type Login = (String, u32, String, String, OwnedObjectPath);

/// A bus with a login manager that says what the test has it say.
struct LoginManager {
    daemon: Child,
    address: String,
    connection: Connection,
    /// The other ends of the descriptors that hold the machine back.
    inhibitors: Receiver<UnixStream>,
}

impl LoginManager {
    /// With one session of this user and one of another; `None` without a dbus-daemon.
    fn start(home: &AgentHome) -> Option<Self> {
        let socket = home.join("bus");
        let address = format!("unix:path={}", socket.display());
        let daemon = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--nopidfile", "--address", &address])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(daemon) = daemon else {
            not_run("dbus-daemon is not installed");
            return None;
        };
        eventually("the bus listens", || UnixStream::connect(&socket).is_ok());
        let address_of = address.clone();
        let build = async move { Builder::address(&*address_of).name(NAME).build().await };
        let connection = block_on(build).unwrap();
        let (hands, inhibitors) = channel();
        let serving = connection.clone();
        std::thread::spawn(move || {
            block_on(async {
                let mut calls = MessageStream::from(&serving);
                let mut logins = 2;
                while let Some(Ok(call)) =
                    poll_fn(|context| Pin::new(&mut calls).poll_next(context)).await
                {
                    if call.message_type() != Type::MethodCall {
                        continue;
                    }
                    let header = call.header();
                    match header.member().map(|member| member.as_str()) {
                        Some("Inhibit") => {
                            let asked: (String, String, String, String) =
                                call.body().deserialize().unwrap();
                            assert_eq!((&*asked.0, &*asked.3), ("sleep:shutdown", "delay"));
                            let (own, its) = UnixStream::pair().unwrap();
                            hands.send(own).unwrap();
                            let its = Fd::from(OwnedFd::from(its));
                            serving.reply(&header, &its).await.unwrap();
                        }
                        Some("ListSessions") => {
                            serving.reply(&header, &some_logins(logins)).await.unwrap();
                        }
                        // The test's own word: from now on this user has no session.
                        Some("LogOut") => {
                            logins = 1;
                            serving.reply(&header, &()).await.unwrap();
                        }
                        _ => {}
                    }
                }
            });
        });
        Some(Self { daemon, address, connection, inhibitors })
    }

    /// The binary with the passphrase, on this bus.
    fn unlock(&self, home: &AgentHome) {
        let mut unlock = home.given(&["unlock"]);
        ran(unlock.env("DBUS_SYSTEM_BUS_ADDRESS", &self.address).output().unwrap()).expect(0);
    }

    fn says(&self, path: &str, interface: &str, signal: &str, starts: Option<bool>) {
        let to = None::<&str>;
        let said = async {
            match starts {
                Some(starts) => {
                    self.connection.emit_signal(to, path, interface, signal, &starts).await
                }
                None => self.connection.emit_signal(to, path, interface, signal, &()).await,
            }
        };
        block_on(said).unwrap();
    }

    /// The descriptor that holds the machine back, once the agent has asked for it.
    fn held_back(&self) -> UnixStream {
        let inhibitor = self.inhibitors.recv_timeout(Duration::from_secs(60)).unwrap();
        inhibitor.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        inhibitor
    }
}

impl Drop for LoginManager {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

/// Another user's session, and, of two, one of this user before it.
fn some_logins(number: usize) -> Vec<Login> {
    let own = rustix::process::geteuid().as_raw();
    let login = |id: &str, user: u32, path: &str| {
        let path = OwnedObjectPath::try_from(path.to_owned()).unwrap();
        (id.to_owned(), user, "somebody".to_owned(), "seat0".to_owned(), path)
    };
    let all = vec![login("1", own, OWN), login("2", own + 1, OTHERS)];
    all.into_iter().skip(2 - number).collect()
}

fn locks_before_sleep(home: &AgentHome) -> bool {
    home.client().status().is_ok_and(|status| status.locks_before_sleep)
}

#[test]
fn the_keys_are_gone_before_the_machine_is_let_to_sleep() {
    let home = AgentHome::with_vault();
    let Some(manager) = LoginManager::start(&home) else { return };
    let searched: Vec<_> = keys(&home)
        .iter()
        .enumerate()
        .map(|(n, key)| azvault_test_support::memory::Searched::new(format!("key {n}"), key))
        .collect();
    let in_memory = |agent| match is_root() {
        true => azvault_test_support::memory::found(agent, &searched).len(),
        false => 0,
    };
    home.alone(&["session", "start", "--leader", &std::process::id().to_string()]).expect(0);
    for (round, signal_name) in ["PrepareForSleep", "PrepareForShutdown"].into_iter().enumerate() {
        manager.unlock(&home);
        let mut inhibitor = manager.held_back();
        eventually("the agent is told", || locks_before_sleep(&home));
        let status = home.alone(&["status", "-o", "json"]).expect(0).json();
        assert_eq!(status["agent"]["locks_before_sleep"], true);
        let agent = home.agent().unwrap();
        assert!(!is_root() || in_memory(agent) >= 7, "the control");
        // While the agent cannot wipe its keys the machine waits.
        signal(agent, Signal::STOP);
        manager.says(PATH, MANAGER, signal_name, Some(true));
        inhibitor.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        assert_eq!(inhibitor.read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
        signal(agent, Signal::CONT);
        inhibitor.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        assert_eq!(inhibitor.read(&mut [0]).unwrap(), 0, "the machine may sleep");
        assert!(!home.holds_keys());
        assert_eq!((home.agent(), in_memory(agent)), (Some(agent), 0), "round {round}");
        // It holds the next one back, too.
        manager.says(PATH, MANAGER, signal_name, Some(false));
        manager.held_back().set_nonblocking(true).unwrap();
    }
    assert_eq!(home.sessions(), 1);
    println!(
        "figure: 2 of 2 times the keys were gone before the inhibitor was closed; 0 in memory"
    );
    println!("control: 2 of 2 times it stayed open while the agent was stopped");
}

#[test]
fn a_locked_screen_and_a_logout_lock_where_a_policy_says_so() {
    let home = AgentHome::with_vault();
    let Some(manager) = LoginManager::start(&home) else { return };
    let policy = home.join(".config/azvault/policy.toml");
    let session = "org.freedesktop.login1.Session";
    let says = |line: &str| {
        fs::create_dir_all(policy.parent().unwrap()).unwrap();
        fs::write(&policy, line).unwrap();
        manager.unlock(&home);
        let inhibitor = manager.held_back();
        eventually("the agent is told", || locks_before_sleep(&home));
        inhibitor
    };
    // Without a policy they stay: the second signal comes behind the first one.
    let mut inhibitor = says("");
    manager.says(OWN, session, "Lock", None);
    manager.says(PATH, MANAGER, "PrepareForSleep", Some(true));
    assert_eq!(inhibitor.read(&mut [0]).unwrap(), 0);
    let inhibitor = says("[unlock]\nwhile-screen-locked = \"forbidden\"\n");
    manager.says(OTHERS, session, "Lock", None);
    assert!(home.holds_keys(), "another user's screen");
    manager.says(OWN, session, "Lock", None);
    eventually("a locked screen locks", || !home.holds_keys());
    drop(inhibitor);
    let inhibitor = says("[unlock]\nafter-logout = \"forbidden\"\n");
    let log_out = async {
        let none = None::<&str>;
        let name = manager.connection.unique_name().unwrap().to_owned();
        let caller = Builder::address(&*manager.address).build().await.unwrap();
        caller.call_method(Some(name), PATH, none, "LogOut", &()).await.unwrap();
    };
    block_on(log_out);
    assert!(home.holds_keys());
    manager.says(PATH, MANAGER, "SessionRemoved", None);
    eventually("a logout locks", || !home.holds_keys());
    drop(inhibitor);
}

#[test]
fn a_bus_that_hangs_is_gone_or_says_nonsense_keeps_no_agent_from_answering() {
    let home = AgentHome::with_vault();
    let socket = home.join("hangs");
    let hangs = UnixListener::bind(&socket).unwrap();
    for address in [
        format!("unix:path={}", socket.display()),
        "unix:path=/nowhere/bus".to_owned(),
        "nonsense".to_owned(),
        String::new(),
    ] {
        let mut unlock = home.given(&["unlock"]);
        ran(unlock.env("DBUS_SYSTEM_BUS_ADDRESS", &address).output().unwrap()).expect(0);
        assert!(home.holds_keys(), "{address}");
        if !address.is_empty() {
            assert!(!locks_before_sleep(&home), "{address}");
            let said = home.alone(&["status"]).expect(0).stdout;
            assert!(said.contains("within seconds after the machine woke"), "{said}");
            let doctor = home.alone(&["doctor"]).stdout;
            assert!(doctor.contains("locks after the machine woke"), "{doctor}");
        }
        home.alone(&["lock"]).expect(0);
    }
    drop(hangs);
}
