use azvault_test_support::{Home, ran};

#[test]
fn a_status_asks_nothing_and_says_what_it_can() {
    let home = Home::empty();
    assert_eq!(home.json(&["status"])["state"], "absent");

    let home = Home::with_vault();
    let mut command = home.command(&["status", "-o", "json"]);
    let locked = ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap()).expect(0);
    assert_eq!(locked.json()["state"], "locked");
    assert!(locked.json()["contexts"].is_null());

    let unlocked = home.json(&["status"]);
    assert_eq!(unlocked["state"], "unlocked");
    assert_eq!(unlocked["contexts"], 0);
    assert_eq!(unlocked["secrets"], 0);
    assert!(unlocked["default"].is_null());
}

#[test]
fn a_migrated_default_is_the_active_context() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    let status = home.json(&["status"]);
    assert_eq!(status["active"], status["default"]);
    assert_eq!(status["contexts"], 3);
    assert_eq!(status["autosave"]["mode"], "CurrentUser");
}
