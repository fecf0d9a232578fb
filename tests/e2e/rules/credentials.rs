//! Removing credentials.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    ALL, APP, MEGAN, OTHER_APP, accounts_with_secrets, active, names, seen, set, stored, yes,
};
use azvault_test_support::Home;

#[test]
fn disconnecting_removes_all_credentials_and_contexts_of_the_account() {
    let everybody = set([MEGAN, APP, OTHER_APP]);
    for (args, left, secrets_of) in [
        // Of the active context: prod is Megan's.
        (&[][..], &["cert", "ci", "gov"][..], &[APP, OTHER_APP][..]),
        (&["--account", "MEGAN@Contoso.example"], &["cert", "ci", "gov"], &[APP, OTHER_APP]),
        (&["--context-name", "SHARED"], &["cert", "ci", "gov"], &[APP, OTHER_APP]),
        (
            &["--account", "A9900000-0000-4000-8000-000000000001"],
            &["cert", "dev", "gov", "prod", "shared", "tenant"],
            &[MEGAN, OTHER_APP],
        ),
        (&["--context-name", "gov"], &["cert", "ci", "dev", "prod", "shared", "tenant"], &[]),
        (&["--all"], &[], &[]),
    ] {
        let home = Home::with_contexts();
        assert_eq!(accounts_with_secrets(&home), everybody);
        let args = [&["disconnect"], args].concat();
        let before = stored(&home);
        home.run(&args).expect(14).says("--yes");
        assert_eq!(stored(&home), before, "{args:?}");
        let done = home.json(&yes(&args));
        let (found, default) = seen(&home);
        assert_eq!(found, set(left.iter().copied()), "{args:?}");
        let stays = left.contains(&"prod");
        assert_eq!(default, if stays { Value::from("prod") } else { Value::Null }, "{args:?}");
        let gone = set(ALL).difference(&found).cloned().collect::<BTreeSet<_>>();
        let told = done["removed"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        assert_eq!(set(told), gone, "{args:?}");
        // Alex has no tokens.
        let wanted =
            if args.contains(&"gov") { everybody.clone() } else { set(secrets_of.iter().copied()) };
        assert_eq!(accounts_with_secrets(&home), wanted, "{args:?}");
        home.run(&["verify"]).expect(0);
    }
}

#[test]
fn an_account_that_nobody_knows_is_not_found() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["disconnect", "--account", "eve@contoso.example", "--yes"]).expect(5).says("eve@");
    home.run(&["disconnect", "--context-name", "nobody", "--yes"]).expect(5).says("nobody");
    assert_eq!(stored(&home), before);
    // A name that is a part of another.
    home.run(&["disconnect", "--account", "megan", "--yes"]).expect(5);
    assert_eq!(stored(&home), before);
}

#[test]
fn an_account_is_disconnected_by_id_where_no_context_is_active_or_has_it() {
    let home = Home::with_contexts();
    home.run(&["context", "remove", "prod", "ci", "--yes"]).expect(0);
    home.run(&["disconnect", "--yes"]).expect(5).says("no context is active");
    // Only its secret names the application now.
    let done = home.json(&["disconnect", "--account", APP, "--yes"]);
    assert_eq!(
        (&done["removed"], &done["secrets_removed"]),
        (&Value::Array(vec![]), &Value::from(1))
    );
    assert_eq!(accounts_with_secrets(&home), set([MEGAN, OTHER_APP]));
}

#[test]
fn a_session_that_disconnects_for_itself_leaves_the_vault_to_others() {
    let home = Home::with_contexts();
    let session = home.session();
    let before = stored(&home);
    session.run(&["disconnect", "--scope", "process", "--yes"]).expect(0);
    assert_eq!(names(&session.json(&["context", "list"])), set(["cert", "ci", "gov"]));
    assert_eq!(active(&session), Value::Null);
    assert_eq!(stored(&home), before);
}

#[test]
fn clearing_removes_every_context_and_credential() {
    let home = Home::with_contexts();
    let before = stored(&home);
    home.run(&["context", "clear"]).expect(14).says("--yes");
    assert_eq!(stored(&home), before);
    let done = home.json(&["context", "clear", "--yes"]);
    assert_eq!(
        (done["removed"].as_array().unwrap().len(), &done["secrets_removed"]),
        (7, &Value::from(11))
    );
    assert_eq!(seen(&home), (set([]), Value::Null));
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), 0);
    // Nothing is left to lose: nobody is asked.
    let again = home.run(&["context", "clear"]).expect(0);
    assert!(again.stdout.contains("0 contexts and 0 secrets"), "{}", again.stdout);
    home.run(&["verify"]).expect(0);
}

#[test]
fn clearing_for_one_session_touches_nothing_else() {
    let home = Home::with_contexts();
    let [one, other] = [home.session(), home.session()];
    let before = stored(&home);
    one.run(&["context", "clear", "--scope", "process"]).expect(14);
    one.run(&["context", "clear", "--scope", "process", "--yes"]).expect(0);
    assert_eq!(names(&one.json(&["context", "list"])), set([]));
    assert_eq!(active(&one), Value::Null);
    one.run(&["context", "show"]).expect(5).says("no context is active");
    one.run(&["context", "clear", "--scope", "process"]).expect(0);
    assert_eq!(names(&other.json(&["context", "list"])), set(ALL));
    assert_eq!(seen(&home), (set(ALL), Value::from("prod")));
    assert_eq!(stored(&home), before);
}

#[test]
fn secrets_without_a_context_are_not_cleared_unasked() {
    let home = Home::with_contexts();
    home.run(&yes(&[&["context", "remove"], &ALL[..]].concat())).expect(0);
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
    home.run(&["context", "clear"]).expect(14).says("--yes");
    assert_eq!(accounts_with_secrets(&home), set([APP, OTHER_APP]));
    home.run(&["context", "clear", "--yes"]).expect(0);
    assert_eq!(accounts_with_secrets(&home), set([]));
    home.run(&["context", "clear"]).expect(0);
}
