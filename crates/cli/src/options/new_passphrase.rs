//! Where a new passphrase comes from, as it is typed.

use std::path::PathBuf;

use azvault_service::new_passphrase::NewPassphrase;

/// Where it comes from when nobody is to type it. The options for what opens the vault now are
/// others.
#[derive(clap::Args)]
pub(crate) struct NewPassphraseOptions {
    /// Read the new passphrase from the first line of this file
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
    /// Read the new passphrase from the first line of this descriptor
    #[arg(long, value_name = "N", conflicts_with = "new_passphrase_file")]
    new_passphrase_fd: Option<i32>,
}

impl NewPassphraseOptions {
    /// As the application has it.
    pub(crate) fn read(&self) -> NewPassphrase {
        NewPassphrase { file: self.new_passphrase_file.clone(), fd: self.new_passphrase_fd }
    }
}
