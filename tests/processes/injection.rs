//! A command under `strace`, which kills it at a system call, or has the call fail.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZero;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use azvault_test_support::{Home, Ran, has, not_run, ran};

/// Calls by which a process changes a disk. Of `openat` those count that may write.
const WRITING: &str = "openat,write,pwrite64,writev,copy_file_range,fsync,fdatasync,ftruncate,\
    fallocate,rename,renameat,renameat2,unlink,unlinkat,link,linkat,mkdir,mkdirat,chmod,fchmod,\
    fchmodat,utimensat";

/// How much is gone through. What is left out is the same each time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What a test suite has time for.
    Sample,
    /// What `proof/run` has time for.
    Table,
    Full,
}

impl Extent {
    pub(crate) fn asked() -> Self {
        match std::env::var("AZVAULT_PROOF").as_deref() {
            Err(_) => Self::Sample,
            Ok("table") => Self::Table,
            Ok("full") => Self::Full,
            Ok(other) => panic!("AZVAULT_PROOF={other} is neither table nor full"),
        }
    }
}

/// One system call of a command.
pub(crate) struct Point {
    pub(crate) call: String,
    /// Which call of that name, from 1.
    pub(crate) nth: usize,
}

/// Whether commands can be traced here.
pub(crate) fn is_possible() -> bool {
    if !has("strace") {
        return false;
    }
    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", "/dev/null", "true"]);
    let works = strace.status().is_ok_and(|status| status.success());
    if !works {
        not_run("nothing may be traced here");
    }
    works
}

/// Lines of the trace of a command that goes well: calls that change the disk or say something,
/// descriptors with their paths, and all bytes.
pub(crate) fn lines(home: &Home, command: &[&str]) -> Vec<String> {
    let trace = tempfile::NamedTempFile::new().unwrap();
    let calls = format!("trace={WRITING}");
    let output = trace.path().to_str().unwrap();
    strace(home, &["-y", "-s", "4194304", "-o", output, "-e", &calls], command).expect(0);
    fs::read_to_string(trace.path()).unwrap().lines().map(str::to_owned).collect()
}

/// Every call with which this command changes the disk, or says something.
pub(crate) fn points(home: &Home, command: &[&str]) -> Vec<Point> {
    let mut counts = BTreeMap::new();
    let mut points = Vec::new();
    for line in lines(home, command) {
        let Some((call, rest)) = line.split_once(' ').and_then(|(_, call)| call.split_once('('))
        else {
            continue;
        };
        let call = call.trim_start();
        let nth = counts.entry(call.to_owned()).or_insert(0);
        *nth += 1;
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| rest.contains(flag));
        if call != "openat" || writes {
            points.push(Point { call: call.to_owned(), nth: *nth });
        }
    }
    points
}

/// All points, or some that lie far apart.
pub(crate) fn chosen(points: Vec<Point>, sample: usize) -> Vec<Point> {
    match Extent::asked() {
        Extent::Sample => {
            let step = points.len().div_ceil(sample).max(1);
            points.into_iter().step_by(step).collect()
        }
        Extent::Table | Extent::Full => points,
    }
}

/// Runs a command to which that happens at a point: `signal=KILL`, `error=EIO`.
pub(crate) fn run(home: &Home, command: &[&str], point: &Point, what: &str) -> Ran {
    let trace = format!("trace={}", point.call);
    let inject = format!("inject={}:{what}:when={}", point.call, point.nth);
    strace(home, &["-o", "/dev/null", "-e", &trace, "-e", &inject], command)
}

fn strace(home: &Home, options: &[&str], command: &[&str]) -> Ran {
    let inner = home.command(command);
    let mut strace = Command::new("strace");
    // Not with --seccomp-bpf, which sends no signals.
    strace.args(["-f", "-qqq"]).args(options);
    strace.arg(inner.get_program()).args(inner.get_args()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(home.path()).stdin(Stdio::null());
    ran(strace.output().unwrap())
}

/// Checks one after the other. Copies of a vault are one vault to the kernel: an agent of one serves
/// the others, and `lock` reaches all of them.
pub(crate) fn each_in_turn<T>(all: &[T], check: impl Fn(&T)) {
    all.iter().for_each(check);
}

/// Checks all of them, as many at once as there are cores.
pub(crate) fn each<T: Sync>(all: &[T], check: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    check(one);
                }
            });
        }
    });
}
