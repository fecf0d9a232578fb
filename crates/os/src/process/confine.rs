//! Giving up what a process needs no more: for good, for all that comes after in this thread and what it starts.
//!
//! Each part is a defence more. Where the kernel has none of it, nothing else changes, and it is said.

use std::collections::BTreeMap;
use std::path::Path;

use super::confined::{Confined, Programs};
use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{SeccompAction, SeccompFilter, TargetArch, apply_filter};

/// From here on files are read below `reads` alone, and made, written and removed below `writes` alone; no
/// port is listened at, no signal sent, and no socket with an abstract name connected to (Landlock, from
/// Linux 5.13 on; each kernel does what it can). A path that is not there gives nothing.
pub fn confine_files(reads: &[&Path], writes: &[&Path]) -> Confined {
    let abi = ABI::V6;
    let read = AccessFs::from_read(abi) & !AccessFs::Execute;
    let confined = || {
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .handle_access(AccessNet::BindTcp)?
            .scope(Scope::from_all(abi))?
            .create()?
            .add_rules(path_beneath_rules(reads, read))?
            .add_rules(path_beneath_rules(writes, AccessFs::from_all(abi) & !AccessFs::Execute))?
            .restrict_self()
    };
    match confined() {
        Ok(status) if status.ruleset != RulesetStatus::NotEnforced => Confined::Yes,
        Ok(_) | Err(_) => Confined::NotHere,
    }
}

/// Calls to the kernel that no process of ours makes, but to start another one.
const STARTS: [i64; 2] = [libc::SYS_execve, libc::SYS_execveat];

/// Calls by which one process reaches into another, into the kernel, or out of a sandbox.
const REACHES: [i64; 25] = [
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
];

/// From here on the kernel refuses calls by which a process reaches into others or gets out of what holds it,
/// and those that start programs where none is started any more (seccomp).
pub fn confine_calls(programs: Programs) -> Confined {
    let starts = match programs {
        Programs::Started => &[][..],
        Programs::None => &STARTS,
    };
    let refused: BTreeMap<i64, _> =
        REACHES.iter().chain(starts).map(|call| (*call, Vec::new())).collect();
    let no = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let confined = || {
        let architecture = TargetArch::try_from(std::env::consts::ARCH).ok()?;
        let filter = SeccompFilter::new(refused, SeccompAction::Allow, no, architecture).ok()?;
        let program: seccompiler::BpfProgram = filter.try_into().ok()?;
        apply_filter(&program).ok()
    };
    if confined().is_some() { Confined::Yes } else { Confined::NotHere }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::ErrorKind;
    use std::net::TcpListener;
    use std::process::Command;

    use super::{Confined, Programs, confine_calls, confine_files};

    /// In a thread of its own: what is given up does not come back.
    fn apart(test: impl FnOnce() + Send + 'static) {
        std::thread::spawn(test).join().unwrap();
    }

    #[test]
    fn files_are_read_and_written_where_it_was_said_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["read", "write", "other"] {
            fs::create_dir(path(name)).unwrap();
            fs::write(path(name).join("file"), "text").unwrap();
        }
        let (read, write, other) = (path("read"), path("write"), path("other"));
        apart(move || {
            if confine_files(&[&read], &[&write, "/not/there".as_ref()]) == Confined::NotHere {
                println!("no Landlock here: nothing to be tested");
                return;
            }
            assert_eq!(fs::read(read.join("file")).unwrap(), b"text");
            fs::write(write.join("new"), "text").unwrap();
            fs::remove_file(write.join("file")).unwrap();
            let refused =
                |error: std::io::Error| assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            refused(fs::write(read.join("file"), "other").unwrap_err());
            refused(fs::write(read.join("new"), "text").unwrap_err());
            refused(fs::read(other.join("file")).unwrap_err());
            refused(fs::read_dir(&other).unwrap_err());
            refused(fs::read("/etc/hostname").unwrap_err());
            refused(TcpListener::bind("127.0.0.1:0").unwrap_err());
            refused(Command::new("/bin/true").status().unwrap_err());
        });
        assert_eq!(fs::read(path("other").join("file")).unwrap(), b"text", "others go on");
    }

    #[test]
    fn calls_that_reach_into_others_are_refused() {
        apart(|| {
            Command::new("/bin/true").status().unwrap();
            if confine_calls(Programs::Started) == Confined::NotHere {
                println!("no seccomp here: nothing to be tested");
                return;
            }
            assert!(Command::new("/bin/true").status().unwrap().success());
            assert_eq!(rustix::process::chroot("/").unwrap_err(), rustix::io::Errno::PERM);
            confine_calls(Programs::None);
            let refused = Command::new("/bin/true").status().unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::PermissionDenied);
        });
    }
}
