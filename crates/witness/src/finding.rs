//! What the witness says.

use zeroize::Zeroizing;

/// What one look at a file found.
#[derive(Default)]
pub struct Looked {
    /// Everything that looks like a credential.
    pub findings: Vec<Finding>,
    /// Where a bound or damage ended the look.
    pub unread: Vec<Unread>,
    /// What has the look or the name of a credential and is none, with the reason.
    pub set_aside: Vec<SetAside>,
}

/// Something that looks like a credential.
pub struct Finding {
    /// Where: a JSON pointer, `line 12`, `byte 2500`; what was opened on the way stands after `!`.
    /// It can hold names of the file: show it escaped.
    pub place: String,
    /// What it looks like.
    pub kind: Kind,
    /// How sure that is.
    pub confidence: Confidence,
    /// The value as it stands there, without the white space around it.
    pub value: Zeroizing<Vec<u8>>,
}

/// A finding while it is seen: as [`Finding`], with a value that nobody owns yet.
pub struct Seen<'a> {
    /// As [`Finding::place`].
    pub place: &'a str,
    /// As [`Finding::kind`].
    pub kind: Kind,
    /// As [`Finding::confidence`].
    pub confidence: Confidence,
    /// As [`Finding::value`].
    pub value: &'a [u8],
}

/// A part that was not looked into.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    /// As [`Finding::place`].
    pub place: String,
    /// Why not.
    pub why: &'static str,
}

/// A value that a person might take for a credential, and why it is none.
#[derive(Debug, PartialEq, Eq)]
pub struct SetAside {
    /// As [`Finding::place`].
    pub place: String,
    /// Why it is none.
    pub why: NotASecret,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Random text, or a value whose surroundings suggest a credential.
    Likely,
    /// Its shape, or its member's name, belongs to a credential.
    Certain,
}

impl Confidence {
    /// The confidence as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What a finding looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A signed token: `header.claims.signature`.
    Jwt,
    /// Header and claims of one without the rest.
    JwtPart,
    /// A refresh token of Entra ID or of a Microsoft account.
    RefreshToken,
    /// A client secret as Entra ID makes them.
    ClientSecret,
    /// A token of another service that its first letters name.
    ServiceToken,
    /// A key of a storage account, or one like it.
    StorageKey,
    /// A connection string with its key or password.
    ConnectionString,
    /// A shared access signature.
    Sas,
    /// A password inside a URL.
    UrlPassword,
    /// A private key, PEM or DER.
    PrivateKey,
    /// A PKCS#12 file: certificate and private key.
    Pfx,
    /// Encrypted by Windows for one user.
    DpapiBlob,
    /// A keychain, keyring or Java key store.
    Keyring,
    /// The path of a file with a private key.
    KeyPath,
    /// The value of a member, variable or option with a credential's name.
    Named,
    /// Long random text.
    Random,
}

impl Kind {
    /// The kind as it stands in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Jwt => "jwt",
            Self::JwtPart => "jwt-part",
            Self::RefreshToken => "refresh-token",
            Self::ClientSecret => "client-secret",
            Self::ServiceToken => "service-token",
            Self::StorageKey => "storage-key",
            Self::ConnectionString => "connection-string",
            Self::Sas => "sas",
            Self::UrlPassword => "url-password",
            Self::PrivateKey => "private-key",
            Self::Pfx => "pfx",
            Self::DpapiBlob => "dpapi-blob",
            Self::Keyring => "keyring",
            Self::KeyPath => "key-path",
            Self::Named => "named-secret",
            Self::Random => "random-text",
        }
    }

    /// The kind in a sentence: "looks like …".
    pub fn words(self) -> &'static str {
        match self {
            Self::Jwt => "a token (JWT)",
            Self::JwtPart => "a part of a token (JWT)",
            Self::RefreshToken => "a refresh token",
            Self::ClientSecret => "a client secret",
            Self::ServiceToken => "an access token of a service",
            Self::StorageKey => "an account key",
            Self::ConnectionString => "a connection string with its key",
            Self::Sas => "a shared access signature",
            Self::UrlPassword => "a password in a URL",
            Self::PrivateKey => "a private key",
            Self::Pfx => "a certificate with its private key (PFX)",
            Self::DpapiBlob => "data encrypted by Windows (DPAPI)",
            Self::Keyring => "a keychain or keyring",
            Self::KeyPath => "the path of a key file",
            Self::Named => "a credential by its name",
            Self::Random => "long random text",
        }
    }
}

/// Why something is no credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotASecret {
    /// A certificate without its key.
    PublicCertificate,
    /// A public key.
    PublicKey,
    /// A hash or thumbprint, by its name or as hex digits of a hash's length.
    Digest,
    /// A reference to a variable, or a placeholder.
    Placeholder,
    /// An address without a credential in it.
    Address,
    /// Who someone is, unsigned: ids and names.
    Claims,
}

impl NotASecret {
    /// The reason, after "not a secret: ".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PublicCertificate => "a public certificate",
            Self::PublicKey => "a public key",
            Self::Digest => "a hash or thumbprint",
            Self::Placeholder => "a placeholder or the name of a variable",
            Self::Address => "an address without a credential",
            Self::Claims => "ids and names without a signature",
        }
    }
}
