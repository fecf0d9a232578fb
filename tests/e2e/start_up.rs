//! What a command costs before it asks anything, in instructions: nobody else's work counts.

use azvault_test_support::Home;

use crate::measured::instructions;

#[test]
fn a_verb_of_every_day_does_not_pay_for_the_options_of_the_others() {
    let home = Home::empty();
    // The help is of the whole tree, and so is the version.
    let Some(whole) = instructions(&home, &["--version"]) else { return };
    for words in [
        &["prompt"][..],
        &["-q", "prompt", "-o", "json"],
        &["token"],
        &["status"],
        &["use", "prod"],
        &["exec", "--", "true"],
        &["context", "show"],
        &["context", "list"],
        &["context", "select", "prod"],
        &["secret", "list"],
    ] {
        let own = instructions(&home, words).unwrap();
        println!("figure: {words:?}: {own} instructions, {whole} with the whole tree");
        assert!(own * 2 < whole, "{words:?}: {own} instructions of {whole}");
    }
}
