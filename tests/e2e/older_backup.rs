//! A backup that is older than the vault: restored by a person, or by its generation, and not by a
//! script that somebody else has changed the file of.

use std::fs;

use azvault_test_support::{Home, Ran, contains};

fn generation(home: &Home) -> u64 {
    home.json(&["verify"])["generation"].as_u64().unwrap()
}

fn create(home: &Home, name: &str) -> u64 {
    home.run(&["backup", "create", name]).expect(0);
    generation(home)
}

fn change(home: &Home, verb: &str) {
    home.run(&["autosave", verb, "--scope", "user"]).expect(0);
}

/// Restores on a terminal where somebody answers; the passphrase is in a file.
fn on_terminal(home: &Home, answer: &str) -> Ran {
    let file = home.join("passphrase");
    let steps = [("Restore it all the same?", answer)];
    let restore = ["backup", "restore", "old.db", "--force", "--passphrase-file"];
    home.on_terminal(&steps, &[&restore[..], &[file.to_str().unwrap()]].concat())
}

#[test]
fn an_older_backup_takes_no_vaults_place_unattended() {
    let home = Home::with_vault();
    change(&home, "disable");
    let old = create(&home, "old.db");
    change(&home, "enable");
    change(&home, "disable");
    let seen = generation(&home);
    let before = fs::read(home.vault()).unwrap();
    let restore = ["backup", "restore", "old.db", "--force"];
    let refused = || {
        let said = home.run(&restore).expect(14);
        said.says(&format!("is at generation {old}, older than the vault at generation {seen}"))
            .says(&format!("--force --accept-older {old}"))
    };
    refused();
    home.run(&[&restore[..], &["--no-input"]].concat()).expect(14);
    // Another generation than the file's, or none.
    for wrong in [old - 1, seen] {
        let wrong = wrong.to_string();
        home.run(&[&restore[..], &["--accept-older", &wrong]].concat()).expect(7);
    }
    home.run(&[&restore[..], &["--accept-older", "all"]].concat()).expect(2);
    on_terminal(&home, "n\n").expect(3);
    assert!(fs::read(home.vault()).unwrap() == before);

    // With the vault gone it is what this machine remembers that counts.
    fs::rename(home.vault(), home.join("aside")).unwrap();
    refused();
    assert!(!home.vault().exists());
    fs::rename(home.join("aside"), home.vault()).unwrap();
    // With that gone, it is the vault.
    let anchors = home.join(".local/state/azvault");
    fs::rename(&anchors, home.join("remembered")).unwrap();
    refused();
    fs::remove_dir_all(&anchors).ok();
    fs::rename(home.join("remembered"), &anchors).unwrap();
    assert!(fs::read(home.vault()).unwrap() == before);

    // The hint, pasted.
    let hint = refused().stderr;
    let hint = hint.lines().find_map(|line| line.split_once("azvault backup restore")).unwrap().1;
    home.bash(&format!("azvault backup restore{hint}")).expect(0);
    assert_eq!(generation(&home), seen + 1);
}

#[test]
fn a_person_may_restore_it_and_a_newer_one_needs_nobody() {
    let home = Home::with_vault();
    let old = create(&home, "old.db");
    change(&home, "disable");
    let shown = on_terminal(&home, "y\n").expect(0).stdout;
    assert!(contains(shown.as_bytes(), format!("generation {old} goes on as").as_bytes()));
    create(&home, "same.db");
    home.run(&["backup", "restore", "same.db", "--force"]).expect(0);
}

#[test]
fn another_future_of_the_same_generation_is_no_backup_of_this_one() {
    let home = Home::with_vault();
    let start = fs::read(home.vault()).unwrap();
    let anchors = home.join(".local/state/azvault");
    change(&home, "disable");
    create(&home, "fork.db");
    // The other one grew where nothing was remembered of the first.
    fs::write(home.vault(), start).unwrap();
    fs::remove_dir_all(&anchors).unwrap();
    change(&home, "enable");
    let generation = generation(&home);
    let restore = ["backup", "restore", "fork.db", "--force"];
    home.run(&restore).expect(14).says("differ").says("--accept-older");
    let accepted = generation.to_string();
    home.run(&[&restore[..], &["--accept-older", &accepted]].concat()).expect(0);
}
