//! What shells complete: names of the vault while it is unlocked, and never the name of a file.

use std::process::Command;

use azvault_test_support::{Home, azvault, find, ran};

fn completed(home: &Home, words: &[&str]) -> Vec<String> {
    let line = [&["complete", "--shell", "bash", "--", "azvault"], words].concat();
    let mut command = home.command(&line);
    // Nothing but the agent has the keys.
    command.env_remove("AZVAULT_PASSPHRASE_FILE").env("PATH", "/usr/bin:/bin");
    let found = ran(command.output().unwrap()).expect(0);
    assert_eq!(found.stderr, "");
    found.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn names_of_the_vault_are_completed_while_it_is_unlocked() {
    let home = Home::with_contexts();
    std::fs::write(home.join("prod-file"), "").unwrap();
    let secret = home.json(&["secret", "list"])["secrets"][0]["id"].as_str().unwrap().to_owned();
    let migration =
        home.json(&["migrate", "list"])["migrations"][0]["id"].as_str().unwrap().to_owned();
    let lines: [(&[&str], &[&str]); 12] = [
        (&["use", "pr"], &["prod"]),
        (&["exec", "PR"], &["prod"]),
        (&["shell", "g"], &["gov"]),
        (&["context", "show", "c"], &["cert", "ci"]),
        (&["context", "remove", "gov", "p"], &["prod"]),
        (&["--context", "de"], &["dev"]),
        (&["disconnect", "--context-name", "sh"], &["shared"]),
        (&["disconnect", "--account", "al"], &["alex@fabrikam.example"]),
        (&["secret", "show", &secret[..5]], &[&secret]),
        (&["migrate", "clean", &migration[..5]], &[&migration]),
        (&["use", "nothing"], &[]),
        (&["shell", ""], &["cert", "ci", "dev", "gov", "prod", "shared", "tenant"]),
    ];
    for (words, _) in &lines {
        let found = completed(&home, words);
        assert!(found.iter().all(|own| own.starts_with('-')), "locked: {words:?} {found:?}");
    }
    home.run(&["unlock"]).expect(0);
    for (words, wanted) in lines {
        let mut found = completed(&home, words);
        found.sort();
        assert_eq!(found, wanted, "{words:?}");
    }
}

#[test]
fn commands_options_and_resources_need_no_vault() {
    let home = Home::empty();
    for (words, wanted) in [
        (&["context", "rem"][..], "remove"),
        (&["context", "list", "--wi"], "--wide"),
        (&["token", "--resource", "gra"], "graph"),
        (&["exec", "ci", "--", "base64"], "base64"),
        (&["-o", "ya"], "yaml"),
    ] {
        let found = completed(&home, words);
        assert!(found.iter().any(|own| own == wanted), "{words:?} {found:?}");
    }
    for words in [&["use", ""][..], &["secret", "show", ""], &["context", "remove", "x", ""]] {
        let found = completed(&home, words);
        assert!(found.iter().all(|own| own.starts_with('-')), "{words:?} {found:?}");
    }
}

#[test]
fn bash_completes_a_name_with_blanks_as_one_word() {
    let home = Home::with_files("azure-powershell/homes/az-modern-linux-plaintext");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let script = r#"
        eval "$(azvault completions bash)"
        try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _azvault_complete; printf '%s\n' "${COMPREPLY[@]}"; }
        try azvault use 'Fabrikam\ S'
        try azvault use "'Fabrikam S"
        try azvault context sel
        touch 'Fabrikam-file'
        try azvault use Fabrikam-
    "#;
    let mut command = home.script(script);
    let shown = ran(command.output().unwrap()).expect(0).stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].starts_with("Fabrikam\\ Shared\\ \\(5b000000"), "{shown}");
    assert!(lines[1].starts_with("Fabrikam Shared (5b000000"), "{shown}");
    assert_eq!(lines[2..], ["select", ""], "{shown}");
}

#[test]
fn other_shells_read_their_scripts() {
    let home = Home::empty();
    std::fs::write(home.join("i.nu"), home.run(&["shell-init", "nu"]).expect(0).stdout).unwrap();
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", azvault().parent().unwrap().display());
    for (shell, args, wanted) in [
        (
            "zsh",
            &[
                "-c",
                "autoload -Uz compinit; compinit -u -D; source =(azvault completions zsh); echo $_comps[azvault]",
            ][..],
            "_azvault",
        ),
        (
            "fish",
            &["-c", "azvault completions fish | source; complete -C 'azvault context sel'"],
            "select",
        ),
        (
            "nu",
            &[
                "-n",
                "-c",
                "source i.nu; nu-complete azvault [azvault context sel] | get value | to text",
            ],
            "select",
        ),
    ] {
        let Some(program) = find(shell) else { continue };
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", &path)
            .env("AZVAULT_NO_AGENT", "1");
        let shown = ran(command.current_dir(home.path()).args(args).output().unwrap());
        assert!(shown.stdout.contains(wanted), "{shell}: {} {}", shown.stdout, shown.stderr);
    }
}
