//! What a process of ours keeps that speaks to a service and has no vault: the network.

use std::fs::canonicalize;
use std::path::{Path, PathBuf};

use azvault_os::process::{Programs, confine_calls, confine_files};

/// Where the system has what finds a host: names, addresses, libraries. Nothing of a user's.
const OF_THE_SYSTEM: [&str; 7] =
    ["/etc", "/usr", "/lib", "/lib64", "/nix/store", "/run/systemd/resolve", "/run/nscd"];

/// The same, where it is a link to elsewhere, as each system has another.
const PERHAPS_LINKS: [&str; 5] =
    ["/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"];

/// From here on this process reads nothing of a user but below `more`, writes below `writes` alone, and starts no
/// other.
pub(crate) fn confine_to_network(more: &[&Path], writes: &[&Path]) {
    let links: Vec<PathBuf> =
        PERHAPS_LINKS.iter().filter_map(|link| canonicalize(link).ok()).collect();
    let mut reads: Vec<&Path> = OF_THE_SYSTEM.iter().map(Path::new).collect();
    reads.extend(links.iter().map(PathBuf::as_path));
    reads.extend(more);
    // Where the kernel has none of it, it is as it was.
    let _ = (confine_files(&reads, writes), confine_calls(Programs::None));
}
