//! Which tenants and subscriptions an account sees.

use azvault_model::rules::connect::{SignedIn, VisibleSubscription};
use azvault_model::{
    Account, AccountType, ContextAccount, HeldSecret, IdentityKind, Secret, SecretDescription,
    SecretKind, Subscription, Tenant,
};
use azvault_model::{SubscriptionId, TenantId};
use azvault_signin::{Error, TenantName, refresh, resource_manager};

use super::sign_in::{Entry, Refresh};
use super::{At, Found, Skipped};
use crate::failure::{Failure, Kind};
use crate::online::failed;
use crate::policy;
use crate::text::{cited, shown};

/// A token to Resource Manager in one tenant.
struct Access {
    tenant: String,
    value: Secret,
    expires_on: Option<i64>,
}

/// Asks Resource Manager. A person is asked for in every tenant, or in the one that was named; all
/// others are in one.
pub fn look_up(at: &At<'_>, mut entry: Entry) -> Result<Found, Failure> {
    let base = at.cloud.resource_manager().map_err(failed)?;
    let all = resource_manager::tenants(at.http, base, &entry.access).map_err(failed)?;
    let own = own_tenant(at, &entry, &all)?;
    let environment = at.cloud.name();
    policy::signs_in(at.app, environment, Some(&own.id))?;
    let first = Secret::copied_from(b"");
    let access = std::mem::replace(&mut entry.access, first);
    let mut accesses =
        vec![Access { tenant: own.id.to_string(), value: access, expires_on: entry.expires_on }];
    let mut tenants = vec![own.clone()];
    let mut skipped = Vec::new();
    if at.tenant.is_none() && entry.refresh.is_some() {
        for tenant in all.iter().filter(|tenant| TenantId(&tenant.id) != TenantId(&own.id)) {
            if let Err(because) = policy::signs_in(at.app, environment, Some(&tenant.id)) {
                let Tenant { id, name } = named(tenant);
                skipped.push(Skipped {
                    tenant: id.to_string(),
                    name: name.map(|text| text.to_string()),
                    because,
                });
                continue;
            }
            match in_tenant(at, &mut entry, &tenant.id) {
                Ok(access) => {
                    accesses.push(access);
                    tenants.push(named(tenant));
                }
                Err(error) => skipped.push(left_out(tenant, error)?),
            }
        }
    }
    let mut places: Vec<(VisibleSubscription, Owner)> = Vec::new();
    for (tenant, access) in tenants.iter().zip(&accesses) {
        let found = resource_manager::subscriptions(at.http, base, &access.value);
        let found = match found {
            Ok(found) => found,
            Err(error) if tenant.id != own.id => {
                let (id, name) = (tenant.id.clone(), tenant.name.clone());
                let because = skippable(error)?;
                skipped.push(Skipped {
                    tenant: id.to_string(),
                    name: name.map(|text| text.to_string()),
                    because,
                });
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        for subscription in found {
            add(&mut places, tenant, subscription);
        }
    }
    found(at, entry, own, (sorted(places), tenants, accesses, skipped))
}

/// In the order in which they are shown.
pub(super) fn sorted(mut places: Vec<(VisibleSubscription, Owner)>) -> Vec<VisibleSubscription> {
    places.sort_by_cached_key(|(place, _)| {
        let subscription = &place.subscription;
        (subscription.name.as_deref().map(str::to_lowercase), subscription.id.clone())
    });
    places.into_iter().map(|(place, _)| place).collect()
}

/// Whether a subscription belongs to the tenant through which it is seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    ThisTenant,
    Another,
}

/// Adds a subscription once; what several tenants show is its owner's.
pub(super) fn add(
    places: &mut Vec<(VisibleSubscription, Owner)>,
    tenant: &Tenant,
    found: resource_manager::Subscription,
) {
    let owner = match &found.home_tenant {
        Some(home) if TenantId(home) != TenantId(&tenant.id) => Owner::Another,
        _ => Owner::ThisTenant,
    };
    let known = places
        .iter()
        .position(|(place, _)| SubscriptionId(&place.subscription.id) == SubscriptionId(&found.id));
    let subscription = Subscription {
        id: found.id.into(),
        name: found.name.map(Into::into),
        state: found.state.map(Into::into),
    };
    let place = VisibleSubscription { subscription, tenant: tenant.clone() };
    match known {
        None => places.push((place, owner)),
        Some(at) if places[at].1 == Owner::Another && owner == Owner::ThisTenant => {
            places[at] = (place, owner);
        }
        Some(_) => {}
    }
}

/// The tenant that the first token is for.
fn own_tenant(
    at: &At<'_>,
    entry: &Entry,
    all: &[resource_manager::Tenant],
) -> Result<Tenant, Failure> {
    let asked = at.tenant.as_ref().map(TenantName::to_string);
    let found = entry.tenant.as_ref().or(asked.as_ref());
    if let Some(id) = found {
        let same = |text: &str| TenantId(text) == TenantId(id);
        let known = all
            .iter()
            .find(|tenant| same(&tenant.id) || tenant.default_domain.as_deref().is_some_and(same));
        let only = all.first().filter(|_| {
            all.len() == 1 && TenantName::parse(id).is_ok_and(|name| name.guid().is_none())
        });
        return Ok(known
            .or(only)
            .map_or_else(|| Tenant { id: id.as_str().into(), name: None }, named));
    }
    match all {
        [only] => Ok(named(only)),
        _ => {
            let ids: Vec<&str> = all.iter().map(|tenant| tenant.id.as_str()).collect();
            let what = "the token does not say which tenant it is for";
            Err(Failure::new(Kind::NotFound, what)
                .hint(format!("add --tenant ID, one of: {}", shown(&ids.join(", ")))))
        }
    }
}

pub(super) fn named(tenant: &resource_manager::Tenant) -> Tenant {
    let name = tenant.name.clone().or_else(|| tenant.default_domain.clone());
    Tenant { id: tenant.id.as_str().into(), name: name.map(Into::into) }
}

/// A token in another tenant of the same person. A refresh token that comes with it is the one that
/// is valid from now on.
fn in_tenant(at: &At<'_>, entry: &mut Entry, tenant: &str) -> Result<Access, Error> {
    let missing = Error::Input { what: "there is no refresh token" };
    let refresh = entry.refresh.as_ref().ok_or(missing)?;
    let authority = at.authority(Some(&TenantName::parse(tenant)?));
    let client = at.client(&authority, entry.client_id.as_deref().unwrap_or_default());
    let bad = |_| Error::Input { what: "this environment names no resource manager" };
    let scope = at.scope().map_err(bad)?;
    let tokens = refresh::redeem(&client, &refresh.value, &[&scope], None, at.app.now())?;
    if let Some(value) = tokens.refresh_token {
        let family_id = tokens.family_id.or_else(|| refresh.family_id.clone());
        entry.refresh = Some(Refresh { value, family_id });
    }
    let expires_on = Some(tokens.expires_on);
    Ok(Access { tenant: tenant.to_owned(), value: tokens.access_token, expires_on })
}

/// What keeps an account out of one tenant keeps it out of that one alone; anything else ends the
/// command.
fn skippable(error: Error) -> Result<Failure, Failure> {
    match error {
        Error::InteractionNeeded(_)
        | Error::ConsentNeeded(_)
        | Error::CredentialExpired(_)
        | Error::CredentialWrong(_)
        | Error::Refused(_)
        | Error::Input { .. } => Ok(failed(error)),
        other => Err(failed(other)),
    }
}

fn left_out(tenant: &resource_manager::Tenant, error: Error) -> Result<Skipped, Failure> {
    let Tenant { id, name } = named(tenant);
    Ok(Skipped {
        tenant: id.to_string(),
        name: name.map(|text| text.to_string()),
        because: skippable(error)?,
    })
}

impl Skipped {
    /// Why, and what to type.
    pub fn warning(&self) -> String {
        let id = shown(&self.tenant);
        let name = self.name.as_deref().map_or_else(|| id.clone(), cited);
        let what = &self.because.what;
        if self.because.kind == Kind::Refused {
            return format!("tenant {name} was left out: {what}");
        }
        format!("tenant {name} was left out: {what}\n         azvault connect --tenant {id}")
    }
}

type Seen = (Vec<VisibleSubscription>, Vec<Tenant>, Vec<Access>, Vec<Skipped>);

fn found(
    at: &At<'_>,
    entry: Entry,
    own: Tenant,
    (places, tenants, accesses, skipped): Seen,
) -> Result<Found, Failure> {
    let environment = at.cloud.name().to_owned();
    let about = |kind| SecretDescription {
        account: Some(entry.account.as_str().into()),
        client_id: entry.client_id.as_deref().map(Into::into),
        environment: Some(environment.as_str().into()),
        home_account_id: entry.home_account_id.as_deref().map(Into::into),
        account_kind: Some(IdentityKind::of(&entry.account_type.into())),
        ..SecretDescription::of(kind)
    };
    let scope = at.scope()?;
    let mut secrets = Vec::new();
    for held in entry.credentials {
        let tenant = Some(own.id.clone());
        let SecretDescription { kind, target, expires_on, .. } = held.description;
        let description = SecretDescription { tenant, target, expires_on, ..about(kind) };
        secrets.push(HeldSecret { description, value: held.value });
    }
    if let Some(Refresh { value, family_id }) = entry.refresh {
        let description = SecretDescription {
            family_id: family_id.map(Into::into),
            ..about(SecretKind::RefreshToken)
        };
        secrets.push(HeldSecret { description, value });
    }
    for access in accesses {
        let description = SecretDescription {
            tenant: Some(access.tenant.into()),
            target: Some(scope.as_str().into()),
            expires_on: access.expires_on,
            ..about(SecretKind::AccessToken)
        };
        secrets.push(HeldSecret { description, value: access.value });
    }
    let account_type = AccountType::from(entry.account_type);
    let properties: std::collections::BTreeMap<String, String> =
        entry.properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let account = Account {
        id: entry.account.as_str().into(),
        account_type: account_type.clone(),
        environment: Some(environment.as_str().into()),
        home_account_id: entry.home_account_id.as_deref().map(Into::into),
        tenants: tenants.into_iter().map(|tenant| tenant.id).collect(),
        properties: properties.clone(),
    };
    let of_context = ContextAccount { id: entry.account.into(), account_type, properties };
    let signed_in = SignedIn { account: of_context, environment, tenant: Some(own), places };
    Ok(Found { signed_in, account, secrets, skipped })
}
