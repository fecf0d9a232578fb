//! Tools for storage and data: rclone (rclone `backend/azureblob`, `backend/azurefiles`,
//! `backend/onedrive`), blobfuse (Azure/azure-storage-fuse `setup/baseConfig.yaml`, and the text
//! file of version 1), the Databricks CLI (databricks/databricks-sdk-go `config/config.go`,
//! `credentials/u2m/cache`).

use super::ini::settings;
use super::kinds::{self, Kind};
use super::names::{Whose, judge};
use super::{hosts, leaves, values};
use crate::Found;
use crate::json::JsonError;

/// Whether a text is a configuration of rclone: every remote has a type.
pub(crate) fn is_rclone(text: &str) -> bool {
    let types = ["azureblob", "azurefiles", "onedrive"];
    let has = types.iter().any(|kind| text.contains(kind));
    has && settings(text).any(|setting| {
        setting.is("type") && !setting.section.is_empty() && types.contains(&setting.value)
    })
}

/// Names what opens storage of Azure, or the drive of a Microsoft Entra user.
pub(crate) fn read_rclone(text: &str, found: &mut Found) {
    let types: Vec<(&str, &str)> = settings(text)
        .filter(|setting| setting.is("type"))
        .map(|setting| (setting.section, setting.value))
        .collect();
    for setting in settings(text) {
        let of = types.iter().find(|(section, _)| *section == setting.section);
        let kind = match (of.map(|(_, kind)| *kind), setting.name) {
            (Some("azureblob" | "azurefiles"), name) => remote(name),
            (Some("onedrive"), "token") => Some(&kinds::REFRESH_TOKEN),
            (Some("onedrive"), "client_secret") => Some(&kinds::CLIENT_SECRET),
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| values::is_literal(setting.value)) {
            kind.at(setting.place(), found);
        }
    }
}

fn remote(name: &str) -> Option<&'static Kind> {
    match name {
        "key" => Some(&kinds::STORAGE_KEY),
        "connection_string" => Some(&kinds::CONNECTION_STRING),
        "sas_url" => Some(&kinds::SAS),
        "client_secret" => Some(&kinds::CLIENT_SECRET),
        // Obscured with a key that is in rclone's source.
        "client_certificate_password" => Some(&kinds::CERTIFICATE_PASSWORD),
        "password" => Some(&kinds::USER_PASSWORD),
        _ => None,
    }
}

/// Whether a text configures blobfuse 2 (`azstorage:`) or 1 (`accountName NAME`).
pub(crate) fn is_blobfuse(text: &str) -> bool {
    if !text.contains("azstorage:") && !text.contains("accountName") {
        return false;
    }
    let first = |line: &str, word: &str| line.split_ascii_whitespace().next() == Some(word);
    text.lines().any(|line| line.starts_with("azstorage:"))
        || (text.lines().any(|line| first(line, "accountName"))
            && text.lines().any(|line| first(line, "containerName")))
}

/// Names the credentials of blobfuse.
pub(crate) fn read_blobfuse(text: &str, found: &mut Found) -> Result<(), JsonError> {
    if text.lines().any(|line| line.starts_with("azstorage:")) {
        for leaf in leaves::read(text)? {
            let kind = match leaf.name() {
                "sas" => Some(&kinds::SAS),
                name => judge(name, &leaf.value, Whose::Azure),
            };
            let inside = leaf.is_below(&["azstorage"]) && values::is_literal(&leaf.value);
            if let Some(kind) = kind.filter(|_| inside) {
                kind.at(leaf.place(), found);
            }
        }
        return Ok(());
    }
    for (at, line) in text.lines().enumerate() {
        let Some((name, value)) = line.trim().split_once([' ', '\t']) else { continue };
        if let Some(kind) = judge(name, value.trim(), Whose::Azure) {
            kind.at(format!("line {}", at + 1), found);
        }
    }
    Ok(())
}

/// Whether a text has profiles of the Databricks CLI.
pub(crate) fn is_databricks(text: &str) -> bool {
    let has = |word: &str| text.contains(word);
    (has("databricks") || has("azure_client_secret"))
        && settings(text).any(|setting| {
            let host = setting.is("host") && setting.value.contains("databricks");
            !setting.section.is_empty() && (host || setting.is("azure_client_secret"))
        })
}

/// Names the credentials of profiles whose host is Azure's.
pub(crate) fn read_databricks(text: &str, found: &mut Found) {
    let hosts: Vec<(&str, &str)> = settings(text)
        .filter(|setting| setting.is("host"))
        .map(|setting| (setting.section, hosts::host_of(setting.value)))
        .collect();
    for setting in settings(text) {
        let here = hosts
            .iter()
            .any(|(section, host)| *section == setting.section && hosts::is_databricks(host));
        let kind = match setting.name {
            "azure_client_secret" => Some(&kinds::CLIENT_SECRET),
            "token" if here => Some(&kinds::DATABRICKS_TOKEN),
            "client_secret" if here => Some(&kinds::DATABRICKS_SIGN_IN),
            "password" if here => Some(&kinds::USER_PASSWORD),
            _ => None,
        };
        if let Some(kind) = kind.filter(|_| values::is_literal(setting.value)) {
            kind.at(setting.place(), found);
        }
    }
}

/// `{"version":1,"tokens":{ADDRESS:{"access_token":...,"refresh_token":...}}}`.
pub(crate) fn read_databricks_tokens(text: &str, found: &mut Found) -> Result<(), JsonError> {
    for leaf in leaves::of_json(text)? {
        let [tokens, address, .., name] = &leaf.path[..] else { continue };
        let secret = matches!(name.as_str(), "access_token" | "refresh_token");
        let here = tokens == "tokens" && hosts::is_databricks(hosts::host_of(address));
        if secret && here && values::is_literal(&leaf.value) {
            kinds::DATABRICKS_SIGN_IN.at(leaf.place(), found);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{
        is_blobfuse, is_databricks, is_rclone, read_blobfuse, read_databricks,
        read_databricks_tokens, read_rclone,
    };
    use crate::reported::tests::places;

    #[test]
    fn a_remote_of_rclone_counts_by_its_type() {
        let text = "[a]\ntype = azureblob\nkey = MDEyMzQ1Njc4OQ==\naccount = contoso\n[b]\ntype = s3\n\
                    secret_access_key = 0123456789\n[c]\nkey = 0123456789\n[d]\ntype = onedrive\n\
                    token = {\"refresh_token\":\"0123456789\"}\n[e]\ntype = drive\ntoken = \
                    {\"refresh_token\":\"0123456789\"}\n";
        assert!(is_rclone(text));
        assert_eq!(places(read_rclone, text), ["line 3", "line 12"]);
        assert!(!is_rclone("[b]\ntype = s3\nsecret_access_key = 0123456789\n"));
        assert!(!is_rclone("# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nAAAA\n"));
    }

    #[test]
    fn both_versions_of_blobfuse_are_read() {
        for (text, wanted) in [
            (
                "logging:\n  type: syslog\nazstorage:\n  account-name: a\n  account-key: MDEyMzQ1Njc4OQ==\n",
                vec!["/azstorage/account-key"],
            ),
            (
                "azstorage:\n  mode: sas\n  sas: '?sv=1&sig=0123456789'\n  clientsecret: hunter2hunter2\n",
                vec!["/azstorage/sas", "/azstorage/clientsecret"],
            ),
            ("azstorage:\n  mode: msi\n  account-name: contosocontoso\n", vec![]),
            ("azstorage:\n  account-key: ${KEY}\n", vec![]),
            ("accountName a\naccountKey MDEyMzQ1Njc4OQ==\ncontainerName b\n", vec!["line 2"]),
            ("accountName a\ncontainerName b\nauthType MSI\n", vec![]),
        ] {
            assert!(is_blobfuse(text), "{text}");
            assert_eq!(places(read_blobfuse, text), wanted, "{text}");
        }
        assert!(!is_blobfuse("storage:\n  account-key: x\n"));
    }

    #[test]
    fn a_workspace_of_databricks_counts_by_its_host() {
        let text = "[DEFAULT]\nhost = https://adb-1.7.azuredatabricks.net\ntoken = dapi0123456789\n[aws]\n\
                    host = https://dbc-1.cloud.databricks.com\ntoken = dapi0123456789\n[sp]\n\
                    azure_client_id = a\nazure_client_secret = hunter2hunter2\n";
        assert!(is_databricks(text));
        assert_eq!(places(read_databricks, text), ["line 3", "line 9"]);
        let token = |host: &str| {
            format!(
                "{{\"version\":1,\"tokens\":{{\"https://{host}\":{{\"access_token\":\"0123456789\",\
                     \"refresh_token\":\"0123456789\",\"expiry\":\"2026-01-01T00:00:00Z\"}}}}}}"
            )
        };
        assert_eq!(places(read_databricks_tokens, &token("adb-1.7.azuredatabricks.net")).len(), 2);
        assert!(places(read_databricks_tokens, &token("dbc-1.cloud.databricks.com")).is_empty());
    }
}
