//! Who signs in, and by what.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::{kinds, names, words};
use crate::stack::{
    APPLICATION, Azure, HOME_TENANT, USER, certificates, one_tenant, principal, stored,
    subscription, subscriptions,
};
use azvault_test_support::ran;

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
    if !azvault_test_support::has("curl") {
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
