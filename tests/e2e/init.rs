use std::fs;
use std::os::unix::fs::PermissionsExt;

use azvault_test_support::{CHEAP, Home};

fn init(home: &Home, more: &[&str]) -> azvault_test_support::Ran {
    home.run(&[&["init"], &CHEAP[..], more].concat())
}

#[test]
fn a_vault_is_made_for_its_owner_alone() {
    let home = Home::empty();
    init(&home, &["--no-recovery"]).expect(0);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(&home.vault()), 0o600);
    assert_eq!(mode(home.vault().parent().unwrap()), 0o700);
}

#[test]
fn a_second_init_never_overwrites() {
    let home = Home::with_vault();
    let before = fs::read(home.vault()).unwrap();
    init(&home, &["--no-recovery"]).expect(9).says("exists already");
    assert_eq!(fs::read(home.vault()).unwrap(), before);
}

#[test]
fn the_recovery_code_is_shown_once_on_the_terminal_and_opens_the_vault() {
    let home = Home::empty();
    let file = home.join("passphrase");
    let args = ["init", "--passphrase-file", file.to_str().unwrap()];
    let shown = home.on_terminal(&[], &[&args[..], &CHEAP].concat()).expect(0).stdout;
    let code = shown.lines().map(str::trim).find(|line| line.split('-').count() == 14);
    let code = code.unwrap_or_else(|| panic!("no code of 14 groups in: {shown}"));
    fs::write(file, format!("{code}\n")).unwrap();
    home.run(&["context", "list"]).expect(0);
}

#[test]
fn who_typed_the_passphrase_is_not_asked_for_it_again() {
    let home = Home::empty();
    azvault_test_support::make_folder(&home.join("run"), 0o700);
    let steps = [
        ("generate one):", "correct horse battery field\n"),
        ("Once more:", "correct horse battery field\n"),
    ];
    let args = [&["init", "--no-recovery"], &CHEAP[..]].concat();
    home.on_terminal(&steps, &args).expect(0);
    let unasked = |args: &[&str]| {
        let mut command = home.command(args);
        azvault_test_support::ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
    };
    assert_eq!(unasked(&["status", "-o", "json"]).expect(0).json()["state"], "unlocked");
    unasked(&["context", "list"]).expect(0);
    // A passphrase from a file opens the vault for its own command.
    home.run(&["lock"]).expect(0);
    let other = home.join("other.db");
    let args = ["--vault", other.to_str().unwrap(), "init", "--no-recovery"];
    home.run(&[&args[..], &CHEAP].concat()).expect(0);
    let status = unasked(&["--vault", other.to_str().unwrap(), "status", "-o", "json"]);
    assert_eq!(status.expect(0).json()["state"], "locked");
}

#[test]
fn a_recovery_file_is_written_with_mode_0600_and_never_over_another() {
    let home = Home::empty();
    let file = home.join("recovery");
    let ran = init(&home, &["--recovery-file", file.to_str().unwrap()]).expect(0);
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert!(!ran.stderr.contains(text.trim()));

    let home = Home::empty();
    let file = home.join("taken");
    fs::write(&file, "mine").unwrap();
    init(&home, &["--recovery-file", file.to_str().unwrap()]).expect(9);
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    assert!(!home.vault().exists());
}

#[test]
fn a_key_file_is_asked_for_beside_the_passphrase() {
    let home = Home::empty();
    let key = home.join("key");
    let key = key.to_str().unwrap();
    init(&home, &["--no-recovery", "--key-file", key]).expect(0);
    home.run(&["context", "list", "--key-file", key]).expect(0);
    home.run(&["context", "list"]).expect(6);
}

#[test]
fn a_raw_key_opens_the_vault_alone() {
    let home = Home::empty();
    let key = home.join("raw");
    let key = key.to_str().unwrap();
    init(&home, &["--no-recovery", "--raw-key-file", key]).expect(0);
    let mut command = home.command(&["context", "list", "--key-file", key]);
    let ran =
        azvault_test_support::ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap());
    ran.expect(0);
}

#[test]
fn costs_out_of_bounds_are_refused() {
    for (memory, passes) in [("1", "3"), ("2048", "3"), ("64", "0"), ("64", "17"), ("1024", "5")] {
        let home = Home::empty();
        let args = ["init", "--no-recovery", "--kdf-memory", memory, "--kdf-passes", passes];
        home.run(&args).expect(2);
        assert!(!home.vault().exists(), "{memory} {passes}");
    }
}

#[test]
fn without_a_passphrase_and_a_terminal_nothing_is_made() {
    let home = Home::empty();
    let mut command = home.command(&["init"]);
    let ran =
        azvault_test_support::ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap());
    ran.expect(14).says("--passphrase-file");
    assert!(!home.vault().exists());
}

/// Everything of a home but what every test has in it.
fn left(home: &Home) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![home.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path.clone());
            }
            found.push(path.strip_prefix(home.path()).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.retain(|name| name != "passphrase");
    found.sort();
    found
}

#[test]
fn an_init_that_fails_leaves_nothing_and_says_so() {
    let fails = |prepare: &dyn Fn(&Home), args: &[&str], code: i32| {
        let home = Home::empty();
        prepare(&home);
        let before = left(&home);
        let said = init(&home, args).expect(code).says("no vault was made");
        assert_eq!(left(&home), before, "{args:?}");
        said
    };
    let folder = |mode: u32| {
        move |home: &Home| {
            fs::create_dir(home.join("w")).unwrap();
            fs::set_permissions(home.join("w"), fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    // Whose folder others can write.
    fails(&folder(0o1777), &["--vault", "w/v.db"], 7).says("mode 1777");
    fails(&folder(0o770), &["--vault", "w/v.db", "--recovery-file", "code"], 7);
    // What cannot be written comes before the vault.
    fails(&|_| {}, &["--recovery-file", "nowhere/code"], 1);
    fails(&|_| {}, &["--recovery-file", "code", "--raw-key-file", "nowhere/raw"], 1);
    fails(&|_| {}, &["--no-recovery", "--key-file", "nowhere/key"], 1);
    fails(
        &|home| fs::write(home.join("raw"), "mine").unwrap(),
        &["--recovery-file", "code", "--raw-key-file", "raw"],
        9,
    );
    // No folder can be made for it.
    fails(
        &|home| fs::write(home.join("file"), "mine").unwrap(),
        &["--vault", "file/v.db", "--recovery-file", "code"],
        1,
    );
    fails(&|home| fs::write(home.join("file"), "mine").unwrap(), &["--vault", "file/a/b/v.db"], 1);
}

#[test]
fn where_nothing_can_be_written_init_leaves_nothing() {
    let home = Home::empty();
    let before = left(&home);
    let init = "trap '' XFSZ; ulimit -f 0; exec azvault init --kdf-memory 19 --kdf-passes 2";
    for more in [
        "--no-recovery",
        "--recovery-file code",
        "--no-recovery --vault new/below/v.db",
        "--no-recovery --key-file key",
    ] {
        home.bash(&format!("{init} {more}")).expect(1).says("no vault was made");
        assert_eq!(left(&home), before, "{more}");
    }
    // Where the vault is refused, the code that was shown is taken back in words.
    fs::write(home.join("init.sh"), init).unwrap();
    let before = left(&home);
    let script = "script --quiet --return --command 'bash init.sh' /dev/null </dev/null";
    let shown = home.bash(script).expect(1).stdout;
    assert!(shown.contains("the recovery code above opens nothing"), "{shown}");
    assert_eq!(left(&home), before);
}

#[test]
fn an_init_that_is_broken_off_while_it_asks_leaves_nothing() {
    let home = Home::empty();
    let before = left(&home);
    let typed = [("Passphrase (empty: generate one): ", "\u{3}")];
    let ended = home.on_terminal(&typed, &["init", "--recovery-file", "code", "--key-file", "key"]);
    assert_ne!(ended.code, 0);
    assert_eq!(left(&home), before);
}
