//! Clouds as the product writes them, wherever they come from.

use azvault_exporter::azure_powershell::{Credentials, write};
use azvault_model::{Environment, Kept, KnownAccountType, Profile, SecretKind};
use zeroize::Zeroizing;

use super::left_out::{TENANT, context, text, token};

#[test]
fn an_environment_has_todays_names_wherever_it_comes_from() {
    let settings = |pairs: &[(&str, &str)]| Environment {
        name: "Hub".to_owned(),
        settings: pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
    };
    for environment in [
        settings(&[
            ("ActiveDirectoryAuthority", "https://adfs.example/adfs"),
            ("AzureKeyVaultDnsSuffix", "vault.example"),
            ("SqlDatabaseDnsSuffix", ".sql.example"),
        ]),
        settings(&[
            ("Endpoints/ActiveDirectory", "https://adfs.example/adfs"),
            ("Endpoints/AzureKeyVaultDnsSuffix", "vault.example"),
            ("Endpoints/SqlDatabaseDnsSuffix", ".sql.example"),
        ]),
        settings(&[
            ("endpoint_active_directory", "https://adfs.example/adfs"),
            ("suffix_keyvault_dns", ".vault.example"),
            ("suffix_sql_server_hostname", ".sql.example"),
        ]),
    ] {
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, TENANT)];
        contexts[0].environment = Some("hub".into());
        let mut own = token(SecretKind::RefreshToken, b"x");
        own.description.account = Some("megan@x".into());
        own.description.environment = Some("Hub".into());
        let profile = Profile {
            contexts,
            environments: vec![environment],
            secrets: vec![own],
            ..Profile::default()
        };
        let written = write(&profile, Credentials::With);
        for member in [
            "\"ActiveDirectoryAuthority\": \"https://adfs.example/adfs\"",
            "\"AzureKeyVaultDnsSuffix\": \"vault.example\"",
            "\"SqlDatabaseDnsSuffix\": \".sql.example\"",
        ] {
            // In the table and in the context.
            assert_eq!(text(&written).matches(member).count(), 2, "{member}");
        }
        let found = super::read_named(&written.bytes, "exported.json");
        let environment = found.profile.secrets[0].description.environment.as_deref();
        assert_eq!(environment, Some("adfs.example"), "the host under which MSAL keeps it");
    }
}

#[test]
fn the_public_clouds_are_written_whole_and_not_in_the_table() {
    for (name, authority, storage) in [
        ("AzureCloud", "https://login.microsoftonline.com/", "core.windows.net"),
        ("azurechinacloud", "https://login.chinacloudapi.cn/", "core.chinacloudapi.cn"),
        ("AzureUSGovernment", "https://login.microsoftonline.us/", "core.usgovcloudapi.net"),
    ] {
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, TENANT)];
        contexts[0].environment = Some(name.into());
        let environment = Environment { name: name.to_owned(), settings: Default::default() };
        let profile = Profile { contexts, environments: vec![environment], ..Profile::default() };
        let written = write(&profile, Credentials::With);
        for member in [
            "\"EnvironmentTable\": {},",
            "\"Type\": \"Built-in\"",
            &format!("\"ActiveDirectoryAuthority\": \"{authority}\""),
            &format!("\"StorageEndpointSuffix\": \"{storage}\""),
        ] {
            assert!(text(&written).contains(member), "{name} {member}");
        }
    }
}

#[test]
fn a_profile_without_contexts_is_the_products_empty_one() {
    let written = write(&Profile::default(), Credentials::With);
    let empty = "\u{feff}{\n  \"DefaultContextKey\": \"Default\",\n  \"EnvironmentTable\": {},\n  \
                 \"Contexts\": {},\n  \"ExtendedProperties\": {}\n}";
    assert_eq!(text(&written), empty);
}

#[test]
fn an_environment_of_azurerm_is_written_in_todays_shape() {
    let kept = |name: &str| {
        let endpoints = r#"{"ActiveDirectory":"https://adfs.example/adfs","New":"x"}"#;
        let environment =
            format!(r#"{{"Name":"{name}","OnPremise":false,"Endpoints":{endpoints}}}"#);
        Kept::new(Zeroizing::new(format!(r#"{{"/Environment":{environment}}}"#)))
    };
    for (name, authority) in
        [("AzureCloud", "https://login.microsoftonline.com/"), ("Hub", "https://adfs.example/adfs")]
    {
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, TENANT)];
        contexts[0].environment = Some(name.into());
        contexts[0].kept = kept(name);
        let written = write(&Profile { contexts, ..Profile::default() }, Credentials::With);
        let member = format!("\"ActiveDirectoryAuthority\": \"{authority}\"");
        assert!(text(&written).contains(&member), "{name}");
        assert!(!text(&written).contains("\"Endpoints\""), "{name}");
    }
}

#[test]
fn a_kept_environment_goes_back_only_where_it_still_is_the_contexts() {
    let kept = Zeroizing::new(r#"{"/Environment":{"Name":"azurecloud","Mark":1}}"#.to_owned());
    for (name, there) in [("AzureCloud", true), ("AzureUSGovernment", false)] {
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, TENANT)];
        contexts[0].environment = Some(name.into());
        contexts[0].kept = Kept::new(kept.clone());
        let written = write(&Profile { contexts, ..Profile::default() }, Credentials::With);
        assert_eq!(text(&written).contains("\"Mark\":1"), there, "{name}");
        assert_eq!(text(&written).contains("https://login.microsoftonline.us/"), !there, "{name}");
    }
}
