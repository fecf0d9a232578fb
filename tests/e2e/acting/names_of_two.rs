//! A name that is one account's context in the vault and another's in the session.

use serde_json::json;

use super::{ALEX, MEGAN};
use azvault_test_support::Home;

/// A session in which `dev` is Alex's; in the vault it is Megan's.
fn covered(home: &Home) -> azvault_test_support::Session<'_> {
    let session = home.session();
    session.run(&["use", "gov"]).expect(0);
    let set = ["context", "set", "dev", "--tenant", "t", "--scope", "process"];
    session.run(&[&set[..], &["--force"]].concat()).expect(0);
    let acting = session.json(&["status"])["acting"].clone();
    assert_eq!((&acting["context"], &acting["account"]), (&json!("dev"), &json!(ALEX)));
    session
}

#[test]
fn a_change_for_the_user_refuses_a_name_that_means_two_accounts() {
    let home = Home::with_contexts();
    let session = covered(&home);
    let before = home.json(&["context", "list"]);
    for args in [
        &["context", "remove", "dev", "--yes"][..],
        &["context", "remove", "gov", "dev", "--yes"],
        &["context", "select", "dev"],
        &["context", "rename", "dev", "developer"],
    ] {
        let args = [args, &["--scope", "user"]].concat();
        session.run(&args).expect(7).says("\"dev\"").says("--scope process");
    }
    assert_eq!(home.json(&["context", "list"]), before);
    assert_eq!(session.json(&["status"])["acting"]["account"], ALEX);
    // One that would be replaced in the session is asked about.
    let set = ["context", "set", "dev", "--tenant", "other", "--scope", "user"];
    session.run(&set).expect(9).says("--force");
    assert_eq!(home.json(&["context", "list"]), before);
}

#[test]
fn what_goes_with_an_account_is_that_accounts_in_the_vault_and_in_the_session() {
    let home = Home::with_contexts();
    let session = covered(&home);
    // Megan's in the vault; Alex's of the same name stays, with its account.
    let done = session.json(&["disconnect", "--account", MEGAN, "--yes", "--scope", "user"]);
    assert_eq!(super::accounts(&done), [MEGAN]);
    let acting = session.json(&["status"])["acting"].clone();
    assert_eq!((&acting["context"], &acting["account"]), (&json!("dev"), &json!(ALEX)));

    let home = Home::with_contexts();
    let session = covered(&home);
    let done = session.json(&["disconnect", "--yes", "--scope", "user"]);
    assert_eq!(super::accounts(&done), [ALEX]);
    // The vault's is seen again, and nobody acts.
    let shown = session.json(&["context", "show", "dev"]);
    assert_eq!(shown["account"]["id"], MEGAN);
    let status = session.json(&["status"]);
    assert_eq!(status["acting"], serde_json::Value::Null);
}
