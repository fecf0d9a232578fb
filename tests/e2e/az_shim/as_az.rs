//! The wrapper after the migration, and a real az before it: the same lines, the same bytes.

use std::fs;
use std::process::Command;

use azvault_test_support::{Home, azure_cli, copy_folder, fixture, ran};

use super::{az, install};

/// Lines that scripts have, and forms in which az prints. `SUB` is an id, `NAME` a name.
const LINES: [&str; 29] = [
    "account show --query id -o tsv",
    "account show --query id",
    "account show --query user.name -o tsv",
    "account show --query user",
    "account show --query user -o table",
    "account show --query isDefault -o tsv",
    "account show --query '[id,name]' -o tsv",
    "account show --query '{sub:id, a:name, tenant:tenantId}' -o tsv",
    "account show --query '{sub:id, a:name, tenant:tenantId}' -o table",
    "account show --query '{sub:id, a:name}' -o json",
    "account show --query missing",
    "account show -o none",
    "account show -s SUB --query name -o tsv",
    "account show -n NAME --query id -o TSV",
    "account list -o table",
    "account list --all -o table",
    "account list --query '[].[name,id,isDefault]' -o tsv",
    "account list --query '[?isDefault].id' -o tsv",
    "account list --query '[?isDefault].{z:id,a:user.name}' -o table",
    "account list --query '[].{z:id,Name:name}' -o table",
    "account list --query '[].{n:nothing,i:id,u:user}' -o tsv",
    "account list --query 'length(@)' -o json",
    "account list --query '[].name' -o table",
    "account list --query \"[?name=='x']\" -o table",
    "account list --query '[].user.type' -o tsv",
    "account show --query '[isDefault, missing, user]' -o tsv",
    "Account SHOW --query id -o TSV",
    "account show --que id --out tsv",
    "account show --subsc SUB --query=id -otsv",
];

#[test]
fn az_and_the_wrapper_print_the_same_bytes() {
    let Some(programs) = azure_cli::programs() else { return };
    let home = Home::with_agent();
    copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
    let profile = fs::read_to_string(home.join(".azure/azureProfile.json")).unwrap();
    let profile: serde_json::Value =
        serde_json::from_str(profile.trim_start_matches('\u{feff}')).unwrap();
    let other = &profile["subscriptions"][0];
    let line = |line: &str| {
        let name = format!("'{}'", other["name"].as_str().unwrap());
        let line = line.replace("SUB", other["id"].as_str().unwrap()).replace("NAME", &name);
        format!("az {line}")
    };
    let real: Vec<_> = LINES
        .iter()
        .map(|text| {
            let mut command: Command = home.script(&line(text));
            command.env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
            command.env("AZURE_CORE_COLLECT_TELEMETRY", "no");
            ran(command.output().unwrap())
        })
        .collect();
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    home.run(&["unlock"]).expect(0);
    install(&home);
    for (text, real) in LINES.iter().zip(&real) {
        let own = az(&home, &line(text));
        // The order of a list is another one: the acting account stands first.
        let lines = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!((own.code, lines(&own.stdout)), (real.code, lines(&real.stdout)), "{text}");
    }
}
