//! `exec NAME` and `shell NAME` serve the acting account alone.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use azvault_model::{
    Context, ContextAccount, ContextName, HOME_ACCOUNT_ID, Kept, KnownAccountType, Tenant,
};
use serde_json::{Value, json};

use crate::azure::{ARM, Azure, PRINCIPAL, seen};
use crate::endpoint::Asking;
use azvault_test_support::{Home, ran};

/// The id by which az's folder names an account in a tenant: anybody can compute it.
fn client_id(account: &str, kind: KnownAccountType, tenant: &str) -> String {
    // What the import wrote down of the person.
    let home = (kind == KnownAccountType::User).then(|| {
        let home = "oid-1.11111111-2222-3333-4444-555555555555";
        (HOME_ACCOUNT_ID.to_owned(), home.to_owned())
    });
    let context = Context {
        name: ContextName::new("any"),
        account: Some(ContextAccount {
            id: account.into(),
            account_type: kind.into(),
            properties: home.into_iter().collect(),
        }),
        tenant: Some(Tenant { id: tenant.into(), name: None }),
        subscription: None,
        environment: Some("Test".into()),
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    };
    azvault_endpoint::client_id(&context).unwrap()
}

/// Status and text of each protocol's answer, for the context that acts or the account of an id.
fn answers(asking: &mut Asking, id: Option<&str>) -> Vec<(u64, String)> {
    let client = id.map(|id| json!({ "client_id": id })).unwrap_or(json!({}));
    let mut query = json!({ "resource": ARM });
    query.as_object_mut().unwrap().extend(client.as_object().unwrap().clone());
    let app_service = asking.asks(json!({ "query": query.clone() }));
    query["api-version"] = json!("2018-02-01");
    let at = asking.variable("ARM_MSI_ENDPOINT").to_owned();
    let azurerm = json!({ "query": query, "at": at, "headers": { "Metadata": "true" } });
    vec![app_service, asking.asks(azurerm)]
}

#[test]
fn no_other_account_is_served_by_its_id_or_after_a_change_of_the_session() {
    let tenant = "good-confined.example";
    let azure = Azure::with(&[tenant]);
    let principal = client_id(PRINCIPAL, KnownAccountType::ServicePrincipal, tenant);
    let person = client_id("person@example.com", KnownAccountType::User, tenant);
    let sp = format!("sp-{tenant}");

    let mut refused = 0;
    for verb in ["exec", "shell"] {
        let mut asking = match verb {
            "exec" => Asking::start(&azure, &["exec", tenant]),
            _ => Asking::in_shell(&azure, &["shell", tenant]),
        };
        for answer in answers(&mut asking, Some(&person)) {
            assert_eq!(answer.0, 200, "{verb}: {}", answer.1);
        }
        for (status, text) in answers(&mut asking, Some(&principal)) {
            assert_eq!(status, 400, "{verb}: {text}");
            assert!(text.contains("--all-accounts"), "{text}");
            refused += 1;
        }
        // The child makes another account active in its own session.
        let select = |name: &str| {
            let mut command = azure.command(&["use", name]);
            command.env("AZVAULT_SESSION", asking.variable("AZVAULT_SESSION"));
            command.env("AZURE_CONFIG_DIR", asking.variable("AZURE_CONFIG_DIR"));
            command.env("ARM_SUBSCRIPTION_ID", asking.variable("ARM_SUBSCRIPTION_ID"));
            ran(command.output().unwrap()).expect(0)
        };
        let said = select(&sp);
        assert!(said.stderr.contains("azvault shell NAME"), "{}", said.stderr);
        for (status, text) in answers(&mut asking, None) {
            assert_eq!(status, 400, "{verb}: {text}");
            assert!(text.contains("person@example.com") && text.contains(&sp), "{text}");
            refused += 1;
        }
        let mut back = azure.command(&["use", tenant]);
        back.env("AZVAULT_SESSION", asking.variable("AZVAULT_SESSION"));
        ran(back.output().unwrap()).expect(0);
        assert_eq!(answers(&mut asking, None)[0].0, 200);
        asking.ends();
    }
    // No request for the other account went out.
    let requests = seen(tenant);
    assert!(requests.iter().all(|one| !one.to_string().contains(PRINCIPAL)), "{requests:?}");
    println!(
        "figure: exec and shell asked for another account by its id and after a change of their session, \
         {refused} of {refused} requests refused"
    );
}

#[test]
fn all_accounts_are_served_where_that_is_asked_for_and_the_log_says_so() {
    let tenant = "good-widened.example";
    let azure = Azure::with(&[tenant]);
    let principal = client_id(PRINCIPAL, KnownAccountType::ServicePrincipal, tenant);
    let mut asking = Asking::start(&azure, &["exec", "--all-accounts", tenant]);
    for (status, text) in answers(&mut asking, Some(&principal)) {
        assert_eq!(status, 200, "{text}");
    }
    asking.ends();
    let log = azure.home.json(&["audit", "log", "--verb", "exec"]);
    assert!(log["entries"][0].to_string().contains("all accounts"), "{log}");
    assert_eq!(azure.home.json(&["audit", "log", "--verb", "shell"])["entries"], json!([]));
}

/// Names of the subscriptions that az is told of.
fn subscriptions(home: &Home, args: &[&str]) -> BTreeSet<String> {
    let script = ["--", "sh", "-c", "cat $AZURE_CONFIG_DIR/azureProfile.json"];
    let profile = home.run(&[args, &script].concat()).expect(0).stdout;
    let profile: Value = serde_json::from_str(profile.trim_start_matches('\u{feff}')).unwrap();
    let all = profile["subscriptions"].as_array().unwrap().iter();
    all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn az_is_told_of_the_contexts_of_the_account_alone() {
    let home = Home::with_contexts();
    let contexts = home.json(&["context", "list"]);
    let of = |account: Option<&str>| -> BTreeSet<String> {
        let all = contexts["contexts"].as_array().unwrap().iter();
        let own = all.filter(|one| account.is_none_or(|id| one["account"]["id"] == id));
        own.map(|one| {
            let id = one["subscription"]["id"].as_str().or(one["tenant"]["id"].as_str());
            id.unwrap().to_owned()
        })
        .collect()
    };
    for (name, account) in [
        ("dev", "megan@contoso.example"),
        ("gov", "alex@fabrikam.example"),
        ("ci", "a9900000-0000-4000-8000-000000000001"),
    ] {
        assert_eq!(subscriptions(&home, &["exec", name]), of(Some(account)), "{name}");
    }
    assert_eq!(subscriptions(&home, &["exec", "--all-accounts", "dev"]), of(None));
}

#[test]
fn a_shell_without_a_context_serves_nobody_and_says_so() {
    let tenant = "good-nobody.example";
    let azure = Azure::with(&[tenant]);
    azure.home.run(&["context", "remove", tenant, "--force"]).expect(0);
    let mut asking = Asking::in_shell(&azure, &["shell"]);
    let mut select = azure.command(&["use", &format!("sp-{tenant}")]);
    select.env("AZVAULT_SESSION", asking.variable("AZVAULT_SESSION"));
    ran(select.output().unwrap()).expect(0);
    for (status, text) in answers(&mut asking, None) {
        assert_eq!(status, 400, "{text}");
        assert!(text.contains("no context was active"), "{text}");
    }
    asking.ends();
}

#[test]
fn a_session_of_a_command_has_no_secrets_of_others() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let saved = home.join("own.json");
    let save = ["context", "save", saved.to_str().unwrap(), "--format", "azure-powershell"];
    home.run(&[&save[..], &["--plaintext", "--with-credential", "--yes"]].concat()).expect(0);
    // A vault that knows none of it: all that the session has is its own.
    let other = Home::with_agent();
    other.run(&["unlock"]).expect(0);
    let session = other.session();
    let import = ["context", "import", saved.to_str().unwrap(), "--scope", "process"];
    session.run(&import).expect(0);
    let accounts = |listed: &Value| -> BTreeSet<String> {
        let all = listed["secrets"].as_array().unwrap().iter();
        all.filter_map(|one| Some(one["account"].as_str()?.to_owned())).collect()
    };
    assert!(accounts(&session.json(&["secret", "list"])).len() > 2);
    let azvault = env!("CARGO_BIN_EXE_azvault");
    let inside = |options: &[&str]| {
        let list = ["--", azvault, "secret", "list", "-o", "json"];
        let exec = [&["exec", "ci"], options, &list[..]].concat();
        accounts(&session.run(&exec).expect(0).json())
    };
    assert_eq!(inside(&[]), BTreeSet::from(["a9900000-0000-4000-8000-000000000001".to_owned()]));
    assert!(inside(&["--all-accounts"]).len() > 2);
}

impl Asking {
    /// As [`Asking::start`], in a shell.
    fn in_shell(azure: &Azure, args: &[&str]) -> Self {
        let shell = azure.home.join("asking-shell");
        let script = azure.home.join("asking.py");
        fs::write(&script, crate::endpoint::ASKING).unwrap();
        let text = format!("#!/bin/sh\nexec python3 {}\n", script.display());
        fs::write(&shell, text).unwrap();
        fs::set_permissions(&shell, fs::Permissions::from_mode(0o700)).unwrap();
        Self::of(azure.command(args), Path::new(&shell))
    }
}
