//! Whole commands, warm, with the agent unlocked, beside an empty Rust process: `cargo bench -p
//! azvault --bench commands`. Prints medians and ratios, asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::process::Command;

use azvault_test_support::principals::contexts;
use azvault_test_support::unlocked_home::{UnlockedHome, median, milliseconds};

fn main() {
    // The process to compare with is this program, which then does nothing; `cargo test --benches`
    // has nothing to hear from it either.
    if std::env::args().any(|argument| argument == "nothing" || argument == "--test") {
        return;
    }
    let nothing = median(|| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("nothing").env_clear();
        command
    });
    println!("an empty Rust process: {:.2} ms", milliseconds(nothing));
    for number in [100, 10_000] {
        let home = UnlockedHome::with(&contexts(number));
        println!("\n{number} contexts, as many secrets");
        let secret = home.first_secret();
        for words in [
            &["context", "show"][..],
            &["context", "show", "context 7"],
            &["use", "context 7"],
            &["prompt"],
            &["secret", "show", &secret],
            &["secret", "show", &secret, "--reveal"],
            &["secret", "list", "--wide"],
            &["exec", "context 7", "--", "true"],
            &["context", "select", "context 8", "--scope", "user"],
        ] {
            let took = median(|| home.command(words));
            let text = words.join(" ").replace(&secret, "ID");
            let (ms, ratio) = (milliseconds(took), took.as_secs_f64() / nothing.as_secs_f64());
            println!("  {text:45} {ms:7.2} ms   {ratio:5.1} x an empty process");
        }
        let alone = median(|| {
            let mut command = Command::new("true");
            command.env_clear().env("PATH", "/usr/bin:/bin");
            command
        });
        println!("  {:45} {:7.2} ms", "true, without exec", milliseconds(alone));
        home.end();
    }
}
