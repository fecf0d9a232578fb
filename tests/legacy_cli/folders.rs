//! Whole folders of az, against what their truth says.

use super::*;

#[test]
fn the_list_of_folders_is_whole() {
    let truth = truth();
    let names: BTreeSet<&str> =
        truth["dirs"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(DIRS));
}

fn expected_context(context: &Value) -> Vec<Option<String>> {
    let user = &context["user"];
    let mut kind = match user["type"].as_str().unwrap() {
        "user" => "User",
        "servicePrincipal" => "ServicePrincipal",
        other => panic!("{other}"),
    };
    if user["name"].as_str().unwrap().ends_with("AssignedIdentity") {
        kind = "ManagedService";
    }
    let (id, name) = (text(&context["id"]).unwrap(), text(&context["name"]).unwrap());
    let subscription = |part: Option<String>| match context["tenantLevel"].as_bool().unwrap() {
        true => None,
        false => part,
    };
    let mut properties: BTreeMap<String, Value> = serde_json::from_value(user.clone()).unwrap();
    properties.retain(|name, _| name != "name" && name != "type");
    let properties: BTreeMap<_, _> =
        properties.iter().map(|(name, value)| (name, value.as_str().unwrap())).collect();
    vec![
        Some(format!("{name} ({id})")),
        text(&user["name"]),
        Some(kind.to_owned()),
        text(&context["tenantId"]),
        text(&context["tenantDisplayName"]),
        subscription(Some(id)),
        subscription(Some(name)),
        subscription(text(&context["state"])),
        text(&context["environmentName"]),
        Some(format!("{properties:?}")),
    ]
}

fn found_context(context: &Context) -> Vec<Option<String>> {
    let account = context.account.as_ref().unwrap();
    let (tenant, subscription) = (context.tenant.as_ref().unwrap(), context.subscription.as_ref());
    vec![
        Some(context.name.as_str().to_owned()),
        Some(account.id.to_string()),
        Some(account.account_type.as_str().to_owned()),
        Some(tenant.id.to_string()),
        tenant.name.as_ref().map(|text| text.to_string()),
        subscription.map(|s| s.id.clone()).map(|text| text.to_string()),
        subscription.and_then(|s| s.name.clone()).map(|text| text.to_string()),
        subscription.and_then(|s| s.state.clone()).map(|text| text.to_string()),
        context.environment.as_ref().map(|text| text.to_string()),
        Some(format!("{:?}", account.properties)),
    ]
}

#[test]
fn contexts_and_default_are_those_of_the_folder() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &TimeZone::UTC);
        let profile = &source(&sources, "azureProfile.json").found.profile;
        let expected_contexts = expected["contexts"].as_array().unwrap();
        let found: Vec<_> = profile.contexts.iter().map(found_context).collect();
        let wanted: Vec<_> = expected_contexts.iter().map(expected_context).collect();
        assert_eq!(found, wanted, "{dir}");
        let default = profile.default.as_ref().map(|name| {
            let context = profile.contexts.iter().find(|context| context.name == *name).unwrap();
            context.subscription.as_ref().unwrap().id.clone()
        });
        assert_eq!(default, text(&expected["active_context"]).map(Into::into), "{dir}");
        for other in &sources {
            let only = other.path.ends_with("azureProfile.json");
            assert!(only || other.found.profile.contexts.is_empty(), "{:?}", other.path);
            assert!(only || other.found.profile.default.is_none(), "{:?}", other.path);
        }
        for (context, truth) in profile.contexts.iter().zip(expected_contexts) {
            let kept: Value = match context.kept.is_empty() {
                true => json!({}),
                false => serde_json::from_str(context.kept.as_json()).unwrap(),
            };
            for name in
                ["homeTenantId", "managedByTenants", "tenantDefaultDomain", "tenantDisplayName"]
            {
                let kept = kept.get(format!("/{name}"));
                assert_eq!(kept, truth.get(name), "{dir} {:?} {name}", context.name);
            }
        }
        if let Some(id) = expected["installation_id"].as_str() {
            assert!(profile.kept.as_json().contains(&format!(r#""/installationId":"{id}""#)));
        }
    }
}

#[test]
fn clouds_have_their_defaults() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let file = |name: &str| fs::read_to_string(fixtures().join(dir).join(name)).ok();
        let config = read("config", &file("config").unwrap());
        assert_eq!(
            config.azcli.active_cloud,
            text(&expected["active_cloud"]).map(Into::into),
            "{dir}"
        );
        let clouds = read("clouds.config", &file("clouds.config").unwrap_or_default());
        let found: BTreeMap<_, _> = clouds.azcli.cloud_subscriptions.into_iter().collect();
        let wanted: BTreeMap<String, String> =
            serde_json::from_value(expected["cloud_default_subscription"].clone()).unwrap();
        assert_eq!(found, wanted, "{dir}");
    }
}

/// One secret as the truth and as a reader says it; tokens that every tenant's users may redeem
/// have no tenant, and those of service principals no word about their cloud before `folder`.
type Row = (String, String, Option<String>, Option<String>, Option<String>, Option<String>);

fn expected_secret(secret: &Value) -> Row {
    let kind = text(&secret["kind"]).unwrap();
    let tenant = match kind.as_str() {
        "refresh_token" => None,
        _ => text(&secret["tenant"]).or(text(&secret["realm"])),
    };
    let cloud = match secret["environment"].as_str() {
        Some("login.chinacloudapi.cn") => "AzureChinaCloud",
        Some("login.microsoftonline.com" | "login.microsoftonline.com:443") | None => "AzureCloud",
        Some(other) => panic!("{other}"),
    };
    let target = text(&secret["target"]).filter(|_| kind == "access_token");
    let value = text(&secret["value"]).unwrap();
    (kind, value, text(&secret["owner"]), tenant, Some(cloud.to_owned()), target)
}

fn found_secret(held: &HeldSecret) -> Row {
    let about = &held.description;
    (
        about.kind.as_str().to_owned(),
        value(held),
        about.account.as_ref().map(|text| text.to_string()),
        about.tenant.as_ref().map(|text| text.to_string()),
        about.environment.as_ref().map(|text| text.to_string()),
        about
            .target
            .clone()
            .filter(|_| about.kind == SecretKind::AccessToken)
            .map(|text| text.to_string()),
    )
}

#[test]
fn every_secret_is_found_in_its_files_with_its_owner_and_no_other() {
    let truth = truth();
    for dir in DIRS {
        let expected = &truth["dirs"][dir];
        let zone = TimeZone::get(expected["tz"].as_str().unwrap()).unwrap();
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &zone);
        for source in &sources {
            let name = source.path.file_name().unwrap().to_str().unwrap();
            let here = |secret: &&Value| {
                secret["found_in"].as_array().unwrap().iter().any(|file| file == name)
            };
            let expected: Vec<_> =
                expected["secrets"].as_array().unwrap().iter().filter(here).collect();
            let wanted: Vec<Row> = expected.iter().map(|s| expected_secret(s)).collect();
            let mut found: Vec<Row> =
                source.found.profile.secrets.iter().map(found_secret).collect();
            for row in &mut found {
                // A cache says which realm was asked; the truth, which tenant answered.
                if row.3.as_deref() == Some("organizations") {
                    let truth = wanted.iter().find(|truth| truth.1 == row.1);
                    row.3 = truth.and_then(|truth| truth.3.clone());
                }
            }
            for (what, some, others) in [("lost", &wanted, &found), ("invented", &found, &wanted)] {
                let odd: Vec<_> = some.iter().filter(|row| !others.contains(row)).collect();
                assert!(odd.is_empty(), "{dir}/{name}: {} {what}, as {:#?}", odd.len(), odd[0]);
            }
            assert_eq!(found.len(), wanted.len(), "{dir}/{name}: one is there twice");
            for held in &source.found.profile.secrets {
                let about = &held.description;
                let truth = expected.iter().find(|s| s["value"] == value(held)).unwrap();
                match truth["expires_on"].as_i64() {
                    Some(at) if about.kind == SecretKind::AccessToken => {
                        assert!((about.expires_on.unwrap() - at).abs() <= 5, "{dir}/{name}");
                    }
                    _ => assert_eq!(about.expires_on, None, "{dir}/{name}"),
                }
                if let Some(client_id) = truth["client_id"].as_str() {
                    assert_eq!(about.client_id.as_deref(), Some(client_id), "{dir}/{name}");
                }
            }
        }
        let read: BTreeSet<_> =
            sources.iter().filter_map(|s| s.path.file_name()?.to_str()).collect();
        for secret in expected["secrets"].as_array().unwrap() {
            for file in secret["found_in"].as_array().unwrap() {
                assert!(read.contains(file.as_str().unwrap()), "{dir}/{file} was not read");
            }
        }
    }
}

#[test]
fn accounts_are_those_of_the_folder_and_no_others() {
    let truth = truth();
    for dir in DIRS {
        let sources = read_folder(&fixtures().join(dir), Path::new("/nowhere"), &TimeZone::UTC);
        // (type, id, cloud) → tenants; the home account where a cache knows one.
        let mut found: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        let mut homes = BTreeSet::new();
        for account in sources.iter().flat_map(|source| &source.found.profile.accounts) {
            let key = (
                account.account_type.as_str().to_owned(),
                account.id.to_string(),
                account.environment.as_deref().unwrap().to_owned(),
            );
            found.entry(key).or_default().extend(account.tenants.iter().map(ToString::to_string));
            homes.extend(account.home_account_id.as_ref().map(ToString::to_string));
        }
        let mut wanted: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
        let mut wanted_homes = BTreeSet::new();
        for account in truth["dirs"][dir]["accounts"].as_array().unwrap() {
            let (kind, id, tenant) = match account["type"].as_str().unwrap() {
                "user" => ("User", text(&account["name"]), &account["home_tenant"]),
                "servicePrincipal" => {
                    ("ServicePrincipal", text(&account["client_id"]), &account["tenant"])
                }
                "managedIdentity" => {
                    let id = match account["identity"].as_str().unwrap() {
                        "MSI" => "systemAssignedIdentity",
                        _ => "userAssignedIdentity",
                    };
                    ("ManagedService", Some(id.to_owned()), &account["tenant"])
                }
                other => panic!("{other}"),
            };
            let key = (kind.to_owned(), id.unwrap(), text(&account["cloud"]).unwrap());
            wanted.entry(key).or_default().extend(text(tenant));
            wanted_homes.extend(text(&account["home_account_id"]));
        }
        assert!(found.keys().eq(wanted.keys()), "{dir}: {found:?}\n{wanted:?}");
        for (key, tenants) in &wanted {
            assert!(found[key].is_superset(tenants), "{dir}: {key:?} {:?}", found[key]);
        }
        let guids = found.values().flatten().all(|tenant| tenant.len() == 36);
        assert!(guids, "{dir}: `common` and `organizations` are no tenants: {found:?}");
        assert_eq!(homes, wanted_homes, "{dir}");
    }
}
