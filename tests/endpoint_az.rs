//! The real az, with a private folder of metadata and no login.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "what was measured, and what was not run, is said")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use azvault_endpoint::{
    ClientSelector, FOREIGN_VARIABLES, OwnFiles, Target, az_config, client_id, selected,
};
use azvault_model::rules::blast_radius::{AccountTenants, blast_radius};
use azvault_model::{
    Context, ContextAccount, ContextName, Kept, KnownAccountType, SecretDescription, SecretKind,
    Subscription, Tenant,
};

use azvault_test_support::azure_cli;
use azvault_test_support::endpoint::{World, token};

fn context(account: &str, subscription: &str, name: &str) -> Context {
    Context {
        name: ContextName::new(name),
        account: Some(ContextAccount {
            id: account.into(),
            account_type: KnownAccountType::User.into(),
            properties: Default::default(),
        }),
        tenant: Some(Tenant { id: TENANT.into(), name: None }),
        subscription: Some(Subscription {
            id: subscription.into(),
            name: Some(name.into()),
            state: Some("Enabled".into()),
        }),
        environment: Some("AzureCloud".into()),
        version_profile: None,
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
    }
}

const TENANT: &str = "11111111-1111-1111-1111-111111111111";
const DEV: &str = "22222222-2222-2222-2222-222222222222";
const PROD: &str = "33333333-3333-3333-3333-333333333333";

fn contexts() -> Vec<Context> {
    vec![
        context("megan@contoso.example", DEV, "dev"),
        context("admin@contoso.example", PROD, "prod"),
    ]
}

/// A terminal: its endpoint, its folder, and a home without anything.
struct Terminal {
    az: PathBuf,
    world: World,
    folder: tempfile::TempDir,
    home: tempfile::TempDir,
}

impl Terminal {
    fn new(programs: &Path, acting: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnFiles { config: Some("[core]\ncollect_telemetry = no\n"), clouds: None };
        let all = contexts();
        let acting = Some(&all[acting]);
        for (name, text) in az_config(&all.iter().collect::<Vec<_>>(), acting, &[], &own).files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let home = tempfile::tempdir().unwrap();
        Self { az: programs.join("az"), world: World::today(), folder, home }
    }

    fn az(&self, arguments: &[&str]) -> Result<serde_json::Value, String> {
        let mut command = Command::new(&self.az);
        command.args(arguments).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home.path());
        for row in FOREIGN_VARIABLES {
            command.env_remove(row.name);
        }
        command.envs(&self.world.environment).env("AZURE_CONFIG_DIR", self.folder.path());
        let output = command.output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        if !output.status.success() {
            return Err(errors);
        }
        assert_eq!(errors, "", "az says something beside its answer");
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    fn shows(&self) -> String {
        let shown = self.az(&["account", "show"]).unwrap();
        assert_eq!(shown["tenantId"], TENANT);
        shown["name"].as_str().unwrap().to_owned()
    }
}

#[test]
fn az_needs_no_login_and_each_terminal_has_its_own_subscription() {
    let Some(programs) = azure_cli::programs() else { return };
    let terminals = [Terminal::new(programs, 0), Terminal::new(programs, 1)];
    std::thread::scope(|scope| {
        for (terminal, name) in terminals.iter().zip(["dev", "prod"]) {
            scope.spawn(move || assert_eq!(terminal.shows(), name));
        }
    });
    let ids: Vec<String> = contexts().iter().map(|one| client_id(one).unwrap()).collect();
    for (terminal, id) in terminals.iter().zip(&ids) {
        let client = ClientSelector::ClientId(id.clone());
        let arm = "https://management.core.windows.net/";
        for (arguments, resource) in [
            (&[][..], arm),
            (&["--resource", "https://vault.azure.net"], "https://vault.azure.net"),
            (&["--scope", "https://graph.microsoft.com/.default"], "https://graph.microsoft.com"),
            (&["--tenant", TENANT], arm),
        ] {
            let since = Instant::now();
            let arguments = [&["account", "get-access-token"], arguments].concat();
            let found = terminal.az(&arguments).unwrap();
            println!("az {}: {:?}", arguments.join(" "), since.elapsed());
            assert_eq!(found["accessToken"], token(resource, Some(&client)), "{arguments:?}");
            assert_eq!(found["tokenType"], "Bearer");
            assert_eq!(found["tenant"], TENANT);
            let left = found["expires_on"].as_i64().unwrap() - jiff::Timestamp::now().as_second();
            assert!((3500..3700).contains(&left), "{left}");
        }
    }
    // The other subscription in one terminal is the other account there, and nothing elsewhere.
    terminals[0].az(&["account", "set", "--subscription", PROD]).unwrap();
    assert_eq!(terminals[0].shows(), "prod");
    terminals[0].az(&["account", "get-access-token"]).unwrap();
    let asked = terminals[0].world.asked.lock().unwrap().last().unwrap().clone();
    assert!(matches!(asked.target, Target::Resource(_)));
    let Some(ClientSelector::ClientId(id)) = asked.client else { panic!("{asked:?}") };
    let all = contexts();
    assert_eq!(selected(&all, &id).unwrap().account.as_ref().unwrap().id, "admin@contoso.example");
    terminals[1].az(&["account", "set", "--subscription", DEV]).unwrap();
    assert_eq!((terminals[0].shows(), terminals[1].shows()), ("prod".into(), "dev".into()));

    let refused =
        terminals[0].az(&["account", "get-access-token", "--resource", "https://no.example"]);
    let message = refused.unwrap_err();
    assert!(message.contains("azvault does not hand out tokens"), "{message}");

    for terminal in &terminals {
        assert_eq!(std::fs::read_dir(terminal.home.path()).unwrap().count(), 0, "in the home");
        for file in files(terminal.folder.path()) {
            let bytes = std::fs::read(&file).unwrap();
            let has_token = bytes.windows(4).any(|part| part == b"azv.");
            assert!(!has_token, "{} has a token", file.display());
        }
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// Every verb and option that a blast radius has is one of az: the texts of its help say so.
#[test]
fn az_has_the_commands_that_revoke_a_secret() {
    let Some(programs) = azure_cli::programs() else { return };
    let of = |kind| SecretDescription {
        account: Some("who".into()),
        target: Some("what".into()),
        ..SecretDescription::of(kind)
    };
    let kinds = [
        SecretKind::ClientSecret,
        SecretKind::Certificate,
        SecretKind::ClientAssertion,
        SecretKind::RefreshToken,
        SecretKind::StorageConnectionString,
    ];
    let mut verbs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let known = AccountTenants::default();
    for command in kinds.iter().flat_map(|kind| blast_radius("id", &of(*kind), &known, 0).revoke) {
        for part in command.split("az ").skip(1) {
            let words: Vec<&str> = part.split_whitespace().collect();
            let verb: Vec<&str> =
                words.iter().copied().take_while(|word| !word.starts_with('-')).collect();
            let options = words.iter().take_while(|word| **word != "|");
            let options = options.filter(|word| word.starts_with("--"));
            let known = verbs.entry(verb.join(" ")).or_default();
            known.extend(options.map(|option| (*option).to_owned()));
        }
    }
    assert_eq!(verbs.len(), 8, "{verbs:?}");
    let home = tempfile::tempdir().unwrap();
    for (verb, options) in verbs {
        let mut help = Command::new(programs.join("az"));
        help.args(verb.split(' ')).arg("--help");
        help.env("AZURE_CONFIG_DIR", home.path()).env("AZURE_CORE_COLLECT_TELEMETRY", "0");
        let output = help.output().unwrap();
        assert!(output.status.success(), "az {verb}: {}", output.stderr.escape_ascii());
        let help = String::from_utf8(output.stdout).unwrap();
        for option in options {
            assert!(help.contains(&option), "az {verb} has no {option}: {help}");
        }
    }
}
