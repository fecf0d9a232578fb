//! What is not left out: tokens, and where they stand.

use super::*;

#[test]
fn tokens_of_one_key_are_all_there_and_the_newest_is_the_last() {
    let token = |value: &[u8]| token(RefreshToken, value);
    let profile = Profile {
        contexts: vec![context("user", "megan", KnownAccountType::User, TENANT)],
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
fn a_cache_that_nobody_could_read_is_named_and_every_context_has_the_common_one() {
    let kept = || Kept::new(Zeroizing::new(r#"{"/TokenCache":{"CacheData":"????"}}"#.to_owned()));
    let mut all: Vec<Context> =
        (0..2).map(|n| context(&n.to_string(), "megan", KnownAccountType::User, TENANT)).collect();
    all[0].kept = kept();
    let secrets = vec![token(IdToken, b"x")];
    let written =
        write(&Profile { contexts: all, secrets, ..Profile::default() }, Credentials::With);
    assert!(!text(&written).contains("????"));
    assert_eq!(text(&written).matches("\"CacheData\": \"").count(), 2);
    assert_eq!(written.without_cache, [ContextName::new("0")]);
    assert!(written.left_out.is_empty());
}

#[test]
fn tokens_that_were_brought_along_stand_in_the_account_and_others_in_the_cache() {
    let held_along = |value: &[u8]| {
        let mut held = held(AccessToken, "svc", value);
        held.description.account_kind = Some(IdentityKind::AccessToken);
        held
    };
    let mut brought = held_along(b"brought");
    brought.description.target = Some("KeyVault".into());
    let mut cached = held(AccessToken, "svc", b"cached");
    cached.description.client_id = Some("client".into());
    cached.description.target = Some("KeyVault".into());
    cached.description.home_account_id = Some(HOME.into());
    let profile = Profile {
        contexts: vec![
            context("user", "svc", KnownAccountType::User, TENANT),
            context("pipeline", "svc", KnownAccountType::AccessToken, TENANT),
        ],
        secrets: vec![brought, held_along(b"plain"), cached],
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
        id: "Megan@x".into(),
        account_type: AccountType::from(KnownAccountType::User),
        environment: Some("AzureCloud".into()),
        home_account_id: Some("oid.tid".into()),
        tenants: Vec::new(),
        properties: Default::default(),
    };
    for (cloud, there) in [("AzureCloud", true), ("AzureChinaCloud", false)] {
        account.environment = Some(cloud.into());
        let profile = Profile {
            contexts: vec![context("a", "megan@x", KnownAccountType::User, TENANT)],
            accounts: vec![account.clone()],
            ..Profile::default()
        };
        let written = write(&profile, Credentials::With);
        assert_eq!(text(&written).contains("\"HomeAccountId\": \"oid.tid\""), there, "{cloud}");
    }
}

#[test]
fn a_home_account_of_two_names_has_that_of_its_tokens() {
    let mut token = held(RefreshToken, "new-name@x", b"x");
    token.description.environment = Some("AzureCloud".into());
    token.description.home_account_id = Some("oid.tid".into());
    let account = |id: &str| Account {
        id: id.into(),
        account_type: AccountType::from(KnownAccountType::User),
        environment: Some("AzureCloud".into()),
        home_account_id: Some("oid.tid".into()),
        tenants: Vec::new(),
        properties: [("name".to_owned(), format!("called {id}"))].into(),
    };
    let profile = Profile {
        contexts: vec![context("a", "new-name@x", KnownAccountType::User, TENANT)],
        accounts: vec![account("old-name@x"), account("new-name@x")],
        secrets: vec![token],
        ..Profile::default()
    };
    let written = write(&profile, Credentials::With);
    let found = crate::read_named(&written.bytes, "exported.json");
    assert_eq!(found.profile.secrets[0].description.account.as_deref(), Some("new-name@x"));
    let called = found.profile.accounts.iter().find_map(|known| known.properties.get("name"));
    assert_eq!(called.map(String::as_str), Some("called new-name@x"));
}
