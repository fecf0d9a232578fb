//! One renewal at a time for each account, however many processes want one.

use std::fs::File;
use std::io;
use std::path::Path;

use azvault_os::file::{create_private_folders, open_or_create_private};
use azvault_os::lock::{self, Share};
use azvault_vault::VaultId;

/// Number of locks. Their names are numbers: what is locked can be read off none of them, and two
/// accounts that share one wait for each other, which harms nobody.
const LOCKS: u8 = 64;

/// Waits until nobody else renews for this account. The turn ends with the file that comes back.
pub(super) fn wait(folder: &Path, vault: VaultId, account: &str) -> io::Result<File> {
    let file = open(folder, vault, account)?;
    lock::wait(&file, Share::Nothing)?;
    Ok(file)
}

/// As [`wait`], without waiting; `None` where somebody else renews.
pub(super) fn attempt(folder: &Path, vault: VaultId, account: &str) -> io::Result<Option<File>> {
    let file = open(folder, vault, account)?;
    Ok(lock::attempt(&file, Share::Nothing)?.is_held().then_some(file))
}

fn open(folder: &Path, vault: VaultId, account: &str) -> io::Result<File> {
    create_private_folders(folder)?;
    let account = account.to_lowercase();
    let digest = azvault_vault::sha256(&[vault.as_bytes(), account.as_bytes()].concat());
    open_or_create_private(&folder.join(format!("{:02}.lock", digest[0] % LOCKS)))
}
