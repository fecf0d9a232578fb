//! A machine whose `/tmp`, `/run/user`, network and processes are a test's own: what azvault makes in
//! them is not of the user who runs the tests, `panic` ends nobody else, and all ends with the test.

use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::world::LOOPBACK;
use azvault_test_support::{AgentHome, FABRIKAM, MEGAN, PRINCIPAL, Ran, is_root, not_run, ran};

/// In it the home is `/mnt/home` and azvault is in `/mnt/bin`.
const SCRIPT: &str = r#"
    export PATH=/usr/sbin:/usr/bin:/sbin:/bin
    python3 -c "$4" || exit 99
    mount -t tmpfs -o mode=755 none /mnt && mkdir /mnt/bin /mnt/home || exit 99
    mount --bind "$1" /mnt/bin && mount --bind "$2" /mnt/home || exit 99
    mount -t tmpfs -o mode=1777 none /tmp || exit 99
    if [ -d /run/user ]; then mount -t tmpfs -o mode=755 none /run/user || exit 99; fi
    # Not in its place: a shell that is process 1 is the parent of everything, as in a container.
    cd /mnt/home && env -i HOME=/mnt/home TZ=UTC LC_ALL=C.UTF-8 TERM=xterm \
      PATH=/mnt/bin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin bash -uc "$3"; exit $?"#;

pub(crate) struct World {
    home: AgentHome,
}

impl World {
    /// With contexts `dev`, which is the default, `fab` and `sp`; `None` where this system gives a
    /// test no mounts and processes of its own. CI does.
    pub(crate) fn new() -> Option<Self> {
        static CAN: OnceLock<bool> = OnceLock::new();
        let can = *CAN.get_or_init(|| {
            let made = unshare().args(["mount", "-t", "tmpfs", "none", "/mnt"]).output();
            let can = made.is_ok_and(|made| made.status.success());
            assert!(can || std::env::var_os("CI").is_none(), "unshare does not work");
            can
        });
        if !can {
            not_run("unshare gives no mounts and processes here");
            return None;
        }
        let home = AgentHome::migrated();
        for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab"), (PRINCIPAL, "sp")] {
            home.run(&["context", "rename", old, new]).expect(0);
        }
        Some(Self { home })
    }

    /// Runs a script of bash in it, in an environment that knows of no runtime folder.
    pub(crate) fn bash(&self, script: &str) -> Ran {
        let mut command = unshare();
        let binaries = std::path::Path::new(env!("CARGO_BIN_EXE_azvault")).parent().unwrap();
        command
            .args(["sh", "-c", SCRIPT, "sh"])
            .arg(binaries)
            .arg(self.home.path())
            .arg(script)
            .arg(LOOPBACK);
        let ran = ran(command.stdin(Stdio::null()).output().unwrap());
        assert_ne!(ran.code, 99, "{}", ran.stderr);
        ran
    }
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(if is_root() { &[][..] } else { &["--map-root-user"] });
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
    command
}
