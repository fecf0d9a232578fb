//! Clouds that the vault knows from files, as az reads them in `clouds.config` (azure-cli-core
//! `cloud.py`, `_config_add_cloud`; the other names of a setting are Azure PowerShell's).
//!
//! Of a cloud's hosts the two stand here to which a person agreed, the authority and the resource
//! manager, and what its resources are called, which is no host. az would show tokens to every other
//! one, and nobody has agreed to those.

use azvault_model::{BUILT_IN_CLOUDS, Environment};

const SETTINGS: [(&str, &[&str]); 9] = [
    ("endpoint_active_directory", &["ActiveDirectoryAuthority", "ActiveDirectory"]),
    ("endpoint_resource_manager", &["ResourceManagerUrl", "ResourceManager"]),
    ("endpoint_active_directory_resource_id", &["ActiveDirectoryServiceEndpointResourceId"]),
    ("endpoint_active_directory_graph_resource_id", &["GraphEndpointResourceId"]),
    ("endpoint_microsoft_graph_resource_id", &["MicrosoftGraphEndpointResourceId"]),
    ("endpoint_batch_resource_id", &["BatchEndpointResourceId"]),
    ("endpoint_active_directory_data_lake_resource_id", &["DataLakeEndpointResourceId"]),
    ("endpoint_log_analytics_resource_id", &["OperationalInsightsEndpointResourceId"]),
    ("endpoint_ossrdbms_resource_id", &[]),
];

/// The user's own text, and a section for each cloud that it does not have.
pub(super) fn with_known(own: String, known: &[&Environment]) -> String {
    let mut text = own;
    for environment in known {
        let name = environment.name.as_str();
        let heading = format!("[{name}]");
        if !can_be_section(name) || text.lines().any(|line| line.trim() == heading) {
            continue;
        }
        text.push_str(&heading);
        text.push('\n');
        for (setting, others) in SETTINGS {
            let names = std::iter::once(&setting).chain(others);
            let found = names.into_iter().find_map(|name| {
                let mut all = environment.settings.iter();
                all.find(|(own, value)| own.eq_ignore_ascii_case(name) && !value.is_empty())
            });
            if let Some((_, value)) = found.filter(|(_, value)| !value.contains(char::is_control)) {
                // Python's configparser takes a single one for the name of another setting.
                text.push_str(&format!("{setting} = {}\n", value.replace('%', "%%")));
            }
        }
    }
    text
}

/// Whether a name can head a section, and is none that stands for other clouds as well.
fn can_be_section(name: &str) -> bool {
    let is_built_in = BUILT_IN_CLOUDS.iter().any(|cloud| cloud.name.eq_ignore_ascii_case(name));
    let is_plain =
        !name.is_empty() && !name.contains([']', '[']) && !name.contains(char::is_control);
    is_plain && !is_built_in && name != "DEFAULT"
}

#[cfg(test)]
mod tests {
    use azvault_model::Environment;

    use super::with_known;

    fn environment(name: &str, settings: &[(&str, &str)]) -> Environment {
        let settings = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Environment { name: name.to_owned(), settings: settings.collect() }
    }

    #[test]
    fn a_cloud_of_a_file_has_the_hosts_that_were_agreed_to_and_no_other() {
        let stack = environment(
            "Stack",
            &[
                ("ActiveDirectoryAuthority", "https://sign-in.example/100%"),
                ("ResourceManagerUrl", "https://arm.example/"),
                ("GalleryUrl", "https://gallery.example/"),
                ("AzureKeyVaultDnsSuffix", "vault.evil.example"),
                ("suffix_keyvault_dns", ".vault.evil.example"),
                ("endpoint_sql_management", "https://evil.example"),
                ("BatchEndpointResourceId", "a\nendpoint_portal = https://evil.example"),
                ("endpoint_ossrdbms_resource_id", "https://db.example"),
            ],
        );
        let expected = "[Own]\nprofile = latest\n[Stack]\n\
                        endpoint_active_directory = https://sign-in.example/100%%\n\
                        endpoint_resource_manager = https://arm.example/\n\
                        endpoint_ossrdbms_resource_id = https://db.example\n";
        let own = "[Own]\nprofile = latest\n";
        let others = ["DEFAULT", "azurecloud", "a]\n[AzureCloud", "", "Own"];
        let others = others.map(|name| environment(name, &[("ResourceManagerUrl", "https://e")]));
        let all: Vec<&Environment> = std::iter::once(&stack).chain(&others).collect();
        assert_eq!(with_known(own.to_owned(), &all), expected);
        assert_eq!(with_known(expected.to_owned(), &all), expected);
    }
}
