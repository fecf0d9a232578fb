//! Who acts in one command.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::caseless::key;
use crate::rules::active::ActiveSource;
use crate::{Context, ContextAccount};

/// The context that acts, and why. It is resolved once, from the request alone, before the scope of
/// a change is known; rules receive it and look nothing up again. Were it looked up in each scope,
/// a change for the user would act for the vault's default while the session shows another account.
#[derive(Serialize, Deserialize)]
pub struct Acting {
    context: Context,
    source: ActiveSource,
    tenants: BTreeSet<String>,
}

impl Acting {
    /// Keeps a copy: what acts stays the same, whatever changes meanwhile.
    pub fn new(context: &Context, source: ActiveSource) -> Self {
        let tenants = context.tenant.iter().map(|tenant| key(&tenant.id).into_owned()).collect();
        Self { context: context.copied(), source, tenants }
    }

    /// Adds tenants in which the account was seen: by other contexts, by sign-ins, by tokens.
    pub fn seen_in<'a>(mut self, tenants: impl IntoIterator<Item = &'a str>) -> Self {
        self.tenants.extend(tenants.into_iter().map(|tenant| key(tenant).into_owned()));
        self
    }

    /// The context.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Its account; `None` where the context has none.
    pub fn account(&self) -> Option<&ContextAccount> {
        self.context.account.as_ref()
    }

    /// Why it is this one.
    pub fn source(&self) -> ActiveSource {
        self.source
    }

    /// Whether the account was ever seen in that tenant.
    pub fn was_seen_in(&self, tenant: &str) -> bool {
        self.tenants.contains(&*key(tenant))
    }
}

#[cfg(test)]
mod tests;
