//! The token that an endpoint was asked for: of the context that acts in its session.

use azvault_endpoint::{ClientSelector, Issued, selected};
use azvault_model::rules::identity_name::identity_names;
use azvault_model::{AccountId, Context, Found, ManagedIdentity};
use data_encoding::HEXLOWER;

use super::asked::Asked;
use super::named_identity::NamedIdentity;
use super::reach::Reach;
use super::reported::Reported;
use super::served;
use super::terms::Served;
use crate::app::App;
use crate::claims_challenge;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::opening::OpenVault;
use crate::text::quoted;
use crate::tokens;
use crate::tokens::{Repeats, Target};

/// The token that is asked for, of whom the endpoint serves.
pub(crate) fn token(
    app: &App,
    open: &mut OpenVault,
    served: &Served,
    asked: &Asked,
    reported: &Reported,
) -> Result<Issued, Failure> {
    let Asked { request: asked, again_for } = asked;
    let context = chosen(&open.contexts, served, asked.client.as_ref())?;
    let to = match &asked.target {
        azvault_endpoint::Target::Resource(resource) => Target::Resource(Some(resource.clone())),
        azvault_endpoint::Target::Scopes(scopes) => Target::Scopes(scopes.clone()),
    };
    let wanted = tokens::TokenRequest::new(&open.contexts, context, to, asked.tenant.clone())?;
    served.bounds.allow(app, &open.contexts, context, &wanted)?;
    let claims = asked.claims.as_deref().map(claims_challenge::read).transpose()?;
    let wanted = tokens::TokenRequest { claims, repeats: Repeats::Callers, ..wanted };
    // What was renewed for this request counts once.
    let was_renewed = || app.caller().is_some_and(|caller| caller.renewed.has(&wanted));
    let may_renew = || was_renewed() || reported.may_renew(&wanted, app.now());
    let issued = if asked.claims.is_some() && asked.refused_sha256.is_none() && may_renew() {
        tokens::new_token(app, open, wanted.clone())?
    } else {
        let cached = tokens::token(app, open, &wanted)?;
        // EXPOSE: hashed, to be compared with the hash of the one that the caller has.
        let hash = azvault_vault::sha256(cached.value.expose());
        let is_refused = asked.refused_sha256.as_ref();
        let is_refused =
            is_refused.is_some_and(|refused| HEXLOWER.encode(&hash).eq_ignore_ascii_case(refused));
        if is_refused && may_renew() {
            tokens::new_token(app, open, wanted.clone())?
        } else if *again_for == Some(hash) {
            tokens::another_token(app, open, &wanted, cached)?
        } else {
            cached
        }
    };
    Ok(Issued {
        access_token: issued.value,
        expires_on: issued.expires_on,
        resource: wanted.resource().to_owned(),
        tenant: Some(issued.tenant),
    })
}

/// The context that acts, also where a tool names its identity, or the one whose account az names by
/// the id that stands for it; of an account that is served.
fn chosen<'a>(
    contexts: &'a Contexts,
    served: &Served,
    client: Option<&ClientSelector>,
) -> Result<&'a Context, Failure> {
    let (accounts, reach) = (contexts.accounts(), &served.reach);
    if let Reach::Named(all) = reach {
        return named(contexts, reach, all, client);
    }
    if let Reach::AllByName = reach {
        return by_name(contexts, reach, client);
    }
    let acting = contexts.acting().map(|seen| seen.context);
    let Some(client) = client else {
        let acting = acting?;
        return match reach.serves(&accounts, acting) {
            true => Ok(acting),
            false => Err(reach.refuse(acting)),
        };
    };
    let acting = acting.ok().filter(|acting| reach.serves(&accounts, acting));
    let id = client.id();
    let is_it = |own: &String| own.eq_ignore_ascii_case(id);
    if let Some(acting) = acting
        && (served.as_identity.iter().any(is_it) || ids(contexts, acting).iter().any(is_it))
    {
        return Ok(acting);
    }
    let others = served::contexts(contexts, reach).into_iter().map(|seen| seen.context);
    selected(acting.into_iter().chain(others), id).ok_or_else(|| not_served(contexts, reach, id))
}

/// Why an id is not served, which may be that of somebody else's context.
fn not_served(contexts: &Contexts, reach: &Reach, id: &str) -> Failure {
    match selected(contexts.seen().into_iter().map(|seen| seen.context), id) {
        Some(other) => reach.refuse_other(id, other),
        None => reach.refuse_id(id),
    }
}

/// The context of an account in a tenant, by the name that it has now or the id that stands for it in az's
/// folder; the default one, where a tool names none.
fn by_name<'a>(
    contexts: &'a Contexts,
    reach: &Reach,
    client: Option<&ClientSelector>,
) -> Result<&'a Context, Failure> {
    let Some(client) = client else { return contexts.acting().map(|seen| seen.context) };
    let accounts = contexts.accounts();
    let seen: Vec<&Context> = contexts.seen().into_iter().map(|seen| seen.context).collect();
    let names = identity_names(&accounts, &seen);
    let is_it = |name: &Option<String>| {
        name.as_ref().is_some_and(|name| AccountId(name) == AccountId(client.id()))
    };
    let by_name = names.iter().position(is_it).map(|at| seen[at]);
    by_name.or_else(|| selected(seen, client.id())).ok_or_else(|| reach.refuse_id(client.id()))
}

/// The context of an account and tenant that were named, by the name of those, or by the id that stands for
/// them in the folder of az; of the first, where a tool names none.
fn named<'a>(
    contexts: &'a Contexts,
    reach: &Reach,
    all: &[NamedIdentity],
    client: Option<&ClientSelector>,
) -> Result<&'a Context, Failure> {
    let everyone = contexts.everyone();
    let accounts = &everyone.accounts;
    let of = |one: &NamedIdentity| {
        let account = accounts.of_context(&one.own().as_context()).one()?;
        let seen = contexts.seen_of(&everyone, &account.key).into_iter();
        { seen }.map(|seen| seen.context).find(|seen| one.is_of(accounts, seen))
    };
    let (identity, id) = match client.map(ClientSelector::id) {
        None => (all.first(), ""),
        Some(id) => {
            let by_name = all.iter().find(|one| AccountId(&one.id) == AccountId(id));
            let by_az = || {
                let seen = contexts.seen().into_iter().map(|seen| seen.context);
                let context = selected(seen, id)?;
                all.iter().find(|one| one.is_of(accounts, context))
            };
            (by_name.or_else(by_az), id)
        }
    };
    let Some(identity) = identity else { return Err(not_served(contexts, reach, id)) };
    of(identity).ok_or_else(|| {
        let what = format!("the vault has no context of {} any more", quoted(&identity.id));
        Failure::new(Kind::NotFound, what).hint("azvault context list")
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
