//! Contexts of an account whose sign-in is stored already: nobody signs in.
//!
//! Its tokens come as those of `token` do, from the cache or by what is stored, so that a refresh token
//! that is redeemed is replaced before anything else happens. Where no service can be reached there is one
//! context all the same: of the tenant that the account is known to be in.

use azvault_model::TenantId;
use azvault_model::rules::connect::{SignedIn, VisibleSubscription};
use azvault_model::{
    Account, AccountType, ContextAccount, Found as Named, HOME_ACCOUNT_ID, IdentityKind,
    KnownAccount, KnownAccountType, Secret, Tenant, Text,
};
use azvault_signin::{Cloud, Http, resource, resource_manager};
use serde::{Deserialize, Serialize};

use super::lookup::{Owner, add, named, sorted};
use super::{Found, Skipped};
use crate::app::App;
use crate::ask::Requests;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::online::failed;
use crate::shell_word::shell_word;
use crate::text::{quoted, shown};
use crate::tokens::TokenRequest;
use crate::verbs::StoredToken;

/// Where it is looked, and as whom.
pub struct Looking<'a> {
    pub app: &'a App,
    pub http: &'a Http,
    pub cloud: &'a Cloud,
    /// Id of the tenant that was asked for.
    pub tenant: Option<&'a str>,
}

/// An account of which something is stored. Holds no secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct StoredAccount {
    id: Text,
    kind: IdentityKind,
    home_account_id: Option<Text>,
    /// In which it was seen.
    tenants: Vec<Text>,
}

impl From<&KnownAccount> for StoredAccount {
    fn from(known: &KnownAccount) -> Self {
        Self {
            id: known.id.clone(),
            kind: known.key.kind(),
            home_account_id: known.home_account_id.clone(),
            tenants: known.tenants.clone(),
        }
    }
}

impl StoredAccount {
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn kind(&self) -> IdentityKind {
        self.kind
    }

    pub(crate) fn tenants(&self) -> &[Text] {
        &self.tenants
    }
}

/// The account of a name or home account id that was typed, in that cloud.
pub(crate) fn account(
    contexts: &Contexts,
    typed: &str,
    environment: &str,
) -> Result<StoredAccount, Failure> {
    let accounts = contexts.accounts();
    let cloud = accounts.clouds().key(environment);
    let all = match accounts.named(typed) {
        Named::Nobody => Vec::new(),
        Named::One(known) => vec![known],
        Named::Several(all) => all,
    };
    let is_here = |known: &&&KnownAccount| known.key.cloud().is_none_or(|own| *own == cloud);
    match all.iter().filter(is_here).collect::<Vec<_>>().as_slice() {
        [known] => Ok(StoredAccount::from(**known)),
        [] => {
            let environment = quoted(environment);
            let what = format!("nothing of {} is stored for {environment}", quoted(typed));
            Err(Failure::new(Kind::NotFound, what).hint(match all.first() {
                Some(known) => {
                    let cloud = known.key.cloud().map(|cloud| format!(" (it is at {cloud})"));
                    format!("add --environment NAME{}", cloud.unwrap_or_default())
                }
                None => "azvault secret list shows whose sign-ins are stored".to_owned(),
            }))
        }
        several => {
            let mut words: Vec<String> = several.iter().map(|known| known.in_words()).collect();
            words.sort();
            let words = shown(&words.join("; "));
            let what = format!("{} accounts are called {}: {words}", several.len(), quoted(typed));
            let homes = several.iter().filter_map(|known| known.home_account_id.as_deref());
            let mut lines: Vec<String> = homes
                .map(|home| format!("azvault connect --account {}", shell_word(home)))
                .collect();
            lines.sort();
            let failure = Failure::new(Kind::NotFound, what);
            Err(match lines.is_empty() {
                true => failure.hint("azvault secret list shows which secrets each has"),
                false => failure.hint(lines.join(", or ")),
            })
        }
    }
}

/// What the account sees, by what is stored of it.
pub fn look_up(
    at: &Looking<'_>,
    requests: &mut Requests<'_>,
    known: &StoredAccount,
) -> Result<Found, Failure> {
    let own = own_tenant(at, known)?;
    let access = match token(at, requests, known, &own) {
        Ok(access) => access,
        Err(failure) if failure.kind == Kind::Network => {
            return offline(at, known, &own, &failure);
        }
        Err(failure) => return Err(failure),
    };
    let base = at.cloud.resource_manager().map_err(failed)?;
    let all = match resource_manager::tenants(at.http, base, &access).map_err(failed) {
        Ok(all) => all,
        Err(failure) if failure.kind == Kind::Network => {
            return offline(at, known, &own, &failure);
        }
        Err(failure) => return Err(failure),
    };
    let is_own = |tenant: &&resource_manager::Tenant| TenantId(&tenant.id) == TenantId(&own);
    let first = all.iter().find(is_own).map(named).unwrap_or(Tenant { id: own.into(), name: None });
    let mut seen = vec![(first.clone(), access)];
    let mut skipped = Vec::new();
    if at.tenant.is_none() && known.kind == IdentityKind::User {
        for tenant in all.iter().filter(|tenant| TenantId(&tenant.id) != TenantId(&first.id)) {
            let Tenant { id, name } = named(tenant);
            match token(at, requests, known, &id) {
                Ok(access) => seen.push((Tenant { id, name }, access)),
                Err(because) if matches!(because.kind, Kind::SignInNeeded | Kind::Refused) => {
                    skipped.push(Skipped {
                        tenant: id.to_string(),
                        name: name.map(|text| text.to_string()),
                        because,
                    });
                }
                Err(failure) => return Err(failure),
            }
        }
    }
    let mut places: Vec<(VisibleSubscription, Owner)> = Vec::new();
    for (tenant, access) in &seen {
        let found = resource_manager::subscriptions(at.http, base, access).map_err(failed)?;
        for subscription in found {
            add(&mut places, tenant, subscription);
        }
    }
    let tenants = seen.into_iter().map(|(tenant, _)| tenant.id).collect();
    Ok(found(at, known, Seen { own: first, places: sorted(places), tenants, skipped }))
}

/// The tenant that was asked for, else the account's home, else the first in which it was seen.
fn own_tenant(at: &Looking<'_>, known: &StoredAccount) -> Result<String, Failure> {
    let home = known.home_account_id.as_deref().and_then(|home| home.split_once('.'));
    let home = home.map(|(_, tenant)| tenant).filter(|tenant| is_guid(tenant));
    let seen = || known.tenants.iter().map(Text::as_str).find(|tenant| is_guid(tenant));
    let tenant = at.tenant.or(home).or_else(seen).map(str::to_owned);
    tenant.ok_or_else(|| {
        let what = format!("nothing stored says a tenant of {}", quoted(&known.id));
        let account = shell_word(&known.id);
        Failure::new(Kind::NotFound, what)
            .hint(format!("azvault connect --account {account} --tenant ID"))
    })
}

/// A token to Resource Manager, which is in the cache by the time it comes here.
fn token(
    at: &Looking<'_>,
    requests: &mut Requests<'_>,
    known: &StoredAccount,
    tenant: &str,
) -> Result<Secret, Failure> {
    let (environment, tenant) = (at.cloud.name().to_owned(), tenant.to_owned());
    let wanted = StoredToken { account: known.clone(), environment, tenant };
    Ok(requests.ask(wanted)?.into_value())
}

impl StoredAccount {
    /// The request for such a token.
    pub(crate) fn token_request(
        &self,
        cloud: &Cloud,
        tenant: &str,
    ) -> Result<TokenRequest, Failure> {
        Ok(TokenRequest {
            account: self.id.to_string(),
            home_account_id: self.home_account_id.as_ref().map(|text| text.to_string()),
            account_type: account_type(self)?.as_str().to_owned(),
            environment: cloud.name().to_owned(),
            tenant: tenant.to_owned(),
            scopes: vec![scope(cloud)?],
            ..TokenRequest::default()
        })
    }
}

fn scope(cloud: &Cloud) -> Result<String, Failure> {
    Ok(resource::scope_of(match cloud.resource("arm") {
        Some(resource) => resource,
        None => cloud.resource_manager().map_err(failed)?.as_str(),
    }))
}

fn account_type(known: &StoredAccount) -> Result<KnownAccountType, Failure> {
    match known.kind {
        IdentityKind::User => Ok(KnownAccountType::User),
        IdentityKind::Application => Ok(KnownAccountType::ServicePrincipal),
        IdentityKind::AccessToken => Ok(KnownAccountType::AccessToken),
        IdentityKind::ManagedIdentity => {
            let what = "an identity of a machine has nothing stored to sign in with";
            Err(Failure::new(Kind::Refused, what).hint("azvault connect --identity"))
        }
        IdentityKind::Unknown => {
            let what = format!("nothing says what kind of account {} is", quoted(&known.id));
            Err(Failure::new(Kind::SignInNeeded, what).hint("azvault connect"))
        }
    }
}

/// One context, of the tenant itself.
fn offline(
    at: &Looking<'_>,
    known: &StoredAccount,
    own: &str,
    because: &Failure,
) -> Result<Found, Failure> {
    account_type(known)?;
    at.app.console.warning(format!("subscriptions could not be looked up: {}", because.what));
    at.app.console.note("the context is the tenant's; the same command adds subscriptions later");
    let own = Tenant { id: own.into(), name: None };
    let tenants = vec![own.id.clone()];
    Ok(found(at, known, Seen { own, places: Vec::new(), tenants, skipped: Vec::new() }))
}

/// What is known of the account by now.
struct Seen {
    own: Tenant,
    places: Vec<VisibleSubscription>,
    tenants: Vec<Text>,
    skipped: Vec<Skipped>,
}

fn found(at: &Looking<'_>, known: &StoredAccount, seen: Seen) -> Found {
    let kind = account_type(known).unwrap_or(KnownAccountType::User);
    let account_type = AccountType::from(kind);
    let home = known.home_account_id.clone();
    let properties =
        home.iter().map(|home| (HOME_ACCOUNT_ID.to_owned(), home.to_string())).collect();
    let environment = at.cloud.name().to_owned();
    Found {
        account: Account {
            id: known.id.clone(),
            account_type: account_type.clone(),
            environment: Some(environment.as_str().into()),
            home_account_id: home,
            tenants: seen.tenants,
            properties: Default::default(),
        },
        signed_in: SignedIn {
            account: ContextAccount { id: known.id.clone(), account_type, properties },
            environment,
            tenant: Some(seen.own),
            places: seen.places,
        },
        secrets: Vec::new(),
        skipped: seen.skipped,
    }
}

fn is_guid(text: &str) -> bool {
    azvault_signin::TenantName::parse(text).is_ok_and(|name| name.guid().is_some())
}
