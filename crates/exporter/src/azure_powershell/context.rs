//! One context.

use std::collections::BTreeMap;

use azvault_model::{Accounts, Context, HOME_ACCOUNT_ID, Kept, KnownAccountType, Profile};

use super::environment;
use super::placing::Placed;
use crate::json::Json;
use crate::kept::{Member, members};

/// A context and what else stands in it.
pub(super) struct Parts<'p> {
    pub(super) context: &'p Context,
    pub(super) kept: &'p Member<'p>,
    pub(super) placed: &'p Placed<'p>,
    /// The token cache, the same in every context; `None` where there are no tokens.
    pub(super) cache: Option<&'p [u8]>,
}

/// The kept members of a context, at the places that today's shape has for them.
pub(super) fn tree(kept: &Kept) -> Member<'_> {
    let mut tree = Member::tree(kept);
    // AzureRM 1-3 had its subscription in another shape, which is kept whole. The product turns
    // it into today's when it loads one (ModelConversionExtensions.cs).
    if let Some(json) = tree.get("Subscription").and_then(Member::value) {
        tree.take("Subscription");
        for (name, value) in members(json) {
            let path = |path: &[&str]| path.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
            match &name.to_ascii_lowercase()[..] {
                "id" | "name" | "state" => {}
                "properties" => {
                    for (name, value) in members(value) {
                        let path = path(&["Subscription", "ExtendedProperties", &name]);
                        tree.put(&path, Member::Value(value));
                    }
                }
                "environment" | "account" => {
                    let path = path(&["Subscription", "ExtendedProperties", &name]);
                    tree.put(&path, Member::Value(value));
                }
                _ => tree.put(&path(&["Subscription", &name]), Member::Value(value)),
            }
        }
    }
    tree
}

impl Parts<'_> {
    /// Writes it as the value that comes next.
    pub(super) fn write(&self, profile: &Profile, accounts: &Accounts, json: &mut Json<'_>) {
        let Self { context, kept, .. } = self;
        json.object(|json| {
            json.member("Account");
            self.write_account(accounts, json);
            json.member("Tenant");
            self.write_tenant(json);
            json.member("Subscription");
            self.write_subscription(json);
            json.member("Environment");
            environment::write(context, kept.get("Environment"), profile, json);
            json.member("VersionProfile").optional(context.version_profile.as_deref());
            json.member("TokenCache");
            json.object(|json| {
                json.member("CacheData");
                match self.cache {
                    Some(cache) => json.base64(cache),
                    None => json.raw("null"),
                }
            });
            json.member("ExtendedProperties").object(|json| {
                write_map(&context.extended_properties, json);
                kept.below("ExtendedProperties").write_except(&[], json);
            });
            let own = ["Account", "Tenant", "Subscription", "Environment", "VersionProfile"];
            let own = [&own[..], &["TokenCache", "ExtendedProperties"][..]].concat();
            kept.write_except(&own, json);
        });
    }

    fn write_account(&self, accounts: &Accounts, json: &mut Json<'_>) {
        let kept = self.kept.below("Account");
        let Some(account) = &self.context.account else { return json.raw("null") };
        json.object(|json| {
            json.member("Id").text(&account.id);
            json.member("Credential").raw("null");
            let written = Some(account.account_type.as_str());
            json.member("Type").optional(written.filter(|written| !written.is_empty()));
            write_kept_object("TenantMap", kept, json);
            json.member("ExtendedProperties").object(|json| {
                write_map(&account.properties, json);
                if let Some(home) = missing_home(self.context, accounts) {
                    json.member("HomeAccountId").text(home);
                }
                for (name, value) in &self.placed.account {
                    json.member(name).text(value);
                }
                kept.below("ExtendedProperties").write_except(&[], json);
            });
            let own = ["Id", "Credential", "Type", "TenantMap", "ExtendedProperties"];
            kept.write_except(&own, json);
        });
    }

    fn write_tenant(&self, json: &mut Json<'_>) {
        let kept = self.kept.below("Tenant");
        let tenant = self.context.tenant.as_ref();
        if tenant.is_none() && kept.members().is_empty() {
            return json.raw("null");
        }
        json.object(|json| {
            json.member("Id").optional(tenant.map(|tenant| &tenant.id[..]));
            json.member("Directory");
            match kept.get("Directory") {
                Some(directory) => directory.write(json),
                None if names_itself(kept) => json.raw("null"),
                None => json.optional(tenant.and_then(|tenant| tenant.name.as_deref())),
            }
            if let Some(home) = kept.get("IsHome") {
                home.write(json.member("IsHome"));
            }
            write_kept_object("ExtendedProperties", kept, json);
            kept.write_except(&["Id", "Directory", "IsHome", "ExtendedProperties"], json);
        });
    }

    fn write_subscription(&self, json: &mut Json<'_>) {
        let kept = self.kept.below("Subscription");
        let subscription = self.context.subscription.as_ref();
        if subscription.is_none() && kept.members().is_empty() {
            return json.raw("null");
        }
        json.object(|json| {
            json.member("Id").optional(subscription.map(|s| &s.id[..]));
            json.member("Name").optional(subscription.and_then(|s| s.name.as_deref()));
            json.member("State").optional(subscription.and_then(|s| s.state.as_deref()));
            json.member("ExtendedProperties").object(|json| {
                kept.below("ExtendedProperties").write_except(&[], json);
                if let Some(value) = self.placed.storage {
                    json.member("StorageAccount").text(value);
                }
            });
            kept.write_except(&["Id", "Name", "State", "ExtendedProperties"], json);
        });
    }
}

/// Whether kept properties of a tenant have the name that the model has.
fn names_itself(tenant: &Member<'_>) -> bool {
    let properties = tenant.get("ExtendedProperties").and_then(Member::value).unwrap_or_default();
    let name = |name: &str| crate::kept::member(properties, name);
    [name("DisplayName"), name("DefaultDomain")].iter().flatten().any(|value| *value != "null")
}

/// The home account of a user whose context does not name it: without it, Azure PowerShell does
/// not find the tokens of the user in the cache (AU/AuthenticationFactory.cs, `HomeAccountId`).
fn missing_home<'p>(context: &Context, accounts: &'p Accounts) -> Option<&'p str> {
    let account = context.account.as_ref()?;
    if account.property(HOME_ACCOUNT_ID).is_some()
        || account.account_type.known() != Some(KnownAccountType::User)
        || context.environment.is_none()
    {
        return None;
    }
    accounts.of_context(context).one().and_then(|known| known.home_account_id.as_deref())
}

fn write_map(map: &BTreeMap<String, String>, json: &mut Json<'_>) {
    for (name, value) in map {
        json.member(name).text(value);
    }
}

/// A member that is an object in every file of the product.
fn write_kept_object(name: &str, kept: &Member<'_>, json: &mut Json<'_>) {
    match kept.get(name) {
        Some(member) => member.write(json.member(name)),
        None => json.member(name).object(|_| {}),
    }
}
