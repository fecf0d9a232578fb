//! Files with a secret that others could have written, read or exchanged.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use azvault_test_support::{CHEAP, Home, PASSPHRASE, Ran, not_run, ran};

fn mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Opens the vault with a passphrase file and nothing else.
fn with_passphrase_file(home: &Home, file: &str) -> Ran {
    let mut command = home.command(&["context", "list", "--passphrase-file", file]);
    ran(command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap())
}

#[test]
fn a_file_that_others_can_read_or_write_opens_nothing() {
    let home = Home::empty();
    let (key, raw) = (home.join("key file"), home.join("raw"));
    let (key, raw) = (key.to_str().unwrap(), raw.to_str().unwrap());
    let init = ["init", "--no-recovery", "--key-file", key, "--raw-key-file", raw];
    home.run(&[&init[..], &CHEAP].concat()).expect(0);
    let list = ["context", "list", "--key-file", key];
    home.run(&list).expect(0);
    for (lax, word) in [
        (0o644, "read"),
        (0o640, "read"),
        (0o604, "read"),
        (0o660, "written"),
        (0o602, "written"),
        (0o666, "written"),
        (0o777, "written"),
    ] {
        let says = format!("can be {word} by others (mode {lax:04o})");
        mode(key, lax);
        home.run(&list).expect(7).says(&says).says(&format!("chmod 600 '{key}'"));
        mode(key, 0o600);
        mode(raw, lax);
        let mut command = home.command(&["context", "list", "--key-file", raw]);
        let by_raw = command.env_remove("AZVAULT_PASSPHRASE_FILE").output().unwrap();
        ran(by_raw).expect(7).says(&says).says(&format!("chmod 600 {raw}"));
        let mut command = home.command(&["context", "list"]);
        command.env_remove("AZVAULT_PASSPHRASE_FILE").env("AZVAULT_KEY_FILE", raw);
        ran(command.output().unwrap()).expect(7).says(&says);
        mode(raw, 0o600);
        let passphrase = home.join("passphrase");
        mode(&passphrase, lax);
        home.run(&list).expect(7).says(&says);
        mode(passphrase, 0o600);
    }
    for good in [0o600, 0o400, 0o700] {
        mode(key, good);
        home.run(&list).expect(0);
    }
    // The hint, pasted.
    mode(key, 0o644);
    let hint = home.run(&list).expect(7).stderr;
    let hint = hint.lines().find_map(|line| line.split_once("chmod")).unwrap().1;
    home.bash(&format!("chmod{hint}")).expect(0);
    home.run(&list).expect(0);
}

#[test]
fn every_option_that_names_a_secret_refuses_such_a_file() {
    let home = Home::with_contexts();
    let lax = home.secret_file("lax", "purple monkey dishwasher river\n");
    mode(&lax, 0o644);
    let good = home.secret_file("good", "purple monkey dishwasher river\n");
    home.run(&["backup", "create", "saved.db"]).expect(0);
    let principal = [
        "connect",
        "--service-principal",
        "--application",
        "a9900000-0000-4000-8000-000000000003",
        "--tenant",
        "contoso.example",
    ];
    let of_principal = |option: &'static str| [&principal[..], &[option, &lax]].concat();
    for args in [
        vec!["key", "add", "passphrase", "--new-passphrase-file", &lax],
        vec!["key", "add", "key-file", &lax, "--new-passphrase-file", &good],
        vec!["key", "passphrase", "--new-passphrase-file", &lax],
        vec!["key", "rotate", "--also", &lax],
        vec!["context", "save", "out", "--export-passphrase-file", &lax],
        vec!["backup", "list", "--passphrase-file", &lax],
        vec!["backup", "restore", "saved.db", "--force", "--passphrase-file", &lax],
        of_principal("--secret-file"),
        of_principal("--certificate"),
        vec!["connect", "--access-token-file", &lax, "--account", "kim@contoso.example"],
    ] {
        let said = home.run(&args).expect(7);
        said.says("can be read by others (mode 0644)");
    }
    assert!(!home.join("out").exists());
}

#[test]
fn a_path_that_others_can_bend_is_refused() {
    let home = Home::with_vault();
    let text = format!("{PASSPHRASE}\n");
    let file = home.secret_file("secret", &text);
    let folder = |name: &str, bits: u32| {
        let folder = home.join(name);
        fs::create_dir(&folder).unwrap();
        mode(&folder, bits);
        folder
    };
    // A file in a folder, and one further down.
    for (name, bits, code) in [
        ("own", 0o700, 0),
        ("seen", 0o755, 0),
        ("sticky", 0o1777, 0),
        ("open", 0o777, 7),
        ("of-all", 0o703, 7),
    ] {
        let folder = folder(name, bits);
        fs::create_dir(folder.join("below")).unwrap();
        for place in ["direct", "below/file"] {
            let path = format!("{name}/{place}");
            let path = home.secret_file(&path, &text);
            let said = with_passphrase_file(&home, &path).expect(code);
            if code == 7 {
                said.says(&format!("chmod go-w {}", folder.display()));
            }
        }
        let link = folder.join("link");
        symlink(&file, &link).unwrap();
        let linked = if bits & 0o022 == 0 { 0 } else { 7 };
        with_passphrase_file(&home, link.to_str().unwrap()).expect(linked);
    }
    // As Kubernetes mounts secrets: links that stay within the folder.
    let mount = folder("mount", 0o1777);
    fs::create_dir(mount.join("..2026")).unwrap();
    home.secret_file("mount/..2026/passphrase", &text);
    symlink("..2026", mount.join("..data")).unwrap();
    symlink("..data/passphrase", mount.join("passphrase")).unwrap();
    with_passphrase_file(&home, mount.join("passphrase").to_str().unwrap()).expect(0);
    symlink("../secret", mount.join("out")).unwrap();
    with_passphrase_file(&home, mount.join("out").to_str().unwrap()).expect(7).says("is a link");
    // Links that lead nowhere, and in a circle.
    symlink("gone", home.join("dangling")).unwrap();
    with_passphrase_file(&home, "dangling").expect(5);
    symlink("circle", home.join("circle")).unwrap();
    with_passphrase_file(&home, "circle").expect(7).says("too many links");
    with_passphrase_file(&home, "secret/below").expect(1);
    with_passphrase_file(&home, ".").expect(1);
    // A key is not written where it could not be opened afterwards.
    let new = home.join("open/new");
    home.run(&["key", "add", "raw", new.to_str().unwrap()]).expect(7).says("chmod go-w");
    assert!(!new.exists());
}

#[test]
fn a_file_of_another_user_is_refused_and_one_of_root_is_not() {
    if !rustix::process::geteuid().is_root() {
        not_run("only root has files of others");
        return;
    }
    let home = Home::with_vault();
    let file = home.secret_file("secret", &format!("{PASSPHRASE}\n"));
    std::os::unix::fs::chown(&file, Some(4711), None).unwrap();
    with_passphrase_file(&home, &file).expect(7).says("belongs to another user (uid 4711)");
}

#[test]
fn what_was_handed_over_opened_is_the_callers_word() {
    let home = Home::with_vault();
    let file = home.secret_file("lax", &format!("{PASSPHRASE}\n"));
    mode(&file, 0o644);
    for script in [
        "azvault context list --passphrase-file /dev/stdin <lax",
        "azvault context list --passphrase-file <(cat lax)",
        "azvault context list --passphrase-file /dev/fd/7 7<lax",
        "azvault context list --passphrase-file /proc/self/fd/7 7<lax",
        "cat lax | azvault context list --passphrase-file /dev/stdin",
        "azvault context list --passphrase-fd 7 7<lax",
        "mkfifo -m 600 pipe; cat lax >pipe & azvault context list --passphrase-file pipe",
    ] {
        home.bash(&format!("unset AZVAULT_PASSPHRASE_FILE; {script}")).expect(0);
    }
}
