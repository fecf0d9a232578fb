//! An account, as it was when an endpoint began to serve it.

use azvault_model::{Context, ContextAccount, ContextName, Kept};
use serde::{Deserialize, Serialize};

/// An account as a context names it. The name of the context is left out: it may come to mean
/// another account.
#[derive(Clone, Serialize, Deserialize)]
pub struct StartedFor {
    account: ContextAccount,
    environment: Option<String>,
}

impl StartedFor {
    /// The account of a context, if it has one.
    pub(crate) fn of(context: &Context) -> Option<Self> {
        Some(Self {
            account: context.account.clone()?,
            environment: context.environment.as_ref().map(|text| text.to_string()),
        })
    }

    /// What it is called.
    pub(crate) fn account(&self) -> &str {
        &self.account.id
    }

    /// By which accounts are looked up.
    pub(crate) fn as_context(&self) -> Context {
        Context {
            name: ContextName::new(""),
            account: Some(self.account.clone()),
            tenant: None,
            subscription: None,
            environment: self.environment.as_deref().map(Into::into),
            version_profile: None,
            extended_properties: Default::default(),
            labels: Default::default(),
            kept: Kept::default(),
        }
    }
}
