//! Whole commands, warm, with the agent unlocked, beside an empty Rust process: `cargo bench -p
//! azvault --bench commands`. Prints medians and ratios, asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Runs of each command.
const RUNS: usize = 41;

fn main() {
    // The process to compare with is this program, which then does nothing; `cargo test --benches`
    // has nothing to hear from it either.
    if std::env::args().any(|argument| argument == "nothing" || argument == "--test") {
        return;
    }
    let nothing = median(|| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("nothing").env_clear();
        command
    });
    println!("an empty Rust process: {:.2} ms", milliseconds(nothing));
    for contexts in [100, 10_000] {
        let home = Home::with(contexts);
        println!("\n{contexts} contexts, as many secrets");
        let secret = home.first_secret();
        for words in [
            &["context", "show"][..],
            &["context", "show", "context 7"],
            &["use", "context 7"],
            &["prompt"],
            &["secret", "show", &secret],
            &["secret", "show", &secret, "--reveal"],
            &["exec", "context 7", "--", "true"],
            &["context", "select", "context 8", "--scope", "user"],
        ] {
            let took = median(|| home.command(words));
            let text = words.join(" ").replace(&secret, "ID");
            let (ms, ratio) = (milliseconds(took), took.as_secs_f64() / nothing.as_secs_f64());
            println!("  {text:45} {ms:7.2} ms   {ratio:5.1} x an empty process");
        }
        let alone = median(|| {
            let mut command = Command::new("true");
            command.env_clear().env("PATH", "/usr/bin:/bin");
            command
        });
        println!("  {:45} {:7.2} ms", "true, without exec", milliseconds(alone));
        home.end();
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn median(command: impl Fn() -> Command) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let mut command = command();
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            let start = Instant::now();
            let status = command.status().unwrap();
            let took = start.elapsed();
            assert!(status.success(), "{command:?}");
            took
        })
        .collect();
    times.sort();
    times[RUNS / 2]
}

struct Home {
    folder: tempfile::TempDir,
    session: String,
}

impl Home {
    /// A vault with so many contexts of service principals, unlocked, and a session.
    fn with(contexts: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path().join("run");
        fs::create_dir(&run).unwrap();
        fs::set_permissions(&run, fs::Permissions::from_mode(0o700)).unwrap();
        let passphrase = folder.path().join("passphrase");
        fs::write(&passphrase, "correct horse battery staple\n").unwrap();
        fs::set_permissions(&passphrase, fs::Permissions::from_mode(0o600)).unwrap();
        let file = folder.path().join("contexts.json");
        fs::write(&file, text(contexts)).unwrap();
        let mut home = Self { folder, session: String::new() };
        let given = ["--passphrase-file", passphrase.to_str().unwrap()];
        let from = file.to_str().unwrap();
        for words in [
            &["init", "--no-recovery", "--kdf-memory", "19", "--kdf-passes", "2"][..],
            &["migrate", "run", "--yes", "--from", from],
            &["unlock", "--for", "1h"],
        ] {
            let done = home.command(&[words, &given].concat()).output().unwrap();
            assert!(done.status.success(), "{}", done.stderr.escape_ascii());
        }
        let leader = std::process::id().to_string();
        let start = home.command(&["session", "start", "--leader", &leader, "-o", "json"]);
        let answer = answer(start);
        home.session = answer["value"].as_str().unwrap().to_owned();
        home
    }

    fn first_secret(&self) -> String {
        let answer = answer(self.command(&["secret", "list", "-o", "json"]));
        answer["secrets"][0]["id"].as_str().unwrap().to_owned()
    }

    fn end(&self) {
        self.command(&["session", "end"]).output().unwrap();
        self.command(&["lock"]).output().unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let home: &Path = self.folder.path();
        let mut command = Command::new(env!("CARGO_BIN_EXE_azvault"));
        command.env_clear().env("HOME", home).env("XDG_RUNTIME_DIR", home.join("run"));
        command.env("PATH", "/usr/bin:/bin");
        if !self.session.is_empty() {
            command.env("AZVAULT_SESSION", &self.session);
        }
        command.args(words);
        command
    }
}

fn answer(mut command: Command) -> serde_json::Value {
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", done.stderr.escape_ascii());
    serde_json::from_slice(&done.stdout).unwrap()
}

/// A context file as Azure PowerShell writes it.
fn text(contexts: usize) -> String {
    let mut text =
        String::from("{\"DefaultContextKey\":\"context 1\",\"EnvironmentTable\":{},\"Contexts\":{");
    for n in 0..contexts {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\"context {n}\":{{\"Account\":{{\"Id\":\"a{n:07}-0000-4000-8000-000000000001\",\
             \"Type\":\"ServicePrincipal\",\"ExtendedProperties\":{{\"ServicePrincipalSecret\":\
             \"not-a-real-secret-{n:08}\"}}}},\"Tenant\":{{\"Id\":\
             \"72f00000-0000-4000-8000-000000000001\"}},\"Subscription\":{{\"Id\":\
             \"5b{n:06}-0000-4000-8000-000000000001\",\"Name\":\"Subscription {n}\",\"State\":\
             \"Enabled\"}},\"Environment\":{{\"Name\":\"AzureCloud\"}},\"ExtendedProperties\":{{}}}}"
        )
        .unwrap();
    }
    text.push_str("},\"ExtendedProperties\":{}}");
    text
}
