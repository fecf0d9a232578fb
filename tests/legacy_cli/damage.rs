//! What is bad costs itself alone, and is named by its place.

use super::*;

#[test]
fn a_bad_item_is_named_by_its_place_and_the_rest_goes_on() {
    let token = |secret: Value| json!({"secret": secret, "client_id": "c", "realm": "t", "environment": "login.windows.net"});
    let mut undated = token(json!("kept"));
    undated["expires_on"] = json!("soon");
    for (file, content, place, wanted) in [
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": token(Value::Null), "b": token(json!("kept"))}}),
            "/AccessToken/a",
            "kept",
        ),
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": token(json!("")), "b": token(json!("kept"))}}),
            "/AccessToken/a",
            "kept",
        ),
        (
            "msal.cache",
            json!({"AccessToken": {"a": token(json!(7)), "b": token(json!("kept"))}}),
            "/AccessToken/a/secret",
            "7 kept",
        ),
        (
            "msal_token_cache.json",
            json!({"Account": {"x/y": {"realm": "r"}}, "AccessToken": {"b": token(json!("kept"))}}),
            "/Account/x~1y",
            "kept",
        ),
        // A token is worth more than its date.
        (
            "msal_token_cache.json",
            json!({"AccessToken": {"a": undated}}),
            "/AccessToken/a/expires_on",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"servicePrincipalId": "a"}, {"servicePrincipalId": "b", "accessToken": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"tokenType": "Bearer", "userId": "u"}, {"userId": "u", "refreshToken": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "accessTokens.json",
            json!([{"userId": "u", "accessToken": "kept", "expiresOn": "soon", "_clientId": "c"}]),
            "/0/expiresOn",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"tenant": "t"}, {"client_id": "b", "client_secret": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"client_id": "a"}, {"client_id": "b", "client_assertion": "kept"}]),
            "/0",
            "kept",
        ),
        (
            "service_principal_entries.json",
            json!([{"client_id": "a", "client_secret": ""}, 7, {"client_id": "b", "client_secret": "kept"}]),
            "/0",
            "kept",
        ),
    ] {
        let found = read(file, &content.to_string());
        assert_eq!(found.outcome, Outcome::Warn, "{content}: {:?}", found.notes);
        assert_eq!(found.notes[0].place, place, "{content}");
        assert_eq!(values(&found).join(" "), wanted, "{content}");
    }
    let subscriptions = json!({"subscriptions": [{"name": "x"}, 7, subscription("one", "C", json!(1)),
                                                 subscription("two", "C", json!(true))]});
    let found = read("azureProfile.json", &subscriptions.to_string());
    let places: Vec<_> = found.notes.iter().map(|note| note.place.as_str()).collect();
    for place in ["/subscriptions/0", "/subscriptions/1", "/subscriptions/2/isDefault"] {
        assert!(places.contains(&place), "{places:?}");
    }
    let names = found.profile.contexts.iter().map(|context| context.name.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["x", "Prod (one)", "Prod (two)"]);
}

#[test]
fn broken_documents_are_refused_whole_with_a_place() {
    let deep = format!("[{}{}]", "[".repeat(200), "]".repeat(200));
    for (file, content, place) in [
        ("azureProfile.json", r#"{"subscriptions":[{"id":"x","id":"y"}]}"#, None),
        ("azureProfile.json", r#"{"subscriptions":[],"subscriptions":[]}"#, None),
        ("azureProfile.json", r#"{"subscriptions":7}"#, None),
        ("msal_token_cache.json", r#"{"AccessToken":{"a":{"secret":"s"},"a":{}}}"#, None),
        ("azureProfile.json", r#"{"subscriptions":[]} x"#, Some("line 1 column 22")),
        (
            "msal_token_cache.json",
            r#"{"AccessToken":{"a":{"secret":"s"}}"#,
            Some("line 1 column 35"),
        ),
        (
            "service_principal_entries.json",
            r#"[{"client_id":"a","client_secret":"s"}"#,
            Some("line 1 column 38"),
        ),
        ("service_principal_entries.json", r#"{"client_id":"a","client_secret":"s"}"#, Some("")),
        ("accessTokens.json", &deep, Some("byte 128")),
        ("service_principal_entries.json", &deep, Some("byte 128")),
    ] {
        let found = read(file, content);
        let Some(place) = place else {
            // What is broken within itself is a bad item, no broken document.
            assert_eq!(found.outcome, Outcome::Warn, "{content}");
            continue;
        };
        assert_eq!(found.outcome, Outcome::Reject, "{file} {content}");
        assert_eq!(found.notes[0].place, place, "{file} {content}");
        assert!(found.profile.secrets.is_empty() && found.profile.contexts.is_empty());
        assert!(found.azcli.certificates.is_empty() && found.azcli.marked_default.is_empty());
    }
    // Half a surrogate pair is no character: serde_json or the reader refuses it.
    let half =
        r#"[{"client_id":"a","client_secret":"\ud83d"},{"client_id":"b","client_secret":"s"}]"#;
    let found = read("service_principal_entries.json", half);
    assert!(found.outcome >= Outcome::Warn && !values(&found).iter().any(|v| v != "s"));
}

#[test]
fn damage_at_any_place_is_refused_or_said_and_nothing_is_invented() {
    for dir in DIRS {
        for entry in fs::read_dir(fixtures().join(dir)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = fs::read(&path).unwrap();
            let reading = Reading { file_name: &name, time_zone: &TimeZone::UTC };
            let whole = azvault_importer::read(&bytes, &reading);
            let known: BTreeSet<String> = values(&whole).into_iter().collect();
            let json = !matches!(name.as_str(), "config" | "clouds.config");
            let step = (bytes.len() / 80).max(1);
            for length in (0..bytes.len()).step_by(step) {
                let cut = azvault_importer::read(&bytes[..length], &reading);
                assert!(
                    values(&cut).iter().all(|value| known.contains(value)),
                    "{path:?} {length}"
                );
                if cut.outcome >= Outcome::Opaque {
                    assert!(cut.profile.secrets.is_empty() && cut.profile.contexts.is_empty());
                    assert!(!cut.notes.is_empty(), "{path:?} {length}: no reason");
                }
                let body = bytes[..length].trim_ascii().strip_prefix(b"\xef\xbb\xbf");
                let nothing = body.unwrap_or(bytes[..length].trim_ascii()).is_empty();
                let ends_early = bytes[length..].iter().any(|byte| !byte.is_ascii_whitespace());
                if json && ends_early && !nothing {
                    assert_eq!(cut.outcome, Outcome::Reject, "{path:?} {length}");
                }
            }
            for at in (0..bytes.len()).step_by(step) {
                for bit in [0, 3, 7] {
                    let mut flipped = bytes.clone();
                    flipped[at] ^= 1 << bit;
                    let found = azvault_importer::read(&flipped, &reading);
                    let most = whole.profile.secrets.len() + 1;
                    assert!(found.profile.secrets.len() <= most, "{path:?} {at} {bit}");
                    if found.outcome == Outcome::Reject {
                        assert!(found.profile.secrets.is_empty() && !found.notes.is_empty());
                    }
                }
            }
        }
    }
}
