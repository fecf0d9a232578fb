//! Which PKCS#11 module reaches a token, and its PIN.

use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_service::connect::method::Source;
use azvault_service::failure::Failure;
use azvault_service::pkcs11::{self, KeyChoice, LoadedKey};
use azvault_signin::certificate::Chain;

use crate::app::App;

/// The module, and the PIN.
#[derive(clap::Args, Default)]
pub(crate) struct TokenOptions {
    /// The PKCS#11 module of the token: a library that root alone can change [default: the only one that a
    /// policy allows]
    #[arg(long, value_name = "PATH", requires = "key")]
    pub(crate) pkcs11_module: Option<PathBuf>,
    /// A file or folder that the module reads and writes: its store, its device (may be repeated)
    #[arg(long, value_name = "PATH", requires = "key")]
    pub(crate) pkcs11_folder: Vec<PathBuf>,
    /// The PIN of the token is what is in this file
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) pin_file: Option<PathBuf>,
    /// The PIN of the token comes from this descriptor
    #[arg(long, value_name = "N", requires = "key", conflicts_with = "pin_file")]
    pub(crate) pin_fd: Option<i32>,
}

impl TokenOptions {
    /// The PIN, where it need not be asked for.
    pub(crate) fn pin(&self) -> Result<Option<Secret>, Failure> {
        let pin = Source::of(self.pin_file.as_deref(), self.pin_fd);
        pin.map(|source| source.token()).transpose()
    }

    /// Finds a key on the token.
    pub(crate) fn load(
        &self,
        app: &App,
        uri: &str,
        certificate: Option<&Path>,
        chain: Chain,
    ) -> Result<LoadedKey, Failure> {
        let uri = pkcs11::key_uri(uri)?;
        let pin = self.pin()?;
        let (module, folders) = (self.pkcs11_module.as_deref(), &self.pkcs11_folder[..]);
        pkcs11::load(app, KeyChoice { uri, module, folders, certificate, pin, chain })
    }
}
