//! `doctor` finds each thing that is wrong, says what to type, and is content before.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use azvault_contexts::{Secret, SecretDescription, SecretKind};
use azvault_vault::{Actor, Entry, Locked, Opener, Vault};
use rustix::process::Signal;

use crate::agent_home::signal;
use crate::home::{CHEAP, Home, PASSPHRASE, copy_folder, fixture, ran};

/// A home with nothing to change about it, but what the machine is to blame for.
struct Well {
    home: Home,
    runtime: tempfile::TempDir,
}

/// What is for the machine that runs the tests to say, and what its time is too short for.
const OF_THE_MACHINE: [&str; 4] = ["core-dumps", "swap", "runtime-in-memory", "key-derivation"];

type Found = BTreeMap<String, (String, Option<String>)>;

impl Well {
    fn new() -> Self {
        let well = Self::empty();
        let file = well.home.join("recovery");
        let init = ["init", "--recovery-file", file.to_str().unwrap()];
        well.run(&[&init[..], &CHEAP].concat());
        well.run(&["unlock"]);
        well
    }

    fn empty() -> Self {
        let shm = Path::new("/dev/shm");
        let folder = if shm.is_dir() { shm.to_owned() } else { std::env::temp_dir() };
        let runtime = tempfile::Builder::new().prefix("azvault-run-").tempdir_in(folder).unwrap();
        mode(runtime.path(), 0o700);
        Self { home: Home::empty(), runtime }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("XDG_RUNTIME_DIR", self.runtime.path());
        command
    }

    fn run(&self, args: &[&str]) {
        ran(self.command(args).output().unwrap()).expect(0);
    }

    /// The binary without the passphrase: what it does not know from the agent it cannot know.
    fn doctor(&self) -> Command {
        let mut command = self.command(&["doctor"]);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        command
    }

    /// What is found, each by name: its state, and what to type.
    fn look(&self) -> Found {
        look(&mut self.doctor())
    }

    /// The same with the passphrase.
    fn look_given(&self) -> Found {
        look(&mut self.command(&["doctor"]))
    }

    /// The same without any key.
    fn look_locked(&self) -> Found {
        look(self.doctor().arg("--no-agent"))
    }

    fn vault(&self) -> PathBuf {
        self.home.vault()
    }

    fn socket(&self) -> PathBuf {
        let vault = Locked::open(&self.vault()).unwrap().vault_id();
        self.runtime.path().join("azvault").join(format!("{vault}.sock"))
    }

    fn anchor(&self) -> PathBuf {
        let vault = Locked::open(&self.vault()).unwrap().vault_id();
        self.home.join(".local/state/azvault/anchors").join(vault.to_string())
    }

    /// Makes the user's own policy.
    fn policy(&self, text: &str) -> PathBuf {
        let folder = self.home.join(".config/azvault");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("policy.toml");
        fs::write(&file, text).unwrap();
        file
    }

    fn opened(&self) -> Vault {
        let passphrase = Secret::copied_from(PASSPHRASE.as_bytes());
        let locked = Locked::open(&self.vault()).unwrap();
        let anchors = self.home.join(".local/state/azvault/anchors");
        locked.unlock(&Opener::Passphrase(&passphrase), &anchors).unwrap()
    }
}

impl Drop for Well {
    fn drop(&mut self) {
        // Whatever was done to it, no agent is left.
        mode(self.runtime.path(), 0o700);
        let _ = self.command(&["panic", "--no-input"]).output();
    }
}

fn look(command: &mut Command) -> Found {
    let ran = ran(command.args(["-o", "json"]).output().unwrap());
    let document = ran.json();
    assert_eq!(document["schema"], 1);
    let checks = document["checks"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    let found: Found = checks
        .iter()
        .map(|check| {
            let facts = (text(&check["state"]).unwrap(), text(&check["advice"]));
            assert!(!check["what"].as_str().unwrap().is_empty());
            assert_eq!(facts.1.is_some(), facts.0 == "finding", "{check}");
            facts.1.iter().for_each(|advice| can_be_typed(advice));
            (text(&check["name"]).unwrap(), facts)
        })
        .collect();
    assert_eq!(found.len(), checks.len(), "two checks have one name: {document}");
    let is_finding = found.values().any(|(state, _)| state == "finding");
    let ran = ran.expect(if is_finding { 10 } else { 0 });
    assert_eq!(ran.stderr.contains("found: "), is_finding, "{}", ran.stderr);
    found
}

/// Each command of azvault is there with its options, and the rest is what a shell can read.
#[track_caller]
fn can_be_typed(advice: &str) {
    let commands: Vec<_> = advice.split("azvault ").skip(1).collect();
    for command in &commands {
        let words = command.split([',', ';']).next().unwrap().split_whitespace();
        let help = Command::new(env!("CARGO_BIN_EXE_azvault")).args(words).arg("--help").output();
        let help = help.unwrap();
        assert!(help.status.success(), "{advice}: {}", help.stderr.escape_ascii());
    }
    if commands.is_empty() {
        let shell = Command::new("/bin/sh").args(["-n", "-c", advice]).status().unwrap();
        assert!(shell.success(), "{advice}");
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[track_caller]
fn found(all: &Found, name: &str, advice: &str) {
    assert_eq!(all[name], ("finding".to_owned(), Some(advice.to_owned())), "{name}: {all:?}");
}

#[track_caller]
fn state(all: &Found, name: &str, state: &str) {
    assert_eq!(all[name].0, state, "{name}: {all:?}");
}

/// Nothing is to be changed.
#[track_caller]
fn is_well(all: &Found) {
    let bad = |(name, (state, _)): &(&String, &(String, Option<String>))| {
        state != "ok" && !OF_THE_MACHINE.contains(&name.as_str())
    };
    assert_eq!(all.iter().filter(bad).collect::<Vec<_>>(), []);
}

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
fn a_vault_that_somebody_holds_is_found_without_a_long_wait() {
    let well = Well::new();
    let holder = rusqlite::Connection::open(well.vault()).unwrap();
    let advice = format!("fuser -v {}", well.vault().display());
    for lock in ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"] {
        holder.execute_batch(lock).unwrap();
        found(&well.look_locked(), "write-lock", &advice);
        holder.execute_batch("ROLLBACK").unwrap();
    }
    state(&well.look_locked(), "write-lock", "ok");
}

#[test]
fn what_this_machine_remembers_of_the_vault_is_looked_at() {
    let well = Well::new();
    let anchor = well.anchor();
    let genuine = fs::read_to_string(&anchor).unwrap();
    state(&well.look(), "anchor", "ok");
    state(&well.look_locked(), "anchor", "unknown");
    let mut forged: serde_json::Value = serde_json::from_str(&genuine).unwrap();
    forged["generation"] = 0.into();
    for text in [Some(forged.to_string()), Some("no JSON".to_owned()), None] {
        match &text {
            Some(text) => fs::write(&anchor, text).unwrap(),
            None => fs::remove_file(&anchor).unwrap(),
        }
        state(&well.look_locked(), "anchor", "unknown");
        found(&well.look(), "anchor", "azvault status --anchor");
        // Whoever opens the vault remembers anew.
        state(&well.look(), "anchor", "ok");
    }
    // An older copy in its place.
    let older = fs::read(well.vault()).unwrap();
    well.run(&["autosave", "disable"]);
    let newer = fs::read(well.vault()).unwrap();
    fs::write(well.vault(), older).unwrap();
    let refused = well.look();
    let (found_state, advice) = &refused["vault"];
    assert_eq!(found_state, "finding");
    assert!(advice.as_ref().unwrap().contains("azvault unlock --accept-rollback"));
    state(&refused, "anchor", "unknown");
    fs::write(well.vault(), newer).unwrap();
    is_well(&well.look());
    // Vault and anchor in what Syncthing keeps.
    let home = well.home.path();
    fs::create_dir(home.join(".stfolder")).unwrap();
    let advice = format!("export XDG_STATE_HOME=DIR, not in {}", home.display());
    found(&well.look(), "anchor-place", &advice);
    let elsewhere = tempfile::tempdir().unwrap();
    let mut apart = well.doctor();
    state(&look(apart.env("XDG_STATE_HOME", elsewhere.path())), "anchor-place", "ok");
}

#[test]
fn ways_to_unlock_that_are_weak_or_missing_are_found_and_absent_and_locked_vaults_are_no_error() {
    let well = Well::empty();
    let absent = well.look();
    is_well(&absent);
    well.run(&[&["init", "--no-recovery"], &CHEAP[..]].concat());
    let locked = well.look();
    let slot = Locked::open(&well.vault()).unwrap().slots()[0].id;
    let advice = format!("azvault key passphrase {slot} --kdf default");
    found(&locked, "key-derivation", &advice);
    found(&locked, "recovery-code", "azvault key add recovery");
    for name in ["vault", "secrets", "anchor"] {
        state(&locked, name, "unknown");
        state(&well.look_given(), name, "ok");
    }
    // Nobody is told to do what is forbidden.
    let policy = well.policy("slots.forbidden = [\"recovery-code\"]\n");
    state(&well.look(), "recovery-code", "ok");
    fs::remove_file(policy).unwrap();
    // A passphrase that opens nothing.
    let wrong = well.home.secret_file("wrong", "another one\n");
    let mut command = well.command(&["doctor"]);
    state(&look(command.env("AZVAULT_PASSPHRASE_FILE", wrong)), "vault", "finding");
    // People get the same as scripts.
    let table = ran(well.command(&["doctor"]).output().unwrap()).expect(10).says("findings");
    let typed = format!("  {advice}  # key-derivation");
    assert!(table.stdout.lines().any(|line| line == typed), "{}", table.stdout);
    let tsv = ran(well.command(&["doctor", "-o", "tsv"]).output().unwrap()).expect(10).stdout;
    let columns = |line: &str| line.split('\t').count();
    assert!(tsv.lines().all(|line| columns(line) == 4), "{tsv}");
    // One that is as it should be.
    let file = well.home.join("recovery");
    let other = ["--vault", "other/vault.db"];
    fs::create_dir(well.home.join("other")).unwrap();
    mode(&well.home.join("other"), 0o700);
    well.run(&[&["init", "--recovery-file", file.to_str().unwrap()], &other[..]].concat());
    let better = look(well.doctor().args(other));
    state(&better, "key-derivation", "ok");
    state(&better, "recovery-code", "ok");
}

#[test]
fn a_clock_behind_what_was_done_and_a_sign_in_that_expired_are_found() {
    let well = Well::new();
    // The binary is of next year.
    let binary = well.home.join("azvault-of-later");
    fs::copy(env!("CARGO_BIN_EXE_azvault"), &binary).unwrap();
    let later = SystemTime::now() + Duration::from_secs(400 * 24 * 3600);
    fs::File::options().write(true).open(&binary).unwrap().set_modified(later).unwrap();
    let mut command = Command::new(&binary);
    command.env_clear().env("HOME", well.home.path()).arg("doctor");
    found(&look(&mut command), "clock", "timedatectl set-ntp true");
    state(&well.look(), "clock", "ok");

    // A token that comes anew by itself, and one that somebody's way to sign in was.
    let add = |kind| {
        let account = Some("ada".to_owned());
        let about =
            SecretDescription { account, expires_on: Some(1), ..SecretDescription::of(kind) };
        let value = Secret::copied_from(b"planted");
        let added = well.opened().write(|writing| writing.add_secret(&about, &value, 1).map(drop));
        added.unwrap();
    };
    add(SecretKind::AccessToken);
    state(&well.look(), "secrets", "ok");
    add(SecretKind::ClientAssertion);
    let advice = "azvault connect, or azvault disconnect --account ID";
    found(&well.look(), "secrets", advice);

    let time = later.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let actor = Actor { uid: 0, pid: 1, parent: None };
    let entry = Entry {
        time: i64::try_from(time).unwrap(),
        verb: "of next year".to_owned(),
        subjects: Vec::new(),
        actor,
    };
    well.opened().write(|writing| writing.log(entry)).unwrap();
    found(&well.look(), "clock", "timedatectl set-ntp true");
    state(&well.look_locked(), "clock", "ok");
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
    well.run(&["panic"]);
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
    found(&look(&mut command), "environment", "unset AZURE_CLIENT_SECRET ARM_ACCESS_KEY");
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

    let bin = well.home.join("bin");
    fs::create_dir(&bin).unwrap();
    let tool = bin.join("secret-tool");
    fs::write(&tool, "#!/bin/sh\nread -r key\nexit 0\n").unwrap();
    mode(&tool, 0o755);
    let with_bus = |bus: Option<&str>| {
        let mut command = well.doctor();
        command.env("PATH", &bin);
        if let Some(bus) = bus {
            command.env("DBUS_SESSION_BUS_ADDRESS", bus);
        }
        look(&mut command)
    };
    let advice = "azvault key add raw FILE";
    let bus = well.home.join("bus");
    let address = format!("unix:path={},guid=1", bus.display());
    // Who does not use it need not have it.
    state(&with_bus(None), "keyring", "ok");
    let mut add = well.command(&["key", "add", "keyring"]);
    ran(add.env("PATH", &bin).output().unwrap()).expect(0);
    found(&well.look(), "keyring", advice);
    found(&with_bus(None), "keyring", advice);
    found(&with_bus(Some(&address)), "keyring", advice);
    let listener = UnixListener::bind(&bus).unwrap();
    state(&with_bus(Some(&address)), "keyring", "ok");
    state(&with_bus(Some("unix:abstract=/tmp/x")), "keyring", "unknown");
    drop(listener);

    copy_folder(&fixture("azure-powershell/homes/az4-linux"), well.home.path());
    found(&well.look(), "leftovers", "azvault migrate");
    fs::remove_dir_all(well.home.join(".Azure")).unwrap();
    fs::create_dir_all(well.home.join(".azure/ErrorRecords")).unwrap();
    let _ = fs::remove_dir_all(well.home.join(".IdentityService"));
    let _ = fs::remove_dir_all(well.home.join(".local/share/.IdentityService"));
    found(&well.look(), "leftovers", "azvault scan");
}

#[test]
fn a_runtime_folder_on_a_disk_is_found_and_one_that_is_not_there_is_no_finding() {
    let well = Well::new();
    let is_tmpfs = |path: &Path| rustix::fs::statfs(path).unwrap().f_type == 0x0102_1994;
    let expected = if is_tmpfs(well.runtime.path()) { "ok" } else { "finding" };
    state(&well.look(), "runtime-in-memory", expected);
    if is_tmpfs(well.home.path()) {
        println!("not run: the folder for temporary files is in memory");
    } else {
        let mut command = well.doctor();
        let uid = rustix::process::geteuid().as_raw();
        let all = look(command.env("XDG_RUNTIME_DIR", well.home.path()));
        found(&all, "runtime-in-memory", &format!("export XDG_RUNTIME_DIR=/run/user/{uid}"));
    }
    let mut command = well.doctor();
    let all = look(command.env("XDG_RUNTIME_DIR", well.home.join("nowhere")));
    for name in ["runtime-folder", "runtime-in-memory", "agent"] {
        state(&all, name, "unknown");
    }
}
