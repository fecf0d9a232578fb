//! The shim answers as az does, and is silent where az is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::azure::{Azure, CACHED, certificates, seen};
use azvault_test_support::{Ran, ran};

/// Runs a line of sh with the shim on the PATH, as SDKs do: from another folder, without input.
fn az(azure: &Azure, line: &str) -> Ran {
    let mut command: Command = azure.home.script(line);
    let folder = azure.home.join("bin");
    let path = format!("{}:/usr/bin:/bin", folder.display());
    command.env("PATH", path).env("AZVAULT_CA_BUNDLE", certificates().join("ca.pem"));
    command.env_remove("AZVAULT_PASSPHRASE_FILE").current_dir("/bin");
    ran(command.output().unwrap())
}

fn installed(tenants: &[&str]) -> Azure {
    let azure = Azure::with(tenants);
    azure.run(&["az-shim", "install", "--dir", "bin"]).expect(0).says("not on the PATH");
    azure
}

#[test]
fn what_sdks_and_terraform_ask_is_answered() {
    let azure = installed(&["good-shim.example", "good-second.example"]);
    let token = |line: &str| {
        let said = az(&azure, &format!("az account get-access-token {line}")).expect(0);
        // Java merges the two streams: not a word beside the answer.
        assert_eq!(said.stderr, "", "{line}");
        said.json()
    };
    let cached = token("--output json --resource https://vault.azure.net");
    assert_eq!(cached["accessToken"], CACHED);
    assert!(cached["expires_on"].is_i64() && cached["expiresOn"].is_string());
    assert_eq!(cached["tokenType"], "Bearer");
    assert_eq!(cached["subscription"], "5b000000-0000-4000-8000-0000000000aa");
    let scope = "https://vault.azure.net/.default";
    assert_eq!(token(&format!("-o json --scope {scope}"))["accessToken"], CACHED);
    let id = "5b000000-0000-4000-8000-0000000000aa";
    let terraform = token(&format!("--scope {scope} --subscription {id} -o=json"));
    assert_eq!(terraform["accessToken"], CACHED);
    let elsewhere = token("--resource-type arm --tenant good-second.example -o json");
    assert!(elsewhere["accessToken"].as_str().unwrap().starts_with("at."));
    assert_eq!(elsewhere["tenant"], "good-second.example");
    assert!(elsewhere.get("subscription").is_none());
    assert_eq!(seen("good-second.example").len(), 1);

    let version = az(&azure, "az version -o=json").expect(0).json();
    assert!(version["azure-cli"].as_str().unwrap().starts_with("2."));
    let show = az(&azure, "az account show -o=json").expect(0).json();
    assert_eq!(show["tenantId"], "good-shim.example");
    assert_eq!(show["user"]["name"], "person@example.com");
    assert_eq!(show["user"]["type"], "user");
    let list = az(&azure, "az account list --output json").expect(0).json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    assert_eq!(list[0]["isDefault"], true);
    assert_eq!(list[0]["id"], id);
}

#[test]
fn az_login_is_said_where_a_sign_in_is_needed_and_nowhere_else() {
    let azure = installed(&["good-locked.example"]);
    azure.home.run(&["lock"]).expect(0);
    for line in ["az account get-access-token -o json --resource x", "az account show -o json"] {
        let said = az(&azure, line).expect(1);
        assert_eq!(said.stdout, "");
        assert!(!said.stderr.contains("az login"), "{}", said.stderr);
        assert!(said.stderr.contains("Next: ") && said.stderr.contains("azvault unlock"));
        assert!(!said.stderr.contains("AADSTS"), "{}", said.stderr);
    }
    az(&azure, "az version").expect(0);
    azure.home.run(&["unlock"]).expect(0);
    let said = az(&azure, "az account get-access-token --resource keyvalt").expect(1);
    assert!(!said.stderr.contains("az login") && said.stderr.contains("keyvalt"));
    azure.home.run(&["disconnect", "--all", "--yes"]).expect(0);
    let said = az(&azure, "az account get-access-token").expect(1);
    assert!(said.stderr.contains("azvault"), "{}", said.stderr);
}

#[test]
fn what_the_shim_does_not_know_is_for_a_real_az_behind_it() {
    let azure = installed(&["good-behind.example"]);
    let said = az(&azure, "az group list").expect(2);
    assert!(said.stderr.contains("azvault's"), "{}", said.stderr);
    let real = azure.home.join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("az"), "#!/bin/sh\necho \"real: $*\"; exit 7\n").unwrap();
    fs::set_permissions(real.join("az"), fs::Permissions::from_mode(0o755)).unwrap();
    let line = format!("PATH=$PATH:{}; az group list -o 'a b'", real.display());
    let said = az(&azure, &line).expect(7);
    assert_eq!(said.stdout, "real: group list -o a b\n");
    // A shim behind the shim is not what is looked for.
    let line = format!("cp ~/bin/az {0}/az; PATH=$PATH:{0}; az group list", real.display());
    az(&azure, &line).expect(2);
}

#[test]
fn a_program_that_is_there_is_not_replaced_unasked() {
    let azure = Azure::with(&["good-there.example"]);
    let folder = azure.home.join("bin");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("az"), "#!/bin/sh\n").unwrap();
    azure.run(&["az-shim", "install", "--dir", "bin"]).expect(9).says("--force");
    azure.run(&["az-shim", "install", "--dir", "bin", "--force"]).expect(0);
    // Its own is written anew.
    let again = azure.run(&["az-shim", "install", "--dir", "bin", "-o", "json"]).expect(0);
    assert!(again.json()["path"].as_str().unwrap().ends_with("/bin/az"));
    let mode = fs::metadata(folder.join("az")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o755);
}
