//! age (age-encryption.org/v1): a few bytes, encrypted to recipients, and decrypted with identities.
//!
//! A recipient or an identity may be a plugin's: another program (`age-plugin-NAME` on the PATH), which
//! speaks to the hardware and asks its own questions. A caller does so in a process that has
//! nothing a plugin should see; see the service's `age`.

mod identities;
mod questions;
mod recipient;

use std::io::{self, ErrorKind, Read, Write};

use age::{DecryptError, Decryptor, EncryptError, Encryptor};
use azvault_model::Secret;
use zeroize::Zeroizing;

pub use identities::{Identities, NotIdentities};
pub use questions::{Ask, Confirmed};
pub use recipient::{NotARecipient, Recipient};

/// Longest value, in bytes: what is behind a file is a key, or someone else's.
const MAX_VALUE: u64 = 4096;

/// Why it was not encrypted or decrypted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No identity is one of the recipients.
    #[error("none of the identities is a recipient of it")]
    OtherIdentities,
    /// The file was changed, or the key that a plugin gave is another one.
    #[error(
        "the key that came does not fit: the record was changed, or the plugin gave a wrong key"
    )]
    WrongKey,
    /// It is no age file, or one of a kind that is not known.
    #[error("it is no age file that this azvault reads")]
    NotAge,
    /// What the plugin says, in its own words.
    #[error("the plugin says: {0}")]
    Plugin(String),
    /// Its program ended in the middle of it.
    #[error("the plugin ended without an answer")]
    PluginEnded,
    /// The plugin's program is not there.
    #[error("the plugin {0} was not found")]
    NoPlugin(String),
    /// The identity has a passphrase, and it is another one.
    #[error("the passphrase of the identity is wrong, or was not given")]
    IdentityLocked,
    /// Anything else that age says.
    #[error("{0}")]
    Other(String),
}

/// Encrypts a value to all of them: each alone decrypts it.
pub fn encrypt(value: &Secret, to: &[Recipient], ask: impl Ask) -> Result<Vec<u8>, Error> {
    let recipients = recipient::all(to, &questions::Questions(ask))?;
    let each = recipients.iter().map(|recipient| &**recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(each).map_err(not_encrypted)?;
    let mut file = Vec::new();
    let written = encryptor.wrap_output(&mut file).and_then(|mut writer| {
        // EXPOSE: encrypted to the recipients.
        writer.write_all(value.expose())?;
        writer.finish()
    });
    written.map_err(|e| Error::Other(e.to_string()))?;
    Ok(file)
}

/// Decrypts a value with the first identity that is one of its recipients.
pub fn decrypt(file: &[u8], with: Identities, ask: impl Ask) -> Result<Secret, Error> {
    let decryptor = Decryptor::new(file).map_err(not_decrypted)?;
    let identities = with.into_age(questions::Questions(ask)).map_err(not_decrypted)?;
    let each = identities.iter().map(|identity| &**identity);
    let reader = decryptor.decrypt(each).map_err(not_decrypted)?;
    let mut value = Zeroizing::new(Vec::with_capacity(usize::try_from(MAX_VALUE).unwrap_or(0)));
    reader.take(MAX_VALUE).read_to_end(&mut value).map_err(|_| Error::WrongKey)?;
    Ok(Secret::new(value))
}

fn not_encrypted(error: EncryptError) -> Error {
    match error {
        EncryptError::Plugin(said) => Error::Plugin(words(&said)),
        EncryptError::PluginResolve(error) => no_plugin(error),
        EncryptError::Io(e) => broken_off(&e),
        EncryptError::IncompatibleRecipients { .. } => Error::Other(
            "these recipients do not go together: some want to stand among their kind alone"
                .to_owned(),
        ),
        other => Error::Other(other.to_string()),
    }
}

fn not_decrypted(error: DecryptError) -> Error {
    match error {
        DecryptError::NoMatchingKeys => Error::OtherIdentities,
        DecryptError::InvalidMac | DecryptError::DecryptionFailed => Error::WrongKey,
        DecryptError::InvalidHeader | DecryptError::UnknownFormat => Error::NotAge,
        DecryptError::KeyDecryptionFailed => Error::IdentityLocked,
        DecryptError::Plugin(said) => Error::Plugin(words(&said)),
        DecryptError::PluginResolve(error) => no_plugin(error),
        DecryptError::Io(e) => broken_off(&e),
        other => Error::Other(other.to_string()),
    }
}

/// What is read and written is a plugin's.
fn broken_off(error: &io::Error) -> Error {
    match error.kind() {
        ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
            Error::PluginEnded
        }
        _ => Error::Other(error.to_string()),
    }
}

fn words(said: &[impl ToString]) -> String {
    said.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn no_plugin(error: age::plugin::ResolveError) -> Error {
    match error {
        age::plugin::ResolveError::MissingPlugin { binary_name } => Error::NoPlugin(binary_name),
        other => Error::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
