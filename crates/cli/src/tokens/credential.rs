//! What an account signs in with, among the secrets of the session and of the vault.

use azvault_contexts::{ContextName, KnownAccountType, Secret, SecretDescription, SecretKind};
use azvault_vault::Vault;

use super::{Place, Wanted};
use crate::contexts::Contexts;
use crate::failure::{Code, Failure};
use crate::ui::quoted;

/// What Azure PowerShell and `connect` set for an account that signs in with a certificate.
const THUMBPRINT: &str = "CertificateThumbprint";

/// A secret that may sign in, its value still sealed.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) place: Place,
    pub(super) about: SecretDescription,
    created: i64,
}

/// What there is to sign in with, the best first.
pub(super) enum Credential {
    /// Of a person. Where one is void the next is tried.
    RefreshTokens(Vec<Held>),
    ClientSecret(Held),
    Certificate(Box<HeldCertificate>),
    Assertion(Held),
    ManagedIdentity,
}

/// A certificate with its key, and the password of its file.
pub(super) struct HeldCertificate {
    pub(super) certificate: Held,
    pub(super) password: Option<Held>,
}

/// Refuses an account that has nothing to sign in with, before anything is started for it.
pub(super) fn check(contexts: &Contexts, wanted: &Wanted) -> Result<(), Failure> {
    of(contexts, wanted).map(drop)
}

/// What the account of a wanted token signs in with.
pub(super) fn of(contexts: &Contexts, wanted: &Wanted) -> Result<Credential, Failure> {
    let newest = |kind| held(contexts, wanted, kind).into_iter().next();
    let found = match wanted.known_type() {
        Some(KnownAccountType::User) => {
            let tokens = held(contexts, wanted, SecretKind::RefreshToken);
            (!tokens.is_empty()).then_some(Credential::RefreshTokens(tokens))
        }
        Some(KnownAccountType::ServicePrincipal) => {
            let secret = || newest(SecretKind::ClientSecret).map(Credential::ClientSecret);
            let certificate = || {
                let certificate = newest(SecretKind::Certificate)?;
                let password = newest(SecretKind::CertificatePassword);
                Some(Credential::Certificate(Box::new(HeldCertificate { certificate, password })))
            };
            let assertion = || newest(SecretKind::ClientAssertion).map(Credential::Assertion);
            let own = match names_certificate(contexts, wanted) {
                true => certificate().or_else(secret),
                false => secret().or_else(certificate),
            };
            own.or_else(assertion)
        }
        Some(KnownAccountType::ClientAssertion) => {
            newest(SecretKind::ClientAssertion).map(Credential::Assertion)
        }
        Some(KnownAccountType::ManagedService) => Some(Credential::ManagedIdentity),
        // It brought its token along, and there is no other.
        Some(KnownAccountType::AccessToken) | None => None,
    };
    found.ok_or_else(|| {
        let account = quoted(&wanted.account);
        Failure::new(Code::SignIn, format!("nothing is stored that {account} could sign in with"))
            .hint("azvault connect")
    })
}

/// The secret of a service principal that signs in with one. Whoever asks wants the secret itself.
pub(super) fn client_secret(contexts: &Contexts, wanted: &Wanted) -> Result<Held, Failure> {
    let account = quoted(&wanted.account);
    let refused = |what: String| {
        Failure::new(Code::Refused, what)
            .hint("--env-token VARIABLE for a token, or a context of a service principal")
    };
    if wanted.known_type() != Some(KnownAccountType::ServicePrincipal) {
        let kind = &wanted.account_type;
        return Err(refused(format!("{account} is no service principal but {}", quoted(kind))));
    }
    match of(contexts, wanted)? {
        Credential::ClientSecret(held) => Ok(held),
        Credential::Certificate(_) => Err(refused(format!(
            "{account} signs in with a certificate, which tools read from a file: none is written"
        ))),
        _ => Err(refused(format!("{account} signs in without a secret"))),
    }
}

/// Whether the account says that it signs in with a certificate, whatever secret it had before.
fn names_certificate(contexts: &Contexts, wanted: &Wanted) -> bool {
    property(contexts, wanted, THUMBPRINT).is_some()
}

/// What the context's account says of itself under a name.
pub(super) fn property<'a>(contexts: &'a Contexts, wanted: &Wanted, name: &str) -> Option<&'a str> {
    let seen = contexts.find(&ContextName::new(wanted.context.clone()))?;
    let mut properties = seen.context.account.as_ref()?.properties.iter();
    let found = properties.find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// The account's secrets of a kind: the session's first, then the newest of the vault.
fn held(contexts: &Contexts, wanted: &Wanted, kind: SecretKind) -> Vec<Held> {
    let own = contexts.own().secrets.iter().map(|secret| Held {
        place: Place::Session(secret.id),
        about: secret.held.description.clone(),
        created: i64::MAX,
    });
    let stored = contexts.secrets.iter().map(|secret| Held {
        place: Place::Vault(secret.id),
        about: secret.description.clone(),
        created: secret.created,
    });
    let fits = |held: &Held| {
        let about = &held.about;
        let is = |own: &Option<String>, wanted: &str| {
            own.as_ref().is_none_or(|own| own.eq_ignore_ascii_case(wanted))
        };
        about.kind == kind
            && about.is_of_one_of(std::slice::from_ref(&wanted.account))
            && is(&about.environment, &wanted.environment)
            // A refresh token serves every tenant of its account, a credential the one it is for.
            && (kind == SecretKind::RefreshToken || is(&about.tenant, &wanted.tenant))
    };
    let mut held: Vec<Held> = own.chain(stored).filter(fits).collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.created));
    held
}

impl Held {
    /// Its value.
    pub(super) fn value(&self, vault: &Vault, contexts: &Contexts) -> Result<Secret, Failure> {
        match self.place {
            Place::Vault(id) => {
                let failed = |e: azvault_vault::Error| Failure::new(Code::Other, e.to_string());
                vault.snapshot().and_then(|snapshot| snapshot.open_secret(id)).map_err(failed)
            }
            Place::Session(id) => {
                let own = contexts.own().secrets.iter().find(|secret| secret.id == id);
                let own = own.ok_or_else(crate::session::gone)?;
                // EXPOSE: copied for the one request that it is sent with.
                Ok(Secret::copied_from(own.held.value.expose()))
            }
        }
    }
}
