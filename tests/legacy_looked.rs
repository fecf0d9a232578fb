//! What looking finds, whatever lies beside it, and what it says of what it did not look at.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use azvault_importer::folder::Reach;
use azvault_importer::look;
use azvault_importer::look::{
    At, Bound, Bounds, Ended, Looked, Passed, Unknown, WHOLE, Watch, look,
};
use azvault_importer::places::{Candidate, Roots};

const CONTEXTS: &str = r#"{"DefaultContextKey":"a","EnvironmentTable":{},"Contexts":{"a":{}}}"#;
const CACHE: &str = r#"{"RefreshToken":{"k":{"secret":"rt","home_account_id":"h"}}}"#;

/// Takes note of what it is told, and stops after so many files.
struct Notes {
    read: Vec<PathBuf>,
    unknown: Vec<PathBuf>,
    came: Vec<u64>,
    most: usize,
}

impl Watch for Notes {
    fn reading(&mut self, path: &Path) {
        self.read.push(path.to_owned());
    }
    fn unknown(&mut self, file: Unknown) {
        assert_eq!(file.bytes.len() as u64, file.stat.size);
        self.unknown.push(file.path);
    }
    fn came(&mut self, far: u64) {
        self.came.push(far);
    }
    fn is_stopped(&self) -> bool {
        self.read.len() >= self.most
    }
}

fn notes() -> Notes {
    Notes { read: Vec::new(), unknown: Vec::new(), came: Vec::new(), most: usize::MAX }
}

fn write(home: &Path, files: &[(&str, &str)]) {
    for (name, text) in files {
        let path = home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

fn listed(looked: &Looked, home: &Path) -> Vec<String> {
    let below = |c: &Candidate| c.path.strip_prefix(home).unwrap().to_str().unwrap().to_owned();
    let mut paths: Vec<String> = looked.candidates.iter().map(below).collect();
    paths.sort();
    paths
}

fn named(path: &Path, bounds: &Bounds, notes: &mut Notes) -> Looked {
    let paths = [path.to_owned()];
    look(At::Named(&paths), &Reach::new(path, paths.clone()), bounds, notes).unwrap()
}

fn whole_home(home: &Path, bounds: &Bounds, notes: &mut Notes) -> Looked {
    look(At::Home(&Roots::of(home)), &Reach::from(home), bounds, notes).unwrap()
}

#[test]
fn a_known_name_hides_nothing_and_a_copy_is_found_by_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let copies = [
        ".azure/AzureRmContext.json.bak",
        ".azure/TokenCache (1).dat~",
        ".azure/old/msal - Copy.json",
        ".azure-work/msal_token_cache.json.old",
        ".IdentityService/my app.nocae",
        "Downloads/saved",
        "saved.json",
        "stuff/deep/er/cache",
    ];
    for path in copies {
        write(home, &[(path, if path.contains("ached") { CACHE } else { CONTEXTS })]);
    }
    write(home, &[(".azure/AzureRmContextSettings.json", r#"{"Mode":"Process"}"#)]);
    write(home, &[("Downloads/photo.json", "{}"), ("stuff/notes.txt", "nothing")]);
    let all = |looked: Looked| {
        let mut paths = listed(&looked, home);
        paths.retain(|path| path != ".azure/AzureRmContextSettings.json");
        paths
    };
    let mut wanted: Vec<&str> = copies.to_vec();
    wanted.sort_unstable();
    assert_eq!(all(named(home, &Bounds::default(), &mut notes())), wanted);
    assert_eq!(all(whole_home(home, &Bounds::default(), &mut notes())), wanted);
    wanted.retain(|path| !path.starts_with("stuff/"));
    let usual = At::Usual(&Roots::of(home));
    let usual = look(usual, &Reach::from(home), &Bounds::default(), &mut notes()).unwrap();
    assert_eq!(all(usual), wanted);
    // One folder, whatever else lies in it.
    let cli = named(&home.join(".azure"), &Bounds::default(), &mut notes());
    assert_eq!(listed(&cli, home).len(), 4);
}

#[test]
fn a_file_config_is_azure_clis_beside_its_other_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let config = "[core]\nname = x\n";
    for place in [".ssh", ".kube", ".config/git", "app", ".azure", "copy"] {
        write(home, &[(&format!("{place}/config"), config)]);
    }
    write(home, &[("copy/msal_token_cache.json.bak", CACHE)]);
    let looked = named(home, &Bounds::default(), &mut notes());
    assert_eq!(
        listed(&looked, home),
        [".azure/config", "copy/config", "copy/msal_token_cache.json.bak"]
    );
}

#[test]
fn source_code_and_prose_that_say_the_words_are_no_damaged_files() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let words = "\"home_account_id\" \"credential_type\" \"Contexts\" \"client_id\" \"tenant\"";
    write(
        home,
        &[
            ("msal.py", &format!("x = {{{words}}}\nimport y\n")),
            ("notes.md", &format!("A cache has {words}.\n")),
            ("damaged.json", &format!("{{{words}")),
        ],
    );
    assert_eq!(listed(&named(home, &Bounds::default(), &mut notes()), home), ["damaged.json"]);
}

#[test]
fn files_that_no_format_knows_are_shown_where_a_product_keeps_its_own_or_somebody_named_them() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    write(home, &[(".azure/az.json", "{}"), (".azure/odd", "x"), ("other/odd", "x")]);
    write(home, &[(".azure/msal_token_cache.json", CACHE), (".azure/a.lockfile", "")]);
    let mut told = notes();
    whole_home(home, &Bounds::default(), &mut told);
    assert_eq!(told.unknown, [home.join(".azure/az.json"), home.join(".azure/odd")]);
    let mut told = notes();
    let file = home.join("other/odd");
    let looked = named(&file, &Bounds::default(), &mut told);
    assert_eq!((told.unknown, looked.candidates.len()), (vec![file.clone()], 1));
    let mut told = notes();
    named(&home.join("other"), &Bounds::default(), &mut told);
    assert_eq!(told.unknown, [file]);
}

#[test]
fn what_is_passed_by_is_counted_and_links_are_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let packages =
        ["x/node_modules/a/c.json", "x/.git/objects/aa/c.json", "v/site-packages/c.json"];
    for path in packages {
        write(home, &[(path, CACHE)]);
    }
    write(home, &[("x/.git/config.bak", CACHE), ("archive.zip", "PK\u{3}\u{4} and more")]);
    symlink("/etc", home.join("link")).unwrap();
    symlink(home.join("x"), home.join("y")).unwrap();
    let _socket = UnixListener::bind(home.join("socket")).unwrap();
    let looked = whole_home(home, &Bounds::default(), &mut notes());
    assert_eq!(listed(&looked, home), ["x/.git/config.bak"]);
    let passed: Vec<(Passed, usize)> = looked.seen.passed.into_iter().collect();
    assert_eq!(
        passed,
        [(Passed::Link, 2), (Passed::Special, 1), (Passed::Packages, 3), (Passed::Archive, 1)]
    );
    // Named, packages are looked at like anything else.
    let looked = named(home, &Bounds::default(), &mut notes());
    assert_eq!(listed(&looked, home).len(), 4);
    // A link is only worth a word where its name is one of ours.
    symlink(home.join("archive.zip"), home.join("x/TokenCache.dat")).unwrap();
    let looked = named(&home.join("x"), &Bounds::default(), &mut notes());
    assert!(listed(&looked, home).contains(&"x/TokenCache.dat".to_owned()));
}

#[test]
fn each_bound_that_is_met_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    write(home, &[("a/b/c/cache.json", CACHE), ("a/d.json", CACHE), ("e.json", CACHE)]);
    let bounds = Bounds { depth: 2, ..Bounds::default() };
    let looked = named(home, &bounds, &mut notes());
    assert_eq!(looked.seen.bounds, [Bound::Depth { at: home.join("a/b/c"), most: 2 }]);
    assert_eq!(listed(&looked, home), ["a/d.json", "e.json"]);
    let bounds = Bounds { entries: 3, ..Bounds::default() };
    let looked = named(home, &bounds, &mut notes());
    assert_eq!(looked.seen.bounds, [Bound::Entries { at: home.join("a"), most: 3 }]);
    let bounds = Bounds { bytes: 1, ..Bounds::default() };
    let looked = named(home, &bounds, &mut notes());
    assert_eq!(looked.seen.bounds, [Bound::Bytes { at: home.join("a"), most: 1 }]);
    let bounds = Bounds { saved_size: 10, saved_entries: 1, ..Bounds::default() };
    write(home, &[("Downloads/1.json", CACHE), ("Downloads/2.json", CACHE)]);
    let usual = At::Usual(&Roots::of(home));
    let looked = look(usual, &Reach::from(home), &bounds, &mut notes()).unwrap();
    assert!(matches!(&looked.seen.bounds[..], [Bound::Entries { most: 1, .. }]));
    assert!(looked.seen.passed[&Passed::Large] >= 1);
    assert_eq!(named(home, &Bounds::default(), &mut notes()).seen.bounds, []);
}

#[test]
fn what_was_found_before_somebody_stopped_it_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    for number in 0..9 {
        write(home, &[(&format!("{number}/cache.json"), CACHE)]);
    }
    let mut stops = Notes { most: 4, ..notes() };
    let looked = named(home, &Bounds::default(), &mut stops);
    assert_eq!((looked.seen.ended, looked.seen.files), (Ended::Stopped, 4));
    assert_eq!(looked.candidates.len(), 4);
}

#[test]
fn settings_lead_to_the_cache_folder_also_by_a_relative_path() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let work = folder.path().join("work");
    write(&work, &[(".IdentityService/msal.cache.cae", CACHE), ("cache/mine", CACHE)]);
    write(&home, &[("cache/mine", CACHE), (".Azure/cache/mine", CACHE)]);
    write(&home, &[("elsewhere/keys", r#"[{"keyStoreKey":"{}","keyStoreValue":"x"}]"#)]);
    let looked = |cache: serde_json::Value| {
        let settings = serde_json::json!({
            "Mode": "CurrentUser", "ContextDirectory": home.join("elsewhere"),
            "ContextFile": "mine.json", "CacheDirectory": cache, "CacheFile": "mine",
        });
        write(&home, &[(".Azure/AzureRmContextSettings.json", &settings.to_string())]);
        let roots = Roots { current: Some(work.clone()), ..Roots::of(&home) };
        let reach = Reach::from(&home).at(&work);
        let looked = look(At::Usual(&roots), &reach, &Bounds::default(), &mut notes()).unwrap();
        let mut paths = listed(&looked, folder.path());
        // What is there whatever the settings say.
        for path in ["home/.Azure/AzureRmContextSettings.json", "home/.Azure/cache/mine"] {
            assert!(paths.contains(&path.to_owned()), "{path}");
            paths.retain(|one| one != path);
        }
        paths.retain(|path| path != "work/.IdentityService/msal.cache.cae");
        paths
    };
    let keys = "home/elsewhere/keys";
    for (cache, wanted) in [
        (serde_json::json!(home.join("cache")), &["home/cache/mine", keys][..]),
        // Relative: below the home. The current folder is no place that was named.
        (serde_json::json!("cache"), &["home/cache/mine", keys]),
        (serde_json::json!("None"), &[keys]),
        (serde_json::Value::Null, &[keys]),
        (serde_json::json!("C:\\cache"), &[keys]),
        (serde_json::json!(work.join("cache")), &[keys]),
    ] {
        assert_eq!(looked(cache.clone()), wanted, "{cache}");
    }
}

#[test]
fn what_is_not_there_is_an_error_only_where_it_was_named() {
    let folder = tempfile::tempdir().unwrap();
    let gone = look::named(&folder.path().join("gone")).unwrap_err();
    assert_eq!(gone.kind(), std::io::ErrorKind::NotFound);
    assert_eq!(look::usual(&Roots::of(&folder.path().join("gone"))), []);
}

#[test]
fn a_walk_through_a_home_says_how_far_it_is() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for (top, second) in [("a", 3), ("b", 0), ("c", 5), ("d", 1)] {
        fs::create_dir(home.join(top)).unwrap();
        for number in 0..second {
            // Deeper folders are no step of their own.
            let deep = home.join(top).join(number.to_string()).join("x/y/z");
            fs::create_dir_all(&deep).unwrap();
            fs::write(deep.join("file"), "{}").unwrap();
        }
    }
    let mut notes = notes();
    look(At::Home(&Roots::of(home)), &Reach::from(home), &Bounds::default(), &mut notes).unwrap();
    assert!(
        notes.came.is_sorted() && notes.came.iter().all(|far| *far < WHOLE),
        "{:?}",
        notes.came
    );
    let mut steps = notes.came.clone();
    steps.dedup();
    // One for each folder of the second level, and for each of the first that has none.
    assert_eq!((notes.came.len(), notes.came[0]), (1 + 4 + 9 + 9 * 3, 0));
    assert!((10..=15).contains(&steps.len()), "{steps:?}");
    assert!(steps.contains(&(WHOLE / 2)) && *steps.last().unwrap() == WHOLE * 3 / 4, "{steps:?}");
    // Where there is no whole nothing is said of a part of it.
    let mut of_one = crate::notes();
    named(home, &Bounds::default(), &mut of_one);
    assert!(of_one.came.is_empty());
}
