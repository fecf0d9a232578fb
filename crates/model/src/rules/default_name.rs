//! The name that a context gets when nobody gives it one (AzureRmProfile.cs `TryGetContextName`).
//!
//! Azure PowerShell changed it several times, and renames nothing that is stored: files hold names
//! of every era. azvault gives new contexts the documented form, which no release ever used.

use crate::{Context, ContextName};

/// A span of releases that named contexts in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// AzureRM.Profile 3.4 to 4.6: `[account, subscription id]`.
    Profile3,
    /// AzureRM.Profile 5.0 to 5.3: `Subscription Name - subscription id`.
    Profile5,
    /// AzureRM.Profile 5.4 (August 2018) and early Az: `Subscription Name (subscription id) -
    /// account`; from 5.8 without a subscription `tenant id - account`.
    Profile54,
    /// Az by October 2024: `Subscription Name (subscription id) - tenant id - account`.
    Az,
    /// The form of the help texts: `Subscription Name (subscription-id)`.
    Documented,
}

impl Era {
    /// All of them, oldest first.
    pub const ALL: [Self; 5] =
        [Self::Profile3, Self::Profile5, Self::Profile54, Self::Az, Self::Documented];
}

/// What a context without parts to name it by is called.
const RESERVED: &str = "Default";

/// The name that this context gets in that era.
pub fn default_name(context: &Context, era: Era) -> ContextName {
    let account = context.account.as_ref().map(|account| account.id.as_str());
    let tenant = context.tenant.as_ref().map(|tenant| tenant.id.as_str());
    let Some(subscription) = &context.subscription else {
        return without_subscription(account, tenant, era);
    };
    let id = &subscription.id;
    let name = subscription.name.as_deref().unwrap_or(id);
    ContextName::new(match (era, account, tenant) {
        (Era::Documented, _, _) => format!("{name} ({id})"),
        (Era::Profile5, _, _) => format!("{name} - {id}"),
        (Era::Profile3, Some(account), _) => format!("[{account}, {id}]"),
        (Era::Az, Some(account), Some(tenant)) => format!("{name} ({id}) - {tenant} - {account}"),
        (Era::Profile54 | Era::Az, Some(account), _) => format!("{name} ({id}) - {account}"),
        (Era::Profile3 | Era::Profile54 | Era::Az, None, _) => RESERVED.to_owned(),
    })
}

fn without_subscription(account: Option<&str>, tenant: Option<&str>, era: Era) -> ContextName {
    ContextName::new(match (era, account, tenant) {
        (Era::Profile54 | Era::Az | Era::Documented, Some(account), Some(tenant)) => {
            format!("{tenant} - {account}")
        }
        _ => RESERVED.to_owned(),
    })
}

/// The documented name.
pub fn documented(context: &Context) -> ContextName {
    default_name(context, Era::Documented)
}

/// Whether a product or azvault made up the name of this context: one of these forms, or what azvault
/// adds to one where it is taken.
pub fn is_generated(context: &Context) -> bool {
    generated(context).any(|form| {
        let own = context.name.as_str();
        let added = || own.strip_prefix(form.as_str()).filter(|_| form.as_str() != RESERVED);
        form.same_as(&context.name)
            || added().is_some_and(|rest| rest.starts_with(" (") || rest.starts_with(" - "))
    })
}

/// Whether one of the forms names this context. A name that means nothing in particular does not.
pub fn is_form_of(name: &ContextName, context: &Context) -> bool {
    generated(context).any(|form| form.same_as(name) && form.as_str() != RESERVED)
}

/// The forms, and the bare id that names a subscription without a name (azure-cli).
fn generated(context: &Context) -> impl Iterator<Item = ContextName> + '_ {
    let forms = Era::ALL.into_iter().map(|era| default_name(context, era));
    let subscription = context.subscription.as_ref();
    let unnamed = subscription.filter(|own| own.name.as_deref().unwrap_or("").is_empty());
    let tenant = context.tenant.as_ref().filter(|_| subscription.is_none()).map(|own| &own.id);
    let bare = unnamed.map(|own| &own.id).or(tenant);
    forms.chain(bare.into_iter().map(ContextName::new))
}

/// The documented name; where that is taken, with the account behind it, and the tenant.
pub(crate) fn free_name(
    context: &Context,
    is_free: &dyn Fn(&ContextName) -> bool,
) -> Option<ContextName> {
    let eras = [Era::Documented, Era::Profile54, Era::Az].into_iter();
    eras.map(|era| default_name(context, era)).find(is_free)
}

#[cfg(test)]
mod tests {
    use super::{Era, default_name};
    use crate::rules::testing::context;

    #[test]
    fn every_era_has_its_form() {
        let full = context("x", "ada@x", "s1");
        let mut tenant_only = context("x", "ada@x", "s1");
        tenant_only.subscription = None;
        let mut without_tenant = context("x", "ada@x", "s1");
        without_tenant.tenant = None;
        let mut nobody = context("x", "ada@x", "s1");
        nobody.account = None;
        let mut unnamed = context("x", "ada@x", "s1");
        unnamed.subscription.as_mut().unwrap().name = None;
        for (era, forms) in [
            (Era::Profile3, ["[ada@x, s1]", "Default", "[ada@x, s1]", "Default", "[ada@x, s1]"]),
            (Era::Profile5, ["Sub s1 - s1", "Default", "Sub s1 - s1", "Sub s1 - s1", "s1 - s1"]),
            (
                Era::Profile54,
                [
                    "Sub s1 (s1) - ada@x",
                    "t - ada@x",
                    "Sub s1 (s1) - ada@x",
                    "Default",
                    "s1 (s1) - ada@x",
                ],
            ),
            (
                Era::Az,
                [
                    "Sub s1 (s1) - t - ada@x",
                    "t - ada@x",
                    "Sub s1 (s1) - ada@x",
                    "Default",
                    "s1 (s1) - t - ada@x",
                ],
            ),
            (
                Era::Documented,
                ["Sub s1 (s1)", "t - ada@x", "Sub s1 (s1)", "Sub s1 (s1)", "s1 (s1)"],
            ),
        ] {
            let contexts = [&full, &tenant_only, &without_tenant, &nobody, &unnamed];
            let found = contexts.map(|context| default_name(context, era));
            assert_eq!(found.each_ref().map(|name| name.as_str()), forms, "{era:?}");
        }
        assert_eq!(Era::ALL.len(), 5);
    }
}
