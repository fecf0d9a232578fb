//! Names of contexts that a file can hold and that somebody could take for something else: an
//! option, a path, a command of a shell or of a terminal, the end of a row.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Stdio;

use azvault_test_support::{Home, Ran, Saved, ran};

/// What a name can be. None of them is ever interpreted.
const NAMES: [&str; 27] = [
    "it's \"quoted\" \\",
    "a/b",
    "../../etc/passwd",
    "-x",
    "--force",
    "--scope=user",
    "--",
    "-",
    "😀 東京 prød",
    "right\u{202e}to\u{200f}left\u{2066}",
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J",
    "two\nlines\r\nand\ttabs",
    "\u{2028}line\u{85}ends\u{b}\u{c}",
    " ",
    "  blanks at the ends \t",
    "$(touch ran)",
    "`touch ran`",
    "; touch ran #",
    "\" || touch ran || \"",
    "${HOME}",
    "%s%n %F{red}",
    "\\u{1b}[31m",
    "*",
    "[brackets, {\"name\": \"ci\"}]",
    "Default",
    "",
    "null",
];

/// Characters that a terminal obeys, or that turn or hide what stands beside them.
const OBEYED: [char; 13] = [
    '\u{1b}', '\u{7}', '\u{9b}', '\r', '\t', '\u{b}', '\u{c}', '\u{85}', '\u{202e}', '\u{200f}',
    '\u{2066}', '\u{2028}', '\0',
];

fn names() -> Vec<String> {
    let long = "x".repeat(400);
    NAMES.iter().map(|name| (*name).to_owned()).chain([long]).collect()
}

fn home() -> Home {
    let home = Home::with_agent();
    let ids: Vec<String> = (0..100).map(|n| format!("5b000000-0000-4000-8000-{n:012}")).collect();
    let names = names();
    let saved = names.iter().zip(&ids).map(|(name, id)| Saved {
        name,
        account: "ada@contoso.example",
        tenant: "72f00000-0000-4000-8000-000000000001",
        subscription: id,
        subscription_name: name,
    });
    home.import(&saved.collect::<Vec<_>>());
    home.run(&["unlock"]).expect(0);
    home
}

/// Whether it is what is left of a name that nobody filled in. A file may hold it; no argument is it.
fn is_blank(name: &str) -> bool {
    name.trim().is_empty()
}

/// Runs with a name that may be taken for an option: behind `--`, but for the dash, which is the
/// standard input wherever it stands. A blank name is taken from one of azvault's own objects alone.
fn run_with(home: &Home, args: &[&str], name: &str) -> Ran {
    if name != "-" && !is_blank(name) {
        return home.run(&[args, &["--", name]].concat());
    }
    let mut command = home.command(&[args, &["-"]].concat());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let object = serde_json::json!({ "name": name, "scope": "user" }).to_string();
    child.stdin.take().unwrap().write_all(object.as_bytes()).unwrap();
    ran(child.wait_with_output().unwrap())
}

/// Fails if any of it, but for the ends of lines, does something to a terminal.
#[track_caller]
fn is_plain(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        assert!(!text.contains(OBEYED), "{text:?}");
    }
}

fn listed(home: &Home) -> BTreeSet<String> {
    let list = home.json(&["context", "list"]);
    let contexts = list["contexts"].as_array().unwrap().iter();
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_list_has_every_name_exactly_and_one_row_each() {
    let home = home();
    let names = names();
    assert_eq!(listed(&home), names.iter().cloned().collect());

    for args in [&["context", "list"][..], &["migrate", "plan"], &["audit", "log"], &["status"]] {
        is_plain(&home.run(args).expect(0));
    }
    let table = home.run(&["context", "list"]).expect(0).stdout;
    assert_eq!(table.lines().count(), names.len() + 1, "{table}");
    // Subscriptions have the same names: each row ends as it would without them.
    let rest = |line: &str| line.trim_end().ends_with("sign-in needed");
    assert!(table.lines().skip(1).all(rest), "{table}");

    let rows = home.run(&["context", "list", "-o", "tsv"]).expect(0).stdout;
    let rows: Vec<&str> = rows.strip_suffix('\n').unwrap().split('\n').collect();
    assert_eq!(rows.len(), names.len());
    let mut found = BTreeSet::new();
    for row in rows {
        let cells: Vec<&str> = row.split('\t').collect();
        assert_eq!(cells.len(), 10, "{row:?}");
        found.insert(unescaped(cells[1]));
    }
    assert_eq!(found, names.into_iter().collect());
}

/// What a program that reads tab-separated values makes of a cell.
fn unescaped(cell: &str) -> String {
    let mut out = String::new();
    let mut rest = cell.chars();
    while let Some(c) = rest.next() {
        out.push(match c {
            '\\' => match rest.next().unwrap() {
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                other => other,
            },
            other => other,
        });
    }
    out
}

#[test]
fn each_is_selected_shown_and_prompted_as_it_is() {
    let home = home();
    for name in names() {
        let selected = run_with(&home, &["context", "select"], &name).expect(0);
        is_plain(&selected);
        assert_eq!(home.json(&["status"])["default"], *name, "{name:?}");
        let shown = home.run(&["context", "show"]).expect(0);
        is_plain(&shown);
        // One row a part, whatever the name is.
        assert_eq!(shown.stdout.lines().count(), 14, "{name:?}: {}", shown.stdout);
        assert_eq!(home.json(&["context", "show"])["name"], *name, "{name:?}");
        if is_blank(&name) {
            home.run(&["context", "show", "--", &name]).expect(2).says("must not be empty");
        } else if name != "-" {
            assert_eq!(
                home.run(&["context", "show", "-o", "json", "--", &name]).json()["name"],
                *name
            );
        }
        let prompt = home.run(&["prompt"]).expect(0);
        is_plain(&prompt);
        assert_eq!(prompt.stdout.lines().count(), 1, "{name:?}: {:?}", prompt.stdout);
        // As bash takes it into its prompt.
        let script = "P='$(azvault prompt)'; printf '%s\\n' \"${P@P}\"";
        assert_eq!(home.bash(script).expect(0).stdout, prompt.stdout, "{name:?}");
    }
    assert!(!home.join("ran").exists());
}

#[test]
fn each_can_be_given_for_one_command() {
    let home = home();
    for name in names() {
        let option = format!("--context={name}");
        if is_blank(&name) {
            home.run(&["status", &option]).expect(2).says("must not be empty");
            let mut command = home.command(&["status"]);
            let ran = ran(command.env("AZVAULT_CONTEXT", &name).output().unwrap());
            ran.expect(2).says("unset AZVAULT_CONTEXT");
            continue;
        }
        assert_eq!(home.json(&["status", &option])["active"], *name, "{name:?}");
        let script = "azvault status -o json; touch \"$1\"";
        let marks = home.script("");
        let path = marks.get_envs().find(|(key, _)| *key == "PATH").unwrap().1.unwrap();
        for by_option in [true, false] {
            let mut args = vec!["exec"];
            if by_option {
                args.push(&option);
            }
            args.extend(["--", "bash", "-c", script, "bash", "marked"]);
            let mut command = home.command(&args);
            command.env("PATH", path);
            if !by_option {
                command.env("AZVAULT_CONTEXT", &name);
            }
            let within = ran(command.output().unwrap()).expect(0);
            assert_eq!(within.json()["active"], *name, "{name:?}");
            assert_eq!(within.json()["active_because"], "this session", "{name:?}");
            std::fs::remove_file(home.join("marked")).unwrap();
        }
    }
    // As an argument: what looks like an option is one.
    home.run(&["exec", "-x", "--", "true"]).expect(2);
    home.run(&["exec", "a/b", "--", "true"]).expect(0);
    home.run(&["exec", "$(touch ran)", "--", "true"]).expect(0);
    assert!(!home.join("ran").exists());
}

#[test]
fn each_is_renamed_and_back_again() {
    let home = home();
    let before = listed(&home);
    for name in names() {
        if is_blank(&name) {
            home.run(&["context", "rename", "--", &name, "plain"]).expect(2);
            home.run(&["context", "rename", "--", "a/b", &name]).expect(2);
            continue;
        }
        // The dash has no meaning here.
        is_plain(&home.run(&["context", "rename", "--", &name, "plain"]).expect(0));
        assert!(!listed(&home).contains(&name) && listed(&home).contains("plain"), "{name:?}");
        let back = home.run(&["context", "rename", "--", "plain", &name]);
        is_plain(&back.expect(0));
    }
    assert_eq!(listed(&home), before);
}

#[test]
fn each_is_removed_alone() {
    let home = home();
    let mut left = listed(&home);
    for name in names() {
        is_plain(&run_with(&home, &["context", "remove"], &name).expect(0));
        assert!(left.remove(&name));
        assert_eq!(listed(&home), left, "{name:?}");
    }
    is_plain(&home.run(&["audit", "log"]).expect(0));
    home.run(&["verify"]).expect(0);
    assert!(!home.join("ran").exists());
}

#[test]
fn a_list_that_is_piped_back_names_each_of_them() {
    let home = home();
    let all = "azvault context list -o json | azvault context remove -";
    home.bash(all).expect(0);
    assert_eq!(listed(&home), BTreeSet::new());
}

#[test]
fn a_name_with_a_zero_byte_is_taken_from_a_pipe_alone() {
    let home = Home::with_agent();
    home.import(&[Saved {
        name: "nul\0nul",
        account: "ada@contoso.example",
        tenant: "72f00000-0000-4000-8000-000000000001",
        subscription: "5b000000-0000-4000-8000-000000000001",
        subscription_name: "Contoso",
    }]);
    is_plain(&home.run(&["context", "list"]).expect(0));
    home.bash("azvault context list -o json | azvault context select -").expect(0);
    assert_eq!(home.json(&["status"])["default"], "nul\0nul");
    is_plain(&home.run(&["prompt"]).expect(0));
    let row = home.run(&["context", "list", "-o", "tsv"]).expect(0).stdout;
    assert_eq!(row.lines().count(), 1);
}

#[test]
fn names_that_nobody_has_are_said_without_being_obeyed() {
    let home = Home::with_contexts();
    for name in names() {
        // Azure PowerShell's own placeholder is no context here.
        let absent = if is_blank(&name) { 2 } else { 5 };
        let verbs = ["select", "show", "remove"];
        for verb in verbs.iter().filter(|_| name != "-") {
            is_plain(&home.run(&["context", verb, "--", &name]).expect(absent));
        }
        is_plain(&home.run(&["status", &format!("--context={name}")]).expect(absent));
        let account = format!("--account={name}");
        is_plain(&home.run(&["disconnect", &account, "--yes"]).expect(absent));
        let subscription = format!("--subscription={name}");
        is_plain(&home.run(&["context", "set", &subscription]).expect(absent));
    }
}

/// Names that Azure PowerShell takes for one in some languages and for two in others: both are kept, and
/// it is told, each time.
#[test]
fn names_that_a_culture_takes_for_one_are_kept_and_told() {
    let pairs = [
        ["Straße", "strasse"],
        ["istanbul", "ıstanbul"],
        ["café", "cafe\u{301}"],
        ["ﬁnance", "finance"],
    ];
    let home = Home::with_vault();
    let ids: Vec<String> = (0..8).map(|n| format!("5b000000-0000-4000-8000-{n:012}")).collect();
    let saved = pairs.iter().flatten().zip(&ids).map(|(name, id)| Saved {
        name,
        account: "ada@contoso.example",
        tenant: "72f00000-0000-4000-8000-000000000001",
        subscription: id,
        subscription_name: name,
    });
    let file = home.write_saved(&saved.collect::<Vec<_>>());
    let from = ["--from", file.to_str().unwrap()];
    let told = |ran: &Ran, document: &serde_json::Value| {
        let remarks = document["remarks"].as_array().unwrap();
        let printed = format!("{}{}", ran.stdout, ran.stderr);
        for [one, other] in pairs {
            let of_both = remarks.iter().filter_map(|remark| remark.as_str()).filter(|remark| {
                remark.contains(&format!("\"{one}\"")) && remark.contains(&format!("\"{other}\""))
            });
            let of_both: Vec<&str> = of_both.collect();
            assert_eq!(of_both.len(), 1, "{one} {other}: {remarks:?}");
            assert!(printed.contains(of_both[0]), "{printed}");
        }
    };
    let run = |args: &[&str]| home.run(&[args, &from].concat()).expect(0);
    told(&run(&["migrate", "plan"]), &run(&["migrate", "plan", "-o", "json"]).json());
    told(
        &run(&["migrate", "run", "--yes"]),
        &run(&["migrate", "run", "--yes", "-o", "json"]).json(),
    );
    home.run(&["migrate", "verify"]).expect(0);
    let list = home.json(&["context", "list"]);
    let names = list["contexts"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap());
    let wanted: BTreeSet<&str> = pairs.iter().flatten().copied().collect();
    assert_eq!(names.collect::<BTreeSet<_>>(), wanted);
}

/// On a machine that speaks Turkish `I` is no `i`: its two names are two contexts, one with a number.
#[test]
fn names_that_a_culture_takes_for_two_are_kept_and_told() {
    let home = Home::with_vault();
    let saved = [
        ("INFRA", "5b000000-0000-4000-8000-000000000001"),
        ("infra", "5b000000-0000-4000-8000-000000000002"),
    ]
    .map(|(name, id)| Saved {
        name,
        account: "ada@contoso.example",
        tenant: "72f00000-0000-4000-8000-000000000001",
        subscription: id,
        subscription_name: name,
    });
    let file = home.write_saved(&saved);
    let from = ["--from", file.to_str().unwrap()];
    let plan = home.json(&[&["migrate", "plan"][..], &from].concat());
    let remarks = plan["remarks"].to_string();
    assert!(remarks.contains(r#"\"infra\" is kept as \"infra (2)\""#), "{remarks}");
    home.run(&[&["migrate", "run", "--yes"][..], &from].concat()).expect(0);
    home.run(&["migrate", "verify"]).expect(0);
    let list = home.json(&["context", "list"]);
    let ids = list["contexts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| c["subscription"]["id"].as_str().unwrap());
    assert_eq!(ids.collect::<BTreeSet<_>>().len(), 2);
}
