//! With `-o json` every verb prints one document, and a failure prints none.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::json_shapes;
use crate::world::cut_off;
use azvault_test_support::{CHEAP, Home, Ran, copy_folder, fixture, ran};
use serde_json::Value;

/// Verbs that print something else than a document: a script, a page, what a program prints.
const OTHERS: [&str; 6] = ["completions", "man", "shell-init", "shell", "exec", "azvault"];

/// Verbs whose documents are tested where the verbs are.
const ELSEWHERE: [&str; 22] = [
    "harden",
    "context save",
    "context import",
    "token",
    "connect",
    "key add keyring",
    "key create-principal",
    "doctor",
    "context share",
    "context unshare",
    "team create",
    "team invite",
    "team join",
    "team confirm",
    "team sync",
    "team status",
    "team members",
    "team remove",
    "team rotate",
    "team history",
    "team database",
    "team leave",
];

/// Verbs of the page of the command line, nouns alone left out.
fn verbs() -> BTreeSet<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cli.md");
    let page = fs::read_to_string(page).unwrap();
    let mut verbs: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## azvault ").map(str::to_owned))
        .collect();
    let nouns: Vec<_> =
        verbs.iter().filter_map(|verb| Some(verb.rsplit_once(' ')?.0.to_owned())).collect();
    for noun in nouns {
        // `migrate` is a verb too.
        if noun != "migrate" {
            verbs.remove(&noun);
        }
    }
    verbs
}

#[track_caller]
fn document(ran: Ran, what: &str) -> Value {
    assert_eq!(ran.code, 0, "{what}: {}{}", ran.stdout, ran.stderr);
    let documents = ran.jsons();
    assert_eq!(documents.len(), 1, "{what}: {:?}", ran.stdout);
    assert_eq!(documents[0]["schema"], 1, "{what}");
    assert_eq!(ran.stdout.lines().count(), 1, "{what}");
    documents.into_iter().next().unwrap()
}

/// Of age's own examples; nobody has its identity.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

#[test]
fn every_verb_prints_one_document() {
    let home = Home::with_contexts();
    let session = home.session();
    let list = home.json(&["secret", "list"]);
    let secret = list["secrets"][0]["id"].as_str().unwrap();
    let migrations = home.json(&["migrate", "list"]);
    let migration = migrations["migrations"][0]["id"].as_str().unwrap();
    let own = std::process::id().to_string();
    let other = home.join("other.db");
    let other = ["--vault", other.to_str().unwrap(), "--no-recovery"];
    let init = [&["init"], &other[..], &CHEAP].concat();
    let new = home.secret_file("new", "another passphrase of four words\n");
    let from = [&["--new-passphrase-file", new.as_str()], &CHEAP[..]].concat();
    let add_passphrase = [&["key", "add", "passphrase"], &from[..]].concat();
    let add_key_file = [&["key", "add", "key-file", "key file"], &from[..]].concat();
    let change = [&["key", "passphrase", "1"], &CHEAP[..]].concat();
    let empty = home.join("empty");
    fs::create_dir(&empty).unwrap();
    let more = home.join("more");
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), &more);
    let more = more.to_str().unwrap();
    let mut seen = BTreeSet::new();
    let verbs = verbs();
    let mut documents: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for args in [
        &init[..],
        &["unlock"],
        &["endpoint", "--for-process", &own, "--all"],
        &["grant", "list"],
        &["team", "list"],
        &["team", "schema"],
        &["grant", "revoke", "--all"],
        &["status"],
        &["scan", empty.to_str().unwrap()],
        &["migrate", "plan"],
        &["migrate", "run", "--yes"],
        &["migrate", "verify"],
        &["migrate", "list"],
        &["migrate", "show", migration],
        &["context", "list"],
        &["context", "show"],
        &["subscription", "list"],
        &["context", "show", "gov"],
        &["context", "select", "gov"],
        &["context", "set", "own", "--tenant", "t"],
        &["context", "rename", "own", "mine"],
        &["context", "rename", "mine", "mine"],
        &["context", "remove", "mine", "--dry-run"],
        &["context", "remove", "mine", "--yes"],
        &["context", "select", "gov", "--scope", "user"],
        &["use", "ci"],
        &["use", "-"],
        &["open", "--print"],
        &["autosave", "show"],
        &["autosave", "disable"],
        &["autosave", "enable"],
        &["autosave", "disable", "--scope", "process"],
        &["autosave", "enable", "--scope", "process"],
        &["session", "start"],
        &["session", "show"],
        &["prompt"],
        &["az-shim", "install", "--dir", "bin"],
        &["az-shim", "remove", "--dir", "bin"],
        &["keep-names", "azure-cli"],
        &["keep-names", "azure-cli", "--remove"],
        &["secret", "list"],
        &["secret", "list", "--reveal"],
        &["secret", "show", secret],
        &["secret", "show", secret, "--reveal"],
        &["key", "list"],
        &add_passphrase,
        &add_key_file,
        &["key", "add", "recovery", "--recovery-file", "code"],
        &["key", "add", "raw", "raw"],
        &["key", "add", "age", RECIPIENT],
        &["key", "list"],
        &["key", "remove", "2", "--yes"],
        &change,
        &["key", "rotate", "--yes", "--recovery-file", "fresh"],
        &["audit", "log"],
        &["audit", "verify"],
        &["policy", "show"],
        &["policy", "check"],
        &["verify"],
        &["verify", "--quick"],
        &["backup", "create", "mine.db"],
        &["backup", "list"],
        &["backup", "restore", "mine.db", "--force"],
        &["migrate", "clean", "--dry-run"],
        &["migrate", "clean", "--yes"],
        &["migrate", "clean", "--yes"],
        &["migrate", "rollback", "--yes"],
        &["migrate", "rollback", "--yes"],
        &["migrate", "forget", migration, "--yes"],
        &["migrate", "forget", migration, "--yes"],
        &["migrate"],
        &["disconnect", "--context-name", "gov", "--yes"],
        &["context", "clear", "--dry-run"],
        &["context", "clear", "--yes"],
        &["context", "clear", "--yes"],
        &["context", "list"],
        &["secret", "list"],
        &["prompt"],
        &["status"],
        &["migrate", "plan", "--short-names", "--from", more],
        &["migrate", "run", "--yes", "--short-names", "--from", more],
        &["context", "list"],
        &["context", "show", "contoso-dev"],
        &["context", "rename", "contoso-dev", "own", "--scope", "user"],
        &["context", "mark", "own", "--production", "--scope", "user"],
        &["context", "list"],
        &["context", "show", "own"],
        &["context", "select", "own", "--scope", "process"],
        &["prompt"],
        &["status"],
        &["context", "mark", "own", "--no-production", "--scope", "user"],
        &["lock"],
        &["session", "end"],
    ] {
        // Before the verb and behind it.
        let told = document(session.run(&[args, &["-o", "json"]].concat()), &args.join(" "));
        let beginnings = (1..=args.len().min(3)).map(|words| args[..words].join(" "));
        let verb = beginnings.clone().rfind(|words| verbs.contains(words));
        documents.entry(verb.unwrap_or_else(|| args.join(" "))).or_default().push(told);
        seen.extend(beginnings);
    }
    // Every process of this user is meant by it: here it sees none but those of this home.
    let panic = cut_off(&session.command(&["panic", "-o", "json"])).output().unwrap();
    documents.insert("panic".to_owned(), vec![document(ran(panic), "panic")]);
    seen.insert("panic".to_owned());
    let known = |verb: &String| {
        let word = verb.split(' ').next().unwrap();
        seen.contains(verb) || OTHERS.contains(&word) || ELSEWHERE.contains(&verb.as_str())
    };
    json_shapes::hold(&documents);
    let missing: Vec<_> = verbs.into_iter().filter(|verb| !known(verb)).collect();
    assert!(missing.is_empty(), "no document of {missing:?} is looked at");
}

#[test]
fn the_variable_and_the_option_before_the_verb_do_the_same() {
    let home = Home::with_contexts();
    document(home.run(&["-o", "json", "context", "list"]), "before");
    let mut command = home.command(&["context", "list"]);
    document(ran(command.env("AZVAULT_OUTPUT", "json").output().unwrap()), "variable");
}

#[test]
fn a_failure_prints_no_document() {
    let home = Home::with_contexts();
    for (args, code) in [
        (&["context", "show", "nobody"][..], 5),
        (&["context", "remove", "prod"], 14),
        (&["context", "rename", "gov", "ci"], 9),
        (&["use", "gov"], 7),
        (&["secret", "show", "0000000000000001"], 5),
        (&["session", "show"], 5),
        (&["context", "list", "--context", "nobody"], 5),
        (&["audit", "log", "-n", "x"], 2),
        (&["backup", "restore", "gone.db"], 9),
        (&["backup", "list", "gone"], 5),
    ] {
        let failed = home.run(&[args, &["-o", "json"]].concat()).expect(code);
        assert_eq!(failed.stdout, "", "{args:?}");
        assert!(!failed.stderr.is_empty(), "{args:?}");
    }
}
