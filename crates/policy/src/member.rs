//! What a member of a policy can say, and where it is said.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyLine {
    /// The file.
    pub file: PathBuf,
    /// Line number; the first is 1.
    pub line: usize,
}

impl fmt::Display for PolicyLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", self.file.display(), self.line)
    }
}

/// A value, and the place that sets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    /// What is said.
    pub value: T,
    /// The line that sets it.
    pub place: PolicyLine,
}

/// Whether something may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// As if nothing were said.
    Allowed,
    /// It may not.
    Forbidden,
}

/// Which programs of the user an agent answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// All.
    User,
    /// Those of a terminal in which the vault was unlocked.
    Terminal,
}

/// No longer than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtMost(pub Duration);

/// No less than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtLeast(pub u32);

/// These and no others; compared without case, as Azure compares ids and names.
#[derive(Clone, Debug)]
pub struct Only(pub Vec<String>);

impl Only {
    /// Whether it is one of them.
    pub fn has(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.0.iter().any(|own| own.to_lowercase() == name)
    }
}

/// In any order, and without case.
impl PartialEq for Only {
    fn eq(&self, other: &Self) -> bool {
        self.is_as_strict_as(other) && other.is_as_strict_as(self)
    }
}

impl Eq for Only {}

/// These resources and no others: short names, addresses, or addresses whose host begins with `*.`
/// and stands for all that is below it.
#[derive(Clone, Debug)]
pub struct Resources(pub Vec<String>);

impl Resources {
    /// Whether a resource is one of them, by any of the names that it goes by.
    pub fn has(&self, names: &[&str]) -> bool {
        self.0.iter().any(|own| names.iter().any(|name| is_resource(own, name)))
    }
}

/// In any order, and without case.
impl PartialEq for Resources {
    fn eq(&self, other: &Self) -> bool {
        self.is_as_strict_as(other) && other.is_as_strict_as(self)
    }
}

impl Eq for Resources {}

/// Whether what a policy names is what a resource is called: without case, without the slash at the
/// end, and with `*.` for whatever is below a domain.
pub(crate) fn is_resource(own: &str, name: &str) -> bool {
    let plain = |text: &str| text.trim_end_matches('/').to_lowercase();
    let (own, name) = (plain(own), plain(name));
    if own == name {
        return true;
    }
    let Some((scheme, domain)) = own.split_once("://*.") else { return false };
    let host = name.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
    // A port is no other service.
    let host = host.map(|host| host.split([':', '/']).next().unwrap_or_default());
    host.and_then(|host| host.strip_suffix(domain)).is_some_and(|rest| rest.ends_with('.'))
}

/// A way to unlock a vault, by the word of `azvault key list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SlotKind {
    /// A passphrase alone.
    Passphrase,
    /// A passphrase and a key file.
    PassphraseAndKeyFile,
    /// A key in a file, which needs no passphrase.
    RawKey,
    /// A code that was written down.
    RecoveryCode,
    /// The keyring of the desktop.
    Keyring,
    /// Age recipients.
    Age,
    /// A passphrase and age recipients.
    PassphraseAndAge,
}

impl SlotKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Passphrase,
        Self::PassphraseAndKeyFile,
        Self::RawKey,
        Self::RecoveryCode,
        Self::Keyring,
        Self::Age,
        Self::PassphraseAndAge,
    ];

    /// The word in a policy.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::PassphraseAndKeyFile => "passphrase-and-key-file",
            Self::RawKey => "raw-key",
            Self::RecoveryCode => "recovery-code",
            Self::Keyring => "keyring",
            Self::Age => "age",
            Self::PassphraseAndAge => "passphrase-and-age",
        }
    }

    /// The word behind `azvault key add`.
    pub fn added_by(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::PassphraseAndKeyFile => "key-file",
            Self::RawKey => "raw",
            Self::RecoveryCode => "recovery",
            Self::Keyring => "keyring",
            Self::Age => "age RECIPIENT",
            Self::PassphraseAndAge => "age RECIPIENT --and passphrase",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Values of which one of two is the stricter one, or neither.
pub(crate) trait Strictness {
    /// Whether all that this allows the other allows too.
    fn is_as_strict_as(&self, other: &Self) -> bool;
}

impl Strictness for Allowance {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        *self == Self::Forbidden || *other == Self::Allowed
    }
}

impl Strictness for Reach {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        *self == Self::Terminal || *other == Self::User
    }
}

impl Strictness for AtMost {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        self.0 <= other.0
    }
}

impl Strictness for AtLeast {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        self.0 >= other.0
    }
}

impl Strictness for Resources {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        self.0.iter().all(|name| other.has(&[name.as_str()]))
    }
}

impl Strictness for Only {
    fn is_as_strict_as(&self, other: &Self) -> bool {
        self.0.iter().all(|name| other.has(name))
    }
}
