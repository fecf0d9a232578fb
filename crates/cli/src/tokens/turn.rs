//! One renewal at a time for each account, however many processes want one.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use azvault_vault::VaultId;
use rustix::fs::{FlockOperation, flock};

/// Number of locks. Their names are numbers: what is locked can be read off none of them, and two
/// accounts that share one wait for each other, which harms nobody.
const LOCKS: u8 = 64;

/// Waits until nobody else renews for this account. The turn ends with the file that comes back.
pub(super) fn wait(folder: &Path, vault: VaultId, account: &str) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let account = account.to_lowercase();
    let digest = azvault_vault::sha256(&[vault.as_bytes(), account.as_bytes()].concat());
    let path = folder.join(format!("{:02}.lock", digest[0] % LOCKS));
    let file =
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(file),
            Err(rustix::io::Errno::INTR) => {}
            Err(e) => return Err(e.into()),
        }
    }
}
