//! What a member's name says of its value.

use crate::finding::Confidence;

/// What a name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Sense {
    /// A credential.
    Credential,
    /// Often one, whatever the value looks like.
    Doubtful,
    /// Perhaps one: it depends on the value.
    Weak,
    /// The path of a file with a key, or what is in it.
    KeyFile,
    /// A hash, thumbprint or random id that opens nothing.
    Digest,
    /// A public key or certificate.
    Public,
    /// A fact about something: an id, a name, a time, a path, a type.
    Fact,
    /// Nothing.
    Neutral,
}

/// What the name of a value says, and the name around it.
#[derive(Clone, Copy)]
pub(crate) struct Name {
    pub(crate) sense: Sense,
    /// The sense of the member that this one stands in.
    pub(crate) around: Sense,
    /// How sure a finding is that goes by the name alone.
    pub(crate) surety: Confidence,
}

impl Name {
    pub(crate) fn none() -> Self {
        Self { sense: Sense::Neutral, around: Sense::Neutral, surety: Confidence::Certain }
    }

    pub(crate) fn new(text: &str) -> Self {
        Self { sense: sense(text), ..Self::none() }
    }
}

/// Longer than any name: keys of caches are put together from ids and scopes.
const MAX_NAME: usize = 64;

#[rustfmt::skip]
const CREDENTIALS: [&str; 44] = [
    "secret", "password", "passwort", "passwd", "passphrase", "pwd", "token", "apikey",
    "accountkey", "accesskey", "sharedkey", "privatekey", "clientkeydata", "secretkey",
    "storagekey", "connectionstring", "connectionstrings", "connstr", "assertion", "bearer",
    "jwt", "credential", "keystorevalue", "secretvalue", "secrettext", "passcode",
    "presharedkey", "authorization", "tokens", "secrets", "passwords", "principalkey", "spnkey",
    "appkey", "applicationkey", "authkey", "masterkey", "subscriptionkey", "functionskey",
    "kennwort", "motdepasse", "contrasena", "contrasea", "wachtwoord",
];

#[rustfmt::skip]
const WEAK: [&str; 16] = [
    "key", "auth", "sas", "sasurl", "pass", "pat", "code", "sig", "signature", "cookie",
    "session", "credentials", "ticket", "keydata", "tokencache",
    "cachedata",
];

#[rustfmt::skip]
const KEY_FILES: [&str; 9] = [
    "certificate", "certificatefile", "certificatepath", "certfile", "certpath", "keyfile",
    "keypath", "pfxpath", "pempath",
];

/// Ends of names that say something else than their last word alone.
const EXCEPTIONS: [(&str, Sense); 16] = [
    // Azure PowerShell's name for a token of Key Vault; elsewhere a vault's name.
    ("keyvault", Sense::Doubtful),
    ("publickeytoken", Sense::Digest),
    ("continuationtoken", Sense::Fact),
    ("skiptoken", Sense::Fact),
    ("nexttoken", Sense::Fact),
    ("pagetoken", Sense::Fact),
    ("synctoken", Sense::Fact),
    ("cancellationtoken", Sense::Fact),
    ("publickey", Sense::Public),
    ("foreignkey", Sense::Fact),
    ("sortkey", Sense::Fact),
    ("contextkey", Sense::Fact),
    ("postalcode", Sense::Fact),
    ("statuscode", Sense::Fact),
    ("errorcode", Sense::Fact),
    ("zipcode", Sense::Fact),
];

#[rustfmt::skip]
const DIGESTS: [&str; 18] = [
    "hash", "thumbprint", "digest", "fingerprint", "checksum", "etag", "sha1", "sha256",
    "sha512", "md5", "x5t", "x5ts256", "integrity", "nonce", "kid", "correlation",
    "traceparent", "keyid",
];

#[rustfmt::skip]
const FACTS: [&str; 49] = [
    "id", "ids", "type", "name", "names", "username", "url", "uri", "endpoint", "authority",
    "host", "file", "path", "dir", "directory", "folder", "date", "time", "on", "at", "in",
    "expiry", "expires", "count", "length", "size", "scope", "scopes", "version", "algorithm",
    "alg", "enabled", "policy", "suffix", "prefix", "format", "lifetime", "mode", "status",
    "state", "description", "label", "provider", "audience", "issuer", "owner", "resource",
    "realm", "info",
];

/// Short words for a password, where they stand alone.
const SHORT: [&str; 5] = ["pass", "pw", "psw", "cred", "creds"];

/// Words behind a name that say which one of several it is.
#[rustfmt::skip]
const WHICH: [&str; 20] = [
    "old", "new", "prev", "previous", "last", "next", "current", "backup", "bak", "copy", "orig",
    "primary", "secondary", "default", "prod", "production", "dev", "test", "staging", "v2",
];

/// What a name says, by its end and without regard to case and separators: `ARM_CLIENT_SECRET`,
/// `clientSecret` and `/Account/client-secret` say the same.
pub(crate) fn sense(name: &str) -> Sense {
    if name.len() > MAX_NAME {
        return Sense::Neutral;
    }
    let mut squashed = [0_u8; 24];
    let mut length = 0;
    // From the end, as far as any list reaches.
    for byte in name.bytes().rev().filter(u8::is_ascii_alphanumeric).take(squashed.len()) {
        length += 1;
        squashed[24 - length] = byte.to_ascii_lowercase();
    }
    let end = &squashed[24 - length..];
    let ends = |word: &&str| end.ends_with(word.as_bytes());
    if let Some((_, sense)) = EXCEPTIONS.iter().find(|(word, _)| ends(word)) {
        return *sense;
    }
    if DIGESTS.iter().any(&ends) {
        return Sense::Digest;
    }
    // A second one of a kind: `password2`, `key1`.
    let digits = end.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    let end = &end[..end.len() - digits];
    let ends = |word: &&str| end.ends_with(word.as_bytes());
    if CREDENTIALS.iter().any(&ends) {
        return Sense::Credential;
    }
    if KEY_FILES.iter().any(&ends) {
        return Sense::KeyFile;
    }
    if let Some(sense) = by_last_word(name) {
        return sense;
    }
    if WEAK.iter().any(&ends) {
        return Sense::Weak;
    }
    if FACTS.iter().any(&ends) {
        return Sense::Fact;
    }
    Sense::Neutral
}

/// `client_secret_old`, `secret (prod)`, `dbPass`: the last word says which one, or is a short one.
fn by_last_word(name: &str) -> Option<Sense> {
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let name = name.trim_end_matches(|c| !is_part(c));
    let bytes = name.as_bytes();
    let starts_word = |at: &usize| {
        let (before, first) = (bytes[at - 1], bytes[*at]);
        !before.is_ascii_alphanumeric()
            || (first.is_ascii_uppercase() && !before.is_ascii_uppercase())
    };
    let start = (1..bytes.len()).rev().find(starts_word).unwrap_or(0);
    if !name.is_char_boundary(start) {
        return None;
    }
    let (before, last) = name.split_at(start);
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(last));
    if is(&SHORT) {
        return Some(Sense::Doubtful);
    }
    let says = is(&WHICH) && matches!(sense(before), Sense::Credential | Sense::Doubtful);
    says.then_some(Sense::Doubtful)
}

#[cfg(test)]
mod tests {
    use super::{Sense, sense};

    #[test]
    fn a_name_says_by_its_end_what_its_value_is() {
        for (name, wanted) in [
            ("secret", Sense::Credential),
            ("ARM_CLIENT_SECRET", Sense::Credential),
            ("clientSecret", Sense::Credential),
            ("/Account/ExtendedProperties/ServicePrincipalSecret", Sense::Credential),
            ("refresh_token", Sense::Credential),
            ("AccessToken", Sense::Credential),
            ("ClearTextPassword", Sense::Credential),
            ("--account-key", Sense::Credential),
            ("AZURE_STORAGE_CONNECTION_STRING", Sense::Credential),
            ("password2", Sense::Credential),
            ("sha256", Sense::Digest),
            ("key", Sense::Weak),
            ("primaryKey", Sense::Weak),
            ("auth", Sense::Weak),
            ("AZURE_CLIENT_CERTIFICATE_PATH", Sense::KeyFile),
            ("servicePrincipalKey", Sense::Credential),
            ("client_secret_old", Sense::Doubtful),
            ("clientSecretOld", Sense::Doubtful),
            ("secret (prod)", Sense::Doubtful),
            ("token_v2", Sense::Doubtful),
            ("pass", Sense::Doubtful),
            ("dbPass", Sense::Doubtful),
            ("login_pw", Sense::Doubtful),
            ("bypass", Sense::Weak),
            ("subscription_old", Sense::Neutral),
            ("contraseña", Sense::Credential),
            ("token_type", Sense::Fact),
            ("credential_type", Sense::Fact),
            ("home_account_id", Sense::Fact),
            ("secretName", Sense::Fact),
            ("tokenEndpoint", Sense::Fact),
            ("password_expires_on", Sense::Fact),
            ("PublicKeyToken", Sense::Digest),
            ("user_assertion_hash", Sense::Digest),
            ("DefaultContextKey", Sense::Fact),
            ("", Sense::Neutral),
            ("Subscriptions", Sense::Neutral),
        ] {
            assert_eq!(sense(name), wanted, "{name}");
        }
    }
}
