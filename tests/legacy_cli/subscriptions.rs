//! Subscriptions: which is the default, and what its members say.

use super::*;

#[test]
fn the_default_is_that_of_the_active_cloud_or_none() {
    let both = [("AzureCloud", "one"), ("AzureChinaCloud", "two")];
    for (active, marked, remembered, wanted) in [
        // The mark wins over what clouds.config remembers.
        (None, Some("one"), "[AzureCloud]\nsubscription = three\n", Some("one")),
        (Some("AzureChinaCloud"), Some("two"), "", Some("two")),
        (Some("azurechinacloud"), Some("two"), "", Some("two")),
        // The mark may be in another cloud: then the memory counts, without case.
        (
            Some("AzureChinaCloud"),
            Some("one"),
            "[AzureChinaCloud]\nsubscription = TWO\n",
            Some("two"),
        ),
        (Some("AzureChinaCloud"), Some("one"), "", None),
        (None, None, "[AzureCloud]\nsubscription = one\n", Some("one")),
        // What `az account clear` leaves dangles; another cloud's memory is not this one's.
        (None, None, "[AzureCloud]\nsubscription = gone\n", None),
        (None, None, "[AzureCloud]\nsubscription = two\n", None),
        (None, None, "[AzureChinaCloud]\nsubscription = two\n", None),
        (Some("Hub"), Some("one"), "[AzureCloud]\nsubscription = one\n", None),
    ] {
        let subscriptions: Vec<Value> = both
            .iter()
            .map(|(cloud, id)| subscription(id, cloud, json!(marked == Some(*id))))
            .collect();
        let profile = json!({ "subscriptions": subscriptions }).to_string();
        let config = active.map(|active| format!("[cloud]\nname = {active}\n")).unwrap_or_default();
        let home = home_with(&[
            (".azure/azureProfile.json", &profile),
            (".azure/config", &config),
            (".azure/clouds.config", remembered),
            // Another folder's files say nothing about this one.
            (".Azure/config", "[cloud]\nname = AzureUSGovernment\n"),
        ]);
        let sources = read_home(&home);
        let found = &source(&sources, ".azure/azureProfile.json").found;
        let default = found.profile.default.as_ref().map(|name| name.as_str().to_owned());
        assert_eq!(default, wanted.map(|id| format!("Prod ({id})")), "{active:?} {remembered:?}");
        let said = found.notes.iter().any(|note| note.text.contains("no default subscription"));
        assert_eq!(said, wanted.is_none(), "{:?}", found.notes);
    }
}

#[test]
fn a_sign_in_without_subscription_can_be_the_default() {
    let mut entry = subscription("t-1", "AzureCloud", json!(true));
    entry["name"] = json!("N/A(tenant level account)");
    let mut impostor = entry.clone();
    (impostor["id"], impostor["isDefault"]) = (json!("other"), json!(false));
    let found = read("azureProfile.json", &json!({"subscriptions": [entry, impostor]}).to_string());
    let [tenant_level, impostor] = &found.profile.contexts[..] else { panic!() };
    assert!(tenant_level.subscription.is_none());
    assert_eq!(found.azcli.marked_default, [0]);
    assert!(impostor.subscription.is_some(), "only where the id is the tenant's");
}

#[test]
fn members_that_are_missing_or_unknown_are_taken_as_they_are() {
    let (name, whole) = ("azureProfile.json", subscription("one", "AzureCloud", json!(false)));
    let with = |change: fn(&mut Value)| {
        let mut entry = whole.clone();
        change(&mut entry);
        read(name, &json!({"subscriptions": [entry]}).to_string())
    };
    let found = read(name, &json!({"subscriptions": [whole], "new": {"a": 1}}).to_string());
    assert_eq!(found.profile.kept.as_json(), r#"{"/new":{"a":1}}"#);
    assert_eq!((found.outcome, found.unread), (Outcome::Warn, 1));
    for (change, outcome, context_name) in [
        ((|_| {}) as fn(&mut Value), Outcome::Accept, "Prod (one)"),
        (|e| e["name"] = Value::Null, Outcome::Accept, "one"),
        (|e| e["name"] = json!(""), Outcome::Accept, "one"),
        (|e| drop(e.as_object_mut().unwrap().remove("name")), Outcome::Accept, "one"),
        (|e| drop(e.as_object_mut().unwrap().remove("state")), Outcome::Accept, "Prod (one)"),
        (|e| drop(e.as_object_mut().unwrap().remove("isDefault")), Outcome::Accept, "Prod (one)"),
        (
            |e| drop(e.as_object_mut().unwrap().remove("environmentName")),
            Outcome::Warn,
            "Prod (one)",
        ),
        (|e| drop(e.as_object_mut().unwrap().remove("user")), Outcome::Warn, "Prod (one)"),
        (|e| e["user"] = json!({"type": "user", "x": 1}), Outcome::Warn, "Prod (one)"),
    ] {
        let found = with(change);
        assert_eq!(
            (found.outcome, found.profile.contexts[0].name.as_str()),
            (outcome, context_name)
        );
    }
    let found = with(|e| e["environmentName"] = Value::Null);
    assert_eq!(found.profile.contexts[0].environment, None, "no cloud is assumed");
    let found = with(|e| e["user"] = json!({"type": "user", "x": 1}));
    assert_eq!(found.profile.contexts[0].kept.as_json(), r#"{"/user":{"type":"user","x":1}}"#);
    let found = with(|e| {
        e["user"]["cloudShellID"] = json!(true);
        e["user"]["secret"] = json!("s3cret");
    });
    let context = &found.profile.contexts[0];
    let properties = &context.account.as_ref().unwrap().properties;
    assert_eq!(format!("{properties:?}"), r#"{"cloudShellID": "true"}"#);
    assert_eq!(context.kept.as_json(), r#"{"/user/secret":"s3cret"}"#, "it may be a secret");
    for empty in ["{}", r#"{"installationId":"x"}"#, r#"{"subscriptions":[]}"#, "\u{feff}{}"] {
        let found = read(name, empty);
        assert_eq!(
            (found.outcome, found.format),
            (Outcome::Accept, Format::AzcliProfile),
            "{empty}"
        );
        assert!(found.profile.contexts.is_empty());
    }
}

#[test]
fn a_service_principal_is_of_the_cloud_of_its_subscriptions() {
    let context = |id: &str, cloud: &str, client_id: &str, tenant: &str| {
        json!({"id": id, "name": id, "tenantId": tenant, "environmentName": cloud,
               "user": {"name": client_id, "type": "servicePrincipal"}})
    };
    let profile = json!({"subscriptions": [
        context("1", "AzureChinaCloud", "APP-1", "t-1"),
        context("2", "AzureChinaCloud", "app-1", "t-2"),
        context("3", "AzureCloud", "app-2", "t-1"),
        context("4", "AzureChinaCloud", "app-2", "t-2"),
    ]});
    let entries: Vec<_> = [("app-1", "t-9"), ("app-2", "t-2"), ("app-2", "t-9"), ("app-3", "t-1")]
        .iter()
        .map(|(id, tenant)| json!({"client_id": id, "tenant": tenant, "client_secret": "x"}))
        .collect();
    let home = home_with(&[
        (".azure/azureProfile.json", &profile.to_string()),
        (".azure/service_principal_entries.json", &json!(entries).to_string()),
    ]);
    let sources = read_home(&home);
    let secrets = &source(&sources, "service_principal_entries.json").found.profile.secrets;
    let clouds: Vec<_> =
        secrets.iter().map(|held| held.description.environment.as_deref()).collect();
    assert_eq!(clouds, [Some("AzureChinaCloud"), Some("AzureChinaCloud"), None, None]);
}
