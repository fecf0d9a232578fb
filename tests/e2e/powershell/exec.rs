//! Azure PowerShell inside `exec` and `shell`: it begins with the contexts of its own file.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::azure::Azure;
use azvault_test_support::{Home, ran};

const WARNING: &str = "has contexts of Azure PowerShell's own";

#[test]
fn powershell_does_not_save_contexts_and_a_person_is_told_of_those_that_it_has() {
    let tenant = "good-own.example";
    let azure = Azure::with(&[tenant]);
    let program = |name: &str| {
        let path = azure.home.join(name);
        fs::write(&path, "#!/bin/sh\necho \"$AzContextAutoSave\"\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (pwsh, other) = (program("pwsh"), program("pwshell"));
    let run = |program: &str| azure.run(&["exec", tenant, "--", program]).expect(0);
    let folder = azure.home.join(".Azure");
    fs::create_dir(&folder).unwrap();
    let file = folder.join("AzureRmContext.json");
    // What Azure PowerShell makes when it starts, and what it leaves after Clear-AzContext.
    for nothing in ["", r#"{"DefaultContextKey":"Default","EnvironmentTable":{},"Contexts":{}}"#] {
        fs::write(&file, nothing).unwrap();
        let answer = run(&pwsh);
        assert_eq!(answer.stdout, "false\n");
        assert!(!answer.stderr.contains(WARNING), "{nothing:?}: {}", answer.stderr);
    }
    fs::copy(azure.home.join("contexts.json"), &file).unwrap();
    let answer = run(&pwsh);
    assert_eq!(answer.stdout, "false\n");
    assert_eq!(answer.stderr.matches(WARNING).count(), 1, "{}", answer.stderr);
    assert!(answer.stderr.contains("AzureRmContext.json"), "{}", answer.stderr);
    assert!(!run(&other).stderr.contains(WARNING));
    // The shell of a person, too.
    let mut shell = azure.command(&["shell", tenant]);
    let said = ran(shell.env("SHELL", &pwsh).output().unwrap()).expect(0);
    assert_eq!(said.stdout, "false\n");
    assert!(said.stderr.contains(WARNING), "{}", said.stderr);
}

#[test]
fn az_is_connected_by_the_script_of_pwsh_alone_and_where_it_is_asked_for() {
    let home = Home::with_contexts();
    let refused = home.run(&["shell-init", "bash", "--az"]).expect(2).stderr;
    assert!(refused.contains("azvault shell-init pwsh --az"), "{refused}");
    let script = home.run(&["shell-init", "pwsh"]).expect(0).stdout;
    let with_az = home.run(&["shell-init", "pwsh", "--az"]).expect(0).stdout;
    assert!(with_az.starts_with(&script) && with_az.contains("Connect-AzVault"));
    assert!(!script.contains("Connect-AzVault"));
}
