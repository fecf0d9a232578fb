//! `azvault open`: the portal of the acting tenant and subscription.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use azvault_test_support::{Home, eventually, ran};

const TENANT: &str = "72f00000-0000-4000-8000-000000000001";
const PROD: &str = "5b000000-0000-4000-8000-000000000002";

#[test]
fn the_address_is_that_of_the_context_and_printed_where_no_browser_can_be_started() {
    let home = Home::with_contexts();
    let prod = format!("https://portal.azure.com/#@{TENANT}/resource/subscriptions/{PROD}\n");
    // The default, and whatever a command is given.
    let shown = home.run(&["open"]).expect(0);
    assert_eq!(shown.says("no browser here; the portal for \"prod\":").stdout, prod);
    for (args, beginning) in [
        (&["open", "--print", "gov"][..], "https://portal.azure.us/#@"),
        (&["open", "--print", "tenant"], "https://portal.azure.com/#@"),
        (&["open", "--print", "--context", "ci"], "https://portal.azure.com/#@"),
    ] {
        let printed = home.run(args).expect(0);
        assert!(printed.stdout.starts_with(beginning), "{args:?}: {}", printed.stdout);
        assert_eq!(printed.stderr, "", "{args:?}");
    }
    let tenant = home.run(&["open", "--print", "tenant"]).expect(0).stdout;
    assert!(!tenant.contains("subscriptions"), "{tenant}");
    home.run(&["open", "nothing"]).expect(5);
    let document = home.json(&["open"]);
    assert_eq!((&document["opened"], &document["context"]), (&false.into(), &"prod".into()));
}

#[test]
fn the_browser_that_is_named_gets_the_address_and_no_variable_of_azvault() {
    let home = Home::with_contexts();
    let browser = home.join("browser");
    let script = format!(
        "#!/bin/sh\n{{ echo \"$@\"; env; }} > {0}.new; mv {0}.new {0}.said\n",
        browser.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let opened = ran(home.command(&["open"]).env("BROWSER", &browser).output().unwrap()).expect(0);
    let opened = opened.says("opened the portal for \"prod\": https://portal.azure.com/#@");
    assert_eq!(opened.stdout, "");
    let said = home.join("browser.said");
    eventually("the browser runs", || said.exists());
    let said = fs::read_to_string(said).unwrap();
    assert!(said.starts_with("https://portal.azure.com/#@"), "{said}");
    assert!(!said.contains("AZVAULT_"), "{said}");
    // One that cannot be started.
    let failed =
        ran(home.command(&["open"]).env("BROWSER", "/nowhere").output().unwrap()).expect(0);
    let failed = failed.says("no browser (");
    assert!(failed.stdout.starts_with("https://portal.azure.com/#@"));
}

#[test]
fn the_portal_of_a_custom_cloud_is_the_one_that_its_files_name_if_it_is_one_of_https() {
    for (portal, wanted) in [
        (
            "https://portal.local.azurestack.external/",
            Some("https://portal.local.azurestack.external/#@"),
        ),
        ("http://portal.local.azurestack.external/", None),
        ("https://evil\u{1b}[31m/", None),
        ("javascript:alert(1)", None),
    ] {
        let home = Home::with_vault();
        let stack = serde_json::json!({
            "Name": "Stack", "ManagementPortalUrl": portal,
            "ActiveDirectoryAuthority": "https://login.stack.example/",
        });
        let document = serde_json::json!({
            "DefaultContextKey": "stack",
            "EnvironmentTable": {"Stack": stack},
            "Contexts": {"stack": {
                "Account": {"Id": "ada@stack.example", "Type": "User"},
                "Tenant": {"Id": TENANT}, "Environment": stack,
                "Subscription": {"Id": PROD, "Name": "Own"},
            }},
        });
        let file = home.join("saved.json");
        fs::write(&file, document.to_string()).unwrap();
        home.run(&["migrate", "run", "--yes", "--from", file.to_str().unwrap()]).expect(0);
        let printed = home.run(&["open", "--print", "stack"]);
        match wanted {
            Some(beginning) => assert!(printed.expect(0).stdout.starts_with(beginning), "{portal}"),
            None => {
                printed.expect(13).says("the cloud \"Stack\" has no known portal");
            }
        }
    }
}
