//! An account in a tenant, and the name by which tools ask an endpoint for its tokens.

use azvault_endpoint::client_id;
use azvault_model::{Accounts, Context, Found, TenantId};
use serde::{Deserialize, Serialize};

use super::started_for::StartedFor;

/// An account in a tenant. The names of contexts are left out: they may come to mean another account.
#[derive(Clone, Serialize, Deserialize)]
pub struct NamedIdentity {
    pub(crate) id: String,
    own: StartedFor,
    tenant: String,
}

impl NamedIdentity {
    /// The identity of a context; under an id of azvault's own where it has no name. `None` for one
    /// without account or tenant.
    pub(crate) fn of(context: &Context, name: Option<String>) -> Option<Self> {
        Some(Self {
            id: name.or_else(|| client_id(context))?,
            own: StartedFor::of(context)?,
            tenant: context.tenant.as_ref()?.id.to_string(),
        })
    }

    /// The account.
    pub(crate) fn account(&self) -> &str {
        self.own.account()
    }

    /// Whether a context is of it: of the account, which is still one, in that tenant.
    pub(crate) fn is_of(&self, accounts: &Accounts, context: &Context) -> bool {
        let is_tenant = context
            .tenant
            .as_ref()
            .is_some_and(|tenant| TenantId(&tenant.id) == TenantId(&self.tenant));
        is_tenant
            && match accounts.of_context(&self.own.as_context()) {
                Found::One(account) => accounts.acts_in(&account.key, context),
                Found::Nobody | Found::Several(_) => false,
            }
    }

    /// The account, as contexts name it.
    pub(crate) fn own(&self) -> &StartedFor {
        &self.own
    }
}
