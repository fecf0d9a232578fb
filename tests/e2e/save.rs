//! `context save` and `context import`: what goes out comes back, and nothing goes out unasked.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use azvault_test_support::{Home, all_bytes, contains, fixture};

/// Azure PowerShell itself.
const OWN_CLIENT: &str = "1950a258-227b-4e31-a9cf-717495945fc2";

fn migrated(from: &str) -> Home {
    let home = Home::with_vault();
    let from = fixture(from);
    home.run(&["migrate", "run", "--yes", "--from", from.to_str().unwrap()]).expect(0);
    home
}

/// A second machine: another home and vault, with the file.
fn elsewhere(home: &Home, file: &str) -> Home {
    let other = Home::with_vault();
    fs::copy(home.join(file), other.join(file)).unwrap();
    other.secret_file("export-passphrase", "another passphrase\n");
    other
}

/// What scripts see of all contexts, without the marks, and each in full.
fn contexts(home: &Home) -> Vec<Value> {
    let list = home.json(&["context", "list"]);
    let names = list["contexts"].as_array().unwrap().iter();
    let names = names.map(|context| context["name"].as_str().unwrap().to_owned());
    let show = |name: String| {
        let show = home.run(&["-o", "json", "context", "show", "--", &name]);
        let mut shown = show.expect(0).json();
        // What is known of the sign-in follows from the secrets, of which a file may have fewer.
        shown.as_object_mut().unwrap().remove("sign_in");
        shown
    };
    names.map(show).collect()
}

/// Each secret with its value, as text: kind, owner, tenant, client, cloud, value.
fn secrets(home: &Home) -> BTreeSet<String> {
    let list = home.json(&["secret", "list", "--reveal"]);
    let secrets = list["secrets"].as_array().unwrap().iter();
    let fields = ["kind", "account", "tenant", "client_id", "environment", "value"];
    let text = |secret: &Value| fields.map(|field| secret[field].to_string()).join(" ");
    secrets.map(text).collect()
}

#[test]
fn a_sealed_file_brings_everything_to_another_machine() {
    for source in [
        "azure-powershell/homes/az-modern-linux-plaintext",
        "azure-powershell/files/contexts/09-azurestack-adfs-custom-env.json",
        "azure-cli/msal-2.91.0",
    ] {
        let home = migrated(source);
        home.secret_file("export-passphrase", "another passphrase\n");
        let pass = ["--export-passphrase-file", "export-passphrase"];
        let saved = home.json(&[&["context", "save", "out.azv"][..], &pass].concat());
        assert_eq!(saved["left_out"], serde_json::json!([]), "{source}");
        let mode = fs::metadata(home.join("out.azv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let other = elsewhere(&home, "out.azv");
        let import = [&["context", "import", "out.azv"][..], &pass].concat();
        let dry = other.json(&[&import[..], &["--dry-run"]].concat());
        assert_eq!(other.json(&["context", "list"])["contexts"], serde_json::json!([]));
        let imported = other.json(&import);
        assert_eq!(dry["secrets_added"], imported["secrets_added"]);
        assert_eq!(contexts(&other), contexts(&home), "{source}");
        assert_eq!(secrets(&other), secrets(&home), "{source}");
        let default = |home: &Home| home.json(&["context", "list"])["default"].clone();
        assert_eq!(default(&other), default(&home), "{source}");
        // Once more: nothing is new.
        let again = other.json(&import);
        assert_eq!(again["secrets_added"], 0, "{source}");
        let actions = again["actions"].as_array().unwrap();
        assert!(actions.iter().all(|action| action["action"] == "merge"), "{source}");
    }
}

#[test]
fn a_file_in_clear_brings_the_same_contexts_and_secrets_from_every_fixture() {
    let folder = fixture("azure-powershell/files/contexts");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    files.sort();
    assert!(files.len() > 15);
    for file in files {
        let source = format!("azure-powershell/files/contexts/{}", file.to_str().unwrap());
        let home = migrated(&source);
        let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
        let saved = home.json(&[&save[..], &["--with-credential", "--yes"]].concat());
        let other = elsewhere(&home, "out.json");
        other.run(&["context", "import", "out.json"]).expect(0);
        assert_eq!(contexts(&other), contexts(&home), "{source}");
        // Files of ADAL know their users by name alone.
        let named = saved["left_out"].as_array().unwrap();
        assert!(
            named.iter().all(|left| left["because"] == "no_home_account"),
            "{source}: {named:?}"
        );
        let before = secrets(&home).len();
        assert_eq!(secrets(&other).len() + named.len(), before, "{source}");
        let values = |home: &Home| -> BTreeSet<String> {
            let list = home.json(&["secret", "list", "--reveal"]);
            let secrets = list["secrets"].as_array().unwrap().iter();
            secrets.map(|secret| format!("{} {}", secret["kind"], secret["value"])).collect()
        };
        match named.is_empty() {
            true => assert_eq!(values(&other), values(&home), "{source}"),
            false => assert!(values(&other).is_subset(&values(&home)), "{source}"),
        }
    }
}

#[test]
fn nothing_goes_out_in_clear_unless_it_is_agreed_to_twice() {
    let home = migrated("azure-powershell/homes/az4-linux");
    let save = |more: &[&str]| home.run(&[&["context", "save", "out.json"][..], more].concat());
    save(&["--format", "azure-powershell"]).expect(7).says("--plaintext");
    save(&["--plaintext"]).expect(2).says("--format azure-powershell");
    save(&["--with-credential"]).expect(2);
    save(&["--format", "azure-powershell", "--plaintext"]).expect(14).says("unencrypted");
    save(&[]).expect(14).says("--export-passphrase-file");
    assert!(!home.join("out.json").exists());
    let log = home.json(&["audit", "log", "--verb", "context"]);
    assert_eq!(log["entries"], serde_json::json!([]));

    let said = save(&["--format", "azure-powershell", "--plaintext", "--yes"]).expect(0);
    assert!(said.stderr.contains("remove it after use"), "{}", said.stderr);
    let mode = fs::metadata(home.join("out.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let log = home.json(&["audit", "log", "--verb", "context save"]);
    let entry = &log["entries"][0];
    assert_eq!(entry["verb"], "context save --plaintext");
    assert!(entry["subjects"][0]["what"].as_str().unwrap().contains("out.json"));

    // Without --with-credential a service principal's secret stays in the vault.
    let bytes = fs::read(home.join("out.json")).unwrap();
    assert!(!contains(&bytes, b"not-a-real-secret-h401"));
    let force = ["--format", "azure-powershell", "--plaintext", "--yes", "--with-credential"];
    save(&force).expect(9).says("--force");
    assert_eq!(fs::read(home.join("out.json")).unwrap(), bytes);
    save(&[&force[..], &["--force"]].concat()).expect(0);
    assert!(contains(&fs::read(home.join("out.json")).unwrap(), b"not-a-real-secret-h401"));
    // No draft of it is left beside.
    let names: Vec<_> =
        fs::read_dir(home.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!names.iter().any(|name| name.to_str().unwrap().starts_with(".azvault-")));
}

#[test]
fn a_sealed_file_says_nothing_and_refuses_what_is_not_its_passphrase() {
    let home = migrated("azure-powershell/homes/az4-linux");
    home.secret_file("export-passphrase", "another passphrase\n");
    home.secret_file("wrong", "not that one\n");
    let pass = ["--export-passphrase-file", "export-passphrase"];
    home.run(&[&["context", "save", "out.azv"][..], &pass].concat()).expect(0);
    for (path, bytes) in all_bytes(home.path()) {
        if path.ends_with("out.azv") {
            for clear in ["not-a-real-secret-h401", "megan@contoso.example", "AzureCloud"] {
                assert!(!contains(&bytes, clear.as_bytes()), "{clear}");
            }
        }
    }
    let import = |more: &[&str]| home.run(&[&["context", "import", "out.azv"][..], more].concat());
    let before = fs::read(home.vault()).unwrap();
    let wrong = ["--export-passphrase-file", "wrong"];
    import(&wrong).expect(6).says("this is not its passphrase");
    import(&[]).expect(14);
    let mut bytes = fs::read(home.join("out.azv")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(home.join("out.azv"), bytes).unwrap();
    import(&pass).expect(8).says("it was changed or cut");
    home.run(&["context", "import", "absent.azv"]).expect(5);
    fs::write(home.join("odd.json"), "{\"something\": [1]}").unwrap();
    home.run(&["context", "import", "odd.json"]).expect(1).says("azvault scan");
    assert_eq!(fs::read(home.vault()).unwrap(), before);
}

#[test]
fn what_would_be_replaced_is_shown_and_asked_for() {
    let home = migrated("azure-powershell/files/contexts/02-az-service-principal-secret.json");
    let names: Vec<String> = contexts(&home)
        .iter()
        .map(|context| context["name"].as_str().unwrap().to_owned())
        .collect();
    let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
    home.run(&[&save[..], &["--yes", "--with-credential"]].concat()).expect(0);
    // Another context takes the first one's name.
    let other = migrated("azure-powershell/homes/az-modern-linux-plaintext");
    fs::copy(home.join("out.json"), other.join("out.json")).unwrap();
    other.run(&["context", "rename", "gov", &names[0]]).expect(0);
    let before = contexts(&other);
    let dry = other.json(&["context", "import", "out.json", "--dry-run"]);
    let action = |name: &str| {
        let actions = dry["actions"].as_array().unwrap().iter();
        actions.clone().find(|a| a["name"] == name).unwrap()["action"].clone()
    };
    assert_eq!(action(&names[0]), "replace");
    let refused = other.run(&["context", "import", "out.json"]).expect(9).says("--force");
    assert!(refused.stdout.contains("replace"), "{}", refused.stdout);
    assert_eq!(contexts(&other), before);
    other.run(&["context", "import", "out.json", "--force"]).expect(0);
    assert_ne!(contexts(&other), before);
    let log = other.json(&["audit", "log", "--verb", "context import"]);
    let subjects = log["entries"][0]["subjects"].as_array().unwrap();
    assert!(subjects.iter().any(|s| s["what"] == format!("context {}", names[0]).as_str()));
}

#[test]
fn one_context_can_be_saved_with_its_own_secrets_alone() {
    let home = migrated("azure-powershell/homes/az-modern-linux-plaintext");
    let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
    let more = ["--yes", "--with-credential", "--context", "ci"];
    home.run(&[&save[..], &more].concat()).expect(0);
    let other = elsewhere(&home, "out.json");
    other.run(&["context", "import", "out.json"]).expect(0);
    let list = other.json(&["context", "list"]);
    assert_eq!(list["contexts"].as_array().unwrap().len(), 1);
    assert_eq!(list["active"], "ci");
    let owner = list["contexts"][0]["account"]["id"].clone();
    let secrets = other.json(&["secret", "list"]);
    let secrets = secrets["secrets"].as_array().unwrap();
    assert!(!secrets.is_empty());
    assert!(secrets.iter().all(|secret| secret["account"] == owner));
}

/// What Azure PowerShell reads of a service principal is its list of tenants, and MSAL finds the tokens of
/// a family by what the cache says of each client: both as text.
#[test]
fn a_written_file_has_the_tenants_of_service_principals_and_the_family_of_every_client() {
    // The family's tokens were got by Azure PowerShell in the first, and by Azure CLI in the second.
    for source in ["azure-powershell/homes/az-modern-linux-plaintext", "azure-cli/msal-2.91.0"] {
        let home = migrated(source);
        let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
        home.run(&[&save[..], &["--with-credential", "--yes"]].concat()).expect(0);
        let text = fs::read_to_string(home.join("out.json")).unwrap();
        let file: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
        let contexts: Vec<&Value> = file["Contexts"].as_object().unwrap().values().collect();
        let principals = contexts.iter().filter(|c| c["Account"]["Type"] == "ServicePrincipal");
        let principals: Vec<&&Value> = principals.collect();
        assert!(!principals.is_empty(), "{source}");
        for context in principals {
            let tenants = context["Account"]["ExtendedProperties"]["Tenants"].as_str().unwrap();
            let own = context["Tenant"]["Id"].as_str().unwrap();
            assert!(tenants.split(',').any(|tenant| tenant == own), "{tenants} {own}");
        }
        let caches = contexts.iter().filter_map(|c| c["TokenCache"]["CacheData"].as_str());
        let of_family = caches.map(clients_of_family).sum::<usize>();
        assert!(of_family > 0, "{source}");
    }
}

/// How many refresh tokens of the family a cache has; each with an entry for its client, and for Azure
/// PowerShell, which finds them by it.
#[track_caller]
fn clients_of_family(cache: &str) -> usize {
    let cache = data_encoding::BASE64.decode(cache.as_bytes()).unwrap();
    let cache: Value = serde_json::from_slice(&cache).unwrap();
    let all = |name: &str| cache[name].as_object().into_iter().flat_map(|all| all.values());
    for entry in all("AppMetadata") {
        assert!(entry["family_id"].is_string(), "{entry}");
    }
    let tokens: Vec<_> = all("RefreshToken").filter(|token| token["family_id"] == "1").collect();
    for token in &tokens {
        let host = token["environment"].as_str().unwrap();
        for client in [token["client_id"].as_str().unwrap(), OWN_CLIENT] {
            let name = format!("appmetadata-{host}-{client}");
            let wanted = serde_json::json!({
                "client_id": client, "environment": host, "family_id": "1",
            });
            assert_eq!(cache["AppMetadata"][&name], wanted, "{name}");
        }
    }
    tokens.len()
}
