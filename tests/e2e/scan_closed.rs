//! What a closed folder or an archive hides is said: no look at it ends with "nothing was found".

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use azvault_test_support::{Home, ran};

const CACHE: &str = r#"{"RefreshToken":{"k":{"home_account_id":"o.t","environment":"login.microsoftonline.com","client_id":"c","secret":"rt"}}}"#;

/// A user who owns nothing: for root, no folder is closed.
const NOBODY: u32 = 65_534;

/// Puts a cache into a home, closes one of the folders above it, and scans; says what was not read.
fn scan_with(closed: &str, mode: u32, cache: &str) -> Vec<String> {
    let home = Home::empty();
    let path = home.join(cache);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, CACHE).unwrap();
    let closed = home.join(closed);
    let mut command = home.command(&["scan", "-o", "json"]);
    if rustix::process::geteuid().is_root() {
        let binary = home.join("azvault-of-nobody");
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_azvault")).arg(&binary).status();
        assert!(copied.unwrap().success());
        command = Command::new(binary);
        command.args(["scan", "-o", "json"]).env_clear().env("HOME", home.path());
        command.current_dir("/").uid(NOBODY).gid(NOBODY);
        give_away(home.path());
    }
    let open = |mode: u32| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).unwrap();
    open(mode);
    let document = ran(command.output().unwrap()).expect(10).json();
    open(0o700);
    let unread = document["unreadable"].as_array().unwrap();
    let path = |one: &Value| {
        let path = Path::new(one["path"].as_str().unwrap()).strip_prefix(home.path()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    unread.iter().map(path).collect()
}

fn give_away(path: &Path) {
    chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            give_away(&entry.unwrap().path());
        }
    }
}

#[test]
fn a_folder_that_lists_its_files_and_does_not_open_them_is_not_clean() {
    let cache = ".azure/sub/msal_token_cache.json";
    assert_eq!(scan_with(".azure/sub", 0o400, cache), [cache]);
    assert_eq!(scan_with(".azure/sub", 0o400, ".azure/sub/other"), [".azure/sub/other"]);
}

#[test]
fn a_closed_folder_above_the_places_of_the_products_is_named_once() {
    let cache = ".local/share/.IdentityService/msal.cache";
    assert_eq!(scan_with(".local", 0o000, cache), [".local"]);
    assert_eq!(scan_with(".local/share", 0o000, cache), [".local/share"]);
    assert_eq!(scan_with(".config", 0o000, ".config/containers/auth.json"), [".config"]);
}

#[test]
fn an_archive_in_the_folder_of_a_product_is_not_clean() {
    let home = Home::empty();
    fs::create_dir(home.join(".azure")).unwrap();
    fs::write(home.join(".azure/backup.zip"), b"PK\x03\x04\x14\0\0\0\x08\0 and more of it")
        .unwrap();
    for named in [&["scan", "-o", "json"][..], &["scan", "-o", "json", ".azure/backup.zip"]] {
        let document = home.run(named).expect(10).json();
        let unread = &document["unreadable"][0];
        assert!(unread["path"].as_str().unwrap().ends_with("/backup.zip"), "{document}");
        assert_eq!(unread["why"], "packed in a form that is not opened", "{document}");
    }
    // Elsewhere in a home archives are counted.
    fs::rename(home.join(".azure/backup.zip"), home.join("backup.zip")).unwrap();
    home.run(&["scan", "--home"]).expect(0);
}
