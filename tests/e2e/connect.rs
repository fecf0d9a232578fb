//! `connect`: against a small Azure of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::home::{Home, contains, ran};
use crate::stack::{
    APPLICATION, Azure, HOME_TENANT, OTHER_TENANT, USER, certificates, one_tenant, principal,
    stored, subscription, subscriptions,
};

/// Names of contexts in a document.
fn names(document: &Value) -> Vec<&str> {
    let contexts = document["contexts"].as_array().unwrap();
    contexts.iter().map(|context| context["name"].as_str().unwrap()).collect()
}

/// `kind tenant` of every secret in the vault and the session.
fn kinds(secrets: &Value) -> Vec<String> {
    let mut kinds: Vec<String> = secrets["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|secret| {
            let tenant = secret["tenant"].as_str().unwrap_or("-");
            format!("{} {}", secret["kind"].as_str().unwrap(), &tenant[tenant.len() - 1..])
        })
        .collect();
    kinds.sort();
    kinds
}

fn words(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

#[test]
fn a_service_principal_signs_in_with_a_secret_and_again_with_a_new_one() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let principal = principal(&home, "the client secret\n");
    let done = azure.connected(&home, &words(&principal));
    let name = format!("Sub 1 ({})", subscription(1));
    assert_eq!(names(&done), [&name]);
    assert_eq!(
        (&done["active"], &done["account"]),
        (&json!(name), &json!({ "id": APPLICATION, "type": "ServicePrincipal" }))
    );
    let context = &done["contexts"][0];
    assert_eq!(context["tenant"], json!({ "id": HOME_TENANT, "name": "Contoso" }));
    assert_eq!(
        context["subscription"],
        json!({ "id": subscription(1), "name": "Sub 1", "state": "Enabled" })
    );
    assert_eq!((&context["environment"], &context["default"]), (&json!("Test"), &json!(true)));
    let list = home.json(&["context", "list"]);
    assert_eq!((names(&list).len(), &list["default"]), (2, &json!(name)));
    let secrets = home.json(&["secret", "list", "--reveal"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "client_secret 1"]);
    let values = secrets["secrets"].as_array().unwrap();
    let secret = values.iter().find(|secret| secret["kind"] == "client_secret").unwrap();
    assert_eq!(secret["value"], "the client secret");
    assert_eq!(
        (&secret["account"], &secret["client_id"], &secret["environment"]),
        (&json!(APPLICATION), &json!(APPLICATION), &json!("Test"))
    );
    let log = home.run(&["audit", "log", "-o", "json"]).expect(0).stdout;
    for told in [
        format!("confirmed {}", azure.origin()),
        format!("sign-in of {APPLICATION} by client secret"),
        format!("context {name}"),
        format!("client_secret of {APPLICATION}"),
    ] {
        assert!(log.contains(&told), "{told:?} is not in {log}");
    }

    // The host was agreed to, and stays so; nothing is doubled.
    let again = [&["connect", "--environment", "Test"], &words(&principal)[..]].concat();
    let mut command = home.command(&again);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    ran(command.output().unwrap()).expect(0);
    assert_eq!(kinds(&home.json(&["secret", "list"])), ["access_token 1", "client_secret 1"]);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 2);
    // The token that was stored is one that `token` hands out.
    let issued = azure.issued();
    let mut command = home.command(&["token"]);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    let token = ran(command.output().unwrap()).expect(0).stdout;
    assert_eq!(token.trim_end(), issued.last().unwrap());
    assert_eq!(azure.issued(), issued);
}

#[test]
fn tokens_come_by_the_way_that_was_last_signed_in_with() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let pem = certificates().join("client.pem").to_str().unwrap().to_owned();
    let application =
        ["--service-principal", "--application", APPLICATION, "--tenant", HOME_TENANT];
    for sent in ["client_assertion", "client_secret"] {
        let home = azure.home();
        let secret = principal(&home, "the client secret\n");
        let certificate = [&application[..], &["--certificate", &pem]].concat();
        let mut ways = [words(&secret), certificate];
        if sent == "client_secret" {
            ways.reverse();
        }
        for way in ways {
            azure.connect(&home, &way).expect(0);
        }
        let mut command = home.command(&["token", "--resource", "arm-endpoint"]);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap()).expect(0);
        let last = azure.requests().pop().unwrap();
        assert!(last["form"][sent].is_string(), "{sent}: {last}");
    }
}

pub(crate) fn several_tenants() -> Value {
    json!({
        "user": USER, "home": HOME_TENANT, "pending": 1,
        "tenants": [
            {
                "id": HOME_TENANT, "name": "Contoso", "domain": "contoso.example",
                "subscriptions": [
                    { "id": subscription(1), "name": "Dev" },
                    { "id": subscription(2), "name": "Prod" },
                    { "id": subscription(3), "name": "Managed", "home": OTHER_TENANT },
                ],
            },
            {
                "id": OTHER_TENANT, "name": "Fabrikam",
                "subscriptions": [
                    { "id": subscription(3), "name": "Managed" },
                    { "id": subscription(4), "name": "dev", "state": "Disabled" },
                ],
            },
            {
                "id": "70000000-0000-4000-8000-000000000003", "name": "Strict",
                "error": "50076", "subscriptions": [{ "id": subscription(5), "name": "Unseen" }],
            },
            {
                "id": "70000000-0000-4000-8000-000000000004", "name": "Unasked",
                "error": "65001", "subscriptions": [],
            },
        ],
    })
}

#[test]
fn a_person_signs_in_with_a_code_and_sees_every_tenant_but_the_one_that_wants_more() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let device = ["--device-code", "--subscription", "prod", "-o", "json"];
    let connected = azure.connect(&home, &device).expect(0);
    let connected = connected
        .says("https://login.example/device")
        .says("ABCD-EFGH")
        .says("AADSTS50076")
        .says("azvault connect --tenant 70000000-0000-4000-8000-000000000003")
        .says("AADSTS65001");
    let done = connected.json();
    let name = |n, text| format!("{text} ({})", subscription(n));
    assert_eq!(names(&done), [name(2, "Prod"), name(1, "Dev"), name(4, "dev"), name(3, "Managed")]);
    assert_eq!(done["active"], name(2, "Prod"));
    assert_eq!(done["account"], json!({ "id": USER, "type": "User" }));
    assert_eq!(done["skipped"][0]["name"], "Strict");
    assert_eq!(done["skipped"].as_array().unwrap().len(), 2);
    // What two tenants show is its owner's.
    assert_eq!(done["contexts"][3]["tenant"]["id"], OTHER_TENANT);

    let kept = ["access_token 1", "access_token 2", "refresh_token -"];
    assert_eq!(kinds(&home.json(&["secret", "list"])), kept);
    let revealed = |home: &Home| {
        let all = home.json(&["secret", "list", "--reveal"]);
        let all = all["secrets"].as_array().unwrap().clone();
        all.into_iter().find(|secret| secret["kind"] == "refresh_token").unwrap()
    };
    let last = |azure: &Azure| {
        let issued = azure.issued();
        issued.into_iter().rfind(|secret| secret.starts_with("refresh.")).unwrap()
    };
    let refresh = revealed(&home);
    assert_eq!(refresh["value"], last(&azure), "the one that is valid after it was redeemed");
    assert_eq!(
        (&refresh["family_id"], &refresh["home_account_id"], &refresh["account"]),
        (&json!("1"), &json!(format!("oid-1.{HOME_TENANT}")), &json!(USER))
    );

    // Again: the active subscription stands, and the older refresh token goes.
    home.run(&["context", "remove", &name(1, "Dev"), "--yes"]).expect(0);
    let done = azure.connected(&home, &["--device-code"]);
    assert_eq!(done["active"], name(2, "Prod"));
    assert_eq!(names(&done).len(), 3, "what was removed stays away: {done}");
    assert_eq!(kinds(&home.json(&["secret", "list"])), kept);
    assert_eq!(revealed(&home)["value"], last(&azure));
    let done = azure.connected(&home, &["--device-code", "--max-contexts", "25"]);
    assert_eq!(names(&done).len(), 4);

    // One tenant alone, the one that wanted more: a sign-in there has it.
    let done = azure.connected(&home, &["--device-code", "--tenant", "contoso.example"]);
    assert_eq!(done["contexts"][0]["tenant"]["id"], HOME_TENANT);
    assert_eq!(done["skipped"], json!([]));
}

#[test]
fn of_many_subscriptions_twenty_five_get_contexts_unless_another_number_is_said() {
    let azure = Azure::start(&one_tenant(subscriptions(1..41)));
    let wanted = subscription(40);
    for (options, made, left) in [
        (&[][..], 25, Some("15 further subscriptions")),
        (&["--max-contexts", "0"], 1, Some("39 further subscriptions")),
        (&["--no-contexts"], 1, Some("39 further subscriptions")),
        (&["--max-contexts", "3"], 3, Some("37 further subscriptions")),
        (&["--max-contexts", "1000"], 40, None),
    ] {
        let home = azure.home();
        let principal = principal(&home, "the client secret");
        let args = [&words(&principal)[..], &["--subscription", &wanted], options].concat();
        let ran = azure.connect(&home, &[&args[..], &["-o", "json"]].concat()).expect(0);
        assert_eq!(names(&ran.json()).len(), made, "{options:?}");
        assert_eq!(ran.json()["active"], format!("Sub 40 ({wanted})"));
        assert_eq!(ran.stderr.contains("further subscription"), left.is_some(), "{}", ran.stderr);
        if let Some(left) = left {
            ran.says(left);
        }
    }
    let pages = azure.requests();
    let pages = pages.iter().filter(|r| r["path"] == "/subscriptions").count();
    assert_eq!(pages, 5 * 4, "pages of ten");
}

#[test]
fn without_a_terminal_nobody_chooses_and_nothing_is_stored() {
    let mut scenario = one_tenant(subscriptions(1..4));
    scenario["tenants"][0]["subscriptions"][1]["name"] = json!("Sub 1");
    let azure = Azure::start(&scenario);
    let home = azure.home();
    let principal = principal(&home, "the client secret");
    let before = stored(&home);
    for (options, code, said) in [
        (&[][..], 14, "3 subscriptions, and nobody can choose"),
        (&["--subscription", "sub 1"], 5, "several subscriptions are called \"sub 1\""),
        (&["--subscription", "Sub 9"], 5, "sees no subscription \"Sub 9\""),
    ] {
        let failed = azure.connect(&home, &[&words(&principal)[..], options].concat());
        let failed =
            failed.expect(code).says(said).says(&subscription(1)).says("--subscription ID");
        assert_eq!(failed.stdout, "");
        assert_eq!(stored(&home), before, "{options:?}");
    }
    let id = ["--subscription", &subscription(2), "--context-name", "mine", "--no-contexts"];
    let done = azure.connected(&home, &[&words(&principal)[..], &id].concat());
    assert_eq!(names(&done), ["mine"]);
    // A name that another one has.
    let before = stored(&home);
    let id = ["--subscription", &subscription(3), "--context-name", "mine"];
    azure.connect(&home, &[&words(&principal)[..], &id].concat()).expect(9).says("--force");
    assert_eq!(stored(&home), before);
    let done = azure.connected(&home, &[&words(&principal)[..], &id, &["--force"]].concat());
    assert_eq!(done["contexts"][0]["subscription"]["id"], subscription(3));

    // Without any subscription it is the tenant's; a single one that is disabled is said.
    azure.becomes(&one_tenant(json!([])));
    let ran = azure.connect(&home, &[&words(&principal)[..], &["-o", "json"]].concat()).expect(0);
    assert_eq!(ran.json()["active"], format!("{HOME_TENANT} - {APPLICATION}"));
    ran.says("no subscription");
    let disabled = json!([{ "id": subscription(7), "name": "Old", "state": "Disabled" }]);
    azure.becomes(&one_tenant(disabled));
    azure.connect(&home, &words(&principal)).expect(0).says("state is Disabled");
}

#[test]
fn a_certificate_a_federated_token_and_an_access_token_sign_in() {
    let scenario = one_tenant(subscriptions(1..2));
    let azure = Azure::start(&scenario);
    let home = azure.home();
    let as_application =
        ["--service-principal", "--application", APPLICATION, "--tenant", "contoso.example"];
    let with = |more: &[&str]| azure.connect(&home, &[&as_application, more].concat());
    let at = |name: &str| certificates().join(name).to_str().unwrap().to_owned();
    let (pem, pfx) = (at("client.pem"), at("client.pfx"));

    with(&["--certificate", &pem]).expect(0);
    let shown = home.json(&["secret", "list", "--reveal"]);
    assert_eq!(kinds(&shown), ["access_token 1", "certificate 1"]);
    let secrets = shown["secrets"].as_array().unwrap();
    let kept = secrets.iter().find(|secret| secret["kind"] == "certificate").unwrap();
    assert_eq!(kept["value"], fs::read_to_string(&pem).unwrap());

    // One with a password takes the place of one without, and the other way round.
    let password = home.secret_file("password", "pässword\n");
    let wrong = home.secret_file("wrong", "password");
    let before = stored(&home);
    with(&["--certificate", &pfx]).expect(2).says("--certificate-password-file FILE");
    with(&["--certificate", &pfx, "--certificate-password-file", &wrong]).expect(2);
    with(&["--certificate", &at("client-nokey.pem")]).expect(2);
    with(&["--certificate", &at("client-expired.pem")]).expect(4).says("expired");
    with(&["--certificate", &at("absent.pem")]).expect(5);
    assert_eq!(stored(&home), before);
    with(&["--certificate", &pfx, "--certificate-password-file", &password]).expect(0);
    let secrets = home.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "certificate 1", "certificate_password 1"]);
    let mut chain = scenario.clone();
    chain["chain"] = json!(true);
    azure.becomes(&chain);
    with(&["--certificate", &pem, "--send-certificate-chain"]).expect(0);
    let secrets = home.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "certificate 1"]);

    let federated = home.secret_file("federated", "the.federated.token\n");
    with(&["--federated-token-file", &federated]).expect(0);
    let secrets = home.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "certificate 1", "client_assertion 1"]);
    let list = home.json(&["context", "list"]);
    assert_eq!(list["contexts"].as_array().unwrap().len(), 2);
    let active = list["contexts"].as_array().unwrap().iter().find(|c| c["active"] == true);
    assert_eq!(active.unwrap()["account"]["type"], "ClientAssertion");

    // A token that was brought along says itself where it is for and until when.
    let payload = |exp: i64| json!({ "tid": HOME_TENANT, "exp": exp }).to_string();
    let token = |exp| {
        let payload = data_encoding::BASE64URL_NOPAD.encode(payload(exp).as_bytes());
        format!("e30.{payload}.c2lnbmF0dXJl")
    };
    let (good, old) = (token(4_000_000_000), token(1_000_000_000));
    let mut brought = scenario;
    brought["brought"] = json!({ &good: HOME_TENANT, &old: HOME_TENANT, "opaque": HOME_TENANT });
    azure.becomes(&brought);
    let account = ["--account", "me", "--context-name", "brought", "--access-token-file"];
    let bring = |text: &str| {
        let file = home.secret_file("token", text);
        azure.connect(&home, &[&account[..], &[&file]].concat())
    };
    bring(&old).expect(4).says("has expired");
    bring("unknown").expect(4);
    bring(" \n").expect(2);
    bring("opaque").expect(0);
    bring(&good).expect(0);
    let context = home.json(&["context", "show", "brought"]);
    let context = context.to_string();
    assert!(context.contains("AccessToken") && context.contains("\"me\""), "{context}");
    let script =
        "azvault connect --environment Test --account me --access-token-fd 3 3<token -o json >out";
    let mut command = home.script(script);
    command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    ran(command.output().unwrap()).expect(0);
}

#[test]
fn an_identity_of_the_machine_signs_in_where_there_is_one() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let with = |header: &str, more: &[&str]| {
        let mut command = azure.prepared(&home, &[&["--identity", "-o", "json"], more].concat());
        command.env("IDENTITY_ENDPOINT", azure.identity_endpoint());
        ran(command.env("IDENTITY_HEADER", header).output().unwrap())
    };
    let before = stored(&home);
    with("wrong", &[]).expect(4);
    with("the identity header", &["--client-id", "unknown"]).expect(12).says("No User Assigned");
    assert_eq!(stored(&home), before);
    let done = with("the identity header", &[]).expect(0).json();
    assert_eq!(done["account"], json!({ "id": "MSI@50342", "type": "ManagedService" }));
    let done = with("the identity header", &["--client-id", "assigned"]).expect(0).json();
    assert_eq!(done["account"]["id"], "assigned");
    assert_eq!(done["contexts"][0]["tenant"]["id"], HOME_TENANT);
}

#[test]
fn the_browser_signs_in_and_comes_back() {
    if !crate::home::has("curl") {
        return;
    }
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let browser = home.join("browser");
    let ca = certificates().join("ca.pem");
    // It follows the redirect to this machine, as a browser would.
    let script = format!(
        "#!/bin/sh\nenv >{}\nexec curl -sS -L --noproxy '*' --cacert {} \"$1\"\n",
        home.join("browser-environment").display(),
        ca.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let args = ["--browser", "--login-hint", USER, "-o", "json"];
    let mut command = azure.prepared(&home, &args);
    command.env("BROWSER", format!("{} %s", browser.display())).env("PATH", "/usr/bin:/bin");
    let done = ran(command.output().unwrap()).expect(0).json();
    assert_eq!(done["account"], json!({ "id": USER, "type": "User" }));
    assert_eq!(kinds(&home.json(&["secret", "list"])), ["access_token 1", "refresh_token -"]);
    let requests = azure.requests();
    let asked = requests.iter().find(|r| r["path"].as_str().unwrap().ends_with("authorize"));
    assert_eq!(asked.unwrap()["query"]["login_hint"], USER);
    assert_eq!(asked.unwrap()["query"]["code_challenge_method"], "S256");
}

#[test]
fn what_the_service_refuses_is_said_with_its_code_and_changes_nothing() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let before = stored(&home);
    let failing = |grant: &str, code: &str| {
        let mut scenario = one_tenant(subscriptions(1..2));
        scenario["errors"] = json!({ grant: code });
        scenario
    };
    for (grant, error, code) in [
        ("client_credentials", "7000215", 4),
        ("client_credentials", "7000222", 4),
        ("client_credentials", "700016", 12),
        ("device_code", "50076", 4),
        ("device_code", "65001", 4),
        ("device_code", "700082", 4),
    ] {
        azure.becomes(&failing(grant, error));
        let secret = principal(&home, "the client secret");
        let way = if grant == "device_code" { vec!["--device-code"] } else { words(&secret) };
        let failed = azure.connect(&home, &way).expect(code).says(&format!("AADSTS{error}"));
        let failed = failed.says("correlation id c0-1");
        assert_eq!(failed.stdout, "", "{error}");
        assert!(code == 12 || failed.stderr.contains("try:"), "{error}: {}", failed.stderr);
        assert_eq!(stored(&home), before, "{error}");
    }
    // Signed in, and refused by Resource Manager: as if nobody had.
    let mut forbidden = one_tenant(subscriptions(1..2));
    forbidden["resource_manager"] = json!(403);
    azure.becomes(&forbidden);
    let failed = azure.connect(&home, &["--device-code"]).expect(12).says("AuthorizationFailed");
    let issued = azure.issued();
    assert!(!issued.is_empty() && issued.iter().all(|secret| !failed.stderr.contains(secret)));
    assert_eq!(stored(&home), before);
    azure.becomes(&one_tenant(subscriptions(1..2)));
    for (secret, error) in
        [("an expired secret", "AADSTS7000222"), ("a wrong secret", "AADSTS7000215")]
    {
        let failed = azure.connect(&home, &words(&principal(&home, secret))).expect(4);
        let failed = failed.says(error).says("correlation id");
        assert!(!failed.stderr.contains(secret));
    }
    assert_eq!(stored(&home), before);
}

#[test]
fn a_host_that_nobody_agreed_to_a_stranger_and_a_dead_one_get_nothing() {
    let azure = Azure::start(&one_tenant(subscriptions(1..2)));
    let home = azure.home();
    let principal = principal(&home, "the client secret");
    let run = |home: &Home, more: &[&str]| {
        let args = [&["connect", "--environment", "Test"], &words(&principal)[..], more].concat();
        let mut command = home.command(&args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    let before = stored(&home);
    run(&home, &[]).expect(7).says(&azure.origin()).says("--confirm");
    run(&home, &["--confirm", "https://elsewhere.example"]).expect(2);
    let known = ["--environment", "AzureCloud", "--confirm", "https://elsewhere.example"];
    let unasked = [&["connect"], &words(&principal)[..], &known].concat();
    home.run(&unasked).expect(2);
    let unknown = [&["connect", "--environment", "None"], &words(&principal)[..]].concat();
    home.run(&unknown).expect(5);
    assert_eq!(azure.requests(), Vec::<Value>::new());

    // Agreed to, but the certificate is not one that is trusted here.
    let args = [&words(&principal)[..]].concat();
    let mut command = azure.prepared(&home, &args);
    ran(command.env_remove("AZVAULT_CA_BUNDLE").output().unwrap())
        .expect(12)
        .says("its certificate is not accepted");
    assert_eq!(azure.requests(), Vec::<Value>::new());
    assert_eq!(stored(&home), before);

    let stranger = azure.home_at(&azure.stranger());
    let before = stored(&stranger);
    run(&stranger, &["--confirm", &azure.stranger()]).expect(12);
    let dead = azure.home_at("https://localhost:1");
    run(&dead, &["--confirm", "https://localhost:1"]).expect(12).says("no connection");
    assert_eq!(stored(&stranger), before);
    assert_eq!(azure.requests(), Vec::<Value>::new());
}

#[test]
fn process_scope_touches_no_file() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let session = home.session();
    let before = stored(&home);
    azure.connect(&home, &["--device-code", "--login-hint", "ada@contoso.example"]).expect(2);
    azure.connect(&home, &["--device-code", "--scope", "process"]).expect(7);
    assert_eq!(azure.requests().len(), 0, "refused before anybody is asked");
    let run = |more: &[&str]| {
        let args = ["connect", "--environment", "Test", "--device-code", "--scope", "process"];
        let mut command = session.command(&[&args, more].concat());
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    run(&[]).expect(7);
    let args = ["--confirm", &azure.origin(), "--subscription", "dev", "-o", "json"];
    run(&args).expect(5).says("several");
    let args = ["--confirm", &azure.origin(), "--subscription", "prod", "-o", "json"];
    let done = run(&args).expect(0).json();
    assert_eq!((&done["scope"], names(&done).len()), (&json!("process"), 4));
    assert_eq!(stored(&home), before);
    let secrets = session.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "access_token 2", "refresh_token -"]);
    assert!(secrets["secrets"].as_array().unwrap().iter().all(|s| s["scope"] == "process"));
    assert_eq!(kinds(&home.json(&["secret", "list"])), Vec::<String>::new());
    // The session remembers who was agreed to, and what is redeemed goes.
    run(&[]).expect(0);
    let secrets = session.json(&["secret", "list"]);
    assert_eq!(kinds(&secrets), ["access_token 1", "access_token 2", "refresh_token -"]);
    assert_eq!(stored(&home), before);
    assert_eq!(home.json(&["context", "list"])["contexts"].as_array().unwrap().len(), 1);
}

#[test]
fn on_a_terminal_hosts_secrets_and_the_subscription_are_asked_for() {
    let azure = Azure::start(&one_tenant(subscriptions(1..4)));
    let home = azure.home();
    let as_application =
        ["--service-principal", "--application", APPLICATION, "--tenant", HOME_TENANT];
    let run = |steps: &[(&str, &str)], more: &[&str]| {
        let prepared = home
            .command(&[&["connect", "--environment", "Test"], &as_application[..], more].concat());
        let mut command = std::process::Command::new("python3");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/terminal.py");
        command.arg(script).arg(serde_json::to_string(steps).unwrap());
        command.arg(prepared.get_program()).args(prepared.get_args());
        command.env_clear().current_dir(home.path());
        command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem")).env("TERM", "xterm");
        ran(command.env("PATH", "/usr/local/bin:/usr/bin:/bin").output().unwrap())
    };
    let before = stored(&home);
    let asked = "Is it yours? [y/N]";
    let refused = run(&[(asked, "n\n")], &[]).expect(3);
    assert!(refused.stdout.contains(&azure.origin()), "{}", refused.stdout);
    run(&[(asked, "y\n"), ("Secret of the service principal", "\u{3}")], &[]).expect(3);
    assert_eq!((stored(&home), azure.requests()), (before.clone(), Vec::new()));

    let secret = "the client secret\n";
    let typed = [(asked, "y\n"), ("Secret of the service principal", secret)];
    let away = [&typed[..], &[("Sub 3", "\u{1b}")]].concat();
    run(&away, &[]).expect(3);
    assert_eq!(stored(&home), before);
    let second = [&typed[..], &[("Sub 3", "\u{1b}[B\r")]].concat();
    let shown = run(&second, &[]).expect(0).stdout;
    assert!(!shown.contains("the client secret"), "{shown}");
    let name = format!("Sub 2 ({})", subscription(2));
    assert_eq!(home.json(&["context", "list"])["active"], name);
    // Agreed to, and chosen: the same again asks for the secret alone.
    run(&typed[1..], &[]).expect(0);
    assert_eq!(home.json(&["context", "list"])["active"], name);

    let password = [("Password of", "pässword\n")];
    let pfx = certificates().join("client.pfx");
    run(&password, &["--certificate", pfx.to_str().unwrap()]).expect(0);
    let secrets = kinds(&home.json(&["secret", "list"]));
    let expected = ["access_token 1", "certificate 1", "certificate_password 1", "client_secret 1"];
    assert_eq!(secrets, expected);
}

#[test]
fn subscriptions_are_listed_and_found_by_name_online() {
    let azure = Azure::start(&one_tenant(subscriptions(1..13)));
    let home = azure.home();
    let first = subscription(1);
    azure.connect(&home, &["--device-code", "--subscription", &first, "--no-contexts"]).expect(0);
    let run = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
        ran(command.output().unwrap())
    };
    let name = format!("Sub 1 ({first})");
    let list = run(&["subscription", "list", "-o", "json"]).expect(0).json();
    assert_eq!(
        list,
        json!({ "schema": 1, "refreshed": false, "subscriptions": [{
            "id": first, "name": "Sub 1", "state": "Enabled", "environment": "Test",
            "tenant": { "id": HOME_TENANT, "name": "Contoso" }, "contexts": [name],
        }] })
    );
    let elsewhere = run(&["subscription", "list", "--tenant", OTHER_TENANT, "-o", "json"]);
    assert_eq!(elsewhere.expect(0).json()["subscriptions"], json!([]));
    let asked = azure.requests().len();
    let list = run(&["subscription", "list", "--refresh", "-o", "json"]).expect(0).json();
    let all = list["subscriptions"].as_array().unwrap();
    assert_eq!((all.len(), &list["refreshed"]), (12, &json!(true)));
    assert_eq!((&all[0]["contexts"], &all[1]["contexts"]), (&json!([name]), &json!([])));
    assert_eq!(azure.requests().len(), asked + 2, "two pages, with the token that was there");
    let table = run(&["subscription", "list", "--refresh"]).expect(0).stdout;
    assert!(table.contains("Sub 12") && table.contains("Contoso"), "{table}");

    let before = stored(&home);
    run(&["context", "set", "--subscription", "Sub 7"]).expect(5).says("--online");
    assert_eq!(stored(&home), before);
    run(&["context", "set", "--subscription", "Sub 99", "--online"]).expect(5);
    let set = run(&["context", "set", "--subscription", "sub 7", "--online", "-o", "json"]);
    let set = set.expect(0).json();
    assert_eq!(set["active"], format!("Sub 7 ({})", subscription(7)));
    assert_eq!(set["contexts"][0]["subscription"]["state"], "Enabled");
    let by_id = ["context", "set", "--subscription", &subscription(8), "--online", "-o", "json"];
    assert_eq!(run(&by_id).expect(0).json()["contexts"][0]["subscription"]["name"], "Sub 8");
}

#[test]
fn what_disconnect_cannot_end_is_said() {
    let azure = Azure::start(&one_tenant(subscriptions(1..3)));
    let home = azure.home();
    azure.connect(&home, &["--device-code", "--subscription", "Sub 1"]).expect(0);
    let asked = azure.requests().len();
    home.run(&["disconnect", "--dry-run"]).expect(0);
    let ran = home.run(&["disconnect", "--yes"]).expect(0).says("https://mysignins.microsoft.com");
    assert!(ran.stdout.contains("removed 2 contexts and 2 secrets"), "{}", ran.stdout);
    assert_eq!(kinds(&home.json(&["secret", "list"])), Vec::<String>::new());
    assert_eq!(azure.requests().len(), asked);
    // Without a secret there is nothing that Azure could honour.
    let ran = home.run(&["disconnect", "--all", "--yes"]).expect(0);
    assert!(!ran.stderr.contains("mysignins"), "{}", ran.stderr);
}

#[test]
fn no_secret_is_printed_or_written_in_clear() {
    let azure = Azure::start(&several_tenants());
    let home = azure.home();
    let mut said = String::new();
    let principal = principal(&home, "the client secret");
    for way in [&["--device-code"][..], &words(&principal)] {
        for output in [&[][..], &["-o", "json"], &["-vv"]] {
            let more = ["--subscription", "Prod", "--context-name", "mine", "--force"];
            let ran = azure.connect(&home, &[way, &more, output].concat()).expect(0);
            said += &ran.stdout;
            said += &ran.stderr;
        }
    }
    for args in [&["audit", "log"][..], &["audit", "log", "-o", "json"], &["secret", "list"]] {
        said += &home.run(args).expect(0).stdout;
    }
    let mut secrets = azure.issued();
    assert!(secrets.len() > 10);
    secrets.push("the client secret".to_owned());
    let files = stored(&home);
    for secret in secrets {
        // The signature alone, too: a token is one with or without its head.
        let part = secret.rsplit('.').next().unwrap();
        assert!(!said.contains(part), "{part}");
        for (path, bytes) in &files {
            assert!(!contains(bytes, part.as_bytes()), "{part} in {}", path.display());
        }
    }
}
