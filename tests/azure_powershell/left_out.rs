//! What is written where, and what is named as left out.

use azvault_contexts::{
    Account, AccountType, Context, ContextAccount, ContextName, Environment, HeldSecret, Kept,
    KnownAccountType, Profile, Secret, SecretDescription, SecretKind, Subscription, Tenant,
};
use azvault_exporter::azure_powershell::{Credentials, Written, write};
use azvault_importer::Reading;
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

fn context(name: &str, account: &str, kind: KnownAccountType, tenant: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: Some(ContextAccount {
            id: account.to_owned(),
            account_type: AccountType::from(kind),
            properties: Default::default(),
        }),
        tenant: Some(Tenant { id: tenant.to_owned(), name: None }),
        subscription: Some(Subscription { id: "s1".to_owned(), name: None, state: None }),
        environment: Some("AzureCloud".to_owned()),
        version_profile: None,
        extended_properties: Default::default(),
        kept: Kept::default(),
    }
}

fn held(kind: SecretKind, account: &str, value: &[u8]) -> HeldSecret {
    let description =
        SecretDescription { account: Some(account.to_owned()), ..SecretDescription::of(kind) };
    HeldSecret { description, value: Secret::copied_from(value) }
}

fn text(written: &Written) -> &str {
    std::str::from_utf8(&written.bytes).unwrap()
}

fn kinds(written: &Written) -> Vec<SecretKind> {
    written.left_out.iter().map(|about| about.kind).collect()
}

use SecretKind::{
    AccessToken, Certificate, CertificatePassword, CertificatePath, ClientSecret, IdToken,
    RefreshToken, SshCertificate, StorageConnectionString,
};

#[test]
fn without_credentials_two_kinds_are_left_out_and_no_other() {
    let mut storage = held(StorageConnectionString, "app", b"value-of-storage");
    storage.description.target = Some("S1".to_owned());
    let profile = || Profile {
        contexts: vec![context("ci", "app", KnownAccountType::ServicePrincipal, "t")],
        secrets: vec![
            held(ClientSecret, "app", b"value-of-secret"),
            held(CertificatePassword, "APP", b"value-of-password"),
            held(CertificatePath, "app", b"value-of-path"),
            held(RefreshToken, "megan", b"value-of-refresh"),
        ],
        ..Profile::default()
    };
    for (credentials, left_out) in
        [(Credentials::With, &[][..]), (Credentials::Without, &[ClientSecret, CertificatePassword])]
    {
        let mut profile = profile();
        profile.secrets.push(HeldSecret {
            description: storage.description.clone(),
            value: Secret::copied_from(b"value-of-storage"),
        });
        let written = write(&profile, credentials);
        assert_eq!(kinds(&written), left_out);
        for (name, value, there) in [
            ("ServicePrincipalSecret", "value-of-secret", credentials == Credentials::With),
            ("CertificatePassword", "value-of-password", credentials == Credentials::With),
            ("CertificatePath", "value-of-path", true),
            ("StorageAccount", "value-of-storage", true),
        ] {
            let member = format!("\"{name}\": \"{value}\"");
            assert_eq!(text(&written).contains(&member), there, "{member} {credentials:?}");
        }
        assert!(!text(&written).contains("\"CacheData\": null"));
    }
}

#[test]
fn what_has_no_place_is_named() {
    let principal = || context("ci", "app", KnownAccountType::ServicePrincipal, "t");
    let elsewhere = |mut held: HeldSecret| {
        held.description.tenant = Some("another".to_owned());
        held
    };
    let token = |value: &[u8]| {
        let mut held = held(RefreshToken, "megan", value);
        held.description.client_id = Some("client".to_owned());
        held
    };
    let storage = |value: &[u8]| {
        let mut held = held(StorageConnectionString, "app", value);
        held.description.target = Some("s1".to_owned());
        held
    };
    let path = |value: &[u8]| held(CertificatePath, "app", value);
    let with_path = || {
        let mut context = principal();
        let properties = &mut context.account.as_mut().unwrap().properties;
        properties.insert("certificatePath".to_owned(), "/mine.pem".to_owned());
        context
    };
    for (why, contexts, secrets, left_out) in [
        ("a certificate", vec![principal()], vec![held(Certificate, "app", b"x")], 1),
        ("an SSH certificate", vec![principal()], vec![held(SshCertificate, "app", b"x")], 1),
        ("no context", vec![], vec![held(ClientSecret, "app", b"x"), token(b"x")], 2),
        ("another account", vec![principal()], vec![held(ClientSecret, "other", b"x")], 1),
        ("another tenant", vec![principal()], vec![elsewhere(held(ClientSecret, "app", b"x"))], 1),
        ("no text", vec![principal()], vec![held(ClientSecret, "app", b"\xff"), token(b"\xff")], 2),
        ("empty", vec![principal()], vec![held(ClientSecret, "app", b"")], 1),
        (
            "a second of one name",
            vec![principal()],
            vec![held(ClientSecret, "app", b"old-one"), held(ClientSecret, "app", b"new-one")],
            1,
        ),
        (
            "a second string of one subscription",
            vec![principal()],
            vec![storage(b"old-one"), storage(b"new-one")],
            1,
        ),
        ("another path than the context has", vec![with_path()], vec![path(b"/other.pem")], 1),
        ("the path that the context has", vec![with_path()], vec![path(b"/mine.pem")], 0),
        ("nothing", vec![principal()], vec![held(ClientSecret, "app", b"x"), token(b"x")], 0),
    ] {
        let written =
            write(&Profile { contexts, secrets, ..Profile::default() }, Credentials::With);
        assert_eq!(written.left_out.len(), left_out, "{why}");
        assert!(!text(&written).contains("old-one"), "{why}");
    }
}

#[test]
fn tokens_of_one_key_are_all_there_and_the_newest_is_the_last() {
    let token = |value: &[u8]| {
        let mut held = held(RefreshToken, "megan", value);
        held.description.client_id = Some("client".to_owned());
        held
    };
    let profile = Profile {
        contexts: vec![context("user", "megan", KnownAccountType::User, "t")],
        secrets: vec![token(b"old-one"), token(b"middle-one"), token(b"new-one")],
        ..Profile::default()
    };
    let written = write(&profile, Credentials::With);
    assert!(written.left_out.is_empty());
    let reading = Reading { file_name: "out.json", time_zone: &TimeZone::UTC };
    let found = azvault_importer::read(&written.bytes, &reading);
    let values: Vec<_> = found.profile.secrets.iter().map(|held| held.value.expose()).collect();
    assert_eq!(values, [&b"old-one"[..], b"middle-one", b"new-one"]);
}

#[test]
fn a_cache_that_nobody_could_read_goes_back_and_leaves_no_place_for_another() {
    let kept = || Kept::new(Zeroizing::new(r#"{"/TokenCache":{"CacheData":"????"}}"#.to_owned()));
    for (contexts, left_out) in [(1, 1), (2, 0)] {
        let mut all: Vec<Context> = (0..contexts)
            .map(|n| context(&n.to_string(), "megan", KnownAccountType::User, "t"))
            .collect();
        all[0].kept = kept();
        let secrets = vec![held(IdToken, "megan", b"x")];
        let profile = Profile { contexts: all, secrets, ..Profile::default() };
        let written = write(&profile, Credentials::With);
        assert!(text(&written).contains(r#""TokenCache": {"CacheData":"????"},"#));
        assert_eq!(written.left_out.len(), left_out);
    }
}

#[test]
fn tokens_that_were_brought_along_stand_in_the_account_and_others_in_the_cache() {
    let mut brought = held(AccessToken, "svc", b"brought");
    brought.description.target = Some("KeyVault".to_owned());
    let mut cached = held(AccessToken, "svc", b"cached");
    cached.description.client_id = Some("client".to_owned());
    cached.description.target = Some("KeyVault".to_owned());
    let profile = Profile {
        contexts: vec![
            context("user", "svc", KnownAccountType::User, "t"),
            context("pipeline", "svc", KnownAccountType::AccessToken, "t"),
        ],
        secrets: vec![brought, held(AccessToken, "svc", b"plain"), cached],
        ..Profile::default()
    };
    let written = write(&profile, Credentials::With);
    assert!(written.left_out.is_empty());
    let (user, pipeline) = text(&written).split_once("\"pipeline\": {").unwrap();
    for member in ["\"KeyVault\": \"brought\"", "\"AccessToken\": \"plain\""] {
        assert!(pipeline.contains(member) && !user.contains(member), "{member}");
    }
    assert!(!text(&written).contains("\"cached\""));
}

#[test]
fn a_user_gets_the_home_account_that_the_cache_knows() {
    let mut account = Account {
        id: "Megan@x".to_owned(),
        account_type: AccountType::from(KnownAccountType::User),
        environment: Some("AzureCloud".to_owned()),
        home_account_id: Some("oid.tid".to_owned()),
        tenants: Vec::new(),
        properties: Default::default(),
    };
    for (cloud, there) in [("AzureCloud", true), ("AzureChinaCloud", false)] {
        account.environment = Some(cloud.to_owned());
        let profile = Profile {
            contexts: vec![context("a", "megan@x", KnownAccountType::User, "t")],
            accounts: vec![account.clone()],
            ..Profile::default()
        };
        let written = write(&profile, Credentials::With);
        assert_eq!(text(&written).contains("\"HomeAccountId\": \"oid.tid\""), there, "{cloud}");
    }
}

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
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, "t")];
        contexts[0].environment = Some("hub".to_owned());
        let mut token = held(RefreshToken, "megan@x", b"x");
        token.description.environment = Some("Hub".to_owned());
        let profile = Profile {
            contexts,
            environments: vec![environment],
            secrets: vec![token],
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
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, "t")];
        contexts[0].environment = Some(name.to_owned());
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
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, "t")];
        contexts[0].environment = Some(name.to_owned());
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
        let mut contexts = vec![context("a", "megan@x", KnownAccountType::User, "t")];
        contexts[0].environment = Some(name.to_owned());
        contexts[0].kept = Kept::new(kept.clone());
        let written = write(&Profile { contexts, ..Profile::default() }, Credentials::With);
        assert_eq!(text(&written).contains("\"Mark\":1"), there, "{name}");
        assert_eq!(text(&written).contains("https://login.microsoftonline.us/"), !there, "{name}");
    }
}

#[test]
fn a_home_account_of_two_names_has_that_of_its_tokens() {
    let mut token = held(RefreshToken, "new-name@x", b"x");
    token.description.environment = Some("AzureCloud".to_owned());
    token.description.home_account_id = Some("oid.tid".to_owned());
    let account = |id: &str| Account {
        id: id.to_owned(),
        account_type: AccountType::from(KnownAccountType::User),
        environment: Some("AzureCloud".to_owned()),
        home_account_id: Some("oid.tid".to_owned()),
        tenants: Vec::new(),
        properties: [("name".to_owned(), format!("called {id}"))].into(),
    };
    let profile = Profile {
        contexts: vec![context("a", "new-name@x", KnownAccountType::User, "t")],
        accounts: vec![account("old-name@x"), account("new-name@x")],
        secrets: vec![token],
        ..Profile::default()
    };
    let written = write(&profile, Credentials::With);
    let found = super::read_named(&written.bytes, "exported.json");
    assert_eq!(found.profile.secrets[0].description.account.as_deref(), Some("new-name@x"));
    let called = found.profile.accounts.iter().find_map(|known| known.properties.get("name"));
    assert_eq!(called.map(String::as_str), Some("called new-name@x"));
}
