//! Many callers at once, of a large vault: each is answered, however many came before.

use std::process::Stdio;

use azvault_test_support::principals::contexts_and_a_token;
use azvault_test_support::unlocked_home::UnlockedHome;

/// How many ask at the same time.
const CALLERS: usize = 256;

/// What they ask for: most read, some have the log written, some change the vault.
const ASKED: [&[&str]; 4] = [
    &["token", "--context", "person"],
    &["prompt"],
    &["context", "show", "context 7"],
    &["context", "select", "context 8", "--scope", "user"],
];

#[test]
fn each_of_256_callers_is_answered_with_ten_thousand_contexts() {
    let home = UnlockedHome::with(&contexts_and_a_token(10_000));
    let ask = |number: usize| {
        let mut command = home.command(ASKED[number % ASKED.len()]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        (number, command.spawn().unwrap())
    };
    let all: Vec<_> = (0..CALLERS).map(ask).collect();
    let mut tokens = 0;
    for (number, child) in all {
        let output = child.wait_with_output().unwrap();
        let asked = ASKED[number % ASKED.len()];
        assert!(output.status.success(), "{asked:?}: {output:?}");
        assert!(asked == ["prompt"] || !output.stdout.is_empty(), "{asked:?}");
        tokens += usize::from(asked[0] == "token");
    }
    // Each token is in the log, once.
    let mut log = home.command(&["audit", "log", "--verb", "token", "-o", "json"]);
    let log: serde_json::Value = serde_json::from_slice(&log.output().unwrap().stdout).unwrap();
    assert_eq!(log["entries"].as_array().unwrap().len(), tokens);
    home.end();
}
