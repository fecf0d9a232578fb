//! Where the Azure portal shows what a context is about.

use azvault_model::{Context, Environment, EnvironmentName};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The portals of Microsoft's clouds (AzureEnvironmentConstants.cs of azure-powershell-common).
const PORTALS: [(&str, &str); 4] = [
    ("AzureCloud", "https://portal.azure.com"),
    ("AzureChinaCloud", "https://portal.azure.cn"),
    ("AzureUSGovernment", "https://portal.azure.us"),
    ("AzureGermanCloud", "https://portal.microsoftazure.de"),
];

/// What ids and domains are made of.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// The address of a context's subscription, else of its tenant; `None` where its cloud has no portal that
/// is known. Files name the portals of custom clouds: one that is not reached by HTTPS is none.
pub(crate) fn address(context: &Context, environments: &[Environment]) -> Option<String> {
    let cloud = context.environment.as_deref().unwrap_or("AzureCloud");
    let is_it = |name: &str| EnvironmentName(name) == EnvironmentName(cloud);
    let built_in = PORTALS.iter().find(|(name, _)| is_it(name)).map(|(_, portal)| *portal);
    let custom = || {
        let own = environments.iter().find(|own| is_it(&own.name))?;
        // As Azure PowerShell's files have it, and as Azure CLI's.
        let named = |name: &&str| own.settings.get(*name);
        let portal = ["ManagementPortalUrl", "endpoint_portal"].iter().find_map(named)?;
        let portal = portal.trim_end_matches('/');
        let host = portal.strip_prefix("https://")?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || ['-', '.', ':'].contains(&c);
        (!host.is_empty() && host.chars().all(is_plain)).then_some(portal)
    };
    let portal = built_in.or_else(custom)?;
    let quoted = |text: &str| utf8_percent_encode(text, PLAIN).to_string();
    let tenant = context.tenant.as_ref().map(|own| format!("/#@{}", quoted(&own.id)));
    let tenant = tenant.unwrap_or_else(|| "/#".to_owned());
    let subscription = context.subscription.as_ref();
    let place = subscription.map(|own| format!("/resource/subscriptions/{}", quoted(&own.id)));
    Some(format!("{portal}{tenant}{}", place.unwrap_or_default()))
}
