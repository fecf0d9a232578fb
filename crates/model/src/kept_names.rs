//! Names of contexts in a file of a product, without secrets: the product goes on by them, and asks an
//! endpoint for its tokens.

use serde::{Deserialize, Serialize};

use crate::caseless::{key, same};
use crate::{ContextName, Subscription};

/// The mark of such a name. In a file of Azure PowerShell it is an extended property of the account, which
/// the product keeps and copies into contexts that it makes of others (tried with Az.Accounts 5.3.1); in one
/// of Azure CLI a member of the subscription.
pub const KEPT_NAME: &str = "AzVaultKeptName";

/// The names of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNames {
    /// The context with which the product begins.
    pub default: Option<ContextName>,
    /// In any order.
    pub contexts: Vec<KeptName>,
}

/// A context as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptName {
    /// As written.
    pub name: ContextName,
    /// The name by which the endpoint is asked for the account in its tenant.
    pub account: String,
    /// Its id.
    pub tenant: Option<String>,
    /// None for a sign-in to the tenant as such.
    pub subscription: Option<Subscription>,
    /// The cloud by name.
    pub environment: Option<String>,
}

impl KeptNames {
    /// The context of a name, compared as Azure PowerShell does.
    pub fn find(&self, name: &ContextName) -> Option<&KeptName> {
        self.contexts.iter().find(|own| own.name.same_as(name))
    }

    /// Whether both say the same, in whatever order.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        let sorted = |names: &Self| {
            let mut all: Vec<_> = names.contexts.iter().map(KeptName::said).collect();
            all.sort();
            all
        };
        self.default == other.default && sorted(self) == sorted(other)
    }
}

impl KeptName {
    /// Whether both are of one account, tenant, subscription and cloud.
    pub fn is_where(&self, other: &Self) -> bool {
        self.is_of_the_account_of(other) && self.subscription_id() == other.subscription_id()
    }

    /// Whether both are of one account in one tenant and cloud.
    pub fn is_of_the_account_of(&self, other: &Self) -> bool {
        let is_one = |own: &Option<String>, other: &Option<String>| match (own, other) {
            (Some(own), Some(other)) => same(own, other),
            (own, other) => own == other,
        };
        same(&self.account, &other.account)
            && is_one(&self.tenant, &other.tenant)
            && is_one(&self.environment, &other.environment)
    }

    fn subscription_id(&self) -> Option<String> {
        self.subscription.as_ref().map(|own| key(&own.id).into_owned())
    }

    fn said(&self) -> [Option<String>; 6] {
        let lower = |text: &Option<String>| text.as_deref().map(|text| key(text).into_owned());
        let title = self.subscription.as_ref().and_then(|own| own.name.as_deref());
        [
            Some(self.name.as_str().to_owned()),
            Some(key(&self.account).into_owned()),
            lower(&self.tenant),
            self.subscription_id(),
            title.map(str::to_owned),
            lower(&self.environment),
        ]
    }
}
