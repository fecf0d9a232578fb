//! Sign-ins of other tools: imported by value, compared, removed, put back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use azvault_test_support::{Home, copy_folder, fixture};

/// Where the tools keep their files: the fixture, and the place in a home.
const PLACES: [(&str, &str); 15] = [
    ("ansible", ".azure"),
    ("azd", ".azd"),
    ("azure-cli-aks", ".azure"),
    ("azure-identity", ""),
    ("azureml", ".azureml"),
    ("classic-cli", ""),
    ("cli-microsoft365", ""),
    ("docker-azure", ".azure"),
    ("docker-machine", ".docker/machine/credentials/azure"),
    ("graph-powershell", ""),
    ("kubelogin", ".kube/cache/kubelogin"),
    ("maven", ".azure"),
    ("packer", ".azure/packer"),
    ("power-platform-cli", ".local/share/Microsoft/PowerAppsCli"),
    ("sfctl", ".sfctl"),
];

fn home() -> Home {
    let home = Home::with_vault();
    for (tool, place) in PLACES {
        let place = home.join(place);
        fs::create_dir_all(&place).unwrap();
        copy_folder(&fixture("other-tools").join(tool), &place);
    }
    // A report of another tool beside it, whose file stays.
    fs::remove_file(home.join(".azure/settings.xml")).unwrap();
    let principals = home.join("principals");
    copy_folder(&fixture("other-tools/service-principal"), &principals);
    home
}

/// Every planted value in the files below a folder, as it is written there.
fn planted(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            planted(&path, found);
            continue;
        }
        let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        let ends = |c: char| c.is_whitespace() || "\"'=\\,<>".contains(c);
        let words = text.split(ends).filter(|word| word.contains("canary"));
        found.extend(words.map(str::to_owned));
    }
}

fn held(home: &Home) -> Vec<String> {
    let list = home.json(&["secret", "list", "--reveal"]);
    let secrets = list["secrets"].as_array().unwrap().iter();
    secrets.filter_map(|secret| secret["value"].as_str().map(str::to_owned)).collect()
}

fn from_everywhere(home: &Home) -> Vec<String> {
    let folders = PLACES.iter().map(|(_, place)| *place).filter(|place| !place.is_empty());
    let mut from: BTreeSet<String> = folders
        .chain(["principals", ".IdentityService", ".mg", "contoso.publishsettings"])
        .chain([
            ".cli-m365-msal.json",
            ".cli-m365-connection.json",
            ".cli-m365-all-connections.json",
        ])
        .map(|place| home.join(place).to_str().unwrap().to_owned())
        .collect();
    // One folder below another is read with it.
    from.remove(home.join(".azure/packer").to_str().unwrap());
    from.into_iter().flat_map(|path| ["--from".to_owned(), path]).collect()
}

fn run(home: &Home, verb: &[&str], from: &[String]) -> Value {
    let from: Vec<&str> = from.iter().map(String::as_str).collect();
    home.json(&[verb, &from].concat())
}

#[test]
fn every_planted_secret_of_every_tool_is_in_the_vault_by_value() {
    let home = home();
    let from = from_everywhere(&home);
    let document = run(&home, &["migrate", "run", "--yes"], &from);
    assert_eq!(document["rejected"], 0, "{document}");
    let held = held(&home);
    let mut planted = BTreeSet::new();
    for (tool, _) in PLACES.iter().chain(&[("service-principal", "")]) {
        self::planted(&fixture("other-tools").join(tool), &mut planted);
    }
    assert!(planted.len() > 40, "{planted:?}");
    for value in &planted {
        let is = held.iter().any(|held| held.contains(value.as_str()));
        assert!(is, "{value} is not in the vault");
    }
}

#[test]
fn each_file_says_whose_it_is_and_where_it_came_from() {
    let home = home();
    let plan = run(&home, &["migrate", "plan"], &from_everywhere(&home));
    let of = |end: &str| {
        let sources = plan["sources"].as_array().unwrap();
        let source = sources.iter().find(|s| s["path"].as_str().unwrap().ends_with(end));
        let source = source.unwrap_or_else(|| panic!("{end}: {plan}"));
        let word = |name: &str| source[name].as_str().unwrap().to_owned();
        (word("format"), word("product"))
    };
    for (end, format, product) in [
        (".azd/auth/msal/cache.json", "msal-cache", "azd"),
        (".IdentityService/billing.cae", "msal-cache", "azure-identity"),
        (".mg/mg.msal.cache.cae", "msal-cache", "graph-powershell"),
        (".azureml/auth/accessTokens.json", "azcli-access-tokens", "azureml"),
        (".azureml/auth/azureProfile.json", "azcli-profile", "azureml"),
        (".azure/credentials", "service-principal-ini", "ansible"),
        (".azure/azure-secret.json", "maven-secret", "azure-maven-plugins"),
        (".azure/dockerAccessToken.json", "docker-azure-token", "docker"),
        (".sfctl/config", "sfctl-config", "sfctl"),
        ("tokencache_msalv3.dat", "msal-cache", "power-platform-cli"),
        ("principals/sdk-auth.json", "service-principal", "azure-sdk"),
        ("contoso.publishsettings", "publish-settings", "asm"),
    ] {
        assert_eq!(of(end), (format.to_owned(), product.to_owned()), "{end}");
    }
}

#[test]
fn clean_takes_what_holds_only_sign_ins_and_rollback_puts_it_back() {
    let home = home();
    let before = azvault_test_support::files(home.path());
    let from = from_everywhere(&home);
    let id =
        run(&home, &["migrate", "run", "--yes"], &from)["migration"].as_str().unwrap().to_owned();
    home.run(&["migrate", "clean", &id, "--yes"]).expect(0);
    for (path, stays) in [
        (".azure/credentials", false),
        (".azure/azure-secret.json", false),
        (".azure/aksServicePrincipal.json", false),
        (".azd/auth/msal/cache.json", false),
        (".IdentityService/billing.cae", false),
        ("principals/create-for-rbac.json", false),
        // What a tool goes by stays.
        (".azd/auth.json", true),
        (".sfctl/config", true),
    ] {
        assert_eq!(home.join(path).exists(), stays, "{path}");
    }
    home.run(&["migrate", "rollback", &id, "--yes"]).expect(0);
    let after = azvault_test_support::files(home.path());
    for (path, fact) in &before {
        assert!(after.get(path) == Some(fact), "{} is not as it was", path.display());
    }
}
