//! What is no file of ours, or no longer one: named, refused, left alone; the rest goes on.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use azvault_test_support::{Home, fixture};

/// Puts something in the place of a file of a home, and expects the plan to refuse it and to
/// take the rest.
fn refused(put: impl Fn(&std::path::Path), word: &str) {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let place = home.join(".Azure/TokenCache.dat");
    fs::remove_file(&place).unwrap();
    put(&place);
    let plan = home.json(&["migrate", "plan"]);
    let sources = plan["sources"].as_array().unwrap();
    let source = sources.iter().find(|s| s["path"].as_str() == place.to_str());
    let source = source.unwrap_or_else(|| panic!("{word}: not in the plan: {plan}"));
    assert_eq!(source["outcome"], "reject", "{source}");
    let notes = source["notes"].to_string();
    assert!(notes.contains(word), "{word:?} is not in {notes}");
    assert_eq!(plan["contexts"].as_array().unwrap().len(), 3, "the rest goes on");
    home.run(&["migrate", "run", "--yes"]).expect(10).says("the rest was imported");
    assert!(place.symlink_metadata().is_ok(), "it is left alone");
}

#[test]
fn a_fifo_a_folder_a_link_and_a_device_are_refused_without_waiting() {
    refused(
        |place| assert!(Command::new("mkfifo").arg(place).status().unwrap().success()),
        "regular",
    );
    refused(|place| fs::create_dir(place).unwrap(), "regular");
    let real = fixture("azure-powershell/files/caches/TokenCache.v3.dat");
    refused(|place| symlink(&real, place).unwrap(), "symbolic link");
    refused(|place| symlink("/dev/zero", place).unwrap(), "symbolic link");
    refused(|place| symlink("/nowhere", place).unwrap(), "symbolic link");
    refused(
        |place| {
            let other = place.with_file_name("other");
            fs::write(&other, fs::read(&real).unwrap()).unwrap();
            fs::hard_link(&other, place).unwrap();
        },
        "hard link",
    );
}

#[test]
fn a_file_over_the_limit_is_refused_without_being_read() {
    // Sparse, so that it takes no room: by its name alone, and by its first bytes.
    let sparse = |place: &std::path::Path, start: &[u8]| {
        fs::write(place, start).unwrap();
        let file = fs::File::options().write(true).open(place).unwrap();
        file.set_len(512 * 1024 * 1024 + 1).unwrap();
    };
    refused(|place| sparse(place, b""), "more than");
    refused(|place| sparse(place, b"{"), "more than");
    // One that no format knows is named as well: nothing says that it is harmless.
    for start in [&b"{"[..], b"\x7fELF\x02\x01\x01\0"] {
        let home = Home::with_files("azure-powershell/homes/az4-linux");
        let place = home.join(".Azure/of-no-format");
        sparse(&place, start);
        let scan = home.run(&["scan", "-o", "json"]).expect(10).stdout;
        assert!(scan.contains("of-no-format") && scan.contains("more than"), "{scan}");
    }
}

/// (what, bytes, whether items before the damage are imported).
#[test]
fn damage_is_named_by_place_and_costs_what_cannot_be_told_any_more() {
    let cache = fs::read(fixture("azure-powershell/files/caches/TokenCache.v3.dat")).unwrap();
    for (what, bytes) in [
        ("cut", cache[..cache.len() - 1].to_vec()),
        ("longer", [&cache[..], b"x"].concat()),
        ("count", [&cache[..4], &[0xff, 0xff, 0xff, 0x7f], &cache[8..]].concat()),
    ] {
        let home = Home::with_files("azure-powershell/homes/az4-linux");
        let place = home.join(".Azure/TokenCache.dat");
        fs::write(&place, &bytes).unwrap();
        let plan = home.json(&["migrate", "plan"]);
        let sources = plan["sources"].as_array().unwrap();
        let source = sources.iter().find(|s| s["path"].as_str() == place.to_str()).unwrap();
        assert_eq!(source["outcome"], "warn", "{what}: {source}");
        assert!(source["notes"].to_string().contains("byte "), "{what}: {source}");
        let secrets = plan["secrets"].as_array().unwrap();
        let refresh = secrets.iter().filter(|secret| secret["kind"] == "refresh_token");
        assert!(refresh.count() > 0, "{what}: {plan}");
    }
    for (what, bytes) in [
        ("2 GB claimed", [&cache[..8], &[0xff, 0xff, 0xff, 0xff, 0x07]].concat()),
        ("varint too long", [&cache[..8], &[0xff; 11]].concat()),
        ("negative count", [&cache[..4], &[0xff; 4], &cache[8..]].concat()),
    ] {
        let home = Home::with_files("azure-powershell/homes/az4-linux");
        let place = home.join(".Azure/TokenCache.dat");
        fs::write(&place, &bytes).unwrap();
        let plan = home.json(&["migrate", "plan"]);
        let sources = plan["sources"].as_array().unwrap();
        let source = sources.iter().find(|s| s["path"].as_str() == place.to_str()).unwrap();
        assert_eq!(source["outcome"], "reject", "{what}: {source}");
        assert!(!source["notes"].as_array().unwrap().is_empty(), "{what}");
        home.run(&["migrate", "run", "--yes"]).expect(10);
        home.run(&["migrate", "clean", "--yes"]).expect(0);
        assert_eq!(fs::read(&place).unwrap(), bytes, "{what}");
    }
}

#[test]
fn deep_nesting_is_refused_and_half_a_surrogate_pair_costs_its_member() {
    let deep = format!("{{\"Contexts\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    let half = "{\"Contexts\":{\"a\":{\"Account\":{\"Id\":\"\\ud83d\"}}}}".to_owned();
    let twice = "{\"Contexts\":{\"a\":null,\"A\":null}}".to_owned();
    for (name, text, outcome, word) in [
        ("deep", deep, "reject", "deep"),
        ("half", half, "warn", "/Contexts/a/Account/Id"),
        ("twice", twice, "warn", "two contexts of one name"),
    ] {
        let home = Home::with_vault();
        let file = home.join("AzureRmContext.json");
        fs::write(&file, &text).unwrap();
        let from = file.to_str().unwrap();
        let plan = home.json(&["migrate", "plan", "--from", from]);
        assert_eq!(plan["sources"][0]["outcome"], outcome, "{name}: {plan}");
        assert!(plan["sources"][0]["notes"].to_string().contains(word), "{name}: {plan}");
    }
}

#[test]
fn somebody_elses_file_is_refused() {
    let chown = |place: &std::path::Path| {
        Command::new("chown").arg("12345").arg(place).output().is_ok_and(|o| o.status.success())
    };
    let home = Home::empty();
    let probe = home.join("probe");
    fs::write(&probe, "").unwrap();
    if !chown(&probe) {
        // Only root can give files away; everybody else's files cannot be made here.
        return;
    }
    let real = fs::read(fixture("azure-powershell/files/caches/TokenCache.v3.dat")).unwrap();
    refused(
        |place| {
            fs::write(place, &real).unwrap();
            assert!(chown(place));
        },
        "another user",
    );
}

#[test]
fn a_file_that_a_product_is_writing_is_refused_and_nothing_waits_for_ever() {
    let home = Home::with_files("azure-powershell/homes/az4-linux");
    let place = home.join(".Azure/AzureRmContext.json");
    let file = fs::File::options().read(true).write(true).open(&place).unwrap();
    file.lock().unwrap();
    let plan = home.json(&["migrate", "plan"]);
    let sources = plan["sources"].as_array().unwrap();
    let source = sources.iter().find(|s| s["path"].as_str() == place.to_str()).unwrap();
    assert_eq!(source["outcome"], "reject");
    assert!(source["notes"].to_string().contains("another program"), "{source}");
    drop(file);
    assert_eq!(home.json(&["migrate", "plan"])["contexts"].as_array().unwrap().len(), 3);
}

#[test]
fn a_path_that_is_not_there_is_not_found() {
    let home = Home::with_vault();
    home.run(&["migrate", "plan", "--from", "nowhere"]).expect(5).says("nowhere");
}
