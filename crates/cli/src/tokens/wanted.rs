//! What is asked for: to which resource or scopes, in which tenant, as whom.

use azvault_contexts::{Context, ContextAccount, KnownAccountType};
use azvault_signin::{Cloud, resource};
use serde::{Deserialize, Serialize};

use crate::contexts::Contexts;
use crate::failure::{Code, Failure};
use crate::online;
use crate::ui::quoted;

/// A token that is wanted. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Name of the context.
    pub(crate) context: String,
    pub(crate) account: String,
    /// As written in the context.
    pub(crate) account_type: String,
    pub(crate) environment: String,
    /// GUID or domain.
    pub(crate) tenant: String,
    pub(crate) subscription: Option<String>,
    /// At least one, all of one resource.
    pub(crate) scopes: Vec<String>,
}

/// To what.
pub(crate) enum To {
    /// A short name or an address; the resource manager if there is none.
    Resource(Option<String>),
    Scopes(Vec<String>),
}

impl Wanted {
    /// For a context, in its own tenant unless another is named. The resource must be one of its
    /// cloud's: a token to somewhere else is a token for somebody else.
    pub(crate) fn new(
        contexts: &Contexts,
        context: &Context,
        to: To,
        tenant: Option<String>,
    ) -> Result<Self, Failure> {
        let name = quoted(context.name.as_str());
        let lacks = |part: &str| {
            Failure::new(Code::SignIn, format!("the context {name} has no {part} to sign in with"))
                .hint("azvault context set, or another context of azvault context list")
        };
        let account: &ContextAccount = context.account.as_ref().ok_or_else(|| lacks("account"))?;
        let environment = context.environment.clone().ok_or_else(|| lacks("environment"))?;
        let own_tenant = context.tenant.as_ref().map(|tenant| tenant.id.clone());
        let is_own = tenant.is_none() || tenant == own_tenant;
        let tenant = tenant.or(own_tenant).ok_or_else(|| lacks("tenant"))?;
        let cloud = online::cloud(contexts, &environment)?;
        let subscription = context.subscription.as_ref().map(|s| s.id.clone());
        Ok(Self {
            context: context.name.as_str().to_owned(),
            account: account.id.clone(),
            account_type: account.account_type.as_str().to_owned(),
            environment,
            tenant,
            subscription: subscription.filter(|_| is_own),
            scopes: scopes(&cloud, to)?,
        })
    }

    pub(crate) fn known_type(&self) -> Option<KnownAccountType> {
        azvault_contexts::AccountType::new(&*self.account_type).known()
    }

    /// The resource that the scopes are of.
    pub(crate) fn resource(&self) -> &str {
        self.scopes.first().and_then(|scope| resource::resource_of(scope)).unwrap_or_default()
    }
}

fn scopes(cloud: &Cloud, to: To) -> Result<Vec<String>, Failure> {
    let scopes = match to {
        To::Resource(None) => {
            let arm = cloud.resource("arm").map(str::to_owned);
            let arm = arm.ok_or_else(|| {
                Failure::new(Code::NotFound, "this cloud names no resource manager")
                    .hint("name the resource: --resource URI")
            })?;
            vec![resource::scope_of(&arm)]
        }
        To::Resource(Some(named)) => {
            let known = cloud.resource(&named).map(str::to_owned);
            vec![resource::scope_of(&known.unwrap_or(named))]
        }
        To::Scopes(scopes) => scopes,
    };
    let mut resources = scopes.iter().filter_map(|scope| resource::resource_of(scope));
    let Some(first) = resources.next() else {
        return Err(Failure::new(Code::Usage, "no resource is named by these scopes"));
    };
    if resources.any(|other| !resource::same(first, other)) {
        return Err(Failure::new(Code::Usage, "one token is for one resource: ask once for each"));
    }
    if !cloud.allows(first, &[]) {
        let names: Vec<&str> = cloud.resources().map(|(short, _)| short).collect();
        let what = format!("{} is no resource of {}", quoted(first), cloud.name());
        return Err(Failure::new(Code::Refused, what)
            .hint(format!("--resource takes {}", names.join(", "))));
    }
    Ok(scopes)
}
