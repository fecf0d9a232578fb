//! Where is looked: the places of the products, and what moves them.

use super::*;

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
        .map(|path| Candidate { path: home.join(path), because: CandidateReason::Expected });
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
