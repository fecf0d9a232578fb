//! A machine of its own: the same files, and another `/etc/azvault`. The place of a machine's policy
//! cannot be chosen, so the tests are given another `/etc`, by a mount that they alone see.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, sync::OnceLock};

use azvault_test_support::{Home, Ran, not_run, ran};

/// Where the policy of a machine is.
pub(crate) const SYSTEM: &str = "/etc/azvault/policy.toml";

/// An `/etc` whose entries are links to the real ones, and the folder that is given beside them.
const SCRIPT: &str = "
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    mkdir -p \"$1\" && mount --rbind /etc \"$1\" && mount -t tmpfs -o mode=755 etc /etc || exit 99
    for entry in \"$1\"/*; do ln -s \"$entry\" /etc/; done
    rm -f /etc/azvault
    mkdir /etc/azvault && mount --bind \"$2\" /etc/azvault || exit 99
    shift 2
    exec \"$@\"";

/// Puts a `secret-tool` where the system's is, or would be.
const TOOL: &str = "
    PATH=/usr/sbin:/usr/bin:/sbin:/bin
    if [ -e /usr/bin/secret-tool ]; then
        mount --bind \"$1/secret-tool\" /usr/bin/secret-tool || exit 99
    else
        mount --bind \"$1\" /usr/local/bin || exit 99
    fi
    PATH=$2
    shift 2
    exec \"$@\"";

/// The command where the `secret-tool` of a folder is the system's.
pub(crate) fn with_system_tool(inner: &Command, folder: &Path) -> Command {
    let mut command = Command::new("/usr/bin/unshare");
    command.env_clear();
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let path = inner.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value);
    command.args(["-rm", "/bin/sh", "-ec", TOOL, "sh"]).arg(folder);
    command.arg(path.unwrap_or_default()).arg(inner.get_program()).args(inner.get_args());
    command.current_dir(inner.get_current_dir().unwrap_or(Path::new("/")));
    command.stdin(std::process::Stdio::null());
    command
}

/// Whether this system lets a test have mounts of its own. CI does.
pub(crate) fn can_be_made() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let made = Command::new("unshare").args(["-rm", "true"]).output();
        let can = made.is_ok_and(|made| made.status.success());
        assert!(can || std::env::var_os("CI").is_none(), "unshare -rm does not work");
        if !can {
            not_run("unshare -rm does not work here");
        }
        can
    })
}

/// A machine whose `/etc/azvault` is a folder of the test's.
pub(crate) struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    /// With that policy.
    pub(crate) fn with(policy: impl AsRef<[u8]>) -> Self {
        let machine = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(machine.azvault()).unwrap();
        fs::write(machine.policy(), policy).unwrap();
        machine
    }

    /// What becomes `/etc/azvault`.
    pub(crate) fn azvault(&self) -> PathBuf {
        self.folder.path().join("azvault")
    }

    pub(crate) fn policy(&self) -> PathBuf {
        self.azvault().join("policy.toml")
    }

    /// A command, on that machine.
    pub(crate) fn command(&self, inner: &Command) -> Command {
        let mut command = Command::new("/usr/bin/unshare");
        command.args(["-rm", "/bin/sh", "-c", SCRIPT, "sh"]);
        command.arg(self.folder.path().join("etc")).arg(self.azvault());
        command.arg(inner.get_program()).args(inner.get_args()).env_clear();
        command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.current_dir(inner.get_current_dir().unwrap_or(Path::new("/")));
        command.stdin(std::process::Stdio::null());
        command
    }

    pub(crate) fn run(&self, inner: &Command) -> Ran {
        let ran = ran(self.command(inner).output().unwrap());
        assert_ne!(ran.code, 99, "{}", ran.stderr);
        ran
    }

    /// Runs a command that is refused by a line of the policy, and does nothing.
    #[track_caller]
    pub(crate) fn refuses(&self, home: &Home, inner: &Command, line: usize) -> Ran {
        let before = fs::read(home.vault()).ok();
        let ran = self.run(inner).expect(7);
        let ran = ran.says(&format!("error: refused by {SYSTEM} line {line}: ")).says("\ntry: ");
        assert_eq!(ran.stdout, "");
        assert!(fs::read(home.vault()).ok() == before, "the vault has changed");
        ran
    }
}
