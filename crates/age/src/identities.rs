//! Identities: what decrypts. A file of age's, with native ones and those of plugins, or a private key of
//! SSH.

use age::plugin::IdentityPluginV1;
use age::{Callbacks, DecryptError, plugin, ssh, x25519};
use azvault_model::Secret;

/// What an identity file holds.
pub struct Identities(Vec<Identity>);

enum Identity {
    Native(x25519::Identity),
    Plugin(plugin::Identity),
    Ssh(ssh::Identity),
}

/// Why a file has none. Says nothing of what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotIdentities {
    /// A line is something else.
    #[error("line {0} is no age identity")]
    Line(usize),
    /// There is no line but empty ones and comments.
    #[error("there is no identity in it")]
    Empty,
    /// A kind of SSH key that age does not use.
    #[error("age does not decrypt with this kind of SSH key")]
    Ssh,
    /// The file is encrypted itself.
    #[error("it is an identity file that is encrypted itself, which azvault does not open")]
    Encrypted,
}

impl Identities {
    /// Reads a file: lines of identities and `#` comments, or a private key of SSH in PEM.
    pub fn parse(file: &Secret) -> Result<Self, NotIdentities> {
        // EXPOSE: read as identities.
        let bytes = file.expose();
        let text = std::str::from_utf8(bytes).map_err(|_| NotIdentities::Line(1))?;
        if text.starts_with("age-encryption.org/") || text.starts_with("-----BEGIN AGE ENCRYPTED") {
            return Err(NotIdentities::Encrypted);
        }
        if text.trim_start().starts_with("-----BEGIN ") {
            return match ssh::Identity::from_buffer(bytes, None) {
                Ok(ssh::Identity::Unsupported(_)) | Err(_) => Err(NotIdentities::Ssh),
                Ok(identity) => Ok(Self(vec![Identity::Ssh(identity)])),
            };
        }
        let lines = text.lines().map(str::trim).zip(1..);
        let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
        let identity = |(line, number): (&str, usize)| {
            let native = line.parse().ok().map(Identity::Native);
            let identity = native.or_else(|| line.parse().ok().map(Identity::Plugin));
            identity.ok_or(NotIdentities::Line(number))
        };
        let all = lines.map(identity).collect::<Result<Vec<_>, _>>()?;
        if all.is_empty() { Err(NotIdentities::Empty) } else { Ok(Self(all)) }
    }

    /// Names of the plugins that decrypt with them.
    pub fn plugins(&self) -> Vec<String> {
        let plugin = |identity: &Identity| match identity {
            Identity::Plugin(identity) => Some(identity.plugin().to_owned()),
            Identity::Native(_) | Identity::Ssh(_) => None,
        };
        let mut names: Vec<String> = self.0.iter().filter_map(plugin).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Whether one of them opens something by itself, without hardware.
    pub fn has_secret(&self) -> bool {
        self.0.iter().any(|identity| !matches!(identity, Identity::Plugin(_)))
    }

    /// In the words of the age crate. A plugin is started once for each of its identities.
    pub(crate) fn into_age(
        self,
        ask: impl Callbacks,
    ) -> Result<Vec<Box<dyn age::Identity>>, DecryptError> {
        let into = |identity| -> Result<Box<dyn age::Identity>, DecryptError> {
            Ok(match identity {
                Identity::Native(identity) => Box::new(identity),
                Identity::Ssh(identity) => Box::new(identity.with_callbacks(ask.clone())),
                Identity::Plugin(identity) => {
                    let name = identity.plugin().to_owned();
                    let plugin = IdentityPluginV1::new(&name, &[identity], ask.clone());
                    Box::new(plugin.map_err(DecryptError::PluginResolve)?)
                }
            })
        };
        self.0.into_iter().map(into).collect()
    }
}
