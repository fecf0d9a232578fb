//! Tokens and keys: whose they are, and until when they live.

use super::*;

#[test]
fn an_msal_cache_is_read_by_its_members() {
    let cache = json!({
        "Account": {
            "1": {"home_account_id": "O.T", "environment": "login.windows.net", "username": "a@x.example",
                  "realm": "72f00000-0000-4000-8000-000000000001", "wam_account_ids": {"c": "w"}, "new": 1},
            "2": {"home_account_id": "O.T", "environment": "login.windows.net", "username": "a@x.example",
                  "realm": "organizations"},
            "3": {"home_account_id": "p.t", "environment": "adfs.local.example", "username": "b@x.example"},
        },
        "RefreshToken": {
            "anything": {"secret": "family", "home_account_id": "o.t", "family_id": "1",
                         "environment": "login.microsoftonline.com", "client_id": "c"},
            "nobody's": {"secret": "lost", "home_account_id": "q.t", "environment": "login.windows.net"},
        },
        "AccessToken": {
            "a": {"secret": "ssh", "token_type": "ssh-cert", "home_account_id": "p.t", "expires_on": "17",
                  "environment": "adfs.local.example", "key_id": "k", "realm": "adfs", "target": "x y"},
            "b": {"secret": "sp", "home_account_id": null, "client_id": "app", "expires_on": 18,
                  "environment": "login.chinacloudapi.cn", "realm": "t-9"},
        },
        "AppMetadata": {"m": {"family_id": "1"}},
        "Later": [1],
    });
    let found = read("msal_token_cache.json", &cache.to_string());
    assert_eq!((found.outcome, found.unread), (Outcome::Warn, 3), "{:?}", found.notes);
    let rows: Vec<_> = found
        .profile
        .secrets
        .iter()
        .map(|held| {
            let about = &held.description;
            (
                value(held),
                about.kind,
                about.account.as_deref(),
                about.environment.as_deref(),
                about.tenant.as_deref(),
                about.expires_on,
            )
        })
        .collect();
    let us = |text: &str| text.to_owned();
    assert_eq!(
        rows,
        [
            (
                us("ssh"),
                SecretKind::SshCertificate,
                Some("b@x.example"),
                Some("adfs.local.example"),
                Some("adfs"),
                Some(17)
            ),
            (
                us("sp"),
                SecretKind::AccessToken,
                Some("app"),
                Some("AzureChinaCloud"),
                Some("t-9"),
                Some(18)
            ),
            // Another alias of the same authority names the same user; nobody's token is still kept.
            (
                us("family"),
                SecretKind::RefreshToken,
                Some("a@x.example"),
                Some("AzureCloud"),
                None,
                None
            ),
            (us("lost"), SecretKind::RefreshToken, None, Some("AzureCloud"), None, None),
        ]
    );
    let accounts: Vec<_> = found
        .profile
        .accounts
        .iter()
        .map(|account| {
            (account.id.as_str(), account.account_type.as_str(), account.tenants.join(" "))
        })
        .collect();
    assert_eq!(
        accounts,
        [
            ("a@x.example", "User", us("72f00000-0000-4000-8000-000000000001")),
            ("b@x.example", "User", us("")),
            ("app", "ServicePrincipal", us("t-9")),
        ]
    );
    let kept: Value = serde_json::from_str(found.profile.kept.as_json()).unwrap();
    let wanted = json!({"/Account/1/new": 1, "/AccessToken/a/key_id": "k",
                        "/AppMetadata": {"m": {"family_id": "1"}}, "/Later": [1]});
    assert_eq!(kept, wanted);
}

#[test]
fn a_sign_in_that_only_windows_broker_holds_is_said() {
    let account =
        |home: &str| json!({"home_account_id": home, "username": "u", "wam_account_ids": {}});
    let refresh = json!({"secret": "r", "home_account_id": "A"});
    for (accounts, tokens, place) in [
        (json!({"1": account("a")}), json!({}), Some("/Account/1")),
        (json!({"1": account("a"), "2": account("b")}), json!({"r": refresh}), Some("/Account/2")),
        (json!({"1": account("a")}), json!({"r": refresh}), None),
    ] {
        let cache = json!({"Account": accounts, "RefreshToken": tokens}).to_string();
        let found = read("msal.cache", &cache);
        let said = found.notes.iter().find(|note| note.text.contains("WAM"));
        assert_eq!(said.map(|note| note.place.as_str()), place, "{cache}");
        assert_eq!(found.outcome == Outcome::Warn, place.is_some());
    }
}

#[test]
fn accounts_of_one_name_in_two_clouds_keep_their_tokens_apart() {
    let account = |home: &str, host: &str| json!({"home_account_id": home, "environment": host, "username": "same@x.example"});
    let token = |home: &str, host: &str| json!({"home_account_id": home, "environment": host, "secret": format!("of {home}")});
    let (one, two) = ("login.microsoftonline.com", "login.chinacloudapi.cn");
    let cache = json!({
        "Account": {"1": account("o.t", one), "2": account("p.t", two)},
        "RefreshToken": {"1": token("o.t", one), "2": token("p.t", two)},
    });
    let found = read("msal_token_cache.json", &cache.to_string());
    assert_eq!(found.profile.accounts.len(), 2);
    for held in &found.profile.secrets {
        let home = held.description.home_account_id.as_deref().unwrap();
        assert_eq!(value(held), format!("of {home}"));
        assert_eq!(held.description.account.as_deref(), Some("same@x.example"));
    }
}

#[test]
fn local_times_are_those_of_the_zone_that_wrote_them() {
    let entry = json!([{"userId": "u", "_clientId": "c", "accessToken": "a",
                        "expiresOn": "2021-07-01 12:00:00.123456"}]);
    for (zone, wanted) in
        [("UTC", 1_625_140_800), ("Europe/Oslo", 1_625_133_600), ("Asia/Kolkata", 1_625_121_000)]
    {
        let reading =
            Reading { file_name: "accessTokens.json", time_zone: &TimeZone::get(zone).unwrap() };
        let found = azvault_importer::read(entry.to_string().as_bytes(), &reading);
        assert_eq!(found.profile.secrets[0].description.expires_on, Some(wanted), "{zone}");
    }
}

#[test]
fn keys_of_other_services_are_reported_and_left() {
    let config = "[cloud]\nname = AzureCloud\n[storage]\nkey = s3cret==\n";
    let home = home_with(&[(".azure/azureProfile.json", "{}"), (".azure/config", config)]);
    let sources = read_home(&home);
    let found = &source(&sources, "config").found;
    assert_eq!((found.outcome, found.notes[0].place.as_str()), (Outcome::Warn, "[storage] key"));
    assert!(found.profile.secrets.is_empty());
    assert!(!format!("{:?}", found.notes).contains("s3cret"));
}
