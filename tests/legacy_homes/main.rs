//! Whole homes of Azure PowerShell, the places where the products keep files, and files that are
//! no plain files of this user.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use azvault_importer::folder::{self, Source};
use azvault_importer::look;
use azvault_importer::open::{MAX_SIZE, OpenError, read_once};
use azvault_importer::places::{Because, Candidate, Roots};
use azvault_importer::{Format, Outcome, Product};
use azvault_model::{Context, HeldSecret};
use azvault_os::file::{Owner, Permissions};
use jiff::tz::TimeZone;
use rustix::fs::FlockOperation;
use serde_json::Value;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/azure-powershell")
}

fn truth() -> Value {
    serde_json::from_slice(&fs::read(fixtures().join("expected.json")).unwrap()).unwrap()
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn roots(home: &Path) -> Roots {
    Roots::of(home)
}

fn read(candidates: &[Candidate], home: &Path) -> Vec<Source> {
    folder::read_all(candidates, home, &TimeZone::UTC, &mut |_| {})
}

/// A copy of a home, its files with the modes that the product leaves.
fn copy_of(name: &str, home: &Value) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for (file, facts) in home["files"].as_object().unwrap() {
        let path = copy.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, fs::read(fixtures().join("homes").join(name).join(file)).unwrap())
            .unwrap();
        let mode = u32::from_str_radix(facts["mode"].as_str().unwrap(), 8).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    copy
}

fn write(home: &Path, files: &[&str]) {
    for file in files {
        let path = home.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "{}").unwrap();
    }
}

/// Paths below `home`, as text.
fn below<'a>(paths: impl IntoIterator<Item = &'a Path>, home: &Path) -> Vec<String> {
    let relative = |path: &Path| path.strip_prefix(home).unwrap().to_str().unwrap().to_owned();
    paths.into_iter().map(relative).collect()
}

fn listed(candidates: &[Candidate], home: &Path) -> Vec<String> {
    below(candidates.iter().map(|candidate| candidate.path.as_path()), home)
}

type Row = Vec<Option<String>>;

fn expected_secret(secret: &Value) -> Row {
    let kind = match secret["kind"].as_str().unwrap() {
        "service_principal_secret" => "client_secret",
        "graph_access_token" | "keyvault_access_token" | "microsoft_graph_access_token" => {
            "access_token"
        }
        "msi_login_secret" => "managed_identity_secret",
        other => other,
    };
    vec![
        Some(kind.to_owned()),
        text(&secret["value"]),
        text(&secret["owner"]),
        text(&secret["tenant"]),
        text(&secret["family_id"]),
        text(&secret["home_account_id"]),
        secret["expires_on"].as_i64().map(|at| at.to_string()),
    ]
}

fn found_secret(held: &HeldSecret) -> Row {
    let about = &held.description;
    // EXPOSE: compared with the fixture's truth.
    let value = String::from_utf8(held.value.expose().to_vec()).unwrap();
    vec![
        Some(about.kind.as_str().to_owned()),
        Some(value),
        about.account.clone(),
        about.tenant.clone(),
        about.family_id.clone(),
        about.home_account_id.clone(),
        about.expires_on.map(|at| at.to_string()),
    ]
}

fn expected_context(context: &Value) -> Row {
    let names = ["name", "account_id", "account_type", "tenant_id", "subscription_id"];
    let names = names.iter().chain(&["subscription_name", "environment"]);
    names.map(|name| text(&context[*name])).collect()
}

fn found_context(context: &Context) -> Row {
    let (account, subscription) = (context.account.as_ref(), context.subscription.as_ref());
    vec![
        Some(context.name.as_str().to_owned()),
        account.map(|a| a.id.clone()),
        account.map(|a| a.account_type.as_str().to_owned()),
        context.tenant.as_ref().map(|t| t.id.clone()),
        subscription.map(|s| s.id.clone()),
        subscription.and_then(|s| s.name.clone()),
        context.environment.clone(),
    ]
}

#[test]
fn every_home_gives_what_its_truth_says() {
    let truth = truth();
    for (name, expected) in truth["homes"].as_object().unwrap() {
        let copy = copy_of(name, expected);
        let home = copy.path();
        let sources = read(&look::usual(&roots(home)), home);
        // By place in the home; the two products' files apart.
        let place = |source: &Source| below([source.path.as_path()], home).remove(0);
        let ours: BTreeMap<String, &Source> = sources
            .iter()
            .filter(|source| source.found.product != Product::AzureCli)
            .map(|source| (place(source), source))
            .collect();

        let files = expected["files"].as_object().unwrap();
        let scanned: BTreeSet<&str> = files
            .iter()
            .filter(|(file, facts)| {
                // Settings are read as well, for what does not belong in them.
                let read = ["/AzureProfile.json", "/PSConfig.json"];
                let is_read = read.iter().any(|name| file.ends_with(name));
                matches!(facts["scan"].as_str(), Some("import" | "report")) || is_read
            })
            .map(|(file, _)| file.as_str())
            .collect();
        assert!(ours.keys().map(String::as_str).eq(scanned), "{name}: {:?}", ours.keys());

        for (file, source) in &ours {
            let wanted: Vec<Row> = expected["contexts"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|context| context["file"] == *file && context["placeholder"] != true)
                .map(expected_context)
                .collect();
            let found: Vec<Row> = source.found.profile.contexts.iter().map(found_context).collect();
            assert_eq!(found, wanted, "{name}/{file}");
        }
        let all = |of: fn(&Source) -> Option<String>| -> BTreeSet<String> {
            ours.values().filter_map(|source| of(source)).collect()
        };
        let default = all(|s| s.found.profile.default.as_ref().map(|n| n.as_str().to_owned()));
        assert_eq!(default, text(&expected["default_context"]).into_iter().collect(), "{name}");
        let autosave = all(|s| s.found.profile.autosave.map(|mode| mode.as_str().to_owned()));
        assert_eq!(autosave, text(&expected["autosave_mode"]).into_iter().collect(), "{name}");

        let found: BTreeSet<Row> = ours
            .values()
            .flat_map(|source| source.found.profile.secrets.iter().map(found_secret))
            .collect();
        let secrets = expected["secrets"].as_array().unwrap();
        let wanted: BTreeSet<Row> = secrets.iter().map(expected_secret).collect();
        let odd: Vec<_> = found.symmetric_difference(&wanted).collect();
        assert!(odd.is_empty(), "{name}: {odd:#?}");

        let opaque: BTreeSet<&str> = ours
            .iter()
            .filter(|(_, source)| source.found.outcome == Outcome::Opaque)
            .map(|(file, source)| {
                assert!(!source.found.notes.is_empty(), "{name}/{file} says nothing");
                file.as_str()
            })
            .collect();
        let cannot = expected["cannot_be_imported"].as_array().unwrap();
        let cannot: BTreeSet<&str> =
            cannot.iter().map(|file| file["path"].as_str().unwrap()).collect();
        assert_eq!(opaque, cannot, "{name}");

        for (file, facts) in files {
            let path = home.join(file);
            let mode = u32::from_str_radix(facts["mode"].as_str().unwrap(), 8).unwrap();
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, mode, "{file}");
            let source = sources.iter().find(|source| source.path == path);
            if let Some(stat) = source.and_then(|source| source.stat) {
                assert_eq!(
                    (stat.permissions, stat.size),
                    (Permissions::of_record(mode), facts["bytes"].as_u64().unwrap())
                );
            }
        }
    }
}

#[test]
fn homes_of_both_products_give_both() {
    let truth = truth();
    for name in ["both-cli-and-powershell", "both-cli-and-powershell-same-folder"] {
        let copy = copy_of(name, &truth["homes"][name]);
        let sources = read(&look::usual(&roots(copy.path())), copy.path());
        let cli = |file: &str| {
            let path = copy.path().join(".azure").join(file);
            let json: Value =
                match fs::read_to_string(&path).unwrap().trim_start_matches('\u{feff}') {
                    ini if file.ends_with("config") => Value::String(ini.to_owned()),
                    text => serde_json::from_str(text).unwrap(),
                };
            let source = sources.iter().find(|source| source.path == path).unwrap();
            assert_eq!(source.found.product, Product::AzureCli, "{name}/{file}");
            assert_eq!(
                source.found.outcome,
                Outcome::Accept,
                "{name}/{file} {:?}",
                source.found.notes
            );
            (json, &source.found)
        };
        let (file, profile) = cli("azureProfile.json");
        let ids: Vec<_> =
            file["subscriptions"].as_array().unwrap().iter().map(|s| text(&s["id"])).collect();
        let contexts = &profile.profile.contexts;
        assert!(
            contexts.iter().map(|c| c.subscription.as_ref().map(|s| s.id.clone())).eq(ids.clone())
        );
        let marked =
            file["subscriptions"].as_array().unwrap().iter().find(|s| s["isDefault"] == true);
        let default = profile.profile.default.as_ref().map(|name| name.as_str().to_owned());
        let wanted = marked
            .map(|s| format!("{} ({})", s["name"].as_str().unwrap(), s["id"].as_str().unwrap()));
        assert!(default.is_some() && default == wanted, "{name}: {default:?}");
        let (file, entries) = cli("service_principal_entries.json");
        let wanted: Vec<_> =
            file.as_array().unwrap().iter().map(|e| text(&e["client_secret"])).collect();
        let found: Vec<_> =
            entries.profile.secrets.iter().map(|held| found_secret(held)[1].clone()).collect();
        assert!(!wanted.is_empty() && found == wanted, "{name}");
        let (file, cache) = cli("msal_token_cache.json");
        let sections = ["AccessToken", "RefreshToken", "IdToken"];
        let wanted: BTreeSet<_> = sections
            .iter()
            .filter_map(|section| file[*section].as_object())
            .flat_map(|section| section.values().map(|token| text(&token["secret"])))
            .collect();
        let found: BTreeSet<_> =
            cache.profile.secrets.iter().map(|held| found_secret(held)[1].clone()).collect();
        assert!(!wanted.is_empty() && found == wanted, "{name}");
        assert!(!cli("clouds.config").1.azcli.cloud_subscriptions.is_empty());
    }
}

#[test]
fn saved_files_are_moved_where_they_are_named() {
    let truth = truth();
    let expected = &truth["homes"]["saved-files"];
    let copy = copy_of("saved-files", expected);
    // A scan finds what lies in Documents; whatever was saved by hand is moved only where it is named.
    assert!(look::usual(&roots(copy.path())).is_empty());
    let files = expected["files"].as_object().unwrap();
    for (file, facts) in files {
        let candidates = look::named(&copy.path().join(file)).unwrap();
        assert_eq!(candidates[0].because, Because::Expected);
        let [source] = &read(&candidates, copy.path())[..] else { panic!("{file}") };
        assert_eq!(source.found.outcome, Outcome::Accept, "{file}: {:?}", source.found.notes);
        let wanted: Vec<Row> =
            facts["contexts"].as_array().unwrap().iter().map(expected_context).collect();
        let found: Vec<Row> = source.found.profile.contexts.iter().map(found_context).collect();
        assert_eq!(found, wanted, "{file}");
        let wanted: BTreeSet<Row> =
            facts["secrets"].as_array().unwrap().iter().map(expected_secret).collect();
        let found: BTreeSet<Row> = source.found.profile.secrets.iter().map(found_secret).collect();
        assert_eq!(found, wanted, "{file}");
    }
    // The folder above finds all three, and nothing of what else lies there.
    write(copy.path(), &["work/package.json", "work/az.json"]);
    write(copy.path(), &["work/AzureRmContext.json.lockfile"]);
    fs::write(copy.path().join("work/notes.txt"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let sources = read(&look::named(copy.path()).unwrap(), copy.path());
    let found = below(sources.iter().map(|source| source.path.as_path()), copy.path());
    assert_eq!(found, files.keys().cloned().collect::<Vec<_>>());
}

#[test]
fn every_place_of_the_products_is_looked_at() {
    let files = [
        ".Azure/AzureRmContext.json",
        ".Azure/AzureRmContextSettings.json",
        ".Azure/TokenCache.dat",
        ".Azure/keystore.cache",
        "AppData/Roaming/Windows Azure Powershell/AzureRmContext.json",
        "AppData/Roaming/Windows Azure Powershell/TokenCache.dat",
        ".config/Windows Azure Powershell/TokenCache.dat",
        ".local/share/.IdentityService/msal.cache.nocae",
        ".local/share/.IdentityService/msal.cache.cae",
        ".local/share/.IdentityService/msal.cache",
        ".IdentityService/msal.cache",
        "AppData/Local/.IdentityService/msal.cache",
        "Library/Application Support/.IdentityService/msal.cache",
        ".azure/azureProfile.json",
        ".azure/msal_token_cache.json",
        ".azure/msal_token_cache.bin",
        ".azure/service_principal_entries.json",
        ".azure/service_principal_entries.bin",
        ".azure/accessTokens.json",
        ".azure/clouds.config",
        ".azure/config",
        ".Azure/PSConfig.json",
    ];
    let silent = [
        ".azure/az.json",
        ".azure/az.sess",
        ".azure/versionCheck.json",
        ".azure/msal_http_cache.bin",
        ".azure/msal_token_cache.json.lockfile",
        "somewhere/config",
    ];
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, &files);
    write(home, &silent);
    assert_eq!(listed(&look::usual(&roots(home)), home), files);
    // A home that the user names is the same as the user's own.
    assert_eq!(listed(&look::named(home).unwrap(), home), files);
    // So is one of the folders, alone.
    let azure_powershell = [&files[..4], &files[21..]].concat();
    assert_eq!(listed(&look::named(&home.join(".Azure")).unwrap(), home), azure_powershell);
    assert_eq!(listed(&look::named(&home.join(".azure")).unwrap(), home), files[13..21]);
}

#[test]
fn variables_move_places_as_they_do_for_the_products() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(
        home,
        &[".azure/azureProfile.json", ".azure/AzureRmContext.json", "cli/azureProfile.json"],
    );
    write(home, &["tokens/mine.json", "data/.IdentityService/msal.cache"]);
    write(home, &["settings/Windows Azure Powershell/TokenCache.dat"]);
    let moved = Roots {
        azure_config_dir: Some(home.join("cli")),
        variables: vec![("AZURE_ACCESS_TOKEN_FILE", home.join("tokens/mine.json"))],
        xdg_data_home: Some(home.join("data")),
        xdg_config_home: Some(home.join("settings")),
        ..roots(home)
    };
    assert_eq!(
        listed(&look::usual(&moved), home),
        [
            ".azure/AzureRmContext.json",
            "settings/Windows Azure Powershell/TokenCache.dat",
            "data/.IdentityService/msal.cache",
            "cli/azureProfile.json",
            // Azure CLI reads the variable's folder alone; what an earlier day left is still there.
            ".azure/azureProfile.json",
            "tokens/mine.json",
        ]
    );
}

#[test]
fn two_names_of_one_folder_are_one_and_a_linked_file_is_refused_visibly() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, &["real/azureProfile.json", "real/AzureRmContext.json"]);
    // As a file system that ignores case shows it, and as people link their dot folders.
    symlink(home.join("real"), home.join(".azure")).unwrap();
    symlink(home.join("real"), home.join(".Azure")).unwrap();
    let candidates = look::usual(&roots(home));
    assert_eq!(
        listed(&candidates, home),
        [".azure/AzureRmContext.json", ".azure/azureProfile.json"]
    );
    let linked = look::named(&home.join(".azure")).unwrap();
    assert_eq!(linked.len(), 2, "a link to a folder is that folder");
    symlink(home.join("real/azureProfile.json"), home.join("real/TokenCache.dat")).unwrap();
    symlink("/nowhere", home.join("real/clouds.config")).unwrap();
    let sources = read(&look::usual(&roots(home)), home);
    for name in ["TokenCache.dat", "clouds.config"] {
        let source = sources.iter().find(|source| source.path.ends_with(name)).unwrap();
        assert_eq!(source.found.outcome, Outcome::Reject);
        let why = &source.found.notes[0].text;
        assert!(why.starts_with("it is a symbolic link"), "{why}");
        let target = home.join("real/azureProfile.json").canonicalize().unwrap();
        let hint = format!(": name its target (--from {})", target.display());
        assert_eq!(why.ends_with(&hint), name == "TokenCache.dat", "{why}");
    }
    // One file by two paths is read once.
    let twice = ["real/azureProfile.json", ".azure/azureProfile.json", "real/azureProfile.json"]
        .map(|path| Candidate { path: home.join(path), because: Because::Expected });
    assert_eq!(read(&twice, home).len(), 1);
}

#[test]
fn settings_that_redirect_are_followed_where_their_path_exists() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let contexts = fixtures().join("files/contexts/11-client-assertion.json");
    fs::create_dir_all(home.join("elsewhere")).unwrap();
    fs::copy(contexts, home.join("elsewhere/mine.json")).unwrap();
    fs::create_dir_all(home.join(".Azure")).unwrap();
    for (folder, file, wanted) in [
        (home.join("elsewhere"), "mine.json", 2),
        // The folder is looked at, whatever its files are called.
        (home.join("elsewhere"), "gone.json", 2),
        (PathBuf::from("elsewhere"), "mine.json", 2),
        (PathBuf::from("None"), "None", 1),
        (PathBuf::from("/home/megan/.Azure"), "AzureRmContext.json", 1),
        (PathBuf::from("C:\\Users\\megan\\.Azure"), "AzureRmContext.json", 1),
        // The file itself, by its own path and by another.
        (home.join(".Azure"), "AzureRmContextSettings.json", 1),
        (home.join(".Azure/../.Azure"), "AzureRmContextSettings.json", 1),
    ] {
        let settings = serde_json::json!({
            "Mode": "CurrentUser", "ContextDirectory": folder, "ContextFile": file,
            "CacheDirectory": null, "CacheFile": null, "Settings": {},
        });
        fs::write(home.join(".Azure/AzureRmContextSettings.json"), settings.to_string()).unwrap();
        let sources = read(&look::usual(&roots(home)), home);
        assert_eq!(sources.len(), wanted, "{folder:?} {file}");
        assert_eq!(sources[0].found.outcome, Outcome::Accept, "{:?}", sources[0].found.notes);
    }
}

/// Why a path is refused.
fn refusal(path: &Path) -> OpenError {
    let start = Instant::now();
    let Err(error) = read_once(path) else { panic!("{path:?} was read") };
    assert!(start.elapsed() < Duration::from_secs(2), "{path:?} was waited for");
    error
}

#[test]
fn what_is_no_plain_file_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::write(place("file"), "content").unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, place("fifo"), rustix::fs::Mode::RUSR).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(place("socket")).unwrap();
    symlink(place("file"), place("link")).unwrap();
    symlink("/nowhere", place("dangling")).unwrap();
    symlink(place("loop"), place("loop")).unwrap();
    for path in ["/dev/null", "/dev/zero", "/dev/tty", "/proc"].map(PathBuf::from) {
        assert!(matches!(refusal(&path), OpenError::NotRegular), "{path:?}");
    }
    for name in ["fifo", "socket", "."] {
        assert!(matches!(refusal(&place(name)), OpenError::NotRegular), "{name}");
    }
    for name in ["link", "dangling", "loop"] {
        assert!(matches!(refusal(&place(name)), OpenError::SymbolicLink), "{name}");
    }
    for name in ["gone", "file/below", "gone/below"] {
        assert!(matches!(refusal(&place(name)), OpenError::NotFound), "{name}");
    }
    fs::hard_link(place("file"), place("second")).unwrap();
    for name in ["file", "second"] {
        assert!(matches!(refusal(&place(name)), OpenError::HardLink { names: 2 }), "{name}");
    }
    fs::remove_file(place("second")).unwrap();
    assert_eq!(read_once(&place("file")).unwrap().bytes.as_slice(), b"content");
    fs::set_permissions(place("file"), fs::Permissions::from_mode(0o000)).unwrap();
    let root = rustix::process::geteuid().is_root();
    match read_once(&place("file")) {
        Ok(opened) => assert!(root && opened.stat.permissions == Permissions::of_record(0)),
        Err(error) => assert!(!root && matches!(error, OpenError::Io(_)), "{error}"),
    }
    if root {
        std::os::unix::fs::chown(place("file"), Some(12_345), None).unwrap();
        assert!(
            matches!(refusal(&place("file")), OpenError::OtherOwner { owner } if owner == Owner::of_record(12_345))
        );
    }
}

#[test]
fn a_file_is_read_up_to_its_limit_and_no_further() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let file = fs::File::create(&path).unwrap();
    file.set_len(MAX_SIZE + 1).unwrap();
    assert!(matches!(refusal(&path), OpenError::TooLarge { size } if size == MAX_SIZE + 1));
    for size in [0, 1, 4096, 1 << 20] {
        file.set_len(size).unwrap();
        let opened = read_once(&path).unwrap();
        assert_eq!((opened.bytes.len() as u64, opened.stat.size), (size, size));
    }
}

#[test]
fn a_lock_of_a_product_is_waited_for_and_never_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("msal.cache");
    let beside = folder.path().join("msal.cache.lockfile");
    fs::write(&path, "{}").unwrap();
    read_once(&path).unwrap();
    assert!(!beside.exists());
    fs::write(&beside, "4711 az").unwrap();
    read_once(&path).unwrap();
    for locked in [&path, &beside] {
        // Several readers, as Azure PowerShell's FileShare.Read, disturb nobody.
        let file = fs::File::open(locked).unwrap();
        rustix::fs::flock(&file, FlockOperation::LockShared).unwrap();
        read_once(&path).unwrap();
        rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
        let start = Instant::now();
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| read_once(&path).map(|opened| opened.bytes.len()));
            std::thread::sleep(Duration::from_millis(300));
            rustix::fs::flock(&file, FlockOperation::Unlock).unwrap();
            assert_eq!(reader.join().unwrap().unwrap(), 2);
        });
        assert!(start.elapsed() < Duration::from_secs(3));
    }
    let file = fs::File::open(&beside).unwrap();
    rustix::fs::flock(&file, FlockOperation::LockExclusive).unwrap();
    let start = Instant::now();
    assert!(matches!(read_once(&path), Err(OpenError::Busy)));
    let waited = start.elapsed();
    assert!(waited > Duration::from_secs(4) && waited < Duration::from_secs(8), "{waited:?}");
    // Whoever is refused anyway is not waited for, and what is no lock file locks nothing.
    rustix::fs::flock(&file, FlockOperation::Unlock).unwrap();
    fs::remove_file(&beside).unwrap();
    symlink("/dev/zero", &beside).unwrap();
    read_once(&path).unwrap();
    let other = fs::File::open(&path).unwrap();
    rustix::fs::flock(&other, FlockOperation::LockExclusive).unwrap();
    fs::hard_link(&path, folder.path().join("second")).unwrap();
    assert!(matches!(refusal(&path), OpenError::HardLink { .. }));
}

#[test]
fn a_file_that_cannot_be_opened_is_a_source_that_says_why() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    write(home, &[".Azure/AzureRmContext.json"]);
    fs::create_dir(home.join(".Azure/TokenCache.dat")).unwrap();
    let mut opened = Vec::new();
    let candidates = look::usual(&roots(home));
    let sources = folder::read_all(&candidates, home, &TimeZone::UTC, &mut |path| {
        opened.push(path.to_owned());
    });
    assert_eq!(below(opened.iter().map(PathBuf::as_path), home), listed(&candidates, home));
    let refused = &sources[1];
    assert!(refused.stat.is_none() && refused.bytes.is_none());
    assert_eq!(refused.found.outcome, Outcome::Reject);
    assert_eq!(refused.found.format, Format::AdalCacheV3, "by its name");
    assert_eq!(refused.found.notes[0].text, "it is not a regular file");
    // What went away in between says nothing.
    fs::remove_file(home.join(".Azure/AzureRmContext.json")).unwrap();
    assert_eq!(read(&candidates, home).len(), 1);
}
