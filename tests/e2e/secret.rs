use azvault_test_support::Home;

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

#[test]
fn a_wide_listing_says_what_each_secret_opens_and_opens_none() {
    let home = migrated();
    let narrow = home.json(&["secret", "list"]);
    let wide = home.json(&["secret", "list", "--wide"]);
    let (narrow, wide) =
        (narrow["secrets"].as_array().unwrap(), wide["secrets"].as_array().unwrap());
    assert_eq!(narrow.len(), wide.len());
    for (one, with) in narrow.iter().zip(wide) {
        // Members are added, none is changed.
        let mut with = with.clone();
        let radius = with.as_object_mut().unwrap().remove("blast_radius").unwrap();
        assert_eq!(*one, with);
        assert!(!radius["opens"].as_str().unwrap().is_empty());
    }
    let secret = wide.iter().find(|s| s["kind"] == "client_secret").unwrap();
    let (account, radius) = (secret["account"].as_str().unwrap(), &secret["blast_radius"]);
    assert_eq!(radius["rank"], 1);
    // The file names no tenant beside the secret: its context does.
    assert_eq!(radius["tenants"][0], "72f00000-0000-4000-8000-000000000001");
    let first = radius["revoke"][0].as_str().unwrap();
    assert!(first.starts_with(&format!("az ad app credential list --id {account} ")), "{first}");

    let table = home.run(&["secret", "list", "--wide"]).expect(0).stdout;
    assert!(table.contains("without MFA, until it is removed\n"), "{table}");
    assert!(table.lines().any(|line| line.trim_start() == first), "{table}");
    let columns = |args: &[&str]| {
        let tsv = home.run(&[args, &["-o", "tsv"]].concat()).expect(0).stdout;
        tsv.lines().map(|line| line.split('\t').count()).collect::<Vec<_>>()
    };
    assert_eq!(columns(&["secret", "list"]), vec![7; narrow.len()]);
    assert_eq!(columns(&["secret", "list", "--wide"]), vec![10; wide.len()]);
    let narrow = home.run(&["secret", "list"]).expect(0).stdout;
    assert!(!narrow.contains("without MFA"));
    assert!(!table.contains("not-a-real"));
    // No reveal stands in the log, because none was made; the next one does.
    let reveals = || home.json(&["audit", "log"]).to_string().matches("secret reveal").count();
    assert_eq!(reveals(), 0);
    home.run(&["secret", "list", "--wide", "--reveal", "-o", "json"]).expect(0);
    assert_eq!(reveals(), 1);
}
