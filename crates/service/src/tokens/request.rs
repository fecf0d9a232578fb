//! What is asked for: to which resource or scopes, in which tenant, as whom.

use azvault_model::rules::token_cache::is_same_resource;
use azvault_model::{
    Account, AccountKey, AccountType, Accounts, Context, ContextAccount, ContextName, Found,
    KnownAccount, KnownAccountType, ManagedIdentity,
};
use azvault_signin::{Cloud, Foreign, resource};

use super::token_request::{Repeats, Target, TokenRequest};
use crate::contexts;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::online;
use crate::shell_word::shell_word;
use crate::text::{quoted, shown};

impl TokenRequest {
    /// For a context, in its own tenant unless another is named. The resource must not be of another
    /// cloud: a token to somewhere else is a token for somebody else.
    pub fn new(
        contexts: &Contexts,
        context: &Context,
        to: Target,
        tenant: Option<String>,
    ) -> Result<Self, Failure> {
        let name = quoted(context.name.as_str());
        let lacks = |part: &str| {
            Failure::new(
                Kind::SignInNeeded,
                format!("the context {name} has no {part} to sign in with"),
            )
            .hint("azvault context set, or another context of azvault context list")
        };
        let account: &ContextAccount = context.account.as_ref().ok_or_else(|| lacks("account"))?;
        let environment = context.environment.clone().ok_or_else(|| lacks("environment"))?;
        let own_tenant = context.tenant.as_ref().map(|tenant| tenant.id.clone());
        let is_own = tenant.is_none() || tenant.as_deref() == own_tenant.as_deref();
        let tenant =
            tenant.or(own_tenant.map(|text| text.to_string())).ok_or_else(|| lacks("tenant"))?;
        let cloud = online::cloud(contexts, &environment)?;
        let subscription = context.subscription.as_ref().map(|s| s.id.clone());
        let accounts = contexts.accounts();
        let home_account_id = match accounts.of_context(context) {
            Found::One(known) => known.home_account_id.clone(),
            Found::Nobody => None,
            Found::Several(all) => return Err(ambiguous(account, &tenant, &all)),
        };
        let identity = match account.account_type.known() {
            Some(KnownAccountType::ManagedService) => {
                let known = ManagedIdentity::of(account, context.subscription.as_ref());
                Some(known.ok_or_else(|| unknown_identity(&name))?)
            }
            _ => None,
        };
        let id = identity.as_ref().and_then(ManagedIdentity::id).unwrap_or(&account.id).to_owned();
        Ok(Self {
            context: context.name.as_str().to_owned(),
            account: id,
            home_account_id: home_account_id.map(|text| text.to_string()),
            identity,
            account_type: account.account_type.as_str().to_owned(),
            environment: environment.to_string(),
            tenant,
            subscription: subscription.filter(|_| is_own).map(|text| text.to_string()),
            scopes: scopes(&cloud, to)?,
            claims: None,
            passed_over: Vec::new(),
            repeats: Repeats::Ours,
            only: None,
        })
    }

    /// Whose token it is, among the accounts that are known.
    pub fn owner(&self, accounts: &Accounts) -> Result<AccountKey, Failure> {
        let account = Account {
            id: self.account.as_str().into(),
            account_type: AccountType::new(&*self.account_type),
            environment: Some(self.environment.as_str().into()),
            home_account_id: self.home_account_id.as_deref().map(Into::into),
            tenants: Vec::new(),
            properties: Default::default(),
        };
        match accounts.of_account(&account) {
            Found::One(known) => Ok(known.key.clone()),
            Found::Several(all) => {
                let context = ContextAccount {
                    id: account.id,
                    account_type: account.account_type,
                    properties: Default::default(),
                };
                Err(ambiguous(&context, &self.tenant, &all))
            }
            // Its context went while the token was being got.
            Found::Nobody => Err(contexts::absent(&ContextName::new(&*self.context))),
        }
    }
}

/// Several accounts have the name, and nothing says which of them the context is of: handing out a
/// token of any would be a guess. Azure CLI refuses here too.
fn ambiguous(account: &ContextAccount, tenant: &str, all: &[&KnownAccount]) -> Failure {
    let id = quoted(&account.id);
    let mut all: Vec<String> = all.iter().map(|known| one_of(known)).collect();
    all.sort();
    let what = format!("{} accounts are called {id}: {}", all.len(), all.join("; "));
    let tenant = shell_word(tenant);
    Failure::new(Kind::NotFound, what).hint(match account.account_type.known() {
        Some(KnownAccountType::User) => format!(
            "azvault connect --tenant {tenant} signs in as one of them, and the context is that one's \
             from then on"
        ),
        _ => "azvault secret list shows which secrets each has".to_owned(),
    })
}

/// One of several accounts of a name, by what tells it from the others.
fn one_of(known: &KnownAccount) -> String {
    let kind = known.key.kind().as_str();
    let id = known.home_account_id.as_deref().unwrap_or(&known.id);
    let tenants = match known.tenants.as_slice() {
        [] => String::new(),
        [one] => format!(", tenant {one}"),
        several => format!(", tenants {}", several.join(", ")),
    };
    shown(&format!("{kind} {id}{tenants}"))
}

fn unknown_identity(context: &str) -> Failure {
    let what = format!("nothing says which identity of the machine the context {context} is of");
    Failure::new(Kind::SignInNeeded, what)
        .hint("azvault connect --identity --client-id ID, with the id of the identity")
}

fn scopes(cloud: &Cloud, to: Target) -> Result<Vec<String>, Failure> {
    let scopes = match to {
        Target::Resource(None) => {
            let arm = cloud.resource("arm").map(str::to_owned);
            let arm = arm.ok_or_else(|| {
                Failure::new(Kind::NotFound, "this cloud names no resource manager")
                    .hint("name the resource: --resource URI")
            })?;
            vec![resource::scope_of(&arm)]
        }
        Target::Resource(Some(named)) => vec![resource::scope_of(by_name(cloud, &named)?)],
        Target::Scopes(scopes) => scopes.into_iter().map(|scope| whole(cloud, scope)).collect(),
    };
    let mut resources = scopes.iter().filter_map(|scope| resource::resource_of(scope));
    let Some(first) = resources.next() else {
        let named = scopes.first().map(String::as_str).unwrap_or_default();
        let what = format!("no resource is named by the scope {}", quoted(named));
        let named = shell_word(named.trim_end_matches('/'));
        return Err(Failure::new(Kind::Usage, what).hint(match cloud.check_resource(&named) {
            Ok(()) => format!("azvault token --resource {named}, or --for {named}/.default"),
            Err(_) => "azvault token --for https://vault.azure.net/.default".to_owned(),
        }));
    };
    if let Some(other) = resources.find(|other| !is_same_resource(first, other)) {
        let what = format!(
            "one token is for one resource, and {} and {} are two",
            quoted(first),
            quoted(other)
        );
        return Err(Failure::new(Kind::Usage, what).hint("ask once for each"));
    }
    cloud.check_resource(first).map_err(|why| foreign(cloud, first, why))?;
    Ok(scopes)
}

/// The resource that was typed, or that a tool asks for: by a short name, else to the letter. A scope
/// in its place is one of the whole resource.
fn by_name<'a>(cloud: &'a Cloud, named: &'a str) -> Result<&'a str, Failure> {
    if let Some(known) = cloud.resource(named) {
        return Ok(known);
    }
    if resource::canonical(named).is_some() {
        let what = format!("{} has no resource called {}", cloud.name(), quoted(named));
        return Err(Failure::new(Kind::NotFound, what).hint(takes(cloud)));
    }
    Ok(named.strip_suffix("/.default").unwrap_or(named))
}

/// A scope without a resource is Microsoft Graph's: of the own cloud, whose graph may have a name of
/// its own.
fn whole(cloud: &Cloud, scope: String) -> String {
    let is_bare = !scope.contains('/') && resource::resource_of(&scope).is_some();
    let graph = cloud.resource("graph").map(|graph| graph.trim_end_matches('/'));
    match graph.filter(|graph| is_bare && *graph != "https://graph.microsoft.com") {
        Some(graph) => format!("{graph}/{scope}"),
        None => scope,
    }
}

/// Why there is no token to a resource in that cloud.
fn foreign(cloud: &Cloud, resource: &str, why: Foreign) -> Failure {
    let (resource, own) = (quoted(resource), quoted(cloud.name()));
    match why {
        Foreign::Malformed(because) => {
            Failure::new(Kind::Usage, format!("{resource} is no resource: {because}"))
                .hint(takes(cloud))
        }
        Foreign::OfCloud(other) => {
            let what = format!("{resource} is of {other}, and this context is of {own}");
            Failure::new(Kind::Refused, what)
                .hint("azvault context list, and a context of that cloud")
        }
    }
}

fn takes(cloud: &Cloud) -> String {
    let names: Vec<&str> = cloud.resources().map(|(short, _)| short).collect();
    format!("--resource takes https://HOST, api://ID, an application id, or {}", names.join(", "))
}
