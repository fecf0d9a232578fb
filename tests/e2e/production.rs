//! Contexts that the user marked as production: seen wherever contexts are, and asked about before they go.

use azvault_test_support::{Home, contains, ran};

fn marked() -> Home {
    let home = Home::with_contexts();
    home.run(&["unlock"]).expect(0);
    let mark = ["context", "mark", "prod", "--production", "--scope", "user"];
    assert!(home.run(&mark).expect(0).stdout.contains("is marked as production"));
    home
}

fn mark_of(home: &Home, name: &str) -> serde_json::Value {
    home.json(&["context", "show", name])["mark"].clone()
}

#[test]
fn a_mark_is_sealed_with_the_context_and_stays_through_renames_sign_ins_imports_and_backups() {
    let home = marked();
    let vault = std::fs::read(home.vault()).unwrap();
    assert!(!contains(&vault, b"production"), "it is sealed");
    home.run(&["context", "rename", "prod", "live", "--scope", "user"]).expect(0);
    assert_eq!(mark_of(&home, "live"), "production");
    // A second name of the same identity, and a copy of it, are production as well.
    home.run(&["context", "select", "live", "--scope", "user"]).expect(0);
    home.run(&["context", "set", "again", "--scope", "user"]).expect(0);
    assert_eq!(mark_of(&home, "again"), "production");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    assert_eq!(mark_of(&home, "prod"), "production", "imported once more, under its old name");
    let saved = home.join("saved");
    let pass = home.secret_file("export", "a passphrase of the export itself");
    let saved = saved.to_str().unwrap();
    home.run(&["context", "save", saved, "--export-passphrase-file", &pass]).expect(0);
    home.run(&["context", "clear", "--yes", "--scope", "user"]).expect(0);
    let import = ["context", "import", saved, "--export-passphrase-file", &pass, "--scope", "user"];
    home.run(&import).expect(0);
    assert_eq!(mark_of(&home, "live"), "production");
    assert_eq!(mark_of(&home, "dev"), serde_json::Value::Null);
    home.run(&["context", "mark", "live", "--no-production", "--scope", "user"]).expect(0);
    for name in ["live", "again", "prod"] {
        assert_eq!(mark_of(&home, name), serde_json::Value::Null, "{name}");
    }
    home.run(&["verify"]).expect(0);
    let log = home.json(&["audit", "log"]);
    let verbs = log["entries"].as_array().unwrap().iter();
    assert_eq!(verbs.filter(|entry| entry["verb"] == "context mark").count(), 2);
}

#[test]
fn it_is_red_where_there_is_colour_and_a_word_where_there_is_none() {
    const RED: &str = "\u{1b}[31m";
    let home = marked();
    home.run(&["context", "select", "prod", "--scope", "user"]).expect(0);
    for (args, line) in
        [(&["context", "list"][..], "prod "), (&["status"], "active"), (&["prompt"], "prod")]
    {
        let line_of = |color: &str| {
            let said = home.run(&[&["--color", color], args].concat()).expect(0).stdout;
            let is_it = |text: &&str| console::strip_ansi_codes(text).contains(line);
            said.lines().find(is_it).unwrap().to_owned()
        };
        let (plain, red) = (line_of("never"), line_of("always"));
        assert!(plain.contains("production") && !plain.contains('\u{1b}'), "{plain:?}");
        assert!(red.contains(RED), "{red:?}");
    }
    let other = ran(home.command(&["prompt"]).env("AZVAULT_CONTEXT", "dev").output().unwrap());
    assert_eq!(other.stdout, "dev*\n");
    assert_eq!(home.json(&["prompt"])["mark"], "production");
    assert_eq!(home.json(&["status"])["mark"], "production");
    let shown = home.on_terminal(&[("context", "\u{1b}")], &["context", "select"]).stdout;
    assert!(shown.contains("prod (production)") || shown.contains(RED), "{shown:?}");
}

#[test]
fn what_destroys_it_asks_before_and_is_refused_where_nobody_answers() {
    for args in [
        &["context", "remove", "prod", "--scope", "user"][..],
        &["context", "remove", "dev", "prod", "--scope", "user"],
        &["context", "clear", "--scope", "user"],
        &["disconnect", "--context-name", "prod", "--scope", "user"],
        &["disconnect", "--all", "--scope", "user"],
    ] {
        let home = marked();
        // Another one is the default, so that nothing but the mark is asked about.
        home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
        let count = || home.json(&["context", "list"])["contexts"].as_array().unwrap().len();
        let before = count();
        let refused = home.run(args).expect(14);
        assert!(refused.stderr.contains("\"prod\" is marked as production"), "{}", refused.stderr);
        assert_eq!(count(), before, "{args:?}");
        let asked = home.on_terminal(&[("is marked as production", "n\n")], args);
        assert_ne!(asked.code, 0, "{args:?}");
        assert_eq!(count(), before, "{args:?}");
        let gone = home.run(&[args, &["-y"]].concat()).expect(0);
        assert!(gone.stderr.contains("\"prod\" is marked as production"), "{}", gone.stderr);
        assert!(count() < before, "{args:?}");
    }
    // What is not marked goes as before.
    let home = marked();
    home.run(&["context", "remove", "dev", "--scope", "user"]).expect(0);
    // Nor is there a way around it by the identity's other name.
    home.run(&["context", "select", "prod", "--scope", "user"]).expect(0);
    home.run(&["context", "set", "again", "--scope", "user"]).expect(0);
    home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    home.run(&["context", "remove", "again", "--scope", "user"]).expect(14);
}

/// What `--force` replaces, and what a person who is asked says.
#[test]
fn force_replaces_what_is_marked_only_where_a_person_says_so() {
    let home = marked();
    home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    let subscription = home.json(&["context", "show", "prod"])["subscription"]["id"].clone();
    let is_there = || home.json(&["context", "show", "prod"])["subscription"]["id"] == subscription;
    let rename = ["context", "rename", "dev", "prod", "--force", "--scope", "user"];
    let set = ["context", "set", "prod", "--force", "--scope", "user"];
    for args in [&rename[..], &set] {
        let refused = home.run(args).expect(14);
        refused
            .says("\"prod\" is marked as production")
            .says("azvault context mark NAME --no-production, then the command again");
        assert!(is_there(), "{args:?}");
        let asked = home.on_terminal(&[("marked as production. Replace it", "n\n")], args);
        assert_eq!(asked.code, 3, "{}", asked.stdout);
        assert!(is_there(), "{args:?}");
    }
    home.on_terminal(&[("marked as production. Replace it", "y\n")], &rename).expect(0);
    assert!(!is_there());
    // What the hint says.
    let home = marked();
    home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    home.run(&["context", "mark", "prod", "--no-production", "--scope", "user"]).expect(0);
    home.run(&rename).expect(0);
}
