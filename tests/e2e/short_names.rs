//! Short names: taken where the user agrees, and the long ones stay in force.

use std::collections::BTreeSet;

use azvault_test_support::{Home, copy_folder, fixture};

/// Homes as the products left them.
const HOMES: [&str; 4] = [
    "azure-powershell/homes/az4-linux",
    "azure-powershell/homes/az-modern-linux-plaintext",
    "azure-powershell/homes/both-cli-and-powershell",
    "azure-cli/mixed-2.29.2-then-2.45.0",
];

fn with(folder: &str) -> Home {
    let home = Home::with_vault();
    let to = if folder.starts_with("azure-cli") { ".azure" } else { "" };
    copy_folder(&fixture(folder), &home.join(to));
    home
}

/// What was renamed: the short name, and the long one.
fn shortened(list: &serde_json::Value) -> Vec<(String, String)> {
    let contexts = list["contexts"].as_array().unwrap().iter();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let with_both = contexts.filter(|context| context["long_name"].is_string());
    with_both.map(|context| (text(&context["name"]), text(&context["long_name"]))).collect()
}

fn names(list: &serde_json::Value) -> BTreeSet<String> {
    let contexts = list["contexts"].as_array().unwrap().iter();
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_import_with_short_names_is_proven_and_repeatable_and_the_long_names_find_the_same() {
    for folder in HOMES {
        let (long, short) = (with(folder), with(folder));
        long.run(&["migrate", "run", "--yes"]).expect(0);
        let planned = short.json(&["migrate", "plan", "--short-names"]);
        short.run(&["migrate", "run", "--yes", "--short-names"]).expect(0);
        short.run(&["migrate", "verify"]).expect(0);
        let list = short.json(&["context", "list"]);
        assert_eq!(names(&list), names(&planned), "{folder}: what was shown is what was done");
        let both = shortened(&list);
        assert!(!both.is_empty(), "{folder}");
        // No two alike, and each as another one's import names it.
        let as_written = names(&long.json(&["context", "list"]));
        assert_eq!(names(&list).len(), as_written.len(), "{folder}");
        for (name, written) in &both {
            assert!(as_written.contains(written), "{folder}: {written}");
            assert!(name.len() < written.len() && !name.contains(' '), "{folder}: {name}");
            let by_long = short.json(&["context", "show", written]);
            assert_eq!(by_long["name"], name.as_str(), "{folder}: {written}");
            assert_eq!(
                by_long["account"]["id"],
                long.json(&["context", "show", written])["account"]["id"]
            );
        }
        // The files are known again under either naming, also after a rename.
        for again in
            [&["migrate", "run", "--yes"][..], &["migrate", "run", "--yes", "--short-names"]]
        {
            assert_eq!(short.json(again)["changed"], false, "{folder}");
        }
        short.run(&["context", "rename", &both[0].0, "mine", "--scope", "user"]).expect(0);
        assert_eq!(short.json(&["migrate", "run", "--yes"])["changed"], false, "{folder}");
        assert_eq!(short.json(&["context", "show", &both[0].1])["name"], "mine", "{folder}");
        short.run(&["migrate", "verify"]).expect(0);
        short.run(&["migrate", "clean", "--yes"]).expect(0);
        short.run(&["migrate", "verify"]).expect(0);
        short.run(&["migrate", "rollback", "--yes"]).expect(0);
        short.run(&["verify"]).expect(0);
    }
}

#[test]
fn a_name_says_who_and_where_and_a_name_that_a_person_gave_stays() {
    let home = with("azure-powershell/homes/az-modern-linux-plaintext");
    home.run(&["migrate", "run", "--yes", "--short-names"]).expect(0);
    let names = names(&home.json(&["context", "list"]));
    for name in ["contoso-dev", "contoso-prod", "fabrikam-shared", "ci", "gov"] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
}

#[test]
fn a_default_may_be_asked_for_by_either_name() {
    for asked in [
        "contoso-prod",
        "Contoso Prod (5b000000-0000-4000-8000-000000000002) - \
         72f00000-0000-4000-8000-000000000001 - megan@contoso.example",
    ] {
        let home = with("azure-powershell/homes/az-modern-linux-plaintext");
        let run = ["migrate", "run", "--yes", "--short-names", "--default", asked];
        assert_eq!(home.json(&run)["default"], "contoso-prod", "{asked}");
        home.run(&["migrate", "verify"]).expect(0);
    }
}

#[test]
fn a_person_is_offered_them_and_a_script_is_not() {
    let question = "Use short names, such as ";
    let import = ("Import this into the vault?", "y\n");
    for (answer, wanted) in [("y\n", true), ("\n", false)] {
        for is_new in [false, true] {
            let home = match is_new {
                true => {
                    let home = Home::empty();
                    copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
                    home
                }
                false => with("azure-powershell/homes/az4-linux"),
            };
            let pass = home.secret_file("pass", "correct horse battery staple 9");
            let pass = if is_new {
                pass
            } else {
                home.secret_file("own", azvault_test_support::PASSPHRASE)
            };
            let args = ["--passphrase-file", &pass, "migrate"];
            let more: &[&str] = if is_new { &["--no-recovery"] } else { &[] };
            let _ = home.on_terminal(&[(question, answer), import], &[&args[..], more].concat());
            let list = home.run(&["--passphrase-file", &pass, "context", "list", "-o", "json"]);
            assert_eq!(
                !shortened(&list.expect(0).json()).is_empty(),
                wanted,
                "{answer:?}, {is_new}"
            );
        }
    }
    let home = with("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "--yes"]).expect(0);
    assert!(shortened(&home.json(&["context", "list"])).is_empty());
}

#[test]
fn a_context_gets_its_short_name_later_as_well() {
    let home = with("azure-powershell/homes/az-modern-linux-plaintext");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let long = "Contoso Prod (5b000000-0000-4000-8000-000000000002) - \
                72f00000-0000-4000-8000-000000000001 - megan@contoso.example";
    let said = home.run(&["context", "rename", "--short", long]).expect(0).stdout;
    assert!(said.contains("is \"contoso-prod\""), "{said}");
    for typed in [long, "contoso-prod", "CONTOSO-PROD"] {
        assert_eq!(home.json(&["context", "show", typed])["name"], "contoso-prod", "{typed}");
    }
    home.run(&["migrate", "verify"]).expect(0);
    assert_eq!(home.json(&["migrate", "run", "--yes"])["changed"], false);
    let said = home.run(&["context", "rename", "--short", "gov"]).expect(0).stdout;
    assert!(said.contains("keeps its name"), "{said}");
    assert_eq!(home.json(&["context", "show", "gov"])["name"], "gov");
    home.run(&["context", "rename", "--short", "gov", "other"]).expect(2);
    home.run(&["context", "rename", "gov"]).expect(2);
}
