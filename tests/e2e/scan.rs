use crate::home::{Home, copy_folder, fixture};

#[test]
fn a_clean_home_has_no_findings() {
    let home = Home::empty();
    home.run(&["scan"]).expect(0);
    let scan = home.json(&["scan"]);
    assert_eq!(scan["findings"].as_array().unwrap().len(), 0);
}

#[test]
fn sign_ins_in_clear_are_findings_and_no_vault_is_needed() {
    let home = Home::empty();
    copy_folder(&fixture("azure-powershell/homes/az4-linux"), home.path());
    let ran = home.run(&["scan", "-o", "json"]).expect(10);
    let scan = ran.json();
    let paths: Vec<_> = scan["findings"].as_array().unwrap().iter().collect();
    assert_eq!(paths.len(), 2);
    assert_eq!(scan["totals"]["contexts"], 3);
    assert!(!home.vault().exists());
    ran.says("azvault migrate");
}

#[test]
fn files_and_folders_can_be_named() {
    let home = Home::empty();
    let file = fixture("azure-powershell/files/caches/TokenCache.v3.dat");
    home.run(&["scan", file.to_str().unwrap()]).expect(10);
    home.run(&["scan", home.join("nowhere").to_str().unwrap()]).expect(5);
    let home_without_any = home.path().to_str().unwrap().to_owned();
    home.run(&["scan", &home_without_any]).expect(0);
}

#[test]
fn what_was_not_looked_at_is_not_said_to_be_clear() {
    let home = Home::empty();
    let copy = home.join("my azure context.json");
    let from = fixture("azure-powershell/homes/az4-linux/.Azure/AzureRmContext.json");
    std::fs::copy(from, &copy).unwrap();
    let said = home.run(&["scan"]).expect(0).stdout;
    assert_eq!(said, "no Azure sign-ins were found in the usual places\n");
    let nothing = home.join("nothing");
    std::fs::create_dir(&nothing).unwrap();
    let said = home.run(&["scan", nothing.to_str().unwrap()]).expect(0).stdout;
    assert_eq!(said, "no Azure sign-ins were found in what was named\n");
    // Where it is named it is found, and the next command names it too.
    let found = home.run(&["scan", copy.to_str().unwrap()]).expect(10);
    found.says(&format!("azvault migrate --from '{}'", copy.display()));
    let help = home.run(&["scan", "--help"]).expect(0).stdout;
    assert!(help.contains("nowhere else"), "{help}");
}

#[test]
fn secrets_of_other_kinds_are_counted_where_no_sign_in_is_found() {
    let home = Home::empty();
    std::fs::create_dir_all(home.join(".azure/azuredevops")).unwrap();
    std::fs::write(home.join(".azure/azuredevops/personalAccessTokens"), "pat").unwrap();
    let said = home.run(&["scan"]).expect(0).stdout;
    assert!(said.contains("but 1 file of Azure tools with other secrets"), "{said}");
}
