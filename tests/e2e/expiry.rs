//! `prompt` and `status` warn before a sign-in ends.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use azvault_test_support::{Home, ran};
use data_encoding::BASE64URL_NOPAD;

/// A home whose only context has a token that ends so many seconds from now.
fn with_token_for(seconds: u64) -> Home {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let part = |value: serde_json::Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
    let head = part(serde_json::json!({"typ": "JWT", "alg": "none"}));
    let body = part(serde_json::json!({
        "exp": now + seconds, "aud": "https://management.azure.com/", "tid": "t",
    }));
    let home = Home::with_vault();
    let document = serde_json::json!({
        "DefaultContextKey": "lent", "EnvironmentTable": {},
        "Contexts": {"lent": {
            "Account": {"Id": "ada@x.example", "Type": "AccessToken",
                "ExtendedProperties": {"AccessToken": format!("{head}.{body}.c2ln")}},
            "Tenant": {"Id": "t"}, "Environment": {"Name": "AzureCloud"},
        }},
    });
    let file = home.join("saved.json");
    fs::write(&file, document.to_string()).unwrap();
    home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
    home
}

#[test]
fn what_ends_soon_is_said_in_prompt_and_status() {
    for (seconds, in_prompt, in_status) in [
        (40 * 86_400, "lent", "expires in 39 days"),
        (2 * 86_400 + 600, "lent (sign-in ends in 2 days)", "expires in 2 days"),
        (1, "lent (sign-in needed)", "needed: azvault connect"),
    ] {
        let home = with_token_for(seconds);
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(home.run(&["prompt"]).expect(0).stdout, format!("{in_prompt}\n"));
        let status = home.run(&["status"]).expect(0).stdout;
        let line = status.lines().find(|line| line.trim_start().starts_with("sign-in")).unwrap();
        assert!(line.contains(in_status), "{line}");
        let state = home.json(&["prompt"])["sign_in"]["state"].clone();
        assert_eq!(state, if seconds == 1 { "needed" } else { "expires" });
        assert_eq!(home.json(&["status"])["sign_in"]["state"], state);
    }
}

#[test]
fn what_is_in_order_takes_no_room() {
    let home = Home::with_contexts();
    assert_eq!(home.run(&["prompt"]).expect(0).stdout, "prod\n");
    let status = home.run(&["status"]).expect(0).stdout;
    assert!(
        status.lines().any(|line| line.trim_start().starts_with("sign-in") && line.trim_end().ends_with("ok")),
        "{status}"
    );
    let gov = ran(home.command(&["prompt"]).env("AZVAULT_CONTEXT", "gov").output().unwrap());
    assert_eq!(gov.stdout, "gov* (sign-in needed)\n");
}
