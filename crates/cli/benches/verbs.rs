//! The verbs of every day as whole processes, each beside an empty Rust process and in the same run:
//! `cargo bench -p azvault --bench verbs`. With `CI=true` az is installed once, and a token that lives
//! is had from both. Prints medians, ratios and growth; asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use azvault_test_support::principals::contexts_and_a_token;
use azvault_test_support::unlocked_home::{UnlockedHome, beside, milliseconds};
use azvault_test_support::{azure_cli, endpoint::Reply, peer};

/// What a person, a shell and tools type all day; `ID` is a secret's.
const OF_EVERY_DAY: [&[&str]; 10] = [
    &["prompt"],
    &["context", "show"],
    &["context", "show", "context 7"],
    &["use", "person"],
    &["status"],
    &["token"],
    &["secret", "show", "ID"],
    &["secret", "show", "ID", "--reveal"],
    &["exec", "context 7", "--", "true"],
    &["context", "select", "context 8", "--scope", "user"],
];

/// What looks at everything.
const LISTS: [&[&str]; 4] = [
    &["context", "list"],
    &["context", "list", "-o", "json"],
    &["secret", "list"],
    &["subscription", "list"],
];

fn main() {
    // The process to compare with is this program, which then does nothing; `cargo test --benches`
    // has nothing to hear from it either.
    if std::env::args().any(|argument| argument == "nothing" || argument == "--test") {
        return;
    }
    for number in [100, 1_000, 10_000] {
        let home = UnlockedHome::with(&contexts_and_a_token(number));
        println!("\n{number} contexts");
        for words in OF_EVERY_DAY.into_iter().chain(LISTS) {
            let (empty, took) = beside(nothing, || command(&home, words));
            say(words, took, empty);
        }
        if number == 100 {
            with_az(&home);
        }
        endpoint(&home);
        home.end();
    }
    growth();
    on_a_slow_disk();
}

fn nothing() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.arg("nothing").env_clear();
    command
}

fn command(home: &UnlockedHome, words: &[&str]) -> Command {
    let words = words.iter().map(|word| if *word == "ID" { home.first_secret() } else { word });
    home.command(&words.collect::<Vec<_>>())
}

fn say(words: &[&str], took: Duration, empty: Duration) {
    let line = words.join(" ");
    let (ms, ratio) = (milliseconds(took), took.as_secs_f64() / empty.as_secs_f64());
    println!("  {line:40} {ms:8.2} ms   {ratio:6.1} x an empty process");
}

/// The same token from az, which is logged in and has it in its cache.
fn with_az(home: &UnlockedHome) {
    let Some(programs) = azure_cli::programs() else { return };
    let folder = login(programs);
    let az = || {
        let mut command = Command::new(programs.join("az"));
        command.args(["account", "get-access-token"]).env_clear();
        command.env("PATH", "/usr/bin:/bin").env("HOME", &folder);
        command.env("AZURE_CONFIG_DIR", &folder);
        command
    };
    let (az, ours) = beside(az, || home.command(&["token", "--context", "person", "-o", "json"]));
    let ratio = az.as_secs_f64() / ours.as_secs_f64();
    println!("  {:40} {:8.2} ms   azvault token is {ratio:.0} x as fast", "az", milliseconds(az));
}

/// A folder of az in which someone is logged in, and whose token lives.
fn login(programs: &Path) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-azure-cli");
    let script = peer("az_cached.py");
    let made = Command::new(programs.join("python")).arg(script).arg(&folder).output().unwrap();
    assert!(made.status.success(), "{}", made.stderr.escape_ascii());
    folder
}

/// The endpoint of a command: one caller that keeps its connection, and 256 at once.
fn endpoint(home: &UnlockedHome) {
    let mut command = home.command(&["exec", "person", "--", "sh", "-c", "env; echo; cat"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let caller = Caller::of(lines.take_while(|line| !line.is_empty()));
    caller.asks(8);
    let mut took = caller.asks(200);
    took.sort();
    println!("  {:40} {:8.2} ms", "a request of the endpoint", milliseconds(took[100]));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..256 {
            scope.spawn(|| caller.asks(4));
        }
    });
    let each = 1024.0 / begun.elapsed().as_secs_f64();
    println!("  {:40} {each:8.0} tokens a second", "256 callers of the endpoint");
    drop(child.stdin.take());
    child.wait().unwrap();
}

/// What asks an endpoint.
struct Caller {
    port: u16,
    request: String,
}

impl Caller {
    /// From the environment of the endpoint's command.
    fn of(environment: impl Iterator<Item = String>) -> Self {
        let variables: BTreeMap<String, String> = environment
            .filter_map(|line| {
                line.split_once('=').map(|(name, value)| (name.into(), value.into()))
            })
            .collect();
        let port = variables["AZD_AUTH_ENDPOINT"].rsplit(':').next().unwrap().parse().unwrap();
        let request = format!(
            "GET /msi/token?api-version=2019-08-01&resource=https://management.core.windows.net/ \
             HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-IDENTITY-HEADER: {}\r\n\r\n",
            variables["IDENTITY_HEADER"]
        );
        Self { port, request }
    }

    /// How long each of so many requests takes, one after the other, on one connection.
    fn asks(&self, times: usize) -> Vec<Duration> {
        let mut stream = BufReader::new(TcpStream::connect(("127.0.0.1", self.port)).unwrap());
        let ask = |_| {
            let begun = Instant::now();
            stream.get_mut().write_all(self.request.as_bytes()).unwrap();
            let reply = Reply::read(&mut stream);
            assert_eq!(reply.status, 200, "{}", reply.body);
            begun.elapsed()
        };
        (0..times).map(ask).collect()
    }
}

/// By which power of their number contexts make a verb slower, as whole processes.
fn growth() {
    println!("\nfrom 1,000 to 8,000 contexts");
    let homes = [1_000, 8_000].map(|number| UnlockedHome::with(&contexts_and_a_token(number)));
    for words in OF_EVERY_DAY.into_iter().chain(LISTS) {
        let (few, many) = beside(|| command(&homes[0], words), || command(&homes[1], words));
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        let line = words.join(" ");
        println!("  {line:40} {ratio:6.2} x as long, exponent {:.2}", ratio.ln() / 8_f64.ln());
    }
    homes.iter().for_each(UnlockedHome::end);
}

/// The same where a command's flush takes two milliseconds, as of a disk in a laptop.
fn on_a_slow_disk() {
    let folder = tempfile::tempdir().unwrap();
    let (source, library) = (folder.path().join("slow.c"), folder.path().join("slow.so"));
    fs::write(&source, SLOW).unwrap();
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source);
    if !compiler.status().is_ok_and(|status| status.success()) {
        return println!("\nno C compiler, no slow disk");
    }
    println!("\n100 contexts, two milliseconds a flush of the command");
    let home = UnlockedHome::with(&contexts_and_a_token(100));
    for words in OF_EVERY_DAY {
        let slow = || {
            let mut command = command(&home, words);
            command.env("LD_PRELOAD", &library);
            command
        };
        let (empty, took) = beside(nothing, slow);
        say(words, took, empty);
    }
    home.end();
}

/// Flushes that take their time.
const SLOW: &str = r#"
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static void wait(void) { struct timespec two = {0, 2000000}; nanosleep(&two, 0); }
int fsync(int file) { wait(); return syscall(SYS_fsync, file); }
int fdatasync(int file) { wait(); return syscall(SYS_fdatasync, file); }
"#;
