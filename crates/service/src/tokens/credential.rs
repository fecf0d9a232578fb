//! What an account signs in with, among the secrets of the session and of the vault.

use azvault_model::rules::credential::{Candidate, Means, means, rank};
use azvault_model::rules::secrets::may_use;
use azvault_model::{ContextName, KnownAccountType, ManagedIdentity, SecretKind};

use super::cached;
use super::certificate::{self, Certificates};
use super::token_request::TokenRequest;
use crate::app::App;
use crate::contexts;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::secrets::SecretRef;
use crate::text::{quoted, shown};

/// What there is to sign in with, the best first.
pub(super) enum Credential<'a> {
    /// Of a person. Where one is void the next is tried.
    RefreshTokens(Vec<SecretRef<'a>>),
    /// Of an application, which may have an old one beside the one that is valid.
    ClientSecrets(Vec<SecretRef<'a>>),
    Certificates(Certificates<'a>),
    /// On a token, of which the last that signed in comes first.
    Pkcs11Keys(Vec<SecretRef<'a>>),
    Assertion(SecretRef<'a>),
    ManagedIdentity(ManagedIdentity),
}

/// Refuses an account that has nothing to sign in with, before anything is started for it.
pub(super) fn check<'a>(
    app: &App,
    contexts: &'a Contexts,
    wanted: &TokenRequest,
) -> Result<Credential<'a>, Failure> {
    if wanted.known_type() == Some(KnownAccountType::AccessToken) {
        return Err(cached::none_brought(contexts, wanted, app.now())?);
    }
    of(contexts, wanted)
}

/// What the account of a wanted token signs in with.
pub(super) fn of<'a>(
    contexts: &'a Contexts,
    wanted: &TokenRequest,
) -> Result<Credential<'a>, Failure> {
    let everyone = contexts.everyone();
    let accounts = &everyone.accounts;
    let owner = wanted.owner(accounts)?;
    let mut usable = contexts.secrets_of(&everyone, &owner);
    usable.retain(|secret| may_use(secret.description, &owner, accounts));
    if let Some(only) = wanted.only {
        usable.retain(|secret| secret.location.id().number() == only);
    }
    let all = |kind| held(&usable, wanted, kind);
    let named = certificate::named(contexts, wanted);
    let has = |kind: SecretKind| !all(kind).is_empty();
    let found = means(wanted.known_type(), named, &has).and_then(|means| match means {
        Means::RefreshTokens => Some(Credential::RefreshTokens(all(SecretKind::RefreshToken))),
        Means::ClientSecrets => Some(Credential::ClientSecrets(all(SecretKind::ClientSecret))),
        Means::Certificates => Some(Credential::Certificates(Certificates {
            certificates: all(SecretKind::Certificate),
            passwords: all(SecretKind::CertificatePassword),
        })),
        Means::Pkcs11Keys => Some(Credential::Pkcs11Keys(all(SecretKind::Pkcs11Key))),
        Means::Assertion => {
            let first = all(SecretKind::ClientAssertion).into_iter().next();
            first.map(Credential::Assertion)
        }
        Means::ManagedIdentity => wanted.identity.clone().map(Credential::ManagedIdentity),
    });
    found.ok_or_else(|| {
        let account = quoted(&wanted.account);
        let home = wanted.home_account_id.as_deref().map(|home| format!(" ({})", shown(home)));
        let home = home.unwrap_or_default();
        let what = format!("nothing is stored that {account}{home} could sign in with");
        Failure::new(Kind::SignInNeeded, what).hint(super::sign_in::to_type(wanted))
    })
}

/// The secret of a service principal that signs in with one. Whoever asks wants the secret itself.
pub(super) fn client_secret<'a>(
    contexts: &'a Contexts,
    wanted: &TokenRequest,
) -> Result<SecretRef<'a>, Failure> {
    let account = quoted(&wanted.account);
    let refused = |what: String| {
        Failure::new(Kind::Refused, what)
            .hint("--env-token VARIABLE for a token, or a context of a service principal")
    };
    if wanted.known_type() != Some(KnownAccountType::ServicePrincipal) {
        let kind = &wanted.account_type;
        return Err(refused(format!("{account} is no service principal but {}", quoted(kind))));
    }
    match of(contexts, wanted)? {
        Credential::ClientSecrets(held) => {
            held.into_iter().next().ok_or_else(contexts::none_active)
        }
        Credential::Certificates(_) => Err(refused(format!(
            "{account} signs in with a certificate, which tools read from a file: none is written"
        ))),
        Credential::Pkcs11Keys(_) => Err(refused(format!(
            "{account} signs in with a key on a token, which cannot be copied"
        ))),
        _ => Err(refused(format!("{account} signs in without a secret"))),
    }
}

/// What the context's account says of itself under a name.
pub(super) fn property<'a>(
    contexts: &'a Contexts,
    wanted: &TokenRequest,
    name: &str,
) -> Option<&'a str> {
    let seen = contexts.find(&ContextName::new(wanted.context.clone()))?;
    let mut properties = seen.context.account.as_ref()?.properties.iter();
    let found = properties.find(|(own, _)| own.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// Secrets of a kind among those that may be used, in the order of [`rank`].
fn held<'a>(
    usable: &[SecretRef<'a>],
    wanted: &TokenRequest,
    kind: SecretKind,
) -> Vec<SecretRef<'a>> {
    let of_kind = |secret: &&SecretRef<'a>| secret.description.kind == kind;
    let mut held: Vec<_> = usable.iter().filter(of_kind).copied().collect();
    rank(&mut held, &wanted.tenant, |secret| Candidate {
        scope: secret.location.scope(),
        about: secret.description,
        created: secret.created,
    });
    held
}
