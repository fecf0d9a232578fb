//! How one signs in, and the secrets that it takes.

use std::fs::File;
use std::path::{Path, PathBuf};

use azvault_model::Secret;
use azvault_signin::certificate::{Certificate, Chain};
use azvault_signin::managed_identity::Identity;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::descriptor;
use crate::failure::{Failure, Kind};
use crate::online::failed;
use crate::pkcs11::{GivenPin, LoadedKey};
use crate::private_file;
use crate::private_file::Readers;
use crate::text::shown_path;

/// Largest token in a file.
const MAX_TOKEN: usize = 64 * 1024;

/// Largest certificate file.
const MAX_CERTIFICATE: usize = 1024 * 1024;

/// How one signs in.
pub enum SignInMethod {
    /// A code, typed on any device; with the user who is to sign in.
    DeviceCode { login_hint: Option<String>, picture: Picture },
    /// The browser of this machine; with the user who is to sign in.
    Browser { login_hint: Option<String> },
    /// A service principal.
    Principal { application: String, credential: Credential },
    /// An identity of this machine.
    ManagedIdentity(Identity),
    /// A token that was brought along.
    AccessToken { account: String, token: Secret },
}

/// Whether the address at which a code is typed is also shown as a picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    WhereItFits,
    None,
}

/// Which way an account signed in.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInWay {
    DeviceCode,
    Browser,
    ClientSecret,
    Certificate,
    Pkcs11Key,
    FederatedToken,
    ManagedIdentity,
    AccessToken,
    /// By what was stored: nobody signed in.
    Stored,
}

impl SignInWay {
    /// In words, for the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DeviceCode => "device code",
            Self::Browser => "browser",
            Self::ClientSecret => "client secret",
            Self::Certificate => "certificate",
            Self::Pkcs11Key => "key on a token",
            Self::FederatedToken => "federated token",
            Self::ManagedIdentity => "managed identity",
            Self::AccessToken => "access token",
            Self::Stored => "what is stored",
        }
    }
}

/// What a service principal shows.
pub enum Credential {
    Secret(Secret),
    Certificate(Box<LoadedCertificate>),
    Pkcs11Key(Box<LoadedKey>),
    Assertion { token: Secret, file: PathBuf },
}

/// A certificate, and the file's bytes as they are kept.
pub struct LoadedCertificate {
    pub certificate: Certificate,
    pub bytes: Secret,
    pub password: Option<Secret>,
    pub chain: Chain,
}

impl SignInMethod {
    /// The PIN of the token that is to sign.
    pub fn given_pin(&self) -> Option<GivenPin> {
        match self {
            Self::Principal { credential: Credential::Pkcs11Key(held), .. } => held.given_pin(),
            _ => None,
        }
    }

    /// The way, without what is shown for it.
    pub fn way(&self) -> SignInWay {
        match self {
            Self::DeviceCode { .. } => SignInWay::DeviceCode,
            Self::Browser { .. } => SignInWay::Browser,
            Self::Principal { credential: Credential::Secret(_), .. } => SignInWay::ClientSecret,
            Self::Principal { credential: Credential::Certificate(_), .. } => {
                SignInWay::Certificate
            }
            Self::Principal { credential: Credential::Pkcs11Key(_), .. } => SignInWay::Pkcs11Key,
            Self::Principal { credential: Credential::Assertion { .. }, .. } => {
                SignInWay::FederatedToken
            }
            Self::ManagedIdentity(_) => SignInWay::ManagedIdentity,
            Self::AccessToken { .. } => SignInWay::AccessToken,
        }
    }
}

/// Where a secret comes from.
pub enum Source<'a> {
    File(&'a Path),
    /// A file that its issuer renews, and that others may read: a token that lives for an hour.
    Projected(&'a Path),
    Descriptor(i32),
}

impl<'a> Source<'a> {
    /// Of the two options that name one.
    pub fn of(file: Option<&'a Path>, descriptor: Option<i32>) -> Option<Self> {
        file.map(Self::File).or_else(|| descriptor.map(Self::Descriptor))
    }

    /// The text of a secret or a token: all there is, without blanks around it.
    pub fn token(&self) -> Result<Secret, Failure> {
        let bytes = self.bytes(MAX_TOKEN)?;
        // EXPOSE: what surrounds it is cut off.
        let text = bytes.expose().trim_ascii();
        if text.is_empty() {
            let what = format!("{} is empty", self.name());
            return Err(Failure::new(Kind::Usage, what));
        }
        Ok(Secret::copied_from(text))
    }

    fn bytes(&self, most: usize) -> Result<Secret, Failure> {
        let file = match self {
            Self::File(path) => private_file::open(path, Readers::OwnerAlone)?,
            Self::Projected(path) => private_file::open(path, Readers::Anyone)?,
            Self::Descriptor(number) => {
                File::open(Path::new("/proc/self/fd").join(number.to_string()))
                    .map_err(|e| Failure::new(Kind::Usage, format!("descriptor {number}: {e}")))?
            }
        };
        let bytes = descriptor::read_secret_to_end(file, most)
            .map_err(|e| Failure::new(Kind::Other, format!("{}: {e}", self.name())))?;
        Ok(Secret::copied_from(&bytes))
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) | Self::Projected(path) => shown_path(path),
            Self::Descriptor(number) => format!("descriptor {number}"),
        }
    }
}

/// The secret of a service principal: from where it was said to be, or typed.
pub fn client_secret(app: &App, source: Option<Source<'_>>) -> Result<Secret, Failure> {
    if let Some(source) = source {
        return source.token();
    }
    let Some(mut terminal) = app.terminal() else {
        let what =
            "the secret of the service principal is needed and there is no terminal to prompt on";
        return Err(Failure::new(Kind::NeedsTerminal, what)
            .hint("add --secret-file FILE, --certificate FILE or --federated-token-file FILE"));
    };
    let typed = terminal.ask_passphrase("Secret of the service principal: ")?;
    if typed.is_empty() {
        return Err(Failure::new(Kind::Aborted, "no secret was typed"));
    }
    Ok(typed)
}

/// A certificate file, with its password where it needs one.
pub fn certificate(
    app: &App,
    path: &Path,
    password: Option<&Path>,
    chain: Chain,
) -> Result<LoadedCertificate, Failure> {
    let bytes = Source::File(path).bytes(MAX_CERTIFICATE)?;
    let file = shown_path(path);
    let read = |password: Option<&Secret>| {
        // EXPOSE: the file is taken apart; certificate and key stay in wiped memory.
        Certificate::read(bytes.expose(), password).map_err(|error| {
            let failure = failed(error);
            Failure { what: format!("{file}: {}", failure.what), ..failure }
        })
    };
    let (certificate, password) = match password {
        Some(path) => {
            let password = Source::File(path).token()?;
            (read(Some(&password))?, Some(password))
        }
        None => match (read(None), app.terminal()) {
            (Ok(certificate), _) => (certificate, None),
            (Err(_), Some(mut terminal)) => {
                let password = terminal.ask_passphrase(&format!("Password of {file}: "))?;
                (read(Some(&password))?, Some(password))
            }
            (Err(failure), None) => {
                return Err(failure.hint("if it has a password: --certificate-password-file FILE"));
            }
        },
    };
    Ok(LoadedCertificate { certificate, bytes, password, chain })
}
