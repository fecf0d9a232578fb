//! What this machine does with memory: dumps and swap.

use std::fs;
use std::path::Path;

use azvault_os::process::{FileMask, is_hardened};

use super::check::Check;
use crate::app::App;
use crate::shell_word::shell_path;
use crate::text::shown;

/// Links of block devices that lie on each other: more there are not.
const DEEPEST: usize = 8;

pub(super) fn core_dumps(app: &App) -> Check {
    let read = |file: &str| fs::read_to_string(file).ok();
    let dumpable = if is_hardened() { Dumpable::No } else { Dumpable::Yes };
    judge_dumps(&Dumps {
        pattern: read("/proc/sys/kernel/core_pattern").as_deref().map(str::trim),
        set_uid: read("/proc/sys/fs/suid_dumpable").as_deref().map(str::trim),
        most: app.before.most_of_core(),
        dumpable,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Dumpable {
    Yes,
    No,
}

/// What the kernel says of core dumps (core(5), proc_sys_fs(5)).
struct Dumps<'a> {
    pattern: Option<&'a str>,
    set_uid: Option<&'a str>,
    most: Option<u64>,
    dumpable: Dumpable,
}

/// A process that is not dumpable leaves no core, unless `suid_dumpable` is 2: then a program of
/// root's gets it, whatever the limit is. To files the limit applies, which azvault sets to nothing.
fn judge_dumps(dumps: &Dumps<'_>) -> Check {
    let name = "core-dumps";
    if dumps.dumpable == Dumpable::Yes {
        let what = "this system does not let azvault refuse to be dumped";
        return Check::finding(name, what, "ulimit -H -c 0");
    }
    let (Some(pattern), Some(set_uid)) = (dumps.pattern, dumps.set_uid) else {
        return Check::unknown(name, "what the kernel does with them cannot be read");
    };
    if set_uid == "2" && pattern.starts_with('|') {
        let what = format!("a crash hands memory to {}", shown(pattern));
        return Check::finding(name, what, "sudo sysctl fs.suid_dumpable=0");
    }
    let most = dumps.most.map_or_else(|| "unlimited".to_owned(), |most| most.to_string());
    Check::ok(name, format!("azvault leaves none (hard limit of this shell: {most})"))
}

pub(super) fn swap() -> Check {
    match fs::read_to_string("/proc/swaps") {
        Ok(swaps) => judge_swap(&swaps, Path::new("/sys")),
        Err(_) => Check::unknown("swap", "what is swapped to cannot be read"),
    }
}

/// `swaps` is `/proc/swaps`: a heading, then file name, type, size, used, priority.
fn judge_swap(swaps: &str, sys: &Path) -> Check {
    let name = "swap";
    let mut unknown = None;
    for line in swaps.lines().skip(1) {
        let mut fields = line.split_whitespace();
        let (Some(place), Some(kind)) = (fields.next(), fields.next()) else { continue };
        if kind != "partition" {
            unknown = Some(place);
            continue;
        }
        // Names of the device mapper are links to dm-N, by which the kernel lists it.
        let device = fs::canonicalize(place).unwrap_or_else(|_| place.into());
        let device = device.file_name().unwrap_or_default().to_string_lossy();
        if !is_in_memory(&device) && !is_encrypted(sys, &device, 0) {
            let what =
                format!("{} is unencrypted swap: secrets in memory may stay there", shown(place));
            return Check::finding(
                name,
                what,
                format!("sudo swapoff {}", shell_path(Path::new(place))),
            );
        }
    }
    match unknown {
        Some(place) => {
            let what = format!("whether {} is on an encrypted disk cannot be told", shown(place));
            Check::unknown(name, what)
        }
        None => Check::ok(name, "none, or encrypted"),
    }
}

fn is_in_memory(device: &str) -> bool {
    device.starts_with("zram")
}

/// Whether dm-crypt is under it: `dm/uuid` begins with its mark, here or in what all of it lies on.
fn is_encrypted(sys: &Path, device: &str, depth: usize) -> bool {
    let block = sys.join("block").join(device);
    let uuid = fs::read_to_string(block.join("dm/uuid")).unwrap_or_default();
    if uuid.starts_with("CRYPT-") {
        return true;
    }
    let Ok(slaves) = block.join("slaves").read_dir() else { return false };
    let mut slaves = slaves.flatten().map(|slave| slave.file_name()).peekable();
    depth < DEEPEST
        && slaves.peek().is_some()
        && slaves.all(|slave| is_encrypted(sys, &slave.to_string_lossy(), depth + 1))
}

pub(super) fn umask(mask: FileMask) -> Check {
    let name = "umask";
    if mask.keeps_others_from_writing() {
        return Check::ok(name, mask.to_string());
    }
    let what = format!("{mask}: others can write files that are made here");
    Check::finding(name, what, "umask 077")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::State;
    use super::{Dumpable, Dumps, FileMask, judge_dumps, judge_swap, umask};

    #[test]
    fn who_gets_a_core_dump_is_told_from_what_the_kernel_says() {
        use Dumpable::{No, Yes};
        use State::{Finding, Ok, Unknown};
        let pipe = "|/usr/share/apport/apport -p%p";
        for (pattern, set_uid, dumpable, state, advice) in [
            (Some("core"), Some("0"), No, Ok, None),
            (Some(pipe), Some("0"), No, Ok, None),
            (Some("core"), Some("2"), No, Ok, None),
            (Some(pipe), Some("2"), No, Finding, Some("sudo sysctl fs.suid_dumpable=0")),
            (Some("/var/core/%e"), Some("2"), No, Ok, None),
            (Some("core"), Some("0"), Yes, Finding, Some("ulimit -H -c 0")),
            (None, Some("0"), No, Unknown, None),
            (Some("core"), None, No, Unknown, None),
        ] {
            let found = judge_dumps(&Dumps { pattern, set_uid, most: None, dumpable });
            assert_eq!(
                (found.state, found.advice.as_deref()),
                (state, advice),
                "{pattern:?} {set_uid:?}"
            );
        }
    }

    #[test]
    fn swap_is_clear_unless_dm_crypt_is_under_all_of_it() {
        let sys = tempfile::tempdir().unwrap();
        let block = sys.path().join("block");
        for (device, uuid, slaves) in [
            ("dm-0", "CRYPT-LUKS2-5f", &["sda3"][..]),
            ("dm-1", "LVM-a", &["dm-0"]),
            ("dm-2", "LVM-b", &["dm-0", "sda4"]),
            ("dm-3", "LVM-c", &[]),
        ] {
            let folder = block.join(device);
            fs::create_dir_all(folder.join("dm")).unwrap();
            fs::write(folder.join("dm/uuid"), uuid).unwrap();
            for slave in slaves {
                fs::create_dir_all(folder.join("slaves").join(slave)).unwrap();
            }
        }
        for (swaps, state, advice) in [
            ("", State::Ok, None),
            ("/dev/zram0 partition 1 0 100", State::Ok, None),
            ("/dev/dm-0 partition 1 0 -2", State::Ok, None),
            ("/dev/dm-1 partition 1 0 -2", State::Ok, None),
            ("/dev/dm-2 partition 1 0 -2", State::Finding, Some("sudo swapoff /dev/dm-2")),
            ("/dev/dm-3 partition 1 0 -2", State::Finding, Some("sudo swapoff /dev/dm-3")),
            ("/dev/none9 partition 1 0 -2", State::Finding, Some("sudo swapoff /dev/none9")),
            ("/swapfile file 1 0 -2", State::Unknown, None),
            // What is certain is said first.
            (
                "/swapfile file 1 0 -2\n/dev/none9 partition 1 0 -2",
                State::Finding,
                Some("sudo swapoff /dev/none9"),
            ),
        ] {
            let found =
                judge_swap(&format!("Filename Type Size Used Priority\n{swaps}\n"), sys.path());
            assert_eq!((found.state, found.advice.as_deref()), (state, advice), "{swaps}");
        }
    }

    #[test]
    fn a_mask_that_lets_others_write_is_found() {
        for (mask, state) in [
            (0o022, State::Ok),
            (0o077, State::Ok),
            (0o002, State::Finding),
            (0o020, State::Finding),
            (0, State::Finding),
        ] {
            assert_eq!(umask(FileMask::of_number(mask)).state, state, "{mask:o}");
        }
    }
}
