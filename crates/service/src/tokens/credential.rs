//! What an account signs in with, among the secrets of the session and of the vault.

use azvault_model::rules::credential::{Candidate, Holder, Means, Named, means, rank};
use azvault_model::rules::secrets::may_use;
use azvault_model::{
    ContextName, KnownAccountType, ManagedIdentity, Secret, SecretDescription, SecretKind,
};
use azvault_vault::Vault;

use super::cached;
use super::certificate::{self, Certificates};
use super::place::Place;
use super::request::TokenRequest;
use crate::app::App;
use crate::contexts;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::text::{quoted, shown};

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
    /// Of an application, which may have an old one beside the one that is valid.
    ClientSecrets(Vec<Held>),
    Certificates(Certificates),
    Assertion(Box<Held>),
    ManagedIdentity(ManagedIdentity),
}

/// Refuses an account that has nothing to sign in with, before anything is started for it.
pub(super) fn check(app: &App, contexts: &Contexts, wanted: &TokenRequest) -> Result<(), Failure> {
    if wanted.known_type() == Some(KnownAccountType::AccessToken) {
        return Err(cached::none_brought(contexts, wanted, app.now())?);
    }
    of(contexts, wanted).map(drop)
}

/// What the account of a wanted token signs in with.
pub(super) fn of(contexts: &Contexts, wanted: &TokenRequest) -> Result<Credential, Failure> {
    let accounts = contexts.accounts();
    let owner = wanted.owner(&accounts)?;
    let all = |kind| held(contexts, wanted, kind, &|about| may_use(about, &owner, &accounts));
    let named = match certificate::is_named(contexts, wanted) {
        true => Named::Certificate,
        false => Named::Nothing,
    };
    let has = |kind: SecretKind| !all(kind).is_empty();
    let found = means(wanted.known_type(), named, &has).and_then(|means| match means {
        Means::RefreshTokens => Some(Credential::RefreshTokens(all(SecretKind::RefreshToken))),
        Means::ClientSecrets => Some(Credential::ClientSecrets(all(SecretKind::ClientSecret))),
        Means::Certificates => Some(Credential::Certificates(Certificates {
            certificates: all(SecretKind::Certificate),
            passwords: all(SecretKind::CertificatePassword),
        })),
        Means::Assertion => {
            let first = all(SecretKind::ClientAssertion).into_iter().next();
            first.map(Box::new).map(Credential::Assertion)
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
pub(super) fn client_secret(contexts: &Contexts, wanted: &TokenRequest) -> Result<Held, Failure> {
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

/// Secrets of a kind that may be used, in the order of [`rank`].
fn held(
    contexts: &Contexts,
    wanted: &TokenRequest,
    kind: SecretKind,
    may_use: &dyn Fn(&SecretDescription) -> bool,
) -> Vec<Held> {
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
    let fits = |held: &Held| held.about.kind == kind && may_use(&held.about);
    let mut held: Vec<Held> = own.chain(stored).filter(fits).collect();
    rank(&mut held, &wanted.tenant, |held| Candidate {
        holder: match held.place {
            Place::Session(_) => Holder::Session,
            Place::Vault(_) => Holder::Vault,
        },
        about: &held.about,
        created: held.created,
    });
    held
}

impl Held {
    /// Its value.
    pub(super) fn value(&self, vault: &Vault, contexts: &Contexts) -> Result<Secret, Failure> {
        match self.place {
            Place::Vault(id) => {
                let failed = |e: azvault_vault::Error| Failure::new(Kind::Other, e.to_string());
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
