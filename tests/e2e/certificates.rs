//! Certificates that entries point to: sealed, compared, removed and put back like every original.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use azvault_test_support::{Home, copy_folder, files, fixture, ran};

mod sign_in;
mod used_elsewhere;

const THUMBPRINT: &str = "807E71872CC7B245DD49204928E5CC517A7E79FA";
const STORE: &str = ".dotnet/corefx/cryptography/x509stores/my";

/// The home that Az.Accounts wrote with every kind of account in it, as if it had been this one.
fn home_of_all_kinds() -> Home {
    let home = Home::with_vault();
    copy_folder(&fixture("real-az/all-kinds"), home.path());
    copy_folder(&fixture("real-az/certificates"), &home.join("certificates"));
    fs::remove_file(home.join("saved-with-credential.json")).unwrap();
    for file in [".Azure/AzureRmContext.json", ".Azure/AzureRmContextSettings.json"] {
        let text = fs::read_to_string(home.join(file)).unwrap();
        let text = text.replace("/home/ada", home.path().to_str().unwrap());
        fs::write(home.join(file), text).unwrap();
    }
    for file in store_and_files(&home) {
        fs::set_permissions(file, fs::Permissions::from_mode(0o640)).unwrap();
    }
    home
}

fn store_and_files(home: &Home) -> [PathBuf; 3] {
    [
        home.join("certificates/app.pfx"),
        home.join("certificates/app.pem"),
        home.join(&format!("{STORE}/{THUMBPRINT}.pfx")),
    ]
}

/// Azure CLI's entry of a service principal that signs in with that file.
pub(super) fn entry(home: &Home, certificate: &str) {
    let folder = home.join(".azure");
    fs::create_dir_all(&folder).unwrap();
    let entries = json!([{"client_id": "app-1", "tenant": "t-1", "certificate": certificate}]);
    fs::write(folder.join("service_principal_entries.json"), entries.to_string()).unwrap();
}

pub(super) fn pem(at: &Path) {
    fs::create_dir_all(at.parent().unwrap()).unwrap();
    fs::copy(fixture("real-az/certificates/app.pem"), at).unwrap();
}

/// Which accounts have a certificate in the vault, by their last digits.
fn holders(home: &Home) -> Vec<String> {
    let list = home.json(&["secret", "list"]);
    let secrets = list["secrets"].as_array().unwrap().iter();
    let certificates = secrets.filter(|secret| secret["kind"] == "certificate");
    let account = |secret: &Value| secret["account"].as_str().unwrap().to_owned();
    let mut found: Vec<_> = certificates.map(|s| account(s).split_off(34)).collect();
    found.sort();
    found
}

#[test]
fn every_certificate_of_azure_powershell_is_sealed_compared_removed_and_put_back() {
    let home = home_of_all_kinds();
    let before = files(home.path());
    home.run(&["migrate", "run", "--yes"]).expect(0);
    assert_eq!(holders(&home), ["bb", "cc", "dd"], "by path, by path and by thumbprint");
    home.run(&["migrate", "verify"]).expect(0);
    let dry = home.json(&["migrate", "clean", "--dry-run"]);
    let removed = dry["removed"].as_array().unwrap().len();
    assert_eq!(removed, 6, "contexts, key store, tokens and three certificates: {dry}");
    let cleaned = home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(cleaned.stdout.contains("app.pem (certificate with its private key)"));
    for file in store_and_files(&home) {
        assert!(!file.exists(), "{}", file.display());
    }
    home.run(&["migrate", "verify"]).expect(0);
    assert_eq!(holders(&home), ["bb", "cc", "dd"]);
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
}

#[test]
fn a_relative_path_is_one_of_the_home_folder_too() {
    let home = Home::with_vault();
    entry(&home, "keys/app.pem");
    let certificate = home.join("keys/app.pem");
    pem(&certificate);
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!certificate.exists());
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(
        fs::read(certificate).unwrap(),
        fs::read(fixture("real-az/certificates/app.pem")).unwrap()
    );
}

#[test]
fn a_certificate_that_changed_is_a_difference() {
    for at in 0..3 {
        let home = home_of_all_kinds();
        home.run(&["migrate", "run", "--yes"]).expect(0);
        let file = &store_and_files(&home)[at];
        fs::write(file, "garbage").unwrap();
        let name = file.file_name().unwrap().to_str().unwrap();
        let verified = home.run(&["migrate", "verify"]).expect(10);
        assert!(verified.stdout.contains(name), "{}", verified.stdout);
        home.run(&["migrate", "clean", "--yes"]).expect(10).says("nothing was removed");
        assert_eq!(fs::read_to_string(file).unwrap(), "garbage");
        assert!(home.join(".Azure/AzureRmContext.json").exists());
    }
}

#[test]
fn a_file_of_the_store_counts_if_it_is_the_certificate_of_its_name() {
    let notes = |home: &Home, outcome: &str| {
        let plan = home.json(&["migrate", "plan"]);
        let sources = plan["sources"].as_array().unwrap();
        let ends =
            |source: &&Value| source["path"].as_str().unwrap().ends_with("AzureRmContext.json");
        let source = sources.iter().find(ends).unwrap();
        assert_eq!(source["outcome"], outcome);
        source["notes"].to_string()
    };
    let home = home_of_all_kinds();
    let stored = home.join(&format!("{STORE}/{THUMBPRINT}.pfx"));
    let good = fs::read(&stored).unwrap();
    let other = fs::read(home.join("certificates/app.pfx")).unwrap();
    for bytes in [&other[..], b"garbage", &good[..good.len() / 2]] {
        fs::write(&stored, bytes).unwrap();
        let said = notes(&home, "warn");
        assert!(said.contains("the certificate of application a9900000-"), "{said}");
        assert!(!said.contains("planted"), "{said}");
    }
    fs::remove_file(&stored).unwrap();
    assert!(notes(&home, "accept").contains("its key is not in this home"));
    home.run(&["migrate", "run", "--yes"]).expect(0);
    assert_eq!(holders(&home), ["bb", "cc"]);
}

#[test]
fn links_to_a_certificate_are_followed_said_removed_and_made_again() {
    let home = Home::with_vault();
    let real = home.join("real/sp.pem");
    pem(&real);
    fs::create_dir(home.join("mounts")).unwrap();
    symlink("../real/sp.pem", home.join("mounts/current.pem")).unwrap();
    symlink(home.join("mounts/current.pem"), home.join("sp.pem")).unwrap();
    entry(&home, home.join("sp.pem").to_str().unwrap());
    let before = files(home.path());
    let plan = home.json(&["migrate", "plan"]);
    let certificate = &plan["sources"][1];
    assert_eq!(certificate["outcome"], "warn", "{plan}");
    for link in ["sp.pem", "mounts/current.pem"] {
        let said = format!("read through the symbolic link {}", home.join(link).display());
        assert!(certificate["notes"].to_string().contains(&said), "{certificate}");
    }
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    for gone in ["real/sp.pem", "sp.pem", "mounts/current.pem"] {
        assert!(home.join(gone).symlink_metadata().is_err(), "{gone}");
    }
    // A place that is taken meanwhile stays somebody's.
    fs::write(home.join("sp.pem"), "mine").unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(0).says("sp.pem is something else now");
    assert_eq!(fs::read_to_string(home.join("sp.pem")).unwrap(), "mine");
    fs::remove_file(home.join("sp.pem")).unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(0);
    assert_eq!(files(home.path()), before);
    assert_eq!(home.join("mounts/current.pem").read_link().unwrap(), Path::new("../real/sp.pem"));
    assert_eq!(home.join("sp.pem").read_link().unwrap(), home.join("mounts/current.pem"));
}

#[test]
fn what_stands_in_for_a_link_since_the_import_stays() {
    let home = Home::with_vault();
    pem(&home.join("real/sp.pem"));
    symlink("real/sp.pem", home.join("sp.pem")).unwrap();
    entry(&home, "~/sp.pem");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    fs::remove_file(home.join("sp.pem")).unwrap();
    fs::write(home.join("other.pem"), "other").unwrap();
    symlink("other.pem", home.join("sp.pem")).unwrap();
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    assert!(!home.join("real/sp.pem").exists());
    assert_eq!(fs::read_to_string(home.join("sp.pem")).unwrap(), "other");
}

#[test]
fn a_link_to_what_is_no_file_of_this_user_is_refused() {
    for target in ["/etc/hostname", "/dev/null", "/proc/self/mem", "sp.pem"] {
        let home = Home::with_vault();
        symlink(target, home.join("sp.pem")).unwrap();
        entry(&home, "~/sp.pem");
        let plan = home.json(&["migrate", "plan"]);
        assert_eq!(plan["sources"].as_array().unwrap().len(), 1, "{target}: {plan}");
        assert_eq!(plan["sources"][0]["outcome"], "warn", "{target}: {plan}");
        assert!(plan["sources"][0]["notes"].to_string().contains("not read"), "{plan}");
    }
}

/// One of three that is written by az since: nothing in it, and yet a file.
#[test]
fn rollback_takes_what_products_write_for_nothing_as_nothing() {
    let blanks: [(&str, &[u8]); 6] = [
        (".Azure/AzureRmContext.json", b""),
        (".Azure/AzureRmContext.json", b"{}"),
        (".Azure/keystore.cache", b"[]"),
        (".azure/azureProfile.json", b"\xef\xbb\xbf{}"),
        (
            ".azure/azureProfile.json",
            b"\xef\xbb\xbf{\"installationId\": \"x\", \"subscriptions\": []}",
        ),
        (".azure/service_principal_entries.json", b"[]"),
    ];
    let home = home_of_all_kinds();
    copy_folder(&fixture("azure-cli/msal-2.91.0"), &home.join(".azure"));
    let before = files(home.path());
    home.run(&["migrate", "run", "--yes"]).expect(0);
    for (path, bytes) in blanks {
        home.run(&["migrate", "clean", "--yes"]).expect(0);
        fs::write(home.join(path), bytes).unwrap();
        home.run(&["migrate", "rollback", "--yes"]).expect(0).says("with no sign-in in it");
        assert_eq!(files(home.path()), before, "{path}");
    }
    // What a person has since is not replaced.
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    let profile = fixture("azure-cli/adal-2.29.2/azureProfile.json");
    fs::copy(profile, home.join(".azure/azureProfile.json")).unwrap();
    home.run(&["migrate", "rollback", "--yes"]).expect(9).says("nothing was put back");
    let mut forced = home.command(&["migrate", "rollback", "--force", "-o", "json"]);
    let forced = ran(forced.output().unwrap()).expect(0).json();
    assert_eq!(forced["replaced"], json!([]));
    assert_eq!(files(home.path()), before);
}
