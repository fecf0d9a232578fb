//! The PowerShell module: a grammar reads it, the real binary is asked for what it counts on, and
//! where there is pwsh the module's own tests are run.

mod cmdlets;
mod exec;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::azure::{Azure, CACHED};
use azvault_test_support::{Home, find, ran};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// What the grammar says of these files, in their order.
fn facts(files: &[PathBuf]) -> Vec<Value> {
    let script = root().join("tests/peers/powershell.py");
    let answer = ran(Command::new("python3").arg(script).args(files).output().unwrap());
    assert_eq!(
        answer.code, 0,
        "python3 -m pip install -r tests/requirements.txt\n{}",
        answer.stderr
    );
    let document = answer.json();
    files.iter().map(|file| document[file.to_str().unwrap()].clone()).collect()
}

fn module() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("powershell/AzVault")).unwrap();
    let files = entries.map(|entry| entry.unwrap().path());
    let script = |path: &PathBuf| path.extension().is_some_and(|e| e != "ps1xml");
    let files: Vec<_> = files.filter(script).collect();
    assert!(files.len() > 5);
    files
}

/// A table of `Tables.ps1`.
fn table(name: &str) -> serde_json::Map<String, Value> {
    let facts = facts(&[root().join("powershell/AzVault/Tables.ps1")]);
    facts[0]["tables"][name].as_object().unwrap().clone()
}

fn functions() -> Vec<(String, Value)> {
    let files = facts(&module());
    let all = files.iter().flat_map(|file| file["functions"].as_object().unwrap().clone());
    all.collect()
}

fn strings(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_grammar_of_powershell_takes_every_script() {
    let mut files = module();
    for script in ["init", "az"] {
        files.push(root().join(format!("crates/cli/src/commands/shell_init/{script}.ps1")));
    }
    for (file, facts) in files.iter().zip(facts(&files)) {
        assert_eq!(facts["wrong"], Value::Null, "{}: line", file.display());
        // Windows PowerShell takes a file without a mark for one in the local code page.
        assert_eq!(facts["ascii"], true, "{}", file.display());
    }
}

#[test]
fn the_grammar_finds_a_broken_script() {
    let home = Home::empty();
    let whole = fs::read_to_string(root().join("powershell/AzVault/Connect.ps1")).unwrap();
    for (number, (right, wrong)) in [
        ("if ($null -eq $opened)", "if $null -eq $opened"),
        ("function Connect-AzVault {", "function Connect-AzVault"),
        ("= 'Name'", "= 'Name"),
        ("process {\n", "process (\n"),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(whole.contains(right), "{right}");
        let file = home.join(&format!("broken-{number}.ps1"));
        fs::write(&file, whole.replacen(right, wrong, 1)).unwrap();
        assert_ne!(facts(&[file])[0]["wrong"], Value::Null, "{wrong}");
    }
}

#[test]
fn the_manifest_exports_the_cmdlets_that_are_documented_and_they_have_approved_names() {
    let manifest = facts(&[root().join("powershell/AzVault/AzVault.psd1")]).remove(0);
    let exported = strings(&manifest["manifest"]["FunctionsToExport"]);
    let mut documented = BTreeSet::new();
    for (name, function) in functions() {
        let help = function["help"].as_str().unwrap();
        if help.is_empty() {
            continue;
        }
        let (verb, noun) = name.split_once('-').unwrap();
        let verbs = "Add Clear Complete Connect Disable Disconnect Enable Find Get Import Invoke \
                     Lock New Open Remove Rename Restore Save Select Set Start Test Undo Unlock Update";
        assert!(verbs.split(' ').any(|approved| approved == verb), "{name}");
        assert!(noun.starts_with("AzVault"), "{name}");
        assert!(help.contains(".SYNOPSIS") && help.contains(".EXAMPLE"), "{name}");
        let described: BTreeSet<String> = help
            .lines()
            .filter_map(|line| line.trim().strip_prefix(".PARAMETER "))
            .map(str::to_owned)
            .collect();
        assert_eq!(described, strings(&function["parameters"]), "{name}");
        documented.insert(name);
    }
    assert_eq!(documented, exported);
    let page = fs::read_to_string(root().join("docs/powershell.md")).unwrap();
    for name in &exported {
        assert!(page.contains(&format!("`{name}`")), "docs/powershell.md does not name {name}");
    }
    let root_module = root().join("powershell/AzVault/AzVault.psm1");
    let root_module = fs::read_to_string(root_module).unwrap();
    for file in module() {
        let name = file.file_name().unwrap().to_str().unwrap();
        let loaded = root_module.contains(&format!("\n. \"$PSScriptRoot/{name}\"\n"));
        assert_eq!(loaded, name.ends_with(".ps1"), "{name}");
    }
    assert_eq!(manifest["manifest"]["ModuleVersion"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_published_exit_code_has_its_category() {
    let help = Home::empty().run(&["--help"]).expect(0).stdout;
    let (_, codes) = help.split_once("Exit codes:").unwrap();
    let published: BTreeSet<String> = codes
        .split(|c: char| !c.is_ascii_digit())
        .filter(|word| !word.is_empty() && *word != "0")
        .map(str::to_owned)
        .collect();
    assert!(published.len() == 16, "{published:?}");
    let known = table("ExitCodes");
    assert_eq!(known.keys().cloned().collect::<BTreeSet<_>>(), published);
    // Of the enumeration ErrorCategory.
    let categories = "NotSpecified InvalidArgument OperationStopped AuthenticationError \
                      ObjectNotFound SecurityError PermissionDenied InvalidData ResourceExists \
                      InvalidResult ResourceBusy ConnectionError NotImplemented InvalidOperation \
                      ResourceUnavailable NotInstalled";
    let mut ids = BTreeSet::new();
    for (code, error) in &known {
        let category = error["Category"].as_str().unwrap();
        assert!(categories.split_whitespace().any(|known| known == category), "{code}");
        assert!(ids.insert(error["Id"].as_str().unwrap().to_owned()), "{code}");
    }
}

/// What an expression of the module stands for in the test; `None` for a switch.
fn value(expression: &str, azure: &Azure) -> Option<String> {
    let secret = || {
        let list = azure.home.json(&["secret", "list"]);
        list["secrets"][0]["id"].as_str().unwrap().to_owned()
    };
    let passphrase = azure.home.join("passphrase").to_str().unwrap().to_owned();
    Some(match expression {
        "$Name" | "$one" | "$context.Name" => NAME.to_owned(),
        "$NewName" => "-another".to_owned(),
        "$ScopeWords[$Scope]" => "user".to_owned(),
        "$Resource" => "keyvault".to_owned(),
        "$Scopes" => "https://vault.azure.net/.default".to_owned(),
        "$Tenant" => TENANT.to_owned(),
        "$TrustHost" => crate::azure::origin(),
        "$Claims" => {
            "{\"access_token\":{\"acrs\":{\"essential\":true,\"value\":\"c1\"}}}".to_owned()
        }
        "$Id" => secret(),
        "$PID" => std::process::id().to_string(),
        "$For" | "$Idle" => "8m".to_owned(),
        "$Reach.ToLowerInvariant()" => "terminal".to_owned(),
        "$PassphraseFile" => passphrase,
        "$true" | "$Force" | "$Refresh" | "$Reveal" | "$Wide" => return None,
        _ => panic!("{expression}: say here what it stands for"),
    })
}

const TENANT: &str = "good-contract.example";
const NAME: &str = "-a \"name\" é";

/// The words with which `Invoke-AzVault` runs azvault for a call.
fn words(call: &Value, azure: &Azure) -> Vec<String> {
    let mut words: Vec<String> =
        call["verb"].as_str().unwrap().split(' ').map(str::to_owned).collect();
    words.extend(["--output=json", "--color=never", "--no-input"].map(str::to_owned));
    for (option, expression) in call["options"].as_object().unwrap() {
        // It asks a person at a terminal.
        if option == "accept-rollback" {
            continue;
        }
        words.push(match value(expression.as_str().unwrap(), azure) {
            Some(value) => format!("--{option}={value}"),
            None => format!("--{option}"),
        });
    }
    let operands = call["operands"].as_array().unwrap();
    if !operands.is_empty() {
        words.push("--".to_owned());
        words.extend(operands.iter().map(|o| value(o.as_str().unwrap(), azure).unwrap()));
    }
    words
}

/// A member of a document, by its path; `None` where there is none, which `null` is not.
fn member<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(document, |value, name| value.as_object()?.get(name))
}

/// The verbs that are run with the module's own words. The words of the others are compared with the
/// help of the binary, in `cmdlets.rs`, and `powershell/tests/` runs them.
const RUN: [&str; 12] = [
    "context list",
    "context remove",
    "context rename",
    "context select",
    "context show",
    "lock",
    "secret list",
    "secret show",
    "session start",
    "status",
    "token",
    "unlock",
];

#[test]
fn the_binary_takes_what_the_module_says_and_answers_what_it_reads() {
    let azure = Azure::with(&[TENANT]);
    let shapes = table("Shapes");
    let has_shape = |name: &str, document: &Value| {
        for (property, path) in shapes[name].as_object().unwrap() {
            let path = path.as_str().unwrap();
            assert!(member(document, path).is_some(), "{name}.{property}: {path} in {document}");
        }
    };
    let mut seen = BTreeSet::new();
    let mut verbs = BTreeSet::new();
    for (name, function) in functions() {
        for call in function["calls"].as_array().unwrap() {
            let verb = call["verb"].as_str().unwrap();
            if !RUN.contains(&verb) {
                continue;
            }
            // A context that is renamed or removed is there again for the next call.
            azure.run(&["context", "rename", "--force", "--", TENANT, NAME]);
            let words = words(call, &azure);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let document = azure.run(&words).expect(0).json();
            for read in call["reads"].as_array().unwrap_or(&Vec::new()) {
                assert!(document.get(read.as_str().unwrap()).is_some(), "{name} reads {read}");
                seen.insert(read.as_str().unwrap().to_owned());
            }
            match verb {
                "context list" => has_shape("AzVault.Context", &document["contexts"][0]),
                "context show" => has_shape("AzVault.Context", &document),
                "secret list" => has_shape("AzVault.Secret", &document["secrets"][0]),
                "secret show" => has_shape("AzVault.Secret", &document),
                "token" => has_shape("AzVault.Token", &document),
                "status" => has_shape("AzVault.Status", &document),
                _ => (),
            }
            verbs.insert(verb.to_owned());
            if ["context rename", "context remove"].contains(&verb) {
                azure.run(&["context", "remove", "--yes", "--", "-another"]);
                azure.run(&["context", "import", "contexts.json", "--force"]).expect(0);
            }
        }
    }
    assert_eq!(verbs.iter().map(String::as_str).collect::<Vec<_>>(), RUN);
    let expected = "accessToken|account|contexts|expires_on|name|secrets|subscription|tenant|value";
    assert_eq!(seen.into_iter().collect::<Vec<_>>().join("|"), expected);
    // What Invoke-AzVaultCommand runs.
    let text = fs::read_to_string(root().join("powershell/AzVault/Command.ps1")).unwrap();
    assert!(text.contains("@(\"--context=$($context.name)\", 'exec') + $Option + '--' + $Word"));
    azure.run(&["--context=sp-good-contract.example", "exec", "--", "true"]).expect(0);
}

#[test]
fn the_further_tokens_that_az_takes_are_of_resources_that_azvault_knows() {
    // The refusal lists the resources of the context's cloud.
    let refused = Home::with_contexts().run(&["token", "--resource", "nothing"]).expect(2).stderr;
    let known: Vec<&str> = refused.split(|c: char| !c.is_ascii_lowercase() && c != '-').collect();
    let further = table("FurtherTokens");
    assert_eq!(further.len(), 3);
    for token in further.values() {
        let resource = token["Resource"].as_str().unwrap();
        assert!(known.contains(&resource), "{resource}: {refused}");
    }
    // All of them are offered where a resource is completed.
    let text = fs::read_to_string(root().join("powershell/AzVault/Tables.ps1")).unwrap();
    let (_, offered) = text.split_once("$ResourceWords = ").unwrap();
    let (offered, _) = offered.split_once("\n)").unwrap();
    let offered: BTreeSet<&str> = offered.split('\'').skip(1).step_by(2).collect();
    let (_, listed) = refused.split_once("application id, or ").unwrap();
    assert_eq!(offered, listed.trim().split(", ").collect());
    // Connect-AzVault takes those and no others.
    let names = further.keys().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
    let text = fs::read_to_string(root().join("powershell/AzVault/Connect.ps1")).unwrap();
    assert!(text.contains(&format!("[ValidateSet({names})]")), "{names}");
}

/// Runs those files of the module's tests in PowerShell itself.
fn pester(files: &str) {
    let Some(pwsh) = find("pwsh") else { return };
    // Az makes a GUID of every tenant: the one that the server says its people are of.
    let tenant = "11111111-2222-3333-4444-555555555555";
    let azure = Azure::with(&[tenant]);
    let token = azure.home.secret_file("keyvault-token", CACHED);
    let line = format!(
        "export PATH={}:$PATH\n pwsh -NoProfile -NonInteractive -File {} -Name {tenant} \
         -OtherName sp-{tenant} -KeyVaultTokenFile {token} -PassphraseFile {} -ContextFile {} \
         -Only '{files}'",
        pwsh.parent().unwrap().display(),
        root().join("powershell/tests/Run.ps1").display(),
        azure.home.join("passphrase").display(),
        azure.home.join("contexts.json").display(),
    );
    let mut command = azure.home.script(&line);
    command.env("AZVAULT_CA_BUNDLE", crate::azure::certificates().join("ca.pem"));
    command.env("POWERSHELL_TELEMETRY_OPTOUT", "1").env("POWERSHELL_UPDATECHECK", "Off");
    let tested = ran(command.env("NO_COLOR", "1").output().unwrap());
    println!("{}", tested.stdout);
    tested.expect(0);
}

#[test]
fn the_modules_tests_of_confirmations_and_sessions_hold_in_powershell() {
    pester("^(Confirm|Session)");
}

#[test]
fn the_modules_tests_of_vault_accounts_and_shells_hold_in_powershell() {
    pester("^(Account|ShellInit|SignIn|Vault)");
}

#[test]
fn the_modules_other_tests_hold_in_powershell() {
    pester("^(?!Confirm|Session|Account|ShellInit|SignIn|Vault)");
}
