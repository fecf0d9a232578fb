//! What the wrapper answers itself, and what it says where it cannot.

use crate::azure::{CACHED, seen};
use azvault_test_support::Home;

use super::{az, install, installed};

const SUBSCRIPTION: &str = "5b000000-0000-4000-8000-0000000000aa";

#[test]
fn what_sdks_and_terraform_ask_is_answered() {
    let azure = installed(&["good-shim.example", "good-second.example"]);
    let token = |line: &str| {
        let said = az(&azure.home, &format!("az account get-access-token {line}")).expect(0);
        // Java merges the two streams: not a word beside the answer.
        assert_eq!(said.stderr, "", "{line}");
        said.json()
    };
    let cached = token("--output json --resource https://vault.azure.net");
    assert_eq!(cached["accessToken"], CACHED);
    assert!(cached["expires_on"].is_i64() && cached["expiresOn"].is_string());
    assert_eq!(cached["tokenType"], "Bearer");
    assert_eq!(cached["subscription"], SUBSCRIPTION);
    let scope = "https://vault.azure.net/.default";
    assert_eq!(token(&format!("-o json --scope {scope}"))["accessToken"], CACHED);
    let terraform = token(&format!("--scope {scope} --subscription {SUBSCRIPTION} -o=json"));
    assert_eq!(terraform["accessToken"], CACHED);
    let elsewhere = token("--resource-type arm --tenant good-second.example -o json");
    assert!(elsewhere["accessToken"].as_str().unwrap().starts_with("at."));
    assert_eq!(elsewhere["tenant"], "good-second.example");
    assert!(elsewhere.get("subscription").is_none());
    assert_eq!(seen("good-second.example").len(), 1);

    let version = az(&azure.home, "az version -o=json").expect(0).json();
    assert!(version["azure-cli"].as_str().unwrap().starts_with("2."));
    let said = az(&azure.home, "az --version").expect(0);
    assert!(said.stdout.starts_with("azure-cli  2."), "{}", said.stdout);
    let show = az(&azure.home, "az account show -o=json").expect(0).json();
    assert_eq!(show["tenantId"], "good-shim.example");
    assert_eq!(show["user"]["name"], "person@example.com");
    assert_eq!(show["user"]["type"], "user");
    let list = az(&azure.home, "az account list --output json").expect(0).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["isDefault"], true);
    assert_eq!(list[0]["id"], SUBSCRIPTION);
    assert_eq!(list[0]["cloudName"], "Test");
}

#[test]
fn a_token_is_taken_by_a_query_and_never_seen_by_it() {
    let azure = installed(&["good-query.example"]);
    let line = |rest: &str| format!("az account get-access-token --resource keyvault {rest}");
    let token = |rest: &str| az(&azure.home, &line(rest)).expect(0).stdout;
    for (rest, wanted) in [
        ("--query accessToken -o tsv", format!("{CACHED}\n")),
        ("--query accessToken --output TSV --only-show-errors", format!("{CACHED}\n")),
        ("--query accessToken", format!("\"{CACHED}\"\n")),
        ("--query accessToken -o yaml", format!("{CACHED}\n")),
        ("--query [tokenType,accessToken] -o tsv", format!("Bearer\n{CACHED}\n")),
        ("--query '{b: tokenType, a: accessToken}' -o tsv", format!("Bearer\t{CACHED}\n")),
        ("--query '{token: accessToken}'", format!("{{\n  \"token\": \"{CACHED}\"\n}}\n")),
        ("--query tenant -o tsv", "good-query.example\n".to_owned()),
        ("--query nothing -o tsv", String::new()),
        ("-o none", String::new()),
    ] {
        assert_eq!(token(rest), wanted, "{rest}");
    }
    let table = token("-o table");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    assert!(lines[0].starts_with("AccessToken") && lines[2].starts_with(CACHED), "{table}");
    assert!(lines[1].starts_with(&"-".repeat(CACHED.len())), "{table}");
    for query in ["length(accessToken)", "accessToken == 'x'", "starts_with(accessToken, 'a')"] {
        let said = az(&azure.home, &line(&format!("--query \"{query}\""))).expect(1);
        assert_eq!(said.stdout, "");
        said.says("computes nothing with a token");
    }
}

#[test]
fn a_variable_and_a_file_say_in_which_form_as_they_do_to_az() {
    let home = Home::with_contexts();
    install(&home);
    home.run(&["unlock"]).expect(0);
    std::fs::create_dir_all(home.join(".azure")).unwrap();
    std::fs::write(home.join(".azure/config"), "[core]\noutput = tsv\n").unwrap();
    let name = |line: &str| az(&home, line).expect(0).stdout;
    let plain = name("az account show --query user.name");
    assert!(plain.contains('@') && !plain.contains('"'), "{plain}");
    let quoted = name("AZURE_CORE_OUTPUT=json az account show --query user.name");
    assert_eq!(quoted, format!("\"{}\"\n", plain.trim_end()));
    assert_eq!(name("az account show --query user.name -o json"), quoted);
    az(&home, "AZURE_CORE_OUTPUT=nonsense az account show").expect(1).says("nonsense");
}

#[test]
fn what_cannot_be_answered_ends_at_once_with_the_reason_and_the_next_command() {
    let azure = installed(&["good-locked.example"]);
    azure.home.run(&["lock"]).expect(0);
    for line in [
        "az account get-access-token -o json --resource x",
        "az account show -o json",
        "az account list",
        "az account set -s x",
    ] {
        let said = az(&azure.home, line).expect(1);
        assert_eq!(said.stdout, "");
        assert!(!said.stderr.contains("az login"), "{}", said.stderr);
        assert!(said.stderr.contains("Next: ") && said.stderr.contains("azvault unlock"));
        assert!(!said.stderr.contains("AADSTS"), "{}", said.stderr);
    }
    az(&azure.home, "az version").expect(0);
    azure.home.run(&["unlock"]).expect(0);
    let said = az(&azure.home, "az account get-access-token --resource keyvalt").expect(1);
    assert!(!said.stderr.contains("az login") && said.stderr.contains("keyvalt"));
    for line in ["show -s nothing", "set -s nothing", "get-access-token -s nothing"] {
        let said = az(&azure.home, &format!("az account {line}")).expect(1);
        said.says("there is no context \"nothing\"").says("Next: azvault context list");
    }
    azure.home.run(&["disconnect", "--all", "--yes"]).expect(0);
    let said = az(&azure.home, "az account get-access-token").expect(1);
    assert!(said.stderr.contains("azvault"), "{}", said.stderr);
}

#[test]
fn alone_it_says_what_it_knows() {
    let home = Home::with_contexts();
    install(&home);
    for line in ["az group list", "az", "az account list-locations", "az extension add -n x"] {
        az(&home, line).expect(2).says("azvault's").says("install Azure CLI");
    }
    az(&home, "az account show --nonsense").expect(2).says("--nonsense");
    az(&home, "az account show --query 'a['").expect(2).says("JMESPath");
}
