//! Where people work: which verbs work there, which refuse, with which message. The table of
//! `docs/surroundings.md` is what is run.

mod folder;
mod reuse;
mod shells;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use self::world::World;
use azvault_test_support::{has, is_root, not_run};

/// The verbs, by their headings in the table, and what is typed for each.
const VERBS: [(&str, &str); 8] = [
    ("status", "azvault status"),
    ("prompt", "azvault prompt"),
    ("context list", "azvault --passphrase-file $pass context list"),
    ("unlock", "azvault --passphrase-file $pass unlock"),
    (
        "exec, shell",
        "azvault --passphrase-file $pass exec fab -- azvault prompt &&
         SHELL=/bin/true azvault --passphrase-file $pass shell fab",
    ),
    (
        "--no-agent exec",
        "azvault --no-agent --passphrase-file $pass exec fab -- sh -c '[ -d $AZURE_CONFIG_DIR ] &&
         [ \"$(azvault --no-agent --passphrase-file $0 prompt)\" = \"fab*\" ]' $pass",
    ),
    ("use", "azvault --passphrase-file $pass use fab"),
    (
        "shell-init, use",
        "eval \"$(azvault shell-init bash)\"; azvault -q --passphrase-file $pass use fab &&
         [ \"$(azvault --passphrase-file $pass prompt)\" = 'fab*' ]",
    ),
];

/// Surroundings, what a shell does to be in them, and the program that is needed for it. `$try` is a
/// script that tries all verbs, to be run there.
const SURROUNDINGS: [(&str, &str, Option<&str>); 16] = [
    ("login", "export XDG_RUNTIME_DIR=/tmp/run; mkdir -m 700 /tmp/run; bash $try", None),
    // A user whom only this world knows, with the same vault.
    (
        "su -",
        "cp /etc/passwd /tmp/passwd; echo 'azv:*:4242:4242::/mnt/azv:/bin/bash' >>/tmp/passwd
         mount --bind /tmp/passwd /etc/passwd; cp -a /mnt/home /mnt/azv; chown -R 4242:4242 /mnt/azv
         chmod 755 /mnt/home; export AZVAULT_SESSION=0000000000000001.root
         su - azv -c \"PATH=/mnt/bin:\\$PATH; bash $try\" 2>&1 | grep -a '|'",
        Some("su"),
    ),
    ("cron", "env -i HOME=$HOME SHELL=/bin/sh PATH=$PATH setsid -w sh -c \"bash $try\"", None),
    // No folder for users, in an own namespace of processes, as in an image without a login.
    ("container", "[ -d /run/user ] && mount -t tmpfs none /run; HOME=$HOME bash $try", None),
    (
        "XDG_RUNTIME_DIR of 140 bytes",
        "export XDG_RUNTIME_DIR=/tmp/$(printf 'x%.0s' {1..135}); mkdir -m 700 $XDG_RUNTIME_DIR
         bash $try; rmdir $XDG_RUNTIME_DIR || echo 'it was used'",
        None,
    ),
    (
        "XDG_RUNTIME_DIR of mode 0755",
        "export XDG_RUNTIME_DIR=/tmp/run; mkdir -m 755 /tmp/run; bash $try; rmdir /tmp/run || echo used",
        None,
    ),
    (
        "XDG_RUNTIME_DIR of another user",
        "export XDG_RUNTIME_DIR=/tmp/run; mkdir -m 700 /tmp/run; chown 4242 /tmp/run
         bash $try; rmdir /tmp/run || echo used",
        Some("root"),
    ),
    ("XDG_RUNTIME_DIR does not exist", "export XDG_RUNTIME_DIR=/tmp/run; bash $try", None),
    (
        "no folder at all",
        "mkdir -m 700 /tmp/azvault-$(id -u); chown 4242 /tmp/azvault-$(id -u); bash $try",
        Some("root"),
    ),
    ("nohup, its shell alive", "$session nohup bash $try 2>/dev/null", None),
    (
        "nohup, its shell ended",
        "bash -c \"$session (trap '' HUP; sleep 0.3; bash $try >out; touch done) & true\"; $wait",
        None,
    ),
    (
        "setsid -f",
        "$session setsid -f sh -c \"bash $try >out; touch done\"; $wait",
        None,
    ),
    (
        "tmux, its shell alive",
        "$session tmux -L t -f /dev/null new-session -d \"bash $try >out; touch done\"; $wait",
        Some("tmux"),
    ),
    (
        "tmux, its shell ended",
        "bash -c \"$session tmux -L t -f /dev/null new-session -d\"
         tmux -L t new-window \"bash $try >out; touch done\"; $wait",
        Some("tmux"),
    ),
    (
        "screen, its shell ended",
        "mkdir -m 755 -p /run/screen; bash -c \"$session screen -d -m bash -c 'sleep 0.3; bash $try >out; touch done'\"
         $wait",
        Some("screen"),
    ),
    ("after panic", "$session azvault --passphrase-file $pass -q panic >/dev/null; bash $try", None),
];

/// The table: what is expected of each verb, by surroundings.
fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/surroundings.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, page) = page.split_once("## What works where").unwrap();
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = page.lines().filter(|line| line.starts_with('|')).map(cells);
    let headings = lines.next().unwrap();
    let rows = lines.skip(1).map(|row| {
        assert_eq!(row.len(), headings.len(), "{row:?}");
        let cells = headings.iter().cloned().zip(row.iter().cloned()).skip(1);
        (row[0].clone(), cells.collect())
    });
    rows.collect()
}

/// A script that tries each verb in a shell of its own with the same environment, and says
/// `|verb|code|stderr`. Its children end with it: no verb sees what another one left.
fn try_all() -> String {
    let mut script =
        "pass=/mnt/home/passphrase; [ -O $pass ] || pass=$HOME/passphrase\n".to_owned();
    for (name, typed) in VERBS {
        let typed = typed.replace('\'', r"'\''");
        script.push_str(&format!(
            "said=$(pass=$pass bash -c '{typed}' 2>&1 >/dev/null </dev/null); code=$?
             echo \"|{name}|$code|${{said//$'\\n'/ }}\"\n"
        ));
    }
    script
}

#[test]
fn every_verb_does_in_every_surrounding_what_the_page_says() {
    let Some(world) = World::new() else { return };
    let table = table();
    let known: Vec<&str> = SURROUNDINGS.iter().map(|(name, ..)| *name).collect();
    let written: Vec<&str> = table.keys().map(String::as_str).collect();
    assert!(known.iter().all(|name| written.contains(name)) && known.len() == written.len());
    let mut cells = 0;
    for (name, script, needed) in SURROUNDINGS {
        match needed {
            Some("root") if !is_root() => not_run(&format!("{name}: only root can do that")),
            Some("su") if !is_root() => not_run(&format!("{name}: only root becomes another user")),
            Some(program) if program != "root" && !has(program) => {}
            _ => cells += run(&world, name, script, &table[name]),
        }
    }
    println!("checked: {cells} cells of {} surroundings", SURROUNDINGS.len());
}

fn run(world: &World, name: &str, script: &str, expected: &BTreeMap<String, String>) -> usize {
    let prelude = format!(
        "rm -f done out; cat >/mnt/try <<'END'\n{}END\n\
         try=/mnt/try; pass=/mnt/home/passphrase\n\
         {}\n",
        try_all(),
        match script.contains("$session") {
            true => "export XDG_RUNTIME_DIR=/tmp/login; mkdir -m 700 /tmp/login",
            false => "",
        }
    );
    let session = "azvault --passphrase-file $pass -q unlock >/dev/null 2>&1; \
                   eval \\\"\\$(azvault session start --leader \\$\\$)\\\"; azvault -q use sp >/dev/null;";
    let wait = "while ! [ -e done ]; do sleep 0.05; done; cat out";
    // Within quotes of another shell, and at the top.
    let quoted = script.replace("\"$session", &format!("\"{session}")).replace("$wait", wait);
    let top = session.replace("\\\"", "\"").replace("\\$", "$");
    let ran = world.bash(&format!("{prelude}{}", quoted.replace("$session", &top)));
    let mut seen = BTreeMap::new();
    for line in ran.stdout.lines().filter(|line| line.starts_with('|')) {
        let parts: Vec<&str> = line.splitn(4, '|').collect();
        seen.insert(parts[1].to_owned(), (parts[2].to_owned(), parts[3].to_owned()));
    }
    for (verb, wanted) in expected {
        let case = format!("{name}: {verb}: {seen:?}\n{}", ran.stderr);
        let (code, said) = seen.get(verb).unwrap_or_else(|| panic!("{case}{}", ran.stdout));
        let (number, words) = wanted.split_once(' ').unwrap_or((wanted, ""));
        assert_eq!(code, number, "{case}");
        assert!(said.contains(words), "{case}");
        if verb == "prompt" || (verb == "status" && expected["prompt"] == "0") {
            assert_eq!(said, "", "{case}");
        }
        // One line, where a handle was dropped, and none elsewhere.
        let dropped = usize::from(verb == "shell-init, use" && expected["prompt"] == "4");
        assert_eq!(said.matches("session dropped: ").count(), dropped, "{case}");
    }
    assert!(!ran.stdout.contains("used"), "{name}: {}", ran.stdout);
    expected.len()
}
