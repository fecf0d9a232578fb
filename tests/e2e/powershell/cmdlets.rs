//! Every command has its cmdlet, with a parameter for each option that the module uses, and answers
//! what the cmdlet's objects are made of.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{facts, functions, member, module, root, strings, table};
use crate::azure::Azure;
use azvault_test_support::Home;

/// Commands without a cmdlet, and why.
const WITHOUT: [(&str, &str); 35] = [
    ("az-shim install", "for shells: in PowerShell a function is enough"),
    ("az-shim remove", "for shells"),
    ("az-shim status", "for shells"),
    ("harden", "a credential is replaced once, in any shell"),
    ("key create-principal", "a key is made once, in any shell"),
    ("keep-names", "it is done once, and the module needs none: Connect-AzVault"),
    ("completions", "what a shell is given once"),
    ("context share", "a team is set up once, in any shell"),
    ("context unshare", "the same"),
    ("endpoint", "Connect-AzVault opens it for this process"),
    ("grant list", "commands of `exec` and `shell`, which shells start"),
    ("grant revoke", "the same"),
    ("man", "Get-Help"),
    ("prompt", "text for the prompt of a shell"),
    ("session check", "the module does it"),
    ("session end", "the session of a PowerShell ends with it"),
    ("session needed", "the module knows"),
    ("session show", "Get-AzVaultStatus"),
    ("session start", "the module does it"),
    ("shell", "a PowerShell is one"),
    ("shell-init", "what a shell is given once"),
    ("team confirm", "a team is set up once, in any shell"),
    ("team create", "the same"),
    ("team database", "the same"),
    ("team history", "the same"),
    ("team invite", "the same"),
    ("team join", "the same"),
    ("team leave", "the same"),
    ("team list", "the same"),
    ("team members", "the same"),
    ("team remove", "the same"),
    ("team rotate", "the same"),
    ("team schema", "what an administrator is given once"),
    ("team status", "a team is set up once, in any shell"),
    ("team sync", "the same"),
];

/// Options that no parameter is called by: what the module answers or says itself.
const OF_THE_MODULE: [&str; 7] =
    ["access-token-fd", "dry-run", "inherit", "leader", "scope", "secret-fd", "yes"];

/// The commands, from the page that the binary writes: those below which there are no others, and
/// the groups.
fn commands() -> (BTreeSet<String>, BTreeSet<String>) {
    let page = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let all: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## azvault "))
        .map(str::to_owned)
        .collect();
    let is_group = |verb: &String| all.iter().any(|other| other.starts_with(&format!("{verb} ")));
    let (groups, verbs) = all.iter().cloned().partition(is_group);
    (verbs, groups)
}

#[test]
fn every_command_has_its_cmdlet() {
    let (verbs, groups) = commands();
    assert!(verbs.len() > 50, "{verbs:?}");
    let exported: BTreeSet<String> =
        functions().into_iter().filter(|(_, f)| f["help"] != "").map(|(name, _)| name).collect();
    let cmdlets = table("Cmdlets");
    for (verb, cmdlet) in &cmdlets {
        assert!(verbs.contains(verb) || groups.contains(verb), "there is no command {verb}");
        let cmdlet = cmdlet.as_str().unwrap().split(' ').next().unwrap();
        assert!(exported.contains(cmdlet), "{verb}: there is no {cmdlet}");
    }
    for verb in &verbs {
        let known = cmdlets.contains_key(verb)
            // One cmdlet for all ways to unlock.
            || verb.starts_with("key add ")
            || WITHOUT.iter().any(|(without, _)| without == verb);
        assert!(known, "{verb} has no cmdlet: Tables.ps1, or say here why not");
    }
    for name in &exported {
        let named = |value: &Value| value.as_str().unwrap().split(' ').next() == Some(name);
        let of_az = ["Connect-AzVault", "Disconnect-AzVault"].contains(&name.as_str());
        assert!(of_az || cmdlets.values().any(named), "{name} is in no row of Cmdlets");
    }
}

#[test]
fn each_option_is_one_of_the_command_and_a_parameter_of_the_cmdlet() {
    let home = Home::empty();
    let words = table("ParameterWords");
    let mut seen = 0;
    for (name, function) in functions() {
        let mut parameters = strings(&function["parameters"]);
        parameters.extend(strings(&function["aliases"]));
        for call in function["calls"].as_array().unwrap() {
            let verb: Vec<&str> = call["verb"].as_str().unwrap().split(' ').collect();
            let help = home.run(&[&verb[..], &["--help"]].concat()).expect(0).stdout;
            let global = home.run(&["--help"]).expect(0).stdout;
            for option in call["options"].as_object().unwrap().keys() {
                let typed = |text: &str| {
                    text.lines().any(|line| {
                        let line = line.trim_start().trim_start_matches("-y, ");
                        let line = line.trim_start_matches("-n, ");
                        line.strip_prefix("--")
                            .is_some_and(|rest| rest.split([' ', '=']).next() == Some(option))
                    })
                };
                assert!(typed(&help) || typed(&global), "{name}: {verb:?} has no --{option}");
                seen += 1;
                if function["help"] == "" || OF_THE_MODULE.contains(&option.as_str()) {
                    continue;
                }
                let pascal: String = option
                    .split('-')
                    .map(|part| part[..1].to_ascii_uppercase() + &part[1..])
                    .collect();
                let parameter = words.get(&pascal).and_then(Value::as_str).unwrap_or(&pascal);
                // The context that a command acts on is that of the cmdlet, whatever it calls it.
                let found = parameters.contains(parameter) || parameters.contains(&pascal);
                assert!(found, "{name} has no -{parameter} for --{option}");
            }
        }
    }
    assert!(seen > 80, "{seen}");
}

/// Options that a cmdlet has no word of its own for, and why.
const WITHOUT_A_PARAMETER: [(&str, &[&str]); 7] = [
    // Of every command.
    ("", &["help", "version"]),
    // -Force and -Confirm, each the same as --yes; -WhatIf; descriptors are for shells.
    (
        "",
        &["yes", "force", "dry-run", "new-passphrase-fd", "secret-fd", "pin-fd", "access-token-fd"],
    ),
    // A value is shown by id; -Integrity is the full check; the anchor is a property.
    ("", &["reveal", "full", "anchor"]),
    // A value is a SecureString.
    ("", &["copy", "copy-for"]),
    // No terminal is drawn on.
    ("connect", &["no-qr"]),
    // Objects have every member.
    ("", &["wide"]),
    // New-AzVault makes the vault.
    ("migrate", &["recovery-file", "no-recovery", "from", "default", "short-names"]),
];

#[test]
fn every_option_of_a_command_is_in_its_cmdlet() {
    let home = Home::empty();
    let exec = fs::read_to_string(root().join("powershell/AzVault/Command.ps1")).unwrap();
    let functions = functions();
    let mut seen = 0;
    for verb in table("Cmdlets").keys() {
        let words: Vec<&str> = verb.split(' ').collect();
        let help = home.run(&[&words[..], &["--help"]].concat()).expect(0).stdout;
        let own = help.split("Global options:").next().unwrap();
        let used: BTreeSet<String> = functions
            .iter()
            .flat_map(|(_, function)| function["calls"].as_array().unwrap().clone())
            .filter(|call| call["verb"] == **verb)
            .flat_map(|call| {
                call["options"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
            })
            .collect();
        for line in own.lines().filter(|line| line.starts_with("  ")) {
            let line = line.trim_start();
            let line = line.get(4..).filter(|_| line.get(2..4) == Some(", ")).unwrap_or(line);
            let Some(option) = line.strip_prefix("--") else { continue };
            let option = option.split([' ', '=', '.']).next().unwrap();
            let is_known = used.contains(option)
                || (verb == "exec" && exec.contains(&format!("--{option}")))
                || WITHOUT_A_PARAMETER.iter().any(|(of, options)| {
                    (of.is_empty() || of == verb) && options.contains(&option)
                });
            assert!(is_known, "{verb} --{option} is no parameter of its cmdlet");
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen}");
}

#[test]
fn objects_have_what_the_binary_answers() {
    let azure = Azure::with(&["good-shapes.example"]);
    let backup = azure.home.join("backup.db");
    azure.run(&["backup", "create", backup.to_str().unwrap()]).expect(0);
    let shapes = table("Shapes");
    let folder = azure.home.path().to_str().unwrap().to_owned();
    let show = azure.run(&["migrate", "list", "-o", "json"]).expect(0).json();
    let id = show["migrations"][0]["id"].as_str().unwrap();
    let (contexts, made) = (azure.home.join("contexts.json"), azure.home.join("another.db"));
    let contexts = contexts.to_str().unwrap();
    for (shape, command, place) in [
        ("AzVault.WideSecret", &["secret", "list", "--wide"][..], "/secrets/0"),
        ("AzVault.Account", &["disconnect", "--all", "--dry-run"], "/accounts/0"),
        ("AzVault.Autosave", &["autosave", "show"], ""),
        ("AzVault.Subscription", &["subscription", "list"], "/subscriptions/0"),
        ("AzVault.Leftover", &["scan", contexts], "/findings/0"),
        ("AzVault.MigrationPlan", &["migrate", "plan", "--from", contexts], ""),
        ("AzVault.Imported", &["migrate", "run", "--yes", "--from", contexts], ""),
        ("AzVault.Migration", &["migrate", "list"], "/migrations/0"),
        ("AzVault.MigratedFile", &["migrate", "show", id], "/sources/0"),
        ("AzVault.Comparison", &["migrate", "verify"], ""),
        ("AzVault.Cleaned", &["migrate", "clean", "--dry-run"], ""),
        ("AzVault.Check", &["doctor"], "/checks/0"),
        ("AzVault.Integrity", &["verify"], ""),
        ("AzVault.AuditEntry", &["audit", "log"], "/entries/0"),
        ("AzVault.BackupFile", &["backup", "list", &folder], "/backups/0"),
        ("AzVault.Key", &["key", "list"], "/keys/0"),
        ("AzVault.Vault", &["--vault", made.to_str().unwrap(), "init", "--no-recovery"], ""),
    ] {
        let ran = azure.run(&[command, &["-o", "json", "--no-input"]].concat());
        assert!([0, 10].contains(&ran.code), "{command:?}: {}", ran.stderr);
        let document = ran.json();
        let object = document.pointer(place).unwrap_or_else(|| panic!("{place} in {document}"));
        for (property, path) in shapes[shape].as_object().unwrap() {
            let path = path.as_str().unwrap();
            assert!(member(object, path).is_some(), "{shape}.{property}: {path} in {object}");
        }
    }
}

#[test]
fn what_windows_powershell_lacks_is_used_where_the_page_says_and_in_no_profile() {
    let init = ["init", "az"]
        .map(|script| root().join(format!("crates/cli/src/commands/shell_init/{script}.ps1")));
    for (file, facts) in init.iter().zip(facts(&init)) {
        assert_eq!(strings(&facts["newer"]), BTreeSet::new(), "{}", file.display());
    }
    let module: BTreeSet<String> =
        facts(&module()).iter().flat_map(|facts| strings(&facts["newer"])).collect();
    let page = fs::read_to_string(root().join("docs/powershell.md")).unwrap();
    let (_, listed) = page.split_once("Windows PowerShell 5.1 lacks").unwrap();
    let (listed, _) = listed.split_once("azvault").unwrap();
    let listed: BTreeSet<String> =
        listed.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(module, listed);
}

#[test]
fn types_and_views_have_the_properties_of_the_objects() {
    let types = fs::read_to_string(root().join("powershell/AzVault/AzVault.Types.ps1xml")).unwrap();
    let views =
        fs::read_to_string(root().join("powershell/AzVault/AzVault.Format.ps1xml")).unwrap();
    for (shape, properties) in table("Shapes") {
        let (_, of_type) = types.split_once(&format!("<Name>{shape}</Name>")).expect(&shape);
        let (of_type, _) = of_type.split_once("</Type>").unwrap();
        assert!(views.contains(&format!("<TypeName>{shape}</TypeName>")), "{shape} has no view");
        for property in properties.as_object().unwrap().keys() {
            let line = format!("<NoteProperty><Name>{property}</Name>");
            assert!(of_type.contains(&line), "{shape} is not completed with {property}");
        }
    }
}
