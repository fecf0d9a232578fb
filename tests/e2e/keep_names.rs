//! Names in the files of the products: what is written and what is not, and how both sides' changes meet.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use azvault_test_support::{Home, contains, copy_folder, files, files_below, fixture};

const AZURE_POWERSHELL: &str = ".Azure/AzureRmContext.json";
const AZURE_CLI: &str = ".azure/azureProfile.json";
const STATE: &str = ".local/state/azvault/kept-names/azure-powershell.json";

/// Seven contexts in the vault, the originals removed, names kept.
fn kept() -> Home {
    let home = Home::with_contexts();
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    home.run(&["unlock"]).expect(0);
    home.run(&["keep-names", "azure-powershell"]).expect(0).says("shell-init bash --endpoint");
    home
}

fn read(home: &Home, file: &str) -> Value {
    let text = fs::read_to_string(home.join(file)).unwrap();
    serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap()
}

fn write(home: &Home, file: &str, value: &Value) {
    fs::write(home.join(file), format!("\u{feff}{value:#}")).unwrap();
}

/// What becomes of a file.
type Change<'a> = &'a dyn Fn(&mut Value);

/// As the product does it.
fn edit(home: &Home, change: impl FnOnce(&mut Value)) {
    let mut value = read(home, AZURE_POWERSHELL);
    change(&mut value);
    write(home, AZURE_POWERSHELL, &value);
}

fn names(value: &Value) -> Vec<String> {
    value["Contexts"].as_object().unwrap().keys().cloned().collect()
}

/// Names of the vault, the default with a star.
fn of_vault(home: &Home) -> Vec<String> {
    let list = home.json(&["context", "list"]);
    let all = list["contexts"].as_array().unwrap().iter();
    let mut all: Vec<String> = all
        .map(|own| {
            let star = if own["default"] == true { "*" } else { "" };
            format!("{star}{}", own["name"].as_str().unwrap())
        })
        .collect();
    all.sort();
    all
}

#[test]
fn a_home_goes_on_by_the_same_names_without_a_secret_and_comes_back_as_it_was() {
    let home = Home::with_agent();
    copy_folder(&fixture("real-az/all-kinds"), home.path());
    for saved in ["saved.json", "saved-with-credential.json"] {
        let _ = fs::remove_file(home.join(saved));
    }
    let before = files(home.path());
    let original = read(&home, AZURE_POWERSHELL);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["unlock"]).expect(0);
    // Where the secrets still are nothing is replaced.
    let refused = home.run(&["keep-names", "azure-powershell"]).expect(9);
    refused.says("is not replaced").says("azvault migrate");
    assert_eq!(read(&home, AZURE_POWERSHELL), original);
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(0);
    cleaned.says("azvault keep-names azure-powershell");

    let kept = home.json(&["keep-names", "azure-powershell"]);
    let written = read(&home, AZURE_POWERSHELL);
    assert_eq!(kept["names"], names(&written).len());
    assert_eq!(written["DefaultContextKey"], original["DefaultContextKey"]);
    let left: Vec<&str> =
        kept["left"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    for (name, own) in original["Contexts"].as_object().unwrap() {
        if left.contains(&name.as_str()) {
            continue;
        }
        let now = &written["Contexts"][name];
        assert_eq!(now["Account"]["Type"], "ManagedService", "{name}");
        assert_eq!(now["Tenant"]["Id"], own["Tenant"]["Id"], "{name}");
        assert_eq!(now["Subscription"]["Id"], own["Subscription"]["Id"], "{name}");
        let (now, own) = (&now["Account"]["Id"], &own["Account"]["Id"]);
        assert!(now.as_str().unwrap().starts_with(own.as_str().unwrap()), "{name}: {now} {own}");
    }
    assert!(names(&written).len() > 8 && left.len() < 3, "{kept}");

    // Everything below the home but the vault, for each value of the vault.
    let listed = home.json(&["secret", "list", "--reveal"]);
    let values = listed["secrets"].as_array().unwrap().iter();
    let values: Vec<&str> = values.filter_map(|own| own["value"].as_str()).collect();
    assert!(values.len() > 8, "{}", values.len());
    let mut searched = 0;
    for path in files_below(home.path()) {
        let is_other = path == home.join("passphrase") || path.starts_with(home.join("run"));
        if is_other {
            continue;
        }
        searched += 1;
        let bytes = fs::read(&path).unwrap();
        let found = values.iter().filter(|value| contains(&bytes, value.as_bytes()));
        assert_eq!(found.count(), 0, "{}", path.display());
    }
    assert!(searched > 5);

    // It is known for what it is.
    let scan = home.json(&["scan"]);
    let row = &scan["kept_names"][0];
    assert!(row["path"].as_str().unwrap().ends_with(AZURE_POWERSHELL), "{scan}");
    assert_eq!((&row["severity"], &scan["findings"]), (&json!("low"), &json!([])), "{scan}");
    let said = home.run(&["scan"]).expect(0).stdout;
    assert!(said.contains("names that azvault keeps here, without secrets"), "{said}");
    let again = home.run(&["migrate", "run", "--yes"]).expect(0);
    assert!(!of_vault(&home).iter().any(|name| name.contains("ManagedService")));
    assert!(again.stdout.is_empty() || !again.stdout.contains("imported"), "{}", again.stdout);

    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    let mut after = files(home.path());
    after.retain(|path, _| before.contains_key(path));
    assert_eq!(after, before);
    assert!(!home.join(STATE).exists());
    // Nothing follows any more.
    home.run(&["context", "rename", &of_vault(&home)[1], "renamed", "--scope", "user"]).expect(0);
    assert_eq!(read(&home, AZURE_POWERSHELL), original);
    home.run(&["keep-names", "azure-powershell", "--remove"]).expect(5);
    assert_eq!(read(&home, AZURE_POWERSHELL), original);
}

#[test]
fn what_the_vault_changes_is_written_and_a_session_is_in_no_file() {
    let home = kept();
    let seven = ["cert", "ci", "dev", "gov", "prod", "shared", "tenant"];
    assert_eq!(names(&read(&home, AZURE_POWERSHELL)), seven);
    home.run(&["context", "rename", "dev", "lab", "--scope", "user"]).expect(0);
    home.run(&["context", "remove", "gov", "--yes", "--scope", "user"]).expect(0);
    home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    let file = read(&home, AZURE_POWERSHELL);
    assert_eq!(names(&file), ["cert", "ci", "lab", "prod", "shared", "tenant"]);
    assert_eq!(file["DefaultContextKey"], "ci");
    let session = home.session();
    session.run(&["context", "rename", "lab", "mine", "--scope", "process"]).expect(0);
    session.run(&["use", "prod"]).expect(0);
    assert_eq!(read(&home, AZURE_POWERSHELL), file);
    // It is not a word of Az's that the file has another order and more members.
    edit(&home, |file| file["Contexts"]["ci"]["ExtendedProperties"]["Mine"] = json!("x"));
    home.run(&["context", "list"]).expect(0);
    assert_eq!(read(&home, AZURE_POWERSHELL)["Contexts"]["ci"]["ExtendedProperties"]["Mine"], "x");
    home.run(&["keep-names", "azure-powershell", "--remove"]).expect(0);
    assert!(!home.join(AZURE_POWERSHELL).exists() && !home.join(STATE).exists());
    home.run(&["context", "select", "prod", "--scope", "user"]).expect(0);
    assert!(!home.join(AZURE_POWERSHELL).exists());
}

#[test]
fn what_the_product_changes_is_in_the_vault_at_the_next_look() {
    let home = kept();
    edit(&home, |file| {
        let contexts = file["Contexts"].as_object_mut().unwrap();
        let dev = contexts.remove("dev").unwrap();
        contexts.insert("lab".to_owned(), dev);
        contexts.remove("gov");
        let mut made = contexts["prod"].clone();
        made["Subscription"] = json!({ "Id": "5b000000-0000-4000-8000-0000000000ee", "Name": "New", "State": "Enabled" });
        contexts.insert("made".to_owned(), made);
        file["DefaultContextKey"] = json!("made");
    });
    let secrets = home.json(&["secret", "list"])["secrets"].as_array().unwrap().len();
    assert_eq!(of_vault(&home), ["*made", "cert", "ci", "lab", "prod", "shared", "tenant"]);
    let made = home.json(&["context", "show", "made"]);
    assert_eq!(made["subscription"]["id"], "5b000000-0000-4000-8000-0000000000ee");
    assert_eq!(made["account"], home.json(&["context", "show", "prod"])["account"]);
    // A removed context is a name: the sign-in stays.
    assert_eq!(home.json(&["secret", "list"])["secrets"].as_array().unwrap().len(), secrets);
    let log = home.json(&["audit", "log", "--verb", "keep-names"]);
    assert_eq!(log["entries"].as_array().unwrap().len(), 1, "{log}");
    // Both sides at once: the vault's change is made on what the product made.
    edit(&home, |file| {
        let contexts = file["Contexts"].as_object_mut().unwrap();
        let lab = contexts.remove("lab").unwrap();
        contexts.insert("laboratory".to_owned(), lab);
    });
    home.run(&["context", "remove", "ci", "--yes", "--scope", "user"]).expect(0);
    let both = ["cert", "laboratory", "made", "prod", "shared", "tenant"];
    assert_eq!(names(&read(&home, AZURE_POWERSHELL)), both);
    home.run(&["verify"]).expect(0);
}

#[test]
fn what_is_none_of_azvaults_stays_as_it_is() {
    let home = kept();
    let own = read(&home, AZURE_POWERSHELL);
    let user = json!({ "Id": "eve@contoso.example", "Type": "User", "ExtendedProperties": {} });
    let cases: [(&str, Change<'_>); 5] = [
        ("an account of Az's own", &|file| file["Contexts"]["dev"]["Account"] = user.clone()),
        ("a secret beside the mark", &|file| {
            file["Contexts"]["dev"]["Account"]["ExtendedProperties"]["ServicePrincipalSecret"] =
                json!("planted-secret");
        }),
        ("a token in the cache", &|file| {
            file["Contexts"]["dev"]["TokenCache"] = json!({ "CacheData": "e30x" });
        }),
        ("a member that nobody knows", &|file| file["Contexts"]["dev"]["Mine"] = json!("text")),
        ("a member of the file", &|file| file["Mine"] = json!("text")),
    ];
    for (what, change) in cases {
        let mut foreign = own.clone();
        change(&mut foreign);
        write(&home, AZURE_POWERSHELL, &foreign);
        let renamed =
            home.run(&["context", "mark", "ci", "--production", "--scope", "user"]).expect(0);
        let renamed = renamed.says("are as before");
        assert!(renamed.stderr.contains("azvault migrate"), "{what}: {}", renamed.stderr);
        home.run(&["keep-names", "azure-powershell"]).expect(9);
        home.run(&["keep-names", "azure-powershell", "--remove"]).expect(0);
        assert_eq!(read(&home, AZURE_POWERSHELL), foreign, "{what}");
        // Names that are on again afterwards.
        fs::remove_file(home.join(AZURE_POWERSHELL)).unwrap();
        home.run(&["keep-names", "azure-powershell"]).expect(0);
    }
    // What is read as a sign-in is imported as one, and names beside it are not.
    write(&home, AZURE_POWERSHELL, &{
        let mut foreign = own;
        foreign["Contexts"]["eve"] = foreign["Contexts"]["dev"].clone();
        foreign["Contexts"]["eve"]["Account"] = user.clone();
        foreign
    });
    let plan = home.json(&["migrate", "plan"]);
    let planned = plan.to_string();
    assert!(planned.contains("eve@contoso.example") && !planned.contains("\"tenant\"}"), "{plan}");
    assert_eq!(plan["contexts"].as_array().map(Vec::len), Some(1), "{plan}");
    // No link is followed.
    fs::remove_file(home.join(AZURE_POWERSHELL)).unwrap();
    fs::write(home.join("elsewhere"), "mine").unwrap();
    symlink(home.join("elsewhere"), home.join(AZURE_POWERSHELL)).unwrap();
    home.run(&["keep-names", "azure-powershell"]).expect(9);
    assert_eq!(fs::read_to_string(home.join("elsewhere")).unwrap(), "mine");
}

#[test]
fn a_locked_vault_asks_for_nothing_and_a_lost_file_comes_back() {
    let home = kept();
    let without_passphrase = |args: &[&str]| {
        let mut command = home.command(args);
        command.env_remove("AZVAULT_PASSPHRASE_FILE");
        azvault_test_support::ran(command.output().unwrap())
    };
    edit(&home, |file| file["DefaultContextKey"] = json!("dev"));
    let edited = read(&home, AZURE_POWERSHELL);
    home.run(&["lock"]).expect(0);
    let status = without_passphrase(&["status"]).expect(0);
    assert_eq!(status.stderr, "");
    assert_eq!(read(&home, AZURE_POWERSHELL), edited);
    home.run(&["unlock"]).expect(0);
    assert!(of_vault(&home).contains(&"*dev".to_owned()));
    // What Clear-AzContext leaves, and nothing at all, remove no context of the vault.
    let before = of_vault(&home);
    for lost in ["", "{\"DefaultContextKey\":\"Default\",\"EnvironmentTable\":{},\"Contexts\":{}}"]
    {
        fs::write(home.join(AZURE_POWERSHELL), lost).unwrap();
        assert_eq!(of_vault(&home), before);
        assert_eq!(names(&read(&home, AZURE_POWERSHELL)).len(), before.len());
    }
    fs::remove_file(home.join(AZURE_POWERSHELL)).unwrap();
    home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    assert_eq!(read(&home, AZURE_POWERSHELL)["DefaultContextKey"], "ci");
}

#[test]
fn a_policy_forbids_it_and_the_names_can_still_go() {
    let home = kept();
    let config: PathBuf = home.join(".config/azvault");
    fs::create_dir_all(&config).unwrap();
    fs::write(config.join("policy.toml"), "kept-names = \"forbidden\"\n").unwrap();
    let before = read(&home, AZURE_POWERSHELL);
    home.run(&["keep-names", "azure-powershell"]).expect(7).says("refused by");
    let select = home.run(&["context", "select", "ci", "--scope", "user"]).expect(0);
    select.says("are as before: refused by").says("keep-names PRODUCT --remove");
    assert_eq!(read(&home, AZURE_POWERSHELL), before);
    home.run(&["keep-names", "azure-powershell", "--remove"]).expect(0);
    assert!(!home.join(AZURE_POWERSHELL).exists());
}

#[test]
fn az_has_its_subscriptions_and_says_which_is_the_default() {
    let home = kept();
    home.run(&["keep-names", "azure-cli"]).expect(0);
    let profile = read(&home, AZURE_CLI);
    let all = profile["subscriptions"].as_array().unwrap();
    let is_default = |own: &&Value| own["isDefault"] == true;
    let default = |all: &[Value]| all.iter().find(is_default).unwrap()["id"].clone();
    let of = |name: &str| home.json(&["context", "show", name])["subscription"]["id"].clone();
    assert_eq!(default(all), of("prod"));
    for own in all {
        let info = own["user"]["assignedIdentityInfo"].as_str().unwrap();
        assert!(info.starts_with("MSIClient-") && own["user"]["name"] == "userAssignedIdentity");
    }
    // What az does: `account set`.
    let mut changed = profile.clone();
    let other = all.iter().position(|own| own["isDefault"] == false && own["id"] == of("ci"));
    for (at, own) in changed["subscriptions"].as_array_mut().unwrap().iter_mut().enumerate() {
        own["isDefault"] = json!(Some(at) == other);
    }
    write(&home, AZURE_CLI, &changed);
    assert!(of_vault(&home).contains(&"*ci".to_owned()), "{:?}", of_vault(&home));
    // What it does for `account clear` removes nothing here.
    write(&home, AZURE_CLI, &json!({ "installationId": "x", "subscriptions": [] }));
    home.run(&["context", "list"]).expect(0);
    let again = read(&home, AZURE_CLI);
    assert_eq!(again["subscriptions"].as_array().unwrap().len(), all.len());
    assert_eq!(default(again["subscriptions"].as_array().unwrap()), of("ci"));
    assert!(home.run(&["scan"]).expect(0).stdout.contains("looked at"));
    home.run(&["keep-names", "azure-cli", "--remove"]).expect(0);
    assert!(!Path::new(&home.join(AZURE_CLI)).exists() && home.join(AZURE_POWERSHELL).exists());
}
