//! What a caller of the endpoint gets: a token of the context that acts in its session.

use azvault_agent::RemoteKeys;
use azvault_endpoint::{ClientSelector, EndpointRequest, Issued, Refusal, selected};
use azvault_model::{Context, Found, ManagedIdentity};
use azvault_vault::{Sealer, Subkey};
use data_encoding::HEXLOWER;

use super::Facts;
use super::kept::{InUse, Kept};
use crate::agent;
use crate::app::App;
use crate::claims_challenge;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::opening::{Opener, Reopener};
use crate::policy;
use crate::tokens;
use crate::tokens::{Repeats, Target};

/// How often the agent is told that its keys are in use, in seconds.
const TOUCH: u64 = 5;

/// Has the agent count the vault as used from now on: its idle limit does not lock a command out of
/// its next token. The limit in all stays, and a policy that sets an idle limit means it.
pub(super) fn keep_unlocked(app: &App, reopener: &Reopener) {
    let Reopener::Agent = reopener else { return };
    let app = app.afresh();
    let Ok(locked) = Opener::new(&app).locked() else { return };
    let Ok(client) = agent::client(locked.vault_id()) else { return };
    let keys = RemoteKeys::new(client, locked.epoch());
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(std::time::Duration::from_secs(TOUCH));
            if policy::is_used_while_a_command_runs(&app.afresh()) {
                let _ = keys.mac(Subkey::Anchor, b"in use");
            }
        }
    });
}

/// The token that is asked for, or why there is none.
pub(super) fn issue(
    app: &App,
    kept: &Kept,
    facts: &Facts,
    asked: &EndpointRequest,
) -> Result<Issued, Refusal> {
    let issued = kept.keys().and_then(|keys| {
        // What is forbidden in the meantime is forbidden here too.
        let issued = token(&app.afresh(), keys.reopener, &keys.in_use, facts, asked)?;
        keys.in_use.hand_out().map(|()| issued)
    });
    issued.map_err(|failure| {
        let next = failure.hint.map(|hint| format!(". Next: {hint}")).unwrap_or_default();
        let message = format!("azvault: {}{next}", failure.what);
        // The SDKs repeat what is said to be unavailable for up to a minute, and say nothing of it.
        match (failure.retry_after, failure.kind) {
            _ if failure.claims.is_some() => {
                let claims = failure.claims.unwrap_or_default();
                Refusal::StepUp { message, claims }
            }
            (Some(pause), _) => {
                Refusal::Unavailable { message, retry_after: pause.as_secs().max(1) }
            }
            (None, Kind::Busy) => Refusal::Unavailable { message, retry_after: 1 },
            (None, Kind::SignInNeeded | Kind::NotFound) => Refusal::SignInNeeded { message },
            (None, _) => Refusal::NotAllowed { message },
        }
    })
}

fn token(
    app: &App,
    reopener: Reopener,
    in_use: &InUse<'_>,
    facts: &Facts,
    asked: &EndpointRequest,
) -> Result<Issued, Failure> {
    let mut open = reopener.open_vault(app)?.with_contexts(app)?;
    let context = chosen(&open.contexts, facts, asked.client.as_ref())?;
    let to = match &asked.target {
        azvault_endpoint::Target::Resource(resource) => Target::Resource(Some(resource.clone())),
        azvault_endpoint::Target::Scopes(scopes) => Target::Scopes(scopes.clone()),
    };
    let wanted = tokens::TokenRequest::new(&open.contexts, context, to, asked.tenant.clone())?;
    let claims = asked.claims.as_deref().map(claims_challenge::read).transpose()?;
    let wanted = tokens::TokenRequest { claims, repeats: Repeats::Callers, ..wanted };
    let may_renew = || in_use.may_renew(&wanted, app.now());
    let issued = if asked.claims.is_some() && asked.refused_sha256.is_none() && may_renew() {
        tokens::new_token(app, &mut open, wanted.clone())?
    } else {
        let cached = tokens::token(app, &mut open, &wanted)?;
        match is_refused(asked, &cached) && may_renew() {
            true => tokens::new_token(app, &mut open, wanted.clone())?,
            false => cached,
        }
    };
    Ok(Issued {
        access_token: issued.value,
        expires_on: issued.expires_on,
        resource: wanted.resource().to_owned(),
        tenant: Some(issued.tenant),
    })
}

/// Whether a service refused just this token, as the caller says.
fn is_refused(asked: &EndpointRequest, issued: &tokens::Issued) -> bool {
    let Some(refused) = &asked.refused_sha256 else { return false };
    // EXPOSE: hashed, to be compared with the hash of the one that the caller has.
    let hash = azvault_vault::sha256(issued.value.expose());
    HEXLOWER.encode(&hash).eq_ignore_ascii_case(refused)
}

/// The context that acts, also where a tool names its identity, or the one whose account az names by
/// the id that stands for it; of an account that is served.
fn chosen<'a>(
    contexts: &'a Contexts,
    facts: &Facts,
    client: Option<&ClientSelector>,
) -> Result<&'a Context, Failure> {
    let (accounts, reach) = (contexts.accounts(), &facts.reach);
    let acting = contexts.acting().map(|seen| seen.context);
    let Some(client) = client else {
        let acting = acting?;
        return match reach.serves(&accounts, acting) {
            true => Ok(acting),
            false => Err(reach.refuse(acting)),
        };
    };
    let seen = contexts.seen().into_iter().map(|seen| seen.context);
    let acting = acting.ok().filter(|acting| reach.serves(&accounts, acting));
    let served = seen.clone().filter(|context| reach.serves(&accounts, context));
    let (ClientSelector::ClientId(id)
    | ClientSelector::ObjectId(id)
    | ClientSelector::ResourceId(id)) = client;
    let is_it = |own: &String| own.eq_ignore_ascii_case(id);
    if let Some(acting) = acting
        && (facts.as_identity.iter().any(is_it) || ids(contexts, acting).iter().any(is_it))
    {
        return Ok(acting);
    }
    selected(acting.into_iter().chain(served), id).ok_or_else(|| match selected(seen, id) {
        Some(other) => reach.refuse_other(id, other),
        None => reach.refuse_id(id),
    })
}

/// The ids that name the identity of a context: what its account is called, the object that it is in
/// its home tenant, and the id of an identity of the machine.
fn ids(contexts: &Contexts, context: &Context) -> Vec<String> {
    let Some(account) = &context.account else { return Vec::new() };
    let identity = ManagedIdentity::of(account, context.subscription.as_ref());
    let identity = identity.and_then(|identity| identity.id().map(str::to_owned));
    let home = match contexts.accounts().of_context(context) {
        Found::One(known) => known.home_account_id.clone(),
        Found::Nobody | Found::Several(_) => None,
    };
    let object = home.and_then(|home| Some(home.split_once('.')?.0.to_owned()));
    [Some(account.id.to_string()), identity, object].into_iter().flatten().collect()
}
