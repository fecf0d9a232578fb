//! What a run of the binary costs, by the kernel's word and by valgrind's count.

use std::fs;
use std::process::{Command, Stdio};

use azvault_test_support::{Home, find};

/// Most memory that a run of the binary had, in KiB, and what it answered. Fails unless the run ends with that
/// code.
#[track_caller]
pub(crate) fn most_memory(home: &Home, code: i32, args: &[&str]) -> (u64, String) {
    let script = "import resource, subprocess, sys\n\
                  code = subprocess.run(sys.argv[1:]).returncode\n\
                  print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut python = Command::new("python3");
    python.args(["-c", script]);
    let out =
        String::from_utf8(around(python, &home.command(args)).output().unwrap().stdout).unwrap();
    let (answer, told) = out.trim_end().rsplit_once('\n').unwrap_or(("", out.trim_end()));
    let (ended, memory) = told.split_once(' ').unwrap();
    assert_eq!(ended, code.to_string(), "{answer}");
    (memory.parse().unwrap(), answer.to_owned())
}

/// The calls of these names (comma-separated) that a run of the binary makes, a line each.
pub(crate) fn calls(home: &Home, names: &str, args: &[&str]) -> Vec<String> {
    let trace = home.join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-f", "--seccomp-bpf", "-qq", "-e", &format!("trace={names}"), "-o"]).arg(&trace);
    around(strace, &home.command(args)).stdout(Stdio::null()).status().unwrap();
    let text = fs::read_to_string(trace).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The instructions of a run of the binary, those of processes that it starts left out; `None` where
/// they cannot be counted.
pub(crate) fn instructions(home: &Home, args: &[&str]) -> Option<u64> {
    instructions_of(&home.command(args))
}

/// Likewise, of a run that was prepared.
pub(crate) fn instructions_of(prepared: &Command) -> Option<u64> {
    let mut valgrind = Command::new(find("valgrind")?);
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    let told = around(valgrind, prepared).stdin(Stdio::null()).output().unwrap().stderr;
    let told = String::from_utf8(told).unwrap();
    let count = told.lines().find_map(|line| line.split_once("Collected : "));
    Some(count.unwrap_or_else(|| panic!("{told}")).1.trim().parse().unwrap())
}

/// What was prepared, run by that program in the same surroundings.
fn around(mut program: Command, prepared: &Command) -> Command {
    program.arg(prepared.get_program()).args(prepared.get_args()).env_clear();
    if let Some(folder) = prepared.get_current_dir() {
        program.current_dir(folder);
    }
    program.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
    program.env("PATH", "/usr/local/bin:/usr/bin:/bin");
    program
}
