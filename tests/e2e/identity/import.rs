//! What an import makes of accounts, defaults and secrets that look alike.

use serde_json::{Value, json};

use super::{PAT, TENANT, context, public, write};
use azvault_test_support::{CHEAP, Home, fixture};

fn entry(user: &str, tenant: &str, is_default: Value) -> Value {
    json!({
        "id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0001", "name": "Dev", "state": "Enabled",
        "user": { "name": user, "type": "user" }, "isDefault": is_default, "tenantId": tenant,
        "environmentName": "AzureCloud",
    })
}

#[test]
fn the_mark_of_the_default_stays_with_the_entry_that_has_it() {
    let other = "11111111-2222-4333-8444-555566667777";
    let dev = "Dev (aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0001)";
    for (entries, wanted) in [
        ([("zoe@x", TENANT, true), ("amy@x", TENANT, false)], format!("{dev} - zoe@x")),
        ([("zoe@x", TENANT, false), ("amy@x", TENANT, true)], format!("{dev} - amy@x")),
        ([(PAT, other, true), (PAT, TENANT, false)], format!("{dev} - {other} - {PAT}")),
        ([(PAT, other, false), (PAT, TENANT, true)], format!("{dev} - {TENANT} - {PAT}")),
    ] {
        let home = Home::with_vault();
        let entries: Vec<Value> =
            entries.into_iter().map(|(user, tenant, is)| entry(user, tenant, is.into())).collect();
        write(&home, ".azure/azureProfile.json", &json!({ "subscriptions": entries }));
        home.run(&["migrate", "run", "--yes"]).expect(0);
        let listed = home.json(&["context", "list"]);
        let contexts = listed["contexts"].as_array().unwrap();
        let marked: Vec<&Value> =
            contexts.iter().filter(|c| c["default"] == true).map(|c| &c["name"]).collect();
        assert_eq!(marked, [&json!(wanted)]);
        assert_eq!(contexts.len(), 2);
        let says_number = |c: &&Value| c["name"].as_str().unwrap().contains("(2)");
        assert!(!contexts.iter().any(|context| says_number(&context)), "{contexts:?}");
    }
}

#[test]
fn one_application_and_one_secret_in_two_clouds_are_two_secrets_through_import_and_save() {
    let principal = json!({
        "Id": "a9900000-0000-4000-8000-0000000000aa", "Type": "ServicePrincipal",
        "ExtendedProperties": { "ServicePrincipalSecret": "secret-of-both" },
    });
    let contexts = json!({
        "public": context(principal.clone(), 1, public()),
        "china": context(principal, 1, json!({ "Name": "AzureChinaCloud" })),
    });
    let home = Home::with_vault();
    write(
        &home,
        "saved.json",
        &json!({
            "DefaultContextKey": "public", "EnvironmentTable": {}, "Contexts": contexts,
        }),
    );
    home.run(&["migrate", "run", "--yes", "--from", "saved.json"]).expect(0);
    let clouds = |home: &Home| {
        let listed = home.json(&["secret", "list"]);
        let mut clouds: Vec<String> = listed["secrets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|secret| secret["environment"].as_str().unwrap().to_owned())
            .collect();
        clouds.sort();
        clouds
    };
    assert_eq!(clouds(&home), ["AzureChinaCloud", "AzureCloud"]);
    let save = ["context", "save", "again.json", "--format", "azure-powershell", "--plaintext"];
    home.run(&[&save[..], &["--with-credential", "--yes"]].concat()).expect(0);
    let text = std::fs::read_to_string(home.join("again.json")).unwrap();
    assert_eq!(text.matches("secret-of-both").count(), 2);
    // Into a vault of its own, in one way and the other.
    for import in [&["migrate", "run", "--yes", "--from"][..], &["context", "import"]] {
        let vault = home.join("other.db");
        let at = ["--vault", vault.to_str().unwrap()];
        home.run(&[&at[..], &["init", "--no-recovery"], &CHEAP].concat()).expect(0);
        home.run(&[&at[..], import, &["again.json"]].concat()).expect(0);
        let listed = home.run(&[&at[..], &["secret", "list", "-o", "json"]].concat()).expect(0);
        assert_eq!(listed.json()["secrets"].as_array().unwrap().len(), 2, "{import:?}");
        std::fs::remove_file(vault).unwrap();
    }
}

#[test]
fn importing_our_own_export_adds_nothing() {
    for folder in
        ["azure-powershell/homes/az4-linux", "azure-powershell/homes/az-modern-linux-plaintext"]
    {
        let home = Home::with_vault();
        let from = fixture(folder);
        home.run(&["migrate", "run", "--yes", "--from", from.to_str().unwrap()]).expect(0);
        let before = home.json(&["secret", "list"]);
        let save = ["context", "save", "own.json", "--format", "azure-powershell", "--plaintext"];
        home.run(&[&save[..], &["--with-credential", "--yes"]].concat()).expect(0);
        let import = ["context", "import", "own.json", "--scope", "user", "--force", "-o", "json"];
        let done = home.run(&import).expect(0).json();
        assert_eq!(done["secrets_added"], 0, "{folder}");
        assert_eq!(home.json(&["secret", "list"]), before, "{folder}");
        let plan = home.json(&["migrate", "plan", "--from", "own.json"]);
        let secrets = plan["secrets"].as_array().unwrap();
        assert!(secrets.iter().all(|secret| secret["action"] != "add"), "{folder}: {secrets:?}");
    }
}

#[test]
fn a_credential_that_names_its_tenant_by_a_domain_signs_in() {
    let azure = crate::azure::Azure::with(&["good-tenant.example"]);
    let app = "a9900000-0000-4000-8000-0000000000cc";
    write(
        &azure.home,
        ".azure/azureProfile.json",
        &json!({ "subscriptions": [{
        "id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0009", "name": "Domain", "state": "Enabled",
        "user": { "name": app, "type": "servicePrincipal" }, "isDefault": false,
        "tenantId": "good-tenant.example", "environmentName": "Test",
    }] }),
    );
    write(
        &azure.home,
        ".azure/service_principal_entries.json",
        &json!([
            { "client_id": app, "tenant": "fabrikam.example", "client_secret": "of-the-domain" },
        ]),
    );
    azure.home.run(&["migrate", "run", "--yes"]).expect(0);
    let token = azure.token(&["--context", "Domain (aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0009)"]);
    assert!(token.starts_with("at."), "{token}");
    // The tenant is that of the context, the secret the application's.
    let asked = crate::azure::seen("good-tenant.example");
    assert_eq!(asked.last().unwrap()["form"]["client_secret"], "of-the-domain");
}

#[test]
fn a_date_with_an_offset_is_what_it_says() {
    let home = Home::with_vault();
    let of = |number: u8, date: Value| {
        json!({
            "tokenType": "Bearer", "expiresOn": date, "resource": format!("https://r{number}/"),
            "accessToken": format!("at-{number}"), "userId": PAT, "_clientId": "c",
            "_authority": format!("https://login.microsoftonline.com/{TENANT}"),
        })
    };
    let dates = [
        (json!("2099-03-01 10:00:00.000000"), "2099-03-01T01:00:00Z"),
        (json!("2099-03-01 10:00:00+00:00"), "2099-03-01T10:00:00Z"),
        (json!("2099-03-01T10:00:00Z"), "2099-03-01T10:00:00Z"),
        (json!("2099-03-01T10:00:00.5-02:00"), "2099-03-01T12:00:00Z"),
        (json!(4_075_956_000_i64), "2099-02-28T10:00:00Z"),
    ];
    let tokens: Vec<Value> =
        (0..).zip(&dates).map(|(number, (date, _))| of(number, date.clone())).collect();
    write(&home, ".azure/accessTokens.json", &Value::from(tokens));
    let mut command = home.command(&["migrate", "run", "--yes"]);
    azvault_test_support::ran(command.env("TZ", "Asia/Tokyo").output().unwrap()).expect(0);
    let listed = home.run(&["secret", "list", "-o", "tsv"]).expect(0).stdout;
    for (number, (_, wanted)) in dates.iter().enumerate() {
        let line =
            listed.lines().find(|line| line.contains(&format!("https://r{number}/"))).unwrap();
        assert!(line.contains(wanted), "{line}");
    }
}
