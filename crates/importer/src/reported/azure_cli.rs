//! What lies beside Azure CLI's sign-ins and is none: PATs of the DevOps extension
//! (azure-devops-cli-extension `common/credential_store.py`: INI, a section an organization), GitHub
//! tokens (azure-cli `azure/cli/core/auth/persistence.py` and the App Service commands), and the
//! profile of Azure Service Management.

use super::ini::settings;
use super::{kinds, leaves, values, xml};
use crate::Found;
use crate::json::JsonError;

/// Whether a text is the file in which the extension keeps PATs.
pub(crate) fn are_pats(text: &str) -> bool {
    if !text.contains("azdevops-cli") {
        return false;
    }
    settings(text).any(|s| s.section.starts_with("azdevops-cli") && s.is("personal access token"))
        || text.lines().any(|line| line.trim_start().starts_with("[azdevops-cli:"))
}

/// Names each organization's PAT by its line.
pub(crate) fn read_pats(text: &str, found: &mut Found) {
    let mut inside = false;
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            inside = line.contains("devops-cli");
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            if !line.is_empty() && !line.starts_with(['#', ';']) {
                found
                    .miss(format!("line {}", at + 1), "neither a section, a setting nor a comment");
            }
            continue;
        };
        let named = name.trim().eq_ignore_ascii_case("personal access token");
        if inside && named && values::is_literal(value) {
            kinds::DEVOPS_PAT.at(format!("line {}", at + 1), found);
        }
    }
}

/// Names a key of another service that stands in the settings of Azure CLI.
pub(crate) fn name_setting(section: &str, name: &str, found: &mut Found) {
    let kind = match (section, name) {
        ("storage", "sas_token") => &kinds::SAS,
        ("storage", _) => &kinds::STORAGE_KEY,
        ("appconfig", _) => &kinds::APP_CONFIGURATION_KEY,
        _ => &kinds::SERVICE_KEY,
    };
    kind.beside(format!("[{section}] {name}"), found);
}

/// `[{"value":...,"repos":[...],"last_modified_timestamp":...}]`.
pub(crate) fn read_github_tokens(text: &str, found: &mut Found) -> Result<(), JsonError> {
    for leaf in leaves::of_json(text)? {
        if leaf.is_at(&["*", "value"]) && values::is_literal(&leaf.value) {
            kinds::GITHUB_TOKEN.at(leaf.place(), found);
        }
    }
    Ok(())
}

/// `Subscriptions/AzureSubscriptionData/ManagementCertificate` is the thumbprint of a key in the
/// store of certificates, which opens the whole subscription.
pub(crate) fn read_subscriptions(text: &str, found: &mut Found) -> Result<(), JsonError> {
    for element in xml::elements(text)? {
        if element.ends(&["ManagementCertificate"]) && !element.text.is_empty() {
            kinds::MANAGEMENT_CERTIFICATE.at(element.place(), found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{are_pats, read_github_tokens, read_pats, read_subscriptions};
    use crate::reported::tests::places;

    #[test]
    fn pats_and_github_tokens_are_named_by_place() {
        let text = "[azdevops-cli:https://dev.azure.com/contoso]\npersonal access token = \
                    hunter2hunter2\n\n[azdevops-cli:default]\nPersonal Access Token=hunter2hunter2\n\
                    [other]\npersonal access token = hunter2hunter2\n";
        assert!(are_pats(text));
        assert_eq!(places(read_pats, text), ["line 2", "line 5"]);
        assert!(!are_pats("[core]\noutput = json\n"));
        let cache =
            "[{\"value\":\"gho_notarealone\",\"repos\":[\"a/b\"],\"last_modified_timestamp\":1}]";
        assert_eq!(places(read_github_tokens, cache), ["/0/value"]);
        assert!(places(read_github_tokens, "[]").is_empty());
        let old = "<ProfileData><Subscriptions>\n<D><ManagementCertificate>0123456789</ManagementCertificate></D>\
                   <D><ManagementCertificate/></D></Subscriptions></ProfileData>";
        assert_eq!(places(read_subscriptions, old), ["line 2"]);
    }
}
