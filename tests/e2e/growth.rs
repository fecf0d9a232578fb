//! What a command costs, whatever the vault holds that its agent has open: instructions, counted by
//! valgrind. Nobody else's work counts. What the agent looks at, its own tests count.

use azvault_test_support::principals::contexts_and_a_token;
use azvault_test_support::unlocked_home::UnlockedHome;

use crate::measured::instructions_of;

/// Verbs that look at one thing; `ID` is a secret's.
const OF_ONE_THING: [&[&str]; 9] = [
    &["prompt"],
    &["context", "show"],
    &["context", "show", "context 7"],
    &["use", "person"],
    &["status"],
    &["token", "--context", "person"],
    &["secret", "show", "ID"],
    &["secret", "show", "ID", "--reveal"],
    &["context", "select", "context 8", "--scope", "user"],
];

/// Instructions of a command, once its agent has what it answers the question with.
fn cost(home: &UnlockedHome, words: &[&str]) -> Option<u64> {
    let words = words.iter().map(|word| if *word == "ID" { home.first_secret() } else { word });
    let words: Vec<&str> = words.collect();
    let once = home.command(&words).output().unwrap();
    assert!(once.status.success(), "{words:?}: {once:?}");
    instructions_of(&home.command(&words))
}

#[test]
fn what_looks_at_one_thing_costs_a_command_the_same_with_a_thousand_contexts_as_with_a_hundred() {
    let homes = [100, 1_000].map(|number| UnlockedHome::with(&contexts_and_a_token(number)));
    for words in OF_ONE_THING {
        let [few, many] = homes.each_ref().map(|home| cost(home, words));
        let (Some(few), Some(many)) = (few, many) else { break };
        println!("figure: {words:?}: {few} instructions with 100 contexts, {many} with 1,000");
        assert!(many * 10 <= few * 12, "{words:?}: {few} with 100 contexts, {many} with 1,000");
    }
    homes.iter().for_each(UnlockedHome::end);
}
