//! Who an account is: its home account or its kind and id, in its cloud. Its name is a label, and no
//! token of one account is handed out as another's.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::azure::{certificates, origin, seen};
use crate::stack;
use azvault_test_support::{Home, Ran, ran};

mod import;
mod restricted;

pub(super) const WORK: &str =
    "0b1ec700-0000-4000-8000-000000000001.11111111-2222-4333-8444-555566667777";
pub(super) const PERSONAL: &str =
    "00000000-0000-0000-1234-567890abcdef.9188040d-6c67-4c5b-b112-36a304b66dad";
pub(super) const PAT: &str = "pat@fabrikam.example";
pub(super) const TENANT: &str = "22222222-3333-4444-8555-666677778888";
const FAR: i64 = 4_102_444_800;

/// A context of Azure PowerShell, of an account in `TENANT`.
pub(super) fn context(account: Value, subscription: u8, environment: Value) -> Value {
    json!({
        "Account": account,
        "Tenant": { "Id": TENANT },
        "Subscription": {
            "Id": format!("aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff{subscription:04}"), "Name": "Sub",
        },
        "Environment": environment,
        "ExtendedProperties": {},
    })
}

pub(super) fn user(home: Option<&str>) -> Value {
    let properties = home.map_or(json!({}), |home| json!({ "HomeAccountId": home }));
    json!({ "Id": PAT, "Type": "User", "ExtendedProperties": properties })
}

pub(super) fn public() -> Value {
    json!({ "Name": "AzureCloud" })
}

/// A token of an MSAL cache: a refresh token if it opens nothing.
pub(super) fn token(home: &str, host: &str, value: &str, more: Value) -> Value {
    let mut token = json!({
        "home_account_id": home, "environment": host, "secret": value, "realm": TENANT,
        "client_id": "1950a258-227b-4e31-a9cf-717495945fc2", "credential_type": "AccessToken",
        "target": "https://management.core.windows.net//.default", "token_type": "Bearer",
        "expires_on": FAR.to_string(),
    });
    token.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    token
}

pub(super) fn known(home: &str, host: &str) -> Value {
    json!({
        "home_account_id": home, "environment": host, "realm": TENANT, "username": PAT,
        "authority_type": "MSSTS",
    })
}

pub(super) fn numbered(items: &[Value]) -> Value {
    (0..).zip(items).map(|(at, item): (u32, _)| (at.to_string(), item.clone())).collect()
}

pub(super) fn cache(access: &[Value], refresh: &[Value], accounts: &[Value]) -> Value {
    json!({
        "AccessToken": numbered(access), "RefreshToken": numbered(refresh),
        "Account": numbered(accounts),
    })
}

/// A home with what Azure PowerShell has there, imported.
pub(super) fn powershell(contexts: Value, cache: &Value) -> Home {
    let home = Home::with_vault();
    write(
        &home,
        ".Azure/AzureRmContext.json",
        &json!({
            "DefaultContextKey": "none", "EnvironmentTable": {}, "Contexts": contexts,
        }),
    );
    write(&home, ".local/share/.IdentityService/msal.cache.nocae", cache);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

pub(super) fn write(home: &Home, path: &str, document: &Value) {
    let file = home.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, document.to_string()).unwrap();
}

/// What `token` does in a context.
pub(super) fn token_of(home: &Home, context: &str) -> Ran {
    home.run(&["--context", context, "token"])
}

#[test]
fn of_two_home_accounts_of_one_name_each_context_has_its_own_tokens() {
    let host = "login.windows.net";
    let contexts = json!({
        "work": context(user(Some(WORK)), 1, public()),
        "personal": context(user(Some(PERSONAL)), 2, public()),
    });
    let (work, personal) =
        (token(WORK, host, "at-work", json!({})), token(PERSONAL, host, "at-personal", json!({})));
    let both = [known(WORK, host), known(PERSONAL, host)];
    let home = powershell(contexts.clone(), &cache(&[work, personal.clone()], &[], &both));
    for (name, value) in [("work", "at-work\n"), ("personal", "at-personal\n")] {
        assert_eq!(token_of(&home, name).expect(0).stdout, value);
    }
    assert_eq!(home.json(&["migrate", "plan"])["totals"]["accounts"], 2);
    // With tokens of the other one alone there are none.
    let home = powershell(contexts, &cache(&[personal], &[], &both[1..]));
    let refused = token_of(&home, "work").expect(4).says(WORK);
    assert_eq!(refused.stdout, "");
    assert_eq!(token_of(&home, "personal").expect(0).stdout, "at-personal\n");
}

#[test]
fn a_user_name_that_two_accounts_have_is_refused_and_both_are_listed() {
    let host = "login.microsoftonline.com";
    let home = Home::with_vault();
    write(
        &home,
        ".azure/azureProfile.json",
        &json!({ "subscriptions": [{
        "id": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff0001", "name": "Dev", "state": "Enabled",
        "user": { "name": PAT, "type": "user" }, "isDefault": true, "tenantId": TENANT,
        "environmentName": "AzureCloud",
    }] }),
    );
    let tokens = [token(WORK, host, "w", json!({})), token(PERSONAL, host, "p", json!({}))];
    let accounts = [known(WORK, host), known(PERSONAL, host)];
    write(&home, ".azure/msal_token_cache.json", &cache(&tokens, &[], &accounts));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let refused = home.run(&["token"]).expect(5).says(WORK).says(PERSONAL);
    let refused = refused.says(&format!("azvault connect --tenant {TENANT}"));
    assert_eq!(refused.stdout, "");
    assert_eq!(home.json(&["migrate", "plan"])["totals"]["accounts"], 2);
}

#[test]
fn the_refresh_token_of_the_account_is_redeemed_in_every_vault() {
    let tenant = "good-homes.example";
    let origin = origin();
    let host = origin.trim_start_matches("https://");
    let environment = json!({
        "Name": "Test", "ActiveDirectoryAuthority": format!("{origin}/"),
        "ResourceManagerUrl": format!("{origin}/"),
        "ActiveDirectoryServiceEndpointResourceId": "https://management.core.windows.net/",
    });
    let of = |home: &str| {
        let mut context = context(user(Some(home)), 1, environment.clone());
        context["Tenant"]["Id"] = json!(tenant);
        context
    };
    let refresh = |home: &str, value: &str| {
        json!({
            "home_account_id": home, "environment": host, "secret": value, "family_id": "1",
            "client_id": "1950a258-227b-4e31-a9cf-717495945fc2",
            "credential_type": "RefreshToken",
        })
    };
    for round in 0..4 {
        let refresh = [refresh(WORK, "rt-work"), refresh(PERSONAL, "rt-personal")];
        let accounts = [known(WORK, host), known(PERSONAL, host)];
        let contexts = json!({ "work": of(WORK), "personal": of(PERSONAL) });
        let home = powershell(contexts, &cache(&[], &refresh, &accounts));
        for (name, wanted) in [("work", "rt-work"), ("personal", "rt-personal")] {
            let confirm = ["--context", name, "token", "--confirm", &origin];
            let mut command = home.command(&confirm);
            command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
            ran(command.output().unwrap()).expect(0);
            let asked = seen(tenant).last().unwrap()["form"]["refresh_token"].clone();
            assert_eq!(asked, wanted, "round {round}");
        }
    }
}

#[test]
fn a_user_of_an_azure_stack_hub_has_the_tokens_of_its_sign_in_host() {
    let hub = json!({
        "Name": "Hub", "ActiveDirectoryAuthority": "https://login.microsoftonline.com/",
        "ResourceManagerUrl": "https://management.azure.com/",
        "ActiveDirectoryServiceEndpointResourceId": "https://management.core.windows.net/",
    });
    let elsewhere = json!({ "Name": "AzureChinaCloud" });
    let contexts = json!({
        "hub": context(user(Some(WORK)), 1, hub),
        "elsewhere": context(user(Some(WORK)), 2, elsewhere),
    });
    let host = "login.windows.net";
    let tokens = [token(WORK, host, "at-work", json!({}))];
    let home = powershell(contexts, &cache(&tokens, &[], &[known(WORK, host)]));
    assert_eq!(token_of(&home, "hub").expect(0).stdout, "at-work\n");
    assert_eq!(token_of(&home, "elsewhere").expect(4).stdout, "");
}

#[test]
fn the_identity_of_a_machine_is_asked_for_as_its_file_says_and_keeps_its_own_tokens() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    let home = azure.home();
    let resource = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ManagedIdentity/u";
    let long = format!("MSIResource-{resource}");
    let of_az = |at: usize, name: &str, user: &str, info: Option<&str>| {
        let mut entry = json!({
            "id": format!("aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff{at:04}"), "name": name,
            "user": { "name": user, "type": "servicePrincipal" }, "tenantId": stack::HOME_TENANT,
            "environmentName": "Test", "isDefault": false,
        });
        if let Some(info) = info {
            entry["user"]["assignedIdentityInfo"] = json!(info);
        }
        entry
    };
    let (user, system) = ("userAssignedIdentity", "systemAssignedIdentity");
    let all = [
        ("system", system, Some("MSI"), None),
        ("client", user, Some("MSIClient-assigned"), Some(("client_id", "assigned"))),
        ("object", user, Some("MSIObject-o1"), Some(("object_id", "o1"))),
        ("resource", user, Some(long.as_str()), Some(("mi_res_id", resource))),
        ("MSIClient-old", user, None, Some(("client_id", "old"))),
    ];
    let entries: Vec<Value> =
        (0..).zip(&all).map(|(at, (name, user, info, _))| of_az(at, name, user, *info)).collect();
    write(&home, ".azure/azureProfile.json", &json!({ "subscriptions": entries }));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let with = |args: &[&str]| {
        let mut command: Command = home.command(args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        command.env("IDENTITY_ENDPOINT", azure.identity_endpoint());
        ran(command.env("IDENTITY_HEADER", "the identity header").output().unwrap())
    };
    let mut tokens = Vec::new();
    for (at, (name, _, _, wanted)) in all.iter().enumerate() {
        let context = format!("{name} (aaaaaaaa-bbbb-4ccc-8ddd-eeeeffff{at:04})");
        let args =
            ["--context", &context, "token", "--resource", "graph", "--confirm", &azure.origin()];
        let answer = with(&args);
        // The endpoint knows one assigned identity: of others the question is what counts.
        if matches!(wanted, None | Some((_, "assigned"))) {
            tokens.push(answer.expect(0).stdout);
        }
        let asked = azure.requests().last().unwrap()["query"].clone();
        let ids = ["client_id", "object_id", "mi_res_id", "msi_res_id"];
        let found: Vec<_> =
            ids.iter().filter_map(|id| Some((*id, asked.get(*id)?.as_str()?.to_owned()))).collect();
        let wanted: Vec<_> = wanted.iter().map(|(name, id)| (*name, (*id).to_owned())).collect();
        assert_eq!(found, wanted, "{name}");
    }
    assert_ne!(tokens[0], tokens[1], "one identity was given another's token");
}

#[test]
fn the_old_secret_of_an_application_does_not_keep_it_from_signing_in() {
    let azure = stack::Azure::start(&stack::one_tenant(stack::subscriptions(1..2)));
    let home = azure.home();
    let (app, tenant) = (stack::APPLICATION, stack::HOME_TENANT);
    write(
        &home,
        ".azure/azureProfile.json",
        &json!({ "subscriptions": [{
        "id": stack::subscription(1), "name": "App", "state": "Enabled", "isDefault": false,
        "user": { "name": app, "type": "servicePrincipal" }, "tenantId": tenant,
        "environmentName": "Test",
    }] }),
    );
    write(
        &home,
        ".azure/service_principal_entries.json",
        &json!([
            { "client_id": app, "tenant": tenant, "client_secret": "an expired secret" },
        ]),
    );
    write(
        &home,
        ".azure/accessTokens.json",
        &json!([{
            "servicePrincipalId": app, "servicePrincipalTenant": tenant,
            "accessToken": "the client secret",
        }]),
    );
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let context = format!("App ({})", stack::subscription(1));
    let args = ["--context", &context, "token", "--confirm", &azure.origin()];
    let mut command = home.command(&args);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    ran(command.output().unwrap()).expect(0);
}
