//! What stands for a context beside its name, and what never does.

use azvault_test_support::Home;

fn name(home: &Home, args: &[&str]) -> String {
    home.json(args)["name"].as_str().unwrap().to_owned()
}

#[test]
fn a_context_is_meant_by_its_beginning_subscription_or_tenant() {
    let home = Home::with_contexts();
    let list = home.json(&["context", "list"]);
    let gov = list["contexts"].as_array().unwrap().iter().find(|own| own["name"] == "gov").unwrap();
    let [id, subscription] = ["id", "name"].map(|part| gov["subscription"][part].as_str().unwrap());
    let tenant = gov["tenant"]["id"].as_str().unwrap();
    for by_agent in [false, true] {
        if by_agent {
            home.run(&["unlock"]).expect(0);
        }
        for (typed, wanted) in [
            ("DEV", "dev"),
            ("de", "dev"),
            (&subscription.to_uppercase(), "gov"),
            (id, "gov"),
            (&id.to_uppercase(), "gov"),
            (tenant, "gov"),
            ("cer", "cert"),
        ] {
            assert_eq!(name(&home, &["context", "show", typed]), wanted, "{typed}");
            assert_eq!(name(&home, &["context", "show", "--context", typed]), wanted, "{typed}");
        }
        // `ci` and `cert` begin with it; what is listed tells them apart.
        let refused = home.run(&["context", "show", "c"]).expect(5);
        refused.says("\"c\" fits 2 contexts:").says("\"cert\" (").says("\"ci\" (").says("tenant ");
        home.run(&["context", "show", "prdo"]).expect(5).says("did you mean \"prod\"?");
        home.run(&["context", "show", "nothing like it"]).expect(5).says("azvault context list");
    }
    let ran = home.run(&["exec", "de", "--", "azvault", "--version"]);
    assert!(ran.stderr.contains("\"de\" is the context \"dev\" ("), "{}", ran.stderr);
    let chosen = home.run(&["context", "select", "sha", "--scope", "user"]).expect(0);
    assert!(chosen.stdout.contains("\"shared\""), "{}", chosen.stdout);
    assert_eq!(home.json(&["context", "list"])["default"], "shared");
    let renamed = home.run(&["context", "rename", "gov", "sharp"]).expect(0);
    assert!(renamed.stdout.contains("\"gov\" is \"sharp\""), "{}", renamed.stdout);
    // An exact name is that context, whatever else begins with it.
    home.run(&["context", "rename", "sharp", "dev-2"]).expect(0);
    assert_eq!(name(&home, &["context", "show", "dev"]), "dev");
}

#[test]
fn what_is_removed_is_named_or_agreed_to() {
    let home = Home::with_contexts();
    for (args, hint) in [
        (&["context", "remove", "ce", "--yes"][..], "azvault context remove cert --yes"),
        (&["context", "remove", "ce"], "azvault context remove cert --yes"),
        (
            &["disconnect", "--context-name", "ce", "--yes"],
            "azvault disconnect --context-name cert --yes",
        ),
    ] {
        home.run(args).expect(7).says("\"ce\" is the context \"cert\" (").says(hint);
    }
    let dry = home.run(&["context", "remove", "ce", "--dry-run"]).expect(0);
    assert!(dry.stdout.contains("\"cert\""), "{}", dry.stdout);
    let typed =
        [("Passphrase of the vault: ", "correct horse battery staple\r"), ("Remove it", "n\r")];
    let asked = home.on_terminal(&typed, &["context", "remove", "ce"]).expect(3);
    assert!(asked.stdout.contains("\"ce\" means \"cert\" ("), "{}", asked.stdout);
    assert_eq!(name(&home, &["context", "show", "cert"]), "cert");
    home.run(&["context", "remove", "cert", "--yes"]).expect(0);
    home.run(&["context", "show", "cert"]).expect(5);
}

#[test]
fn ids_are_meant_by_their_first_digits() {
    let home = Home::with_contexts();
    let id = |list: &serde_json::Value| list["id"].as_str().unwrap().to_owned();
    let secret = id(&home.json(&["secret", "list"])["secrets"][0]);
    assert_eq!(home.json(&["secret", "show", &secret[..8]])["id"], secret);
    let migration = id(&home.json(&["migrate", "list"])["migrations"][0]);
    assert_eq!(home.json(&["migrate", "show", &migration[..6]])["id"], migration);
    home.run(&["migrate", "verify", &migration[..6]]).expect(0);
    home.run(&["secret", "show", "ffffffff"]).expect(5).says("there is no secret ffffffff");
    home.run(&["migrate", "show", "ffffffff"]).expect(5).says("there is no migration ffffffff");
    for text in ["abc", "not hex", ""] {
        home.run(&["secret", "show", text]).expect(2);
    }
}

#[test]
fn a_change_takes_a_name_before_a_beginning_also_one_that_its_session_does_not_see() {
    let home = Home::with_contexts();
    let session = home.session();
    home.run(&["context", "rename", "gov", "prod-eu", "--scope", "user"]).expect(0);
    session.run(&["context", "remove", "prod", "--yes", "--scope", "process"]).expect(0);
    assert_eq!(session.json(&["context", "show", "prod"])["name"], "prod-eu");
    home.run(&["context", "select", "dev", "--scope", "user"]).expect(0);
    session.run(&["context", "select", "prod", "--scope", "user"]).expect(0);
    assert_eq!(home.json(&["context", "list"])["default"], "prod");
}
