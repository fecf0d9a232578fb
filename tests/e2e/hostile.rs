//! Files that somebody made to do harm: the binary refuses them, or reads what was there, within
//! limits of memory and time. It never crashes, hangs, or makes a file.

mod legacy;
mod pages;
mod vaults;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use azvault_test_support::Home;

/// Python by its own path: what is found first may be a script that looks for it each time.
static PYTHON: LazyLock<String> = LazyLock::new(|| {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output();
    String::from_utf8(asked.unwrap().stdout).unwrap().trim().to_owned()
});

/// Whether the file of that number takes part: one of eight when the test runs among all others,
/// and all of them in the proof.
fn takes_part(number: usize) -> bool {
    std::env::var_os("AZVAULT_PROOF_HOSTILE").is_some() || number.is_multiple_of(8)
}

/// Runs a command within limits and says how it ended, its processor seconds, its largest memory
/// in KiB, and behind these what it wrote. The slowest key derivation that a vault may ask for
/// needs 1 GiB.
const WITHIN_LIMITS: &str = "
import resource, subprocess, sys
def limit():
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
try:
    ended = subprocess.run(sys.argv[1:], preexec_fn=limit, timeout=60, stdin=subprocess.DEVNULL,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    code, wrote = ended.returncode, ended.stdout
except subprocess.TimeoutExpired:
    code, wrote = 'hung', b''
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(code, used.ru_utime + used.ru_stime, used.ru_maxrss, flush=True)
sys.stdout.buffer.write(wrote)
";

/// What all runs over a corpus came to.
#[derive(Default)]
struct Tally {
    runs: usize,
    refused: usize,
    worst_seconds: f64,
    worst_memory: u64,
}

impl Tally {
    /// One run; what it wrote. Fails if it crashed, hung, or left a file behind.
    fn run(&mut self, home: &Home, what: &str, args: &[&str]) -> (String, String) {
        let before = listed(home);
        let mut command = Command::new(&*PYTHON);
        let azvault = home.command(args);
        command
            .args(["-I", "-S", "-c", WITHIN_LIMITS])
            .arg(azvault.get_program())
            .args(azvault.get_args());
        command.current_dir(home.path()).env_clear();
        for (name, value) in azvault.get_envs() {
            command.env(name, value.unwrap());
        }
        command.env("TMPDIR", home.path());
        let output = command.output().unwrap();
        let [text, errors] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        let (first, wrote) = text.split_once('\n').unwrap_or((&text, ""));
        let [code, seconds, memory] = first.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{what}: {text} {errors}");
        };
        let ended = code.parse::<i32>().unwrap_or(-1);
        // A panic is 101, a signal is negative.
        assert!((0..100).contains(&ended), "{what}, {args:?}: ended by {code}: {wrote}");
        assert_eq!(listed(home), before, "{what}, {args:?}: files came or went");
        self.runs += 1;
        self.refused += usize::from(ended != 0);
        self.worst_seconds = self.worst_seconds.max(seconds.parse().unwrap());
        self.worst_memory = self.worst_memory.max(memory.parse().unwrap());
        (code.to_owned(), wrote.to_owned())
    }

    fn print(&self, files: usize) {
        println!(
            "figure: {files} files, {} runs: {} refused, 0 crashed, 0 hung, 0 files made; at most {:.1} s \
             of processor, {} MiB of memory",
            self.runs,
            self.refused,
            self.worst_seconds,
            self.worst_memory / 1024
        );
    }
}

/// The names of everything below the home, but a journal, which SQLite may obey and empty.
fn listed(home: &Home) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
            if !entry.path().to_string_lossy().ends_with("-journal") {
                found.insert(entry.path());
            }
        }
    }
    found
}

/// Numbers that look like random ones and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        // xorshift64 (Marsaglia 2003).
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.next().to_be_bytes()[7]).collect()
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }
}
