//! Whole commands, warm, with the agent unlocked, beside an empty Rust process: `cargo bench -p
//! azvault --bench commands`. Prints medians and ratios, asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::fmt::Write as _;
use std::process::Command;

#[path = "home/home.rs"]
mod home;

use home::{Home, median, milliseconds};

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
    for contexts in [100, 10_000] {
        let home = Home::with(&text(contexts));
        println!("\n{contexts} contexts, as many secrets");
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

/// A context file as Azure PowerShell writes it.
fn text(contexts: usize) -> String {
    let mut text =
        String::from("{\"DefaultContextKey\":\"context 1\",\"EnvironmentTable\":{},\"Contexts\":{");
    for n in 0..contexts {
        let comma = if n == 0 { "" } else { "," };
        write!(
            text,
            "{comma}\"context {n}\":{{\"Account\":{{\"Id\":\"a{n:07}-0000-4000-8000-000000000001\",\
             \"Type\":\"ServicePrincipal\",\"ExtendedProperties\":{{\"ServicePrincipalSecret\":\
             \"not-a-real-secret-{n:08}\"}}}},\"Tenant\":{{\"Id\":\
             \"72f00000-0000-4000-8000-000000000001\"}},\"Subscription\":{{\"Id\":\
             \"5b{n:06}-0000-4000-8000-000000000001\",\"Name\":\"Subscription {n}\",\"State\":\
             \"Enabled\"}},\"Environment\":{{\"Name\":\"AzureCloud\"}},\"ExtendedProperties\":{{}}}}"
        )
        .unwrap();
    }
    text.push_str("},\"ExtendedProperties\":{}}");
    text
}
