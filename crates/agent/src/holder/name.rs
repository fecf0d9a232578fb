//! The names of the sockets by which holders are found.

use azvault_vault::{random_key, sha256};

/// What every name begins with.
const PREFIX: &str = "azvault";

/// Hexadecimal digits of a salt and of a tag: 128 bits each.
const DIGITS: usize = 32;

/// What a process that can hand something out is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Holds the keys of a vault.
    Agent,
    /// Hands tokens to what `exec` or `shell` started.
    Endpoint,
    /// Renews one token and ends.
    Renewal,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Agent, Self::Endpoint, Self::Renewal];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Endpoint => "endpoint",
            Self::Renewal => "renewal",
        }
    }
}

/// A name that no other process has.
pub(super) fn new(kind: Kind, vault: &str) -> String {
    let random = random_key();
    let salt: String = hex(&random[..DIGITS / 2]);
    let tag = tag(&salt, vault);
    format!("{PREFIX}.{}.{salt}.{tag}", kind.as_str())
}

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parsed<'a> {
    pub(super) kind: Kind,
    salt: &'a str,
    tag: &'a str,
}

impl<'a> Parsed<'a> {
    /// `None` for a name that is not of this form.
    pub(super) fn of(name: &'a str) -> Option<Self> {
        let mut parts = name.split('.');
        let mut next = || parts.next();
        let (prefix, kind, salt, tag) = (next()?, next()?, next()?, next()?);
        let is_hex = |text: &str| {
            text.len() == DIGITS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        if prefix != PREFIX || next().is_some() || !is_hex(salt) || !is_hex(tag) {
            return None;
        }
        let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind)?;
        Some(Self { kind, salt, tag })
    }

    /// Whether it is of that vault.
    pub(super) fn is_of(&self, vault: &str) -> bool {
        tag(self.salt, vault) == self.tag
    }
}

fn tag(salt: &str, vault: &str) -> String {
    hex(&sha256(format!("azvault holder\0{salt}\0{vault}").as_bytes())[..DIGITS / 2])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Parsed, new};

    #[test]
    fn a_name_says_what_it_is_of_and_only_who_knows_the_vault_learns_which() {
        for kind in Kind::ALL {
            let (one, other) = (new(kind, "7f00"), new(kind, "7f00"));
            assert_ne!(one, other);
            assert!(!one.contains("7f00."));
            let parsed = Parsed::of(&one).unwrap();
            assert_eq!(parsed.kind, kind);
            assert!(parsed.is_of("7f00"));
            assert!(!parsed.is_of("7f01"));
        }
    }

    #[test]
    fn other_names_are_not_ours() {
        let own = new(Kind::Agent, "7f00");
        for name in [
            "",
            "azvault",
            "azvault.agent",
            &own[..own.len() - 1],
            &format!("{own}0"),
            &format!("{own}.more"),
            &own.replace("agent", "Agent"),
            &own.replace("azvault.", "azvault-"),
            &own.replace("agent", "command"),
            "/tmp/dbus-x",
        ] {
            assert_eq!(Parsed::of(name), None, "{name}");
        }
    }
}
