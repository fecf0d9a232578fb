//! What the products write where they have nothing to say. A file like that is nothing of a person's,
//! and an original may take its place.
//!
//! Azure CLI writes `azureProfile.json` with the first command of any kind (azure-cli-core `_profile.py`,
//! `{}` behind a byte order mark, later an installation id). Azure PowerShell makes a context file of no
//! bytes when its module is imported, and one without contexts after `Clear-AzContext`; MSAL's caches
//! then hold metadata alone.

use jiff::tz::TimeZone;

use crate::formats::row::Holds;
use crate::formats::table::row;
use crate::{Format, Found, Outcome, Reading, json};

/// Whether a file of that name holds nothing: no context, account, secret or environment, and nothing
/// that was not understood.
pub fn is_blank(bytes: &[u8], file_name: &str) -> bool {
    let found = crate::read(bytes, &Reading { file_name, time_zone: &TimeZone::UTC });
    found.format == Format::Empty
        || (row(found.format).holds == Holds::SignIns && says_nothing(&found))
}

fn says_nothing(found: &Found) -> bool {
    let profile = &found.profile;
    found.outcome == Outcome::Accept
        && profile.contexts.is_empty()
        && profile.accounts.is_empty()
        && profile.environments.is_empty()
        && profile.secrets.is_empty()
        && found.left_out.is_empty()
        && found.reported.is_empty()
        && keeps_nothing(profile.kept.as_json())
}

/// Whether the members that no reader knows are empty, or what every profile and every cache has.
fn keeps_nothing(kept: &str) -> bool {
    if kept.is_empty() {
        return true;
    }
    let Ok(members) = json::document(kept).and_then(|root| root.object()) else { return false };
    let says_nothing = |name: &str| name == "/installationId" || name.starts_with("/AppMetadata");
    let is_empty = |raw: &str| matches!(raw, "{}" | "[]" | "null");
    members.members().iter().all(|(name, node)| says_nothing(name) || is_empty(node.raw()))
}

#[cfg(test)]
mod tests {
    use super::is_blank;

    #[test]
    fn what_products_write_for_nothing_is_told_from_what_people_have() {
        let real = |path: &str| std::fs::read(format!("../../tests/fixtures/{path}")).unwrap();
        let context = "{\"DefaultContextKey\":\"Default\",\"EnvironmentTable\":{},\"Contexts\":{},\
                       \"ExtendedProperties\":{}}";
        for (bytes, name, blank) in [
            (b"".to_vec(), "AzureRmContext.json", true),
            (b"\xef\xbb\xbf".to_vec(), "azureProfile.json", true),
            (b"\xef\xbb\xbf{}".to_vec(), "azureProfile.json", true),
            (b"{}".to_vec(), "AzureRmContext.json", true),
            (b"{}".to_vec(), "msal_token_cache.json", true),
            (b"[]".to_vec(), "service_principal_entries.json", true),
            (b"[]".to_vec(), "keystore.cache", true),
            (b"[]".to_vec(), "accessTokens.json", true),
            (context.into(), "AzureRmContext.json", true),
            (
                b"{\"installationId\":\"x\",\"subscriptions\":[]}".to_vec(),
                "azureProfile.json",
                true,
            ),
            (real("azure-cli/fresh-2.91.0/azureProfile.json"), "azureProfile.json", true),
            (real("real-az/cleared/.Azure/AzureRmContext.json"), "AzureRmContext.json", true),
            (real("real-az/cleared/.Azure/keystore.cache"), "keystore.cache", true),
            (
                real("real-az/cleared/.local/share/.IdentityService/msal.cache.cae"),
                "msal.cache.cae",
                true,
            ),
            (
                real("real-az/module-imported-only/.Azure/AzureRmContext.json"),
                "AzureRmContext.json",
                true,
            ),
            // A name is someone's, and so is what nobody understands.
            (b"{\"installationId\":\"x\",\"mine\":1}".to_vec(), "azureProfile.json", false),
            (b"{\"Contexts\":{\"a\":null}}".to_vec(), "AzureRmContext.json", false),
            (
                context.replace("\"Extended", "\"Mine\":1,\"Extended").into(),
                "AzureRmContext.json",
                false,
            ),
            (b"{".to_vec(), "AzureRmContext.json", false),
            (b"\0\0\0\0".to_vec(), "TokenCache.dat", false),
            (b"new".to_vec(), "AzureRmContext.json", false),
            (b" ".to_vec(), "notes.txt", false),
            (real("azure-cli/msal-2.91.0/azureProfile.json"), "azureProfile.json", false),
            (real("real-az/orphan-keystore/.Azure/keystore.cache"), "keystore.cache", false),
        ] {
            assert_eq!(
                is_blank(&bytes, name),
                blank,
                "{name}: {:?}",
                bytes.escape_ascii().to_string()
            );
        }
    }
}
