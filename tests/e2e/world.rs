//! A world of its own for what reaches every process of the user: `panic` would end the agents of
//! other tests, and those of the person who runs them.

use azvault_test_support::not_run;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Set in the test program that runs one test in a world of its own: which.
const ALONE: &str = "AZVAULT_TEST_ALONE";

/// The loopback interface of a new network namespace is down.
pub(crate) const LOOPBACK: &str = "import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh22x', b'lo', 0x49))";

/// Whether this system lets a test have namespaces of its own. CI does.
fn can_be_made() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let made = unshare(&["--net", "--pid", "--fork", "--mount-proc", "true"]).output();
        let can = made.is_ok_and(|made| made.status.success());
        assert!(can || std::env::var_os("CI").is_none(), "unshare --net --pid does not work");
        can
    })
}

fn unshare(args: &[&str]) -> Command {
    let mut command = Command::new("/usr/bin/unshare");
    if !rustix::process::geteuid().is_root() {
        command.arg("--map-root-user");
    }
    command.args(args);
    command
}

/// The test that this program runs in a world of its own; `None` where it runs many.
pub(crate) fn name() -> Option<String> {
    std::env::var(ALONE).ok()
}

/// Runs a test as the only one, where there is no process and no socket of any other.
#[track_caller]
pub(crate) fn alone<F: Fn()>(test: F) {
    let name = std::any::type_name_of_val(&test);
    let (_, name) = name.split_once("::").unwrap();
    let name = name.strip_suffix("::{{closure}}").unwrap();
    if self::name().as_deref() == Some(name) {
        return test();
    }
    if !can_be_made() {
        not_run("no namespaces can be made here");
        return;
    }
    // A shell is process 1 there: it waits for what has no parent, and everything ends with it.
    let script = "python3 -c \"$1\" && shift && \"$@\"; exit $?";
    let mut command = unshare(&["--net", "--pid", "--fork", "--mount-proc", "--kill-child"]);
    command.args(["/bin/sh", "-c", script, "sh", LOOPBACK]).arg(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--nocapture", "--include-ignored"]);
    let output = command.env(ALONE, name).stdin(Stdio::null()).output().unwrap();
    let (out, errors) = (output.stdout.escape_ascii(), output.stderr.escape_ascii());
    let said = format!("{out}\n{errors}").replace("\\n", "\n");
    assert!(output.status.success(), "{name}, alone: {said}");
    assert!(said.contains("test result: ok. 1 passed"), "{name}, alone: {said}");
    // Its figures are this test's.
    for line in
        said.lines().filter(|line| line.starts_with("figure: ") || line.starts_with("control: "))
    {
        println!("{line}");
    }
}

/// The same command, where the kernel shows it no socket of any other process.
pub(crate) fn cut_off(inner: &Command) -> Command {
    let mut command = unshare(&["--net"]);
    command.arg(inner.get_program()).args(inner.get_args()).env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.current_dir(inner.get_current_dir().unwrap_or(Path::new("/")));
    command.stdin(Stdio::null());
    command
}
