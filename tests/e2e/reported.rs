//! Credentials of Azure in files of other tools: `scan` names them, and nothing else touches them.

use std::fs;
use std::path::PathBuf;

use azvault_test_support::{Home, files, fixture};

/// (fixture, where the tool has it, format, what one of its credentials is).
const FILES: [(&str, &str, &str, &str); 12] = [
    ("kubectl/config", ".kube/config", "kubeconfig", "client key of a cluster's certificate"),
    (
        "docker/config.json",
        ".docker/config.json",
        "container-registries",
        "password of an Azure container registry",
    ),
    ("git/git-credentials", ".git-credentials", "git-credentials", "personal access token"),
    ("npm/npmrc", ".npmrc", "npmrc", "personal access token"),
    ("python/pypirc", ".pypirc", "python-indexes", "personal access token"),
    ("nuget/NuGet.Config", ".nuget/NuGet/NuGet.Config", "nuget-config", "personal access token"),
    (
        "databricks/databrickscfg",
        ".databrickscfg",
        "databricks-config",
        "token of Azure Databricks",
    ),
    (
        "rclone/rclone.conf",
        ".config/rclone/rclone.conf",
        "rclone-config",
        "access key of a storage account",
    ),
    (
        "dotnet/secrets.json",
        ".microsoft/usersecrets/shop/secrets.json",
        "dotnet-settings",
        "client secret of a service principal",
    ),
    ("powershell/sp.xml", "sp.xml", "powershell-clixml", "client secret of a service principal"),
    ("shells/bash_history", ".bash_history", "shell-history", "client secret"),
    ("shells/variables/.env", ".env", "shell-variables", "client secret"),
];

/// Puts the files where the tools have them; the paths are those of the constant.
fn put(home: &Home) -> Vec<PathBuf> {
    FILES
        .iter()
        .map(|(from, to, ..)| {
            let path = home.join(to);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::copy(fixture(&format!("other-tools/{from}")), &path).unwrap();
            path
        })
        .collect()
}

#[test]
fn each_is_a_finding_with_its_format_and_what_it_holds() {
    let home = Home::empty();
    for (path, (from, _, format, what)) in put(&home).iter().zip(FILES) {
        let path = path.to_str().unwrap();
        let ran = home.run(&["scan", "-o", "json", path]).expect(10);
        let scan = ran.json();
        let findings = scan["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "{from}");
        assert_eq!(findings[0]["format"], format, "{from}");
        let said = findings[0]["notes"].to_string();
        assert!(said.contains(what), "{from}: {said}");
        // Neither in JSON nor in a table does a value stand.
        let table = home.run(&["scan", path]).expect(10);
        for value in ["Qx18Q~", "l7xol3lf", "Z3gKpLhZ", "dapi0123"] {
            assert!(!ran.stdout.contains(value) && !table.stdout.contains(value), "{from}");
        }
    }
}

#[test]
fn a_file_without_a_credential_of_azure_is_no_finding() {
    let home = Home::empty();
    for (from, to) in [
        ("kubectl/without", ".kube/config"),
        ("docker/without.json", ".docker/config.json"),
        ("git/without-git-credentials", ".git-credentials"),
        ("npm/without", ".npmrc"),
        ("shells/without-history", ".bash_history"),
    ] {
        let path = home.join(to);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(fixture(&format!("other-tools/{from}")), &path).unwrap();
        let scan = home.run(&["scan", "-o", "json", path.to_str().unwrap()]).expect(0).json();
        assert_eq!(scan["findings"].as_array().unwrap().len(), 0, "{from}");
    }
}

#[test]
fn a_migration_leaves_them_where_they_are() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let paths = put(&home);
    let before = files(home.path());
    let mut run = vec!["migrate", "run", "--yes", "--from", home.path().to_str().unwrap()];
    for path in &paths {
        run.extend(["--from", path.to_str().unwrap()]);
    }
    home.run(&run).expect(0).says("with credentials of other tools");
    run[1] = "plan";
    run.remove(2);
    let plan = home.run(&run).expect(0).stdout;
    assert!(plan.contains("to revoke: az aks rotate-certs"), "{plan}");
    let vault = fs::read(home.vault()).unwrap();
    home.run(&["migrate", "clean", "--yes"]).expect(0);
    let after = files(home.path());
    for (path, bytes) in &before {
        let others = paths.iter().any(|other| other.ends_with(path));
        assert!(!others || after.get(path) == Some(bytes), "{path:?} was touched");
    }
    assert!(paths.iter().all(|path| path.is_file()));
    assert!(!home.join(".Azure/AzureRmContext.json").exists(), "what was imported went");
    assert!(!vault.is_empty());
}
