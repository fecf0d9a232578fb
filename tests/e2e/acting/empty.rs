//! An empty name is what is left of one that was not filled in: an error, and never the one that acts.

use std::io::Write;
use std::process::Stdio;

use azvault_test_support::help::verbs;
use azvault_test_support::{Home, ran};

/// Verbs that take a name where none means the one that acts, and those that change something.
#[test]
fn an_empty_name_is_an_error_wherever_one_can_be_given() {
    let home = Home::with_contexts();
    let before = home.json(&["context", "list"]);
    let cases = [
        &["context", "show", ""][..],
        &["context", "select", ""],
        &["context", "set", "", "--tenant", "t"],
        &["context", "set", "own", "--subscription", ""],
        &["context", "set", "own", "--tenant", ""],
        &["context", "set", "own", "--property", "=x"],
        &["context", "rename", "", "own"],
        &["context", "rename", "gov", ""],
        &["context", "remove", "", "--yes"],
        &["context", "remove", "gov", "", "--yes"],
        &["use", ""],
        &["exec", "", "--", "touch", "ran"],
        &["exec", "--context", "", "--", "touch", "ran"],
        &["shell", ""],
        &["token", "--context", ""],
        &["token", "--tenant", ""],
        &["token", "--resource", ""],
        &["disconnect", "--account", "", "--yes"],
        &["disconnect", "--context-name", "", "--yes"],
        &["disconnect", "--context", "", "--yes"],
        &["subscription", "list", "--tenant", ""],
        &["connect", "--tenant", ""],
        &["connect", "--context-name", ""],
        &["connect", "--identity", "--client-id", ""],
        &["migrate", "run", "--default", "", "--yes"],
        &["status", "--context", ""],
    ];
    for args in cases {
        for blank in ["", " ", "\t"] {
            let args: Vec<&str> =
                args.iter().map(|arg| if arg.is_empty() { blank } else { *arg }).collect();
            home.run(&args).expect(2).says("must not be empty");
        }
    }
    assert!(!home.join("ran").exists());
    assert_eq!(home.json(&["context", "list"]), before);
}

#[test]
fn an_empty_name_that_is_piped_in_is_an_error() {
    let home = Home::with_contexts();
    let before = home.json(&["context", "list"]);
    for (text, code) in [
        ("\"\"", 2),
        ("{\"name\":\"\"}", 2),
        ("[\"gov\",\" \"]", 2),
        ("gov\n \n", 2),
        ("", 2),
        // One of azvault's own objects is the context that it names, and there is none of that name.
        ("{\"name\":\"\",\"scope\":\"user\"}", 5),
    ] {
        for verb in ["select", "remove"] {
            let mut command = home.command(&["context", verb, "-"]);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let mut child = command.spawn().unwrap();
            child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
            ran(child.wait_with_output().unwrap()).expect(code);
        }
    }
    assert_eq!(home.json(&["context", "list"]), before);
}

/// Options that take a value, as the help of a command lists them.
fn options(help: &str) -> Vec<String> {
    let words = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let option = &line[line.find("--")?..];
        (line.starts_with('-') && option.contains('<')).then(|| option.split(' ').next().unwrap())
    });
    words.map(str::to_owned).collect()
}

#[test]
fn no_option_of_any_verb_takes_an_empty_value() {
    let home = Home::empty();
    let (mut pages, mut tried) = (vec![Vec::<String>::new()], 0);
    while let Some(words) = pages.pop() {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let help = home.run(&[&words[..], &["--help"]].concat()).expect(0).stdout;
        let below = verbs(&help);
        for verb in &below {
            pages.push(words.iter().copied().chain([verb.as_str()]).map(str::to_owned).collect());
        }
        // The global options are the same everywhere.
        let own = help.split("\nGlobal options:").next().unwrap();
        let page = if words.is_empty() { &help } else { own };
        if !words.is_empty() && !below.is_empty() {
            continue;
        }
        for option in options(page) {
            let verb = if words.is_empty() { vec!["status"] } else { words.clone() };
            let ran = home.run(&[&verb[..], &[&option, ""]].concat());
            assert_eq!(ran.code, 2, "{words:?} {option}: {}", ran.stderr);
            assert!(ran.stderr.contains(&option), "{words:?} {option}: {}", ran.stderr);
            tried += 1;
        }
    }
    println!("{tried} options refuse an empty value");
    assert!(tried > 60, "{tried}");
}

#[test]
fn a_variable_that_is_set_and_empty_counts_as_unset_unless_it_names_what_is_meant() {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let with =
        |variable: &str, args: &[&str]| ran(home.command(args).env(variable, "").output().unwrap());
    for variable in [
        "AZVAULT_OUTPUT",
        "AZVAULT_PASSPHRASE_FILE",
        "AZVAULT_KEY_FILE",
        "AZVAULT_CA_BUNDLE",
        "AZVAULT_NO_INPUT",
        "AZVAULT_NO_AGENT",
        "AZVAULT_SESSION",
    ] {
        let status = with(variable, &["status", "-o", "json"]).expect(0).json();
        assert_eq!((&status["active"], &status["state"]), (&"prod".into(), &"unlocked".into()));
        with(variable, &["context", "list"]).expect(0);
    }
    for variable in ["AZVAULT_FILE", "AZVAULT_EXPECT_VAULT", "AZVAULT_CONTEXT"] {
        for args in [&["status"][..], &["context", "list"], &["disconnect", "--yes"]] {
            let unset = format!("unset {variable}");
            with(variable, args).expect(2).says(variable).says(&unset);
        }
    }
    // An option stands above it.
    let vault = home.vault();
    let args = ["status", "--vault", vault.to_str().unwrap()];
    with("AZVAULT_FILE", &args).expect(0);
    with("AZVAULT_CONTEXT", &["status", "--context", "gov"]).expect(0);
    assert_eq!(home.json(&["status"])["contexts"], 7);
}
