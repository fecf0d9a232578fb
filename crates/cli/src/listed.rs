//! The secrets that a command sees: of this session, and of the vault.

use azvault_model::rules::blast_radius::{AccountTenants, BlastRadius, blast_radius};
use azvault_model::{ProcessSecret, SecretDescription};
use azvault_vault::StoredSecret;

use crate::app::App;
use crate::contexts::Contexts;
use crate::documents::{SecretView, utc};
use crate::ui::{Tone, shown};

/// One secret, and where its value is.
#[derive(Clone, Copy)]
pub(crate) enum Listed<'a> {
    OfSession(&'a ProcessSecret),
    OfVault(&'a StoredSecret),
}

/// All of them: those of the session first, then by account, kind, tenant and target.
pub(crate) fn all(contexts: &Contexts) -> Vec<Listed<'_>> {
    let mut stored: Vec<_> = contexts.secrets.iter().collect();
    stored.sort_by_cached_key(|s| {
        let about = &s.description;
        (about.account.clone(), about.kind, about.tenant.clone(), about.target.clone(), s.id)
    });
    let of_session = contexts.own().secrets.iter().map(Listed::OfSession);
    of_session.chain(stored.into_iter().map(Listed::OfVault)).collect()
}

/// All of them with what they open at a time, the worst first.
pub(crate) fn worst_first(contexts: &Contexts, now: i64) -> Vec<SecretView<'_>> {
    let tenants = tenants(contexts);
    let secrets = all(contexts).into_iter();
    let mut found: Vec<_> = secrets.map(|one| (one.radius(&tenants, now), one)).collect();
    found.sort_by_key(|(radius, _)| radius.order());
    let mut views = Vec::with_capacity(found.len());
    for (radius, one) in found {
        views.push(SecretView { blast_radius: Some(radius.into()), ..one.view() });
    }
    views
}

/// Where the accounts of the contexts that are seen are known.
pub(crate) fn tenants(contexts: &Contexts) -> AccountTenants<'_> {
    let seen = contexts.seen().into_iter().map(|seen| seen.context);
    AccountTenants::of(seen, contexts.accounts())
}

/// A paragraph with what it opens; every command on a line of its own, to be copied.
pub(crate) fn print(app: &App, secret: &SecretView<'_>) {
    let Some(radius) = &secret.blast_radius else { return };
    let tone = match radius.rank {
        1 => Tone::Bad,
        2 => Tone::Warning,
        _ => Tone::Plain,
    };
    let account = shown(secret.facts.account.unwrap_or("-"));
    let until = radius.until.map(|time| format!(", until {}", utc(time))).unwrap_or_default();
    let (rank, kind, id) = (radius.rank, secret.facts.kind, &secret.id);
    app.ui.toned_line(tone, format!("{rank}  {kind} of {account} ({id}){until}"));
    app.ui.line(format!("   {}", shown(&radius.opens)));
    for line in radius.to_type() {
        app.ui.line(format!("   {line}"));
    }
}

impl<'a> Listed<'a> {
    pub(crate) fn about(self) -> &'a SecretDescription {
        match self {
            Self::OfSession(secret) => &secret.held.description,
            Self::OfVault(secret) => &secret.description,
        }
    }

    pub(crate) fn view(self) -> SecretView<'a> {
        match self {
            Self::OfSession(secret) => SecretView::of_session(secret),
            Self::OfVault(secret) => SecretView::new(secret),
        }
    }

    /// What it opens at a time.
    pub(crate) fn radius(self, known: &AccountTenants<'_>, now: i64) -> BlastRadius {
        blast_radius(&self.view().id, self.about(), known, now)
    }
}
