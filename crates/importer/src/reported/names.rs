//! What the name of a setting says of its value: environment variables, members of settings,
//! options of commands.

use super::kinds::{self, Kind};
use super::values;

/// Whether what a setting stands in is Azure's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The block, file or command belongs to a tool of Azure: `client_secret` is enough of a name.
    Azure,
    /// Unknown: the name must say it, as `ARM_CLIENT_SECRET` does, or the value by its shape.
    Unknown,
}

/// Ends of names, without case and punctuation, most telling first.
const ENDS: [(&str, &Kind); 34] = [
    ("certificatepassword", &kinds::CERTIFICATE_PASSWORD),
    ("certpassword", &kinds::CERTIFICATE_PASSWORD),
    ("clientsecret", &kinds::CLIENT_SECRET),
    ("clientsecretvalue", &kinds::CLIENT_SECRET),
    ("appsecret", &kinds::CLIENT_SECRET),
    ("principalsecret", &kinds::CLIENT_SECRET),
    ("principalkey", &kinds::CLIENT_SECRET),
    ("spsecret", &kinds::CLIENT_SECRET),
    ("spnsecret", &kinds::CLIENT_SECRET),
    ("personalaccesstoken", &kinds::DEVOPS_PAT),
    ("extpat", &kinds::DEVOPS_PAT),
    ("devopspat", &kinds::DEVOPS_PAT),
    ("devopstoken", &kinds::DEVOPS_PAT),
    ("azdopat", &kinds::DEVOPS_PAT),
    ("azdotoken", &kinds::DEVOPS_PAT),
    ("connectionstring", &kinds::CONNECTION_STRING),
    ("sastoken", &kinds::SAS),
    ("sasurl", &kinds::SAS),
    ("sharedaccesssignature", &kinds::SAS),
    ("storagekey", &kinds::STORAGE_KEY),
    ("storageaccountkey", &kinds::STORAGE_KEY),
    ("accountkey", &kinds::STORAGE_KEY),
    ("storageaccesskey", &kinds::STORAGE_KEY),
    ("armaccesskey", &kinds::STORAGE_KEY),
    ("sharedaccesskey", &kinds::MESSAGING_KEY),
    ("databrickstoken", &kinds::DATABRICKS_TOKEN),
    ("refreshtoken", &kinds::REFRESH_TOKEN),
    ("accesstoken", &kinds::ACCESS_TOKEN),
    ("password", &kinds::USER_PASSWORD),
    ("passwd", &kinds::USER_PASSWORD),
    ("secret", &kinds::CLIENT_SECRET),
    ("credentials", &kinds::CLIENT_SECRET),
    ("accesskey", &kinds::SERVICE_KEY),
    ("key", &kinds::SERVICE_KEY),
];

/// What a name of Azure's begins with.
const BEGINNINGS: [&str; 9] =
    ["azure", "arm", "aad", "azcopy", "azdo", "azuredevops", "entra", "vsts", "databricks"];

/// The kind of secret that a setting holds, if it holds one of Azure's.
pub(super) fn judge(name: &str, value: &str, whose: Whose) -> Option<&'static Kind> {
    if let Some(kind) = values::by_shape(value) {
        return Some(kind);
    }
    if !values::is_literal(value) {
        return None;
    }
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let name = name.strip_prefix("tfvar").unwrap_or(&name);
    if whose == Whose::Unknown && !is_azures(name) {
        return None;
    }
    let kind = ENDS.iter().find(|(end, _)| name.ends_with(end)).map(|(_, kind)| *kind)?;
    let plain = kind != &kinds::SERVICE_KEY || (is_key(value) && !name.contains("public"));
    // A connection string without a key is an address, credentials may be the path of a file.
    let holds = kind != &kinds::CONNECTION_STRING || has_key(value);
    let inside = !name.ends_with("credentials") || value.contains("lientSecret");
    (plain && holds && inside).then_some(kind)
}

fn is_azures(name: &str) -> bool {
    BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether a value is more than the name of a key, and no path or address.
fn is_key(value: &str) -> bool {
    value.len() >= 16
        && value.bytes().any(|byte| byte.is_ascii_digit())
        && !value.starts_with(['/', '.', '~'])
        && !value.contains([' ', ':', '\\'])
        && !values::is_guid(value)
}

fn has_key(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    ["key=", "password=", "pwd=", "secret="].iter().any(|member| lower.contains(member))
        && !lower.contains("devstoreaccount1")
        && !lower.contains("instrumentationkey=")
}

#[cfg(test)]
mod tests {
    use super::Whose::{Azure, Unknown};
    use super::judge;

    #[test]
    fn a_name_counts_where_it_or_its_surroundings_are_azures() {
        let secret = Some("client secret of a service principal");
        let pat = Some("personal access token of Azure DevOps");
        let key = Some("key of an Azure service");
        for (name, value, whose, what) in [
            ("ARM_CLIENT_SECRET", "hunter2hunter2", Unknown, secret),
            ("TF_VAR_azure_client_secret", "hunter2hunter2", Unknown, secret),
            ("TF_VAR_client_secret", "hunter2hunter2", Unknown, None),
            ("AzureAd:ClientSecret", "hunter2hunter2", Unknown, secret),
            ("client_secret", "hunter2hunter2", Unknown, None),
            ("client_secret", "hunter2hunter2", Azure, secret),
            ("GITHUB_CLIENT_SECRET", "hunter2hunter2", Unknown, None),
            ("ARM_CLIENT_SECRET", "$OTHER_SECRET", Unknown, None),
            ("ARM_CLIENT_SECRET_FILE", "/run/secrets/arm", Unknown, None),
            ("ARM_CLIENT_ID", "aaaaaaaa-0000-0000-0000-000000000001", Unknown, None),
            ("ARM_CLIENT_CERTIFICATE_PATH", "/home/megan/sp.pfx", Unknown, None),
            (
                "ARM_CLIENT_CERTIFICATE_PASSWORD",
                "hunter2hunter2",
                Unknown,
                Some("password of a service principal's certificate"),
            ),
            ("AZURE_DEVOPS_EXT_PAT", "hunter2hunter2", Unknown, pat),
            ("AZDO_PERSONAL_ACCESS_TOKEN", "hunter2hunter2", Unknown, pat),
            (
                "AZURE_STORAGE_KEY",
                "hunter2hunter2",
                Unknown,
                Some("access key of a storage account"),
            ),
            ("ARM_ACCESS_KEY", "hunter2hunter2", Unknown, Some("access key of a storage account")),
            ("AZURE_PASSWORD", "hunter2hunter2", Unknown, Some("password")),
            ("AZURE_OPENAI_API_KEY", "0123456789abcdef0123456789abcdef", Unknown, key),
            ("OPENAI_API_KEY", "0123456789abcdef0123456789abcdef", Unknown, None),
            ("AZURE_KEY", "secondary", Unknown, None),
            ("ssh_public_key", "ssh-rsa-AAAAB3NzaC1yc2EAAAADAQABAAAB", Azure, None),
            ("AZURE_CONNECTION_STRING", "InstrumentationKey=0123456789;Endpoint=x", Unknown, None),
            (
                "AZURE_CONNECTION_STRING",
                "Host=a.example;SharedKey=0123456789",
                Unknown,
                Some("connection string of an Azure service"),
            ),
            ("PASSWORD", "hunter2hunter2", Unknown, None),
            ("ARMOR", "hunter2hunter2", Unknown, None),
            (
                "DATABRICKS_TOKEN",
                "dapi0123456789abcdef",
                Unknown,
                Some("personal access token of Azure Databricks"),
            ),
            ("x", "", Azure, None),
        ] {
            assert_eq!(judge(name, value, whose).map(|kind| kind.what), what, "{name}={value}");
        }
    }
}
