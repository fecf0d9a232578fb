//! Names that come in by a pipe, as `context list -o json` and its filters print them.

use std::io::Write;
use std::process::Stdio;

use azvault_test_support::{Home, Ran, has, ran};

fn piped(home: &Home, args: &[&str], input: &[u8]) -> Ran {
    let mut child = home
        .command(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who takes nothing may have ended before all of it was written.
    let _ = child.stdin.take().unwrap().write_all(input);
    ran(child.wait_with_output().unwrap())
}

fn names(home: &Home) -> Vec<String> {
    let list = home.json(&["context", "list"]);
    let contexts = list["contexts"].as_array().unwrap().iter();
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn one_context_is_selected_in_every_form_in_which_it_can_come() {
    if !has("jq") {
        return;
    }
    let home = Home::with_contexts();
    let before = names(&home);
    for filter in [
        // An object of the list, in a document of its own and as a stream of them.
        "jq '.contexts[] | select(.name == \"gov\")'",
        "jq -c '.contexts[] | select(.name == \"gov\")'",
        "jq '[.contexts[] | select(.account.id == \"alex@fabrikam.example\")]'",
        // The whole document, with less in it.
        "jq '.contexts |= map(select(.environment == \"AzureUSGovernment\"))'",
        // A string, a line, and a line as other systems end it.
        "jq '.contexts[].name' | grep gov",
        "jq -r '.contexts[].name' | grep gov",
        "jq -r '.contexts[].name' | grep gov | sed 's/$/\\r/'",
        "jq -j '.contexts[] | select(.name == \"gov\").name'",
    ] {
        home.run(&["context", "select", "prod"]).expect(0);
        let script = format!("azvault context list -o json | {filter} | azvault context select -");
        home.bash(&script).expect(0);
        assert_eq!(home.json(&["status"])["default"], "gov", "{filter}");
    }
    // What another verb prints of a context.
    home.bash("azvault context show ci -o json | azvault context select -").expect(0);
    assert_eq!(home.json(&["status"])["default"], "ci");
    assert_eq!(names(&home), before);
}

#[test]
fn one_context_is_selected_and_not_one_of_several() {
    let home = Home::with_contexts();
    for input in [
        "gov\nci\n",
        "\"gov\" \"ci\"",
        "{\"name\":\"gov\"}{\"name\":\"ci\"}",
        "[\"gov\",\"ci\"]",
        "{\"contexts\":[{\"name\":\"gov\"},{\"name\":\"ci\"}]}",
    ] {
        piped(&home, &["context", "select", "-"], input.as_bytes()).expect(2).says("2 names");
    }
    let whole = home.bash("azvault context list -o json | azvault context select -").expect(2);
    whole.says("7 names");
    assert_eq!(home.json(&["status"])["default"], "prod");
}

#[test]
fn nothing_is_no_name() {
    let home = Home::with_contexts();
    for verb in ["select", "remove"] {
        for input in ["", "\n\n", "[]", "{\"schema\":1,\"contexts\":[]}", " \n"] {
            let refused = piped(&home, &["context", verb, "-"], input.as_bytes());
            let refused = refused.expect(2);
            assert_eq!(refused.stdout, "", "{verb} {input:?}");
        }
        piped(&home, &["context", verb, "-"], b"\xff\xfe").expect(2).says("no text");
    }
    assert_eq!(names(&home).len(), 7);
}

#[test]
fn an_object_without_a_name_is_no_context() {
    let home = Home::with_contexts();
    for verb in ["select", "remove"] {
        for input in ["{\"id\":\"gov\"}", "{\"name\":7}", "[{\"name\":\"gov\"},{}]", "null", "{"] {
            let refused = piped(&home, &["context", verb, "-"], input.as_bytes());
            assert!([2, 5].contains(&refused.code), "{verb} {input}: {}", refused.code);
        }
    }
    assert_eq!(names(&home).len(), 7);
    assert_eq!(home.json(&["status"])["default"], "prod");
}

#[test]
fn all_that_come_in_are_removed() {
    for (input, left) in [
        ("gov\nci\n", "cert dev prod shared tenant"),
        ("gov\r\nci\r\n", "cert dev prod shared tenant"),
        ("\"gov\"\n\"ci\"", "cert dev prod shared tenant"),
        ("[{\"name\":\"gov\"},\"CI\"]", "cert dev prod shared tenant"),
        ("{\"name\":\"gov\"}\n{\"name\":\"gov\"}", "cert ci dev prod shared tenant"),
    ] {
        let home = Home::with_contexts();
        piped(&home, &["context", "remove", "-"], input.as_bytes()).expect(0);
        let mut found = names(&home);
        found.sort();
        assert_eq!(found.join(" "), left, "{input}");
    }
    let home = Home::with_contexts();
    let all = "azvault context list -o json | azvault context remove -";
    home.bash(all).expect(14);
    assert_eq!(names(&home).len(), 7);
    home.bash(&format!("{all} --yes")).expect(0);
    assert_eq!(names(&home).len(), 0);
}

#[test]
fn one_unknown_name_and_nothing_is_removed() {
    let home = Home::with_contexts();
    let before = std::fs::read(home.vault()).unwrap();
    for input in ["gov\nnobody\n", "[\"gov\",\"nobody\"]", "gov \n", " gov\n"] {
        let refused = piped(&home, &["context", "remove", "-", "--yes"], input.as_bytes());
        refused.expect(5).says("there is no context");
        assert_eq!(std::fs::read(home.vault()).unwrap(), before, "{input:?}");
    }
}

#[test]
fn a_passphrase_by_the_same_pipe_is_not_taken_for_a_name() {
    let home = Home::with_contexts();
    let mut command = home.command(&["context", "select", "-", "--passphrase-fd", "0"]);
    command.env_remove("AZVAULT_PASSPHRASE_FILE").stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = format!("{}\ngov\n", azvault_test_support::PASSPHRASE);
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let refused = ran(child.wait_with_output().unwrap());
    assert_ne!(refused.code, 0);
    assert!(!refused.stderr.contains(azvault_test_support::PASSPHRASE), "{}", refused.stderr);
}
