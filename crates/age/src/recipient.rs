//! Recipients, as age writes them.

use std::fmt;
use std::str::FromStr;

use age::plugin::RecipientPluginV1;
use age::ssh::ParseRecipientKeyError;
use age::{Callbacks, plugin, ssh, tag, tagpq, x25519};

use crate::{Error, no_plugin};

/// One of those to whom a value is encrypted.
#[derive(Clone)]
pub struct Recipient {
    text: String,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Native(x25519::Recipient),
    /// Of a key in hardware, without a plugin's help.
    Tag(tag::Recipient),
    TagPq(Box<tagpq::Recipient>),
    Ssh(ssh::Recipient),
    Plugin(plugin::Recipient),
}

/// Why a text is no recipient. Says nothing of the text: it may be an identity, which is secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotARecipient {
    /// It is what decrypts.
    #[error("this is an identity, which is secret: a recipient begins with age1 or ssh-")]
    Identity,
    /// Its kind of key is not one that age has.
    #[error(
        "age does not encrypt to this kind of SSH key: ssh-ed25519, or ssh-rsa of 2048 to 4096 bits"
    )]
    Ssh,
    /// Anything else.
    #[error("this is no age recipient: one begins with age1, ssh-ed25519 or ssh-rsa")]
    Other,
}

impl FromStr for Recipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        let text = text.trim();
        if text.to_ascii_uppercase().starts_with("AGE-") {
            return Err(NotARecipient::Identity);
        }
        let kind = match text.parse() {
            Ok(ssh) => Some(Kind::Ssh(ssh)),
            Err(ParseRecipientKeyError::Invalid(_)) => None,
            Err(_) => return Err(NotARecipient::Ssh),
        };
        let kind = kind
            .or_else(|| text.parse().ok().map(Kind::Native))
            .or_else(|| text.parse().ok().map(Kind::Tag))
            .or_else(|| text.parse().ok().map(|tag| Kind::TagPq(Box::new(tag))))
            .or_else(|| text.parse().ok().map(Kind::Plugin));
        Ok(Self { text: text.to_owned(), kind: kind.ok_or(NotARecipient::Other)? })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Recipient {
    /// Name of the plugin that encrypts to it.
    pub fn plugin(&self) -> Option<&str> {
        match &self.kind {
            Kind::Plugin(recipient) => Some(recipient.plugin()),
            _ => None,
        }
    }
}

/// In the words of the age crate: those of one plugin as one.
pub(crate) fn all(
    of: &[Recipient],
    ask: &impl Callbacks,
) -> Result<Vec<Box<dyn age::Recipient>>, Error> {
    let mut all: Vec<Box<dyn age::Recipient>> = Vec::new();
    let mut of_plugins: Vec<plugin::Recipient> = Vec::new();
    for recipient in of {
        match &recipient.kind {
            Kind::Native(recipient) => all.push(Box::new(recipient.clone())),
            Kind::Tag(recipient) => all.push(Box::new(recipient.clone())),
            Kind::TagPq(recipient) => all.push(recipient.clone()),
            Kind::Ssh(recipient) => all.push(Box::new(recipient.clone())),
            Kind::Plugin(recipient) => of_plugins.push(recipient.clone()),
        }
    }
    let mut names: Vec<&str> = of_plugins.iter().map(plugin::Recipient::plugin).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let plugin = RecipientPluginV1::new(name, &of_plugins, &[], ask.clone());
        all.push(Box::new(plugin.map_err(no_plugin)?));
    }
    Ok(all)
}
