//! Contexts as Azure PowerShell saves them.

use serde_json::{Value, json};

/// A context in a file of Azure PowerShell.
#[derive(Clone, Copy)]
pub struct Saved<'a> {
    pub name: &'a str,
    pub account: &'a str,
    pub tenant: &'a str,
    pub subscription: &'a str,
    pub subscription_name: &'a str,
}

impl Saved<'_> {
    pub fn json(&self) -> Value {
        json!({
            "Account": { "Id": self.account, "Type": "User", "ExtendedProperties": {} },
            "Tenant": { "Id": self.tenant },
            "Subscription": {
                "Id": self.subscription,
                "Name": self.subscription_name,
                "State": "Enabled",
            },
            "Environment": { "Name": "AzureCloud" },
            "ExtendedProperties": {},
        })
    }
}
