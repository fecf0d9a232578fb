use crate::home::Home;

fn migrated() -> Home {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    home.run(&["migrate", "run", "--yes"]).expect(0);
    home
}

#[test]
fn a_listing_has_no_values() {
    let home = migrated();
    let list = home.json(&["secret", "list"]);
    let secrets = list["secrets"].as_array().unwrap();
    assert_eq!(secrets.len(), 12);
    assert!(secrets.iter().all(|secret| secret.get("value").is_none()));
    home.run(&["secret", "list", "--reveal"]).expect(2);
}

#[test]
fn a_value_is_shown_by_id_when_it_is_asked_for() {
    let home = migrated();
    let list = home.json(&["secret", "list"]);
    let secrets = list["secrets"].as_array().unwrap();
    let secret = secrets.iter().find(|s| s["kind"] == "client_secret").unwrap();
    let id = secret["id"].as_str().unwrap();
    let sealed = home.run(&["secret", "show", id]).expect(0).stdout;
    assert!(!sealed.contains("not-a-real"));
    let revealed = home.run(&["secret", "show", id, "--reveal"]).expect(0).stdout;
    assert_eq!(revealed, "not-a-real-secret-h401\n");
    assert_eq!(home.json(&["secret", "show", id, "--reveal"])["value"], "not-a-real-secret-h401");
    home.run(&["secret", "show", "0000000000000001"]).expect(5);
    home.run(&["secret", "show", "nonsense"]).expect(2);
}
