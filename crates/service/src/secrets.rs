//! The secrets that a command sees, of this session and of the vault: where each lives, what it is, and
//! its value.

use azvault_model::rules::blast_radius::{AccountTenants, BlastRadius, blast_radius};
use azvault_model::{HeldSecret, ProcessScope, ProcessSecret, Scope, Secret, SecretDescription};
use azvault_vault::{Id, IdPrefix, NotOneId, Problem, Snapshot, StoredSecret, Subject, Vault};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::Failure;
use crate::{audit, session};

/// Where a secret lives, and its id there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretLocation {
    Vault(Id),
    Session(Id),
}

/// One secret, its value still sealed.
#[derive(Clone, Copy)]
pub struct SecretRef<'a> {
    pub location: SecretLocation,
    pub description: &'a SecretDescription,
    /// Unix seconds at which it was stored there.
    pub created: i64,
}

/// All of them as they are stored: those of the session first.
pub fn visible(contexts: &Contexts) -> impl Iterator<Item = SecretRef<'_>> {
    let of_session = contexts.own().secrets.iter().map(SecretRef::of_session);
    of_session.chain(contexts.vault.secrets.iter().map(SecretRef::of_vault))
}

/// All of them: those of the session first, then by account, kind, tenant and target.
pub fn sorted(contexts: &Contexts) -> Vec<SecretRef<'_>> {
    let (of_session, mut stored): (Vec<_>, Vec<_>) =
        visible(contexts).partition(|secret| secret.location.scope() == Scope::Process);
    stored.sort_by_cached_key(|secret| {
        let about = secret.description;
        let id = secret.location.id();
        (about.account.clone(), about.kind, about.tenant.clone(), about.target.clone(), id)
    });
    of_session.into_iter().chain(stored).collect()
}

/// The secret whose id begins so.
pub fn find<'a>(contexts: &'a Contexts, typed: &IdPrefix) -> Result<SecretRef<'a>, NotOneId> {
    let id = typed.only(visible(contexts).map(|secret| secret.location.id()))?;
    visible(contexts).find(|secret| secret.location.id() == id).ok_or(NotOneId::None)
}

/// Where the accounts of the contexts that are seen are known.
pub fn tenants(contexts: &Contexts) -> AccountTenants<'_> {
    let seen = contexts.seen().into_iter().map(|seen| seen.context);
    AccountTenants::of(seen, contexts.accounts())
}

/// The value of a secret, for azvault's own use.
pub fn value(
    snapshot: &Snapshot<'_>,
    contexts: &Contexts,
    location: SecretLocation,
) -> Result<Secret, Failure> {
    match location {
        SecretLocation::Vault(id) => Ok(snapshot.open_secret(id)?),
        SecretLocation::Session(id) => value_in_session(contexts, id),
    }
}

/// The value of a secret that leaves azvault. The audit log has it first, under this verb: if the entry
/// cannot be written, nothing is released.
pub fn release(
    app: &App,
    vault: &mut Vault,
    contexts: &Contexts,
    secret: SecretRef<'_>,
    verb: &str,
) -> Result<Secret, Failure> {
    let grant = app.caller().and_then(|caller| caller.grant.get());
    let subjects = || std::iter::once(secret.subject()).chain(grant.map(audit::of_grant)).collect();
    match secret.location {
        SecretLocation::Vault(id) => vault
            .write(|writing| -> Result<_, Problem> {
                let value = writing.open_secret(id)?;
                audit::log(app, writing, verb, subjects())?;
                Ok(value)
            })
            .map_err(Failure::from),
        SecretLocation::Session(id) => {
            vault.write(|writing| audit::log(app, writing, verb, subjects()))?;
            value_in_session(contexts, id)
        }
    }
}

/// As [`release`]; where another process asks, the entry is written with those of others before any of them has
/// its answer.
pub(crate) fn release_together(
    app: &App,
    vault: &mut Vault,
    contexts: &Contexts,
    secret: SecretRef<'_>,
    verb: &'static str,
) -> Result<Secret, Failure> {
    let Some(caller) = app.caller() else { return release(app, vault, contexts, secret, verb) };
    let value = value(&vault.snapshot()?, contexts, secret.location)?;
    let grant = caller.grant.get().map(audit::of_grant);
    caller.pending.add(verb, std::iter::once(secret.subject()).chain(grant).collect());
    Ok(value)
}

/// Takes a copy of a secret into the state of a session.
pub(crate) fn add_to_session(state: &mut ProcessScope, new: &HeldSecret, now: i64) {
    // EXPOSE: copied into the state of the session, which is sealed at once.
    let value = Secret::copied_from(new.value.expose());
    let held = HeldSecret { description: new.description.clone(), value };
    state.secrets.push(ProcessSecret { id: Id::random().number(), created: now, held });
}

fn value_in_session(contexts: &Contexts, id: Id) -> Result<Secret, Failure> {
    let own = contexts.own().secrets.iter().find(|secret| secret.id == id.number());
    let own = own.ok_or_else(session::gone)?;
    // EXPOSE: the copy that is used or handed out; the session keeps its own.
    Ok(Secret::copied_from(own.held.value.expose()))
}

impl SecretLocation {
    /// The id by which commands name it.
    pub fn id(self) -> Id {
        match self {
            Self::Vault(id) | Self::Session(id) => id,
        }
    }

    pub fn scope(self) -> Scope {
        match self {
            Self::Vault(_) => Scope::User,
            Self::Session(_) => Scope::Process,
        }
    }
}

impl<'a> SecretRef<'a> {
    pub fn of_vault(secret: &'a StoredSecret) -> Self {
        let location = SecretLocation::Vault(secret.id);
        Self { location, description: &secret.description, created: secret.created }
    }

    pub fn of_session(secret: &'a ProcessSecret) -> Self {
        let location = SecretLocation::Session(Id::from_number(secret.id));
        Self { location, description: &secret.held.description, created: secret.created }
    }

    /// The secret as the audit log names it.
    pub fn subject(self) -> Subject {
        match self.location {
            SecretLocation::Vault(id) => audit::of_secret(id, self.description),
            SecretLocation::Session(_) => audit::of_session_secret(self.description),
        }
    }

    /// What it opens at a time.
    pub fn radius(self, known: &AccountTenants<'_>, now: i64) -> BlastRadius {
        blast_radius(&self.location.id().to_string(), self.description, known, now)
    }
}
