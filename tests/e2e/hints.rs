//! What an error says to type next. Every hint is found in the sources: each command in it exists, with
//! each of its options; those of the table are run in the situation that prints them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use azvault_test_support::{Home, copy_folder, files_below, fixture, has, root};
use proc_macro2::{TokenStream, TokenTree};

/// The texts that are given to `hint(…)`, with the files they stand in.
fn hints() -> BTreeMap<String, PathBuf> {
    let mut all = BTreeMap::new();
    for path in files_below(&root().join("crates")) {
        let is_source = path.extension().is_some_and(|extension| extension == "rs");
        let name = path.to_str().unwrap();
        if !is_source || name.contains("/tests") || name.contains("/target/") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let tokens: TokenStream = text.parse().unwrap();
        let mut found = Vec::new();
        collect(tokens, &mut found);
        all.extend(found.into_iter().map(|hint| (hint, path.clone())));
    }
    all
}

fn collect(tokens: TokenStream, found: &mut Vec<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else { continue };
        let before = |back: usize| at.checked_sub(back).map(|at| tokens[at].to_string());
        if before(1).as_deref() == Some("tests") {
            continue;
        }
        if before(1).as_deref() == Some("hint") && before(2).as_deref() != Some("fn") {
            found.extend(text(group.stream()));
        }
        collect(group.stream(), found);
    }
}

/// The text in it, also as the first argument of `format!`.
fn text(tokens: TokenStream) -> Option<String> {
    let mut tokens = tokens.into_iter();
    let first = tokens.next()?;
    if first.to_string() == "format" {
        let TokenTree::Group(group) = tokens.nth(1)? else { return None };
        return text(group.stream());
    }
    syn::parse_str::<syn::LitStr>(&first.to_string()).ok().map(|text| text.value())
}

/// The commands of azvault that a hint names: the words behind it, up to where the sentence goes on.
fn commands(hint: &str) -> Vec<Vec<String>> {
    let ends = |word: &str| word.ends_with([',', ';', ':', ')', '"']);
    let mut commands = Vec::new();
    for rest in hint.split("azvault ").skip(1) {
        let mut words = Vec::new();
        for word in rest.split_whitespace() {
            words.push(word.trim_matches([',', ';', ':', ')', '"']).to_owned());
            if ends(word) || word == "--" {
                break;
            }
        }
        commands.push(words);
    }
    commands
}

#[test]
fn each_command_and_option_of_a_hint_exists() {
    let hints = hints();
    assert!(hints.len() > 100, "{}", hints.len());
    let page = fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let sections = page.split("\n## azvault").skip(1).map(|own| own.split_once('\n').unwrap());
    let pages: BTreeMap<&str, &str> = sections.map(|(verb, text)| (verb.trim(), text)).collect();
    let mut seen = 0;
    for (hint, path) in hints {
        for words in commands(&hint) {
            let mut verb = (1..=words.len().min(3)).map(|n| words[..n].join(" "));
            let Some(verb) = verb.rfind(|words| pages.contains_key(words.as_str())) else {
                let first = words.first().map_or("", String::as_str);
                let is_word = first.starts_with(['-', '{']) || first.is_empty();
                assert!(is_word, "{}: {hint}: there is no azvault {words:?}", path.display());
                continue;
            };
            seen += 1;
            let page = format!("{}{}", pages[verb.as_str()], pages[""]);
            for option in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                let name = option.split('=').next().unwrap();
                let forms = [format!("{name} "), format!("{name}\n"), format!("{name}[")];
                let is_option = forms.iter().any(|form| page.contains(form.as_str()));
                assert!(is_option, "{}: {hint}: {verb} has no {name}", path.display());
            }
        }
    }
    assert!(seen > 60, "{seen}");
}

/// A situation: what is typed, its exit code, the hint, what a person types who follows it, and its exit
/// code.
type Situation = (Start, &'static str, i32, &'static str, &'static str, i32);

#[rustfmt::skip]
const SITUATIONS: [Situation; 51] = [
    (Start::Nothing, "azvault context list", 5, "azvault migrate (makes one and moves your sign-ins in), or azvault init", "azvault migrate --no-recovery", 0),
    (Start::Nothing, "azvault context list", 5, "azvault migrate (makes one and moves your sign-ins in), or azvault init", "azvault init --no-recovery", 0),
    (Start::Nothing, "azvault scan", 10, "azvault migrate", "azvault migrate --no-recovery", 0),
    (Start::Nothing, "azvault scan .Azure", 10, "azvault migrate --from .Azure", "azvault migrate --from .Azure --no-recovery", 0),
    (Start::Contexts, "azvault context show nothing", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault exec nothing -- true", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault context list --context nothing", 5, "azvault context list", "azvault context list", 0),
    (Start::Contexts, "azvault context show 'contoso dev'", 5, "type more of the name; azvault context list shows all", "azvault context list", 0),
    (Start::Contexts, "azvault context select", 14, "give its name; azvault context list shows them", "azvault context select gov --scope user", 0),
    (Start::Contexts, "azvault use prod", 7, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault use prod", 0),
    (Start::Contexts, "azvault use -", 7, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault use prod; azvault use gov; azvault use -", 0),
    (Start::Contexts, "azvault session show", 5, "eval \"$(azvault session start)\"", "eval \"$(azvault session start)\"; azvault session show", 0),
    (Start::Contexts, "azvault context rename gov ci --scope user", 9, "add --force to replace it", "azvault context rename gov ci --scope user --force", 0),
    (Start::Contexts, "azvault context remove prod --scope user", 14, "add --yes to answer beforehand", "azvault context remove prod --scope user --yes", 0),
    (Start::Contexts, "azvault context clear --scope user", 14, "add --yes to answer beforehand", "azvault context clear --scope user --yes", 0),
    (Start::Contexts, "azvault context remove gov --scope user --context prod", 7, "eval \"$(azvault session start)\", or leave out --context and AZVAULT_CONTEXT to change the vault", "azvault context remove gov --scope user", 0),
    (Start::Contexts, "azvault disconnect --account nothing --scope user", 5, "azvault context list, and azvault secret list, show the accounts", "azvault context list; azvault secret list", 0),
    (Start::Contexts, "azvault secret show 0000", 5, "azvault secret list", "azvault secret list", 0),
    (Start::Contexts, "azvault migrate show 0000", 5, "azvault migrate list", "azvault migrate list", 0),
    (Start::Contexts, "azvault migrate verify 0000", 5, "azvault migrate list", "azvault migrate list", 0),
    (Start::Contexts, "azvault init", 9, "azvault status, or name another file with --vault FILE", "azvault status && azvault init --vault other.db --no-recovery", 0),
    (Start::Contexts, "azvault key remove 77 --yes", 5, "azvault key list", "azvault key list", 0),
    (Start::Contexts, "azvault --passphrase-file wrong verify", 6, "check the passphrase (or recovery code), and --key-file if the vault has one", "azvault --passphrase-file passphrase verify", 0),
    (Start::Contexts, "azvault migrate run --default nothing --yes", 5, "azvault migrate plan", "azvault migrate plan", 0),
    (Start::Contexts, "azvault context set --subscription nothing --scope user", 5, "give its id, a name of azvault subscription list, or --online to ask Azure", "azvault subscription list && azvault context set --subscription 'Contoso Dev' --scope user", 0),
    (Start::Contexts, "azvault context set --tenant nothing.example --scope user", 5, "give the tenant's id: azvault context list -o json", "azvault context list -o json && azvault context set own --tenant 72f00000-0000-4000-8000-000000000001 --scope user", 0),
    (Start::Contexts, "AZVAULT_CONTEXT= azvault context show", 2, "unset AZVAULT_CONTEXT", "unset AZVAULT_CONTEXT; azvault context show", 0),
    (Start::Contexts, "azvault context list -o sarif", 2, "azvault scan -o sarif", "azvault scan -o sarif", 10),
    (Start::Contexts, "azvault backup create own.db && azvault backup create own.db", 9, "name another file, or add --force to replace it", "azvault backup create own.db --force && azvault backup create other.db", 0),
    (Start::Contexts, "azvault backup create own.db && azvault backup restore own.db", 9, "add --force: the existing vault is kept among the backups", "azvault backup restore own.db --force", 0),
    (Start::Contexts, "azvault init --vault other.db --no-recovery --kdf-memory 1 --kdf-passes 2", 2, "--kdf-memory 19 to 1024, --kdf-passes 1 to 16, their product 38 to 4096", "azvault init --vault other.db --no-recovery --kdf-memory 19 --kdf-passes 2", 0),
    (Start::Contexts, "azvault context save out --format azure-powershell", 7, "add --plaintext, or leave --format away for a sealed file", "azvault context save out --format azure-powershell --plaintext --yes", 0),
    (Start::Contexts, "azvault context save out --plaintext", 2, "add --format azure-powershell, or leave --plaintext away", "azvault context save out --format azure-powershell --plaintext --yes", 0),
    (Start::Contexts, "azvault context save out", 14, "name a file: --export-passphrase-file FILE", "azvault context save out --export-passphrase-file wrong", 0),
    (Start::Contexts, "azvault key add passphrase", 14, "name a file: --new-passphrase-file FILE", "azvault key add passphrase --new-passphrase-file wrong", 0),
    (Start::Contexts, "azvault --no-agent unlock", 2, "the same without --no-agent (and without AZVAULT_NO_AGENT)", "azvault unlock", 0),
    (Start::Contexts, "azvault man nothing", 5, "azvault --help", "azvault --help", 0),
    (Start::Contexts, "azvault scan -o sarif --query x", 2, "azvault scan -o json --query QUERY", "azvault scan -o json --query schema", 10),
    (Start::Contexts, "azvault secret list --reveal", 2, "azvault secret list --reveal -o json, or azvault secret show ID --reveal", "azvault secret list --reveal -o json", 0),
    (Start::Contexts, "echo x >odd; azvault context import odd", 1, "azvault scan PATH says what a file is", "azvault scan odd", 0),
    (Start::Contexts, "azvault backup restore gone.db --force", 5, "azvault backup list, for those beside the vault", "azvault backup list", 0),
    (Start::Contexts, "unset AZVAULT_PASSPHRASE_FILE; azvault verify", 14, "azvault unlock in a terminal, or name a file: --passphrase-file FILE", "azvault --passphrase-file passphrase verify", 0),
    (Start::Contexts, "eval \"$(azvault session start)\"; azvault use -", 5, "azvault use NAME, with a name of azvault context list", "eval \"$(azvault session start)\"; azvault use gov", 0),
    (Start::Contexts, "echo | azvault context select -", 2, "azvault context list -o json | jq '.contexts[0]' | azvault context select -", "azvault context list -o json | jq '.contexts[0]' | azvault context select -", 0),
    (Start::Contexts, "azvault token --claims nonsense", 2, "the value of claims in the service's WWW-Authenticate, as it stands there, or @FILE", "azvault token --help", 0),
    (Start::Contexts, "azvault az-shim remove --dir nothing", 5, "azvault az-shim remove --dir FOLDER, the folder it was installed in", "azvault az-shim install --dir bin && azvault az-shim remove --dir bin", 0),
    (Start::Contexts, "azvault context clear --scope user --yes; azvault context select", 14, "give its name; azvault context list shows them", "azvault context list", 0),
    (Start::Contexts, "azvault context clear --scope user --yes; azvault context show", 5, "azvault context select NAME, with a name of azvault context list", "azvault migrate run --yes && azvault context select gov --scope user", 0),
    (Start::Contexts, "azvault --expect-vault 00000000000000000000000000000000:0000-0000-0000-0000 status", 8, "name the right file with --vault, or expect this one: azvault status --anchor", "azvault --expect-vault \"$(azvault status --anchor)\" status", 0),
    (Start::Contexts, "azvault --vault gone.db --expect-vault \"$(azvault status --anchor)\" migrate --no-recovery", 8, "name the expected one with --vault FILE, or leave out --expect-vault", "azvault --vault gone.db migrate --no-recovery", 0),
    (Start::Contexts, "azvault context remove 'Fabrikam Shared' --scope user --yes", 7, "azvault context remove shared --yes", "azvault context remove shared --yes", 0),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// Files of Azure PowerShell, and no vault.
    Nothing,
    /// A vault with contexts.
    Contexts,
}

#[test]
fn a_hint_works_in_the_situation_that_prints_it() {
    let mut wrong = Vec::new();
    for (start, command, code, hint, typed, after) in SITUATIONS {
        if typed.contains("| jq") && !has("jq") {
            continue;
        }
        let home = match start {
            Start::Nothing => {
                let home = Home::empty();
                copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
                home
            }
            Start::Contexts => Home::with_contexts(),
        };
        home.secret_file("wrong", "another passphrase than that");
        let failed = home.bash(&format!("set +e\n{command}"));
        let printed =
            failed.stderr.lines().filter_map(|line| line.strip_prefix("try: ")).next_back();
        if (failed.code, printed) != (code, Some(hint)) {
            wrong.push(format!("{command}: {} {printed:?} {}", failed.code, failed.stderr));
        }
        let next = home.bash(&format!("set +e\n{typed}"));
        if next.code != after {
            wrong.push(format!("{typed}: {} {}", next.code, next.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Hints whose text stands in no test. The number only ever falls.
const MAX_NOT_RUN: usize = 67;

#[test]
fn hints_that_no_test_has_become_fewer() {
    let tests = files_below(&root().join("tests")).into_iter();
    let tests = tests.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut text = String::new();
    for path in tests {
        // A text goes on behind a backslash.
        for line in fs::read_to_string(path).unwrap().lines() {
            match line.strip_suffix('\\') {
                Some(line) => text.push_str(&format!("{} ", line.trim())),
                None => text.push_str(line.trim()),
            }
        }
    }
    let text = text.replace("  ", " ").replace("\\\"", "\"");
    let longest = |hint: &str| -> String {
        let outside = hint.split(['{', '}']).step_by(2);
        outside.max_by_key(|part| part.len()).unwrap_or_default().trim().to_owned()
    };
    let not_run: Vec<String> =
        hints().into_keys().filter(|hint| !text.contains(&longest(hint))).collect();
    assert!(not_run.len() <= MAX_NOT_RUN, "{}: {not_run:#?}", not_run.len());
}
