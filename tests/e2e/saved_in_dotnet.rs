//! Files of `context save` in the real MSAL.NET and Azure.Identity, by a real PowerShell: they sign in
//! silently from what was saved. No service is reached.

use std::fs;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde_json::Value;

use azvault_test_support::{Home, find, fixture, not_run, ran};

const ARM: &str = "https://management.core.windows.net//.default";

/// The folder of the Azure SDK for .NET, as `.ci/run` unpacks it: where `AZURE_SDK_NET` says, else
/// beside the folder of pwsh. Where it is missing the test is not run, and says so.
fn sdk(pwsh: &Path) -> Option<PathBuf> {
    let named = std::env::var_os("AZURE_SDK_NET").map(PathBuf::from);
    let folder = named.or_else(|| Some(pwsh.parent()?.parent()?.to_owned()))?;
    let sdk = folder.join("azure-identity-1.21.0");
    if !sdk.is_dir() {
        assert!(std::env::var_os("CI").is_none(), "{} is missing", sdk.display());
        not_run(&format!("{} is missing", sdk.display()));
        return None;
    }
    Some(sdk)
}

/// What the libraries say of a saved file; nothing where they are missing.
fn asked(home: &Home, file: &str) -> Option<Vec<Value>> {
    let pwsh = find("pwsh")?;
    let sdk = sdk(&pwsh)?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/msal_cache.ps1");
    let mut command = home.script(&format!(
        "{} -NoProfile -NonInteractive -File {} -File {file} -Sdk {} -Scope {ARM}",
        pwsh.display(),
        script.display(),
        sdk.display(),
    ));
    command.env("POWERSHELL_TELEMETRY_OPTOUT", "1").env("POWERSHELL_UPDATECHECK", "Off");
    // Whoever asks a service is refused at once.
    command.env("NO_COLOR", "1").env("HTTPS_PROXY", "http://127.0.0.1:9");
    let said = ran(command.output().unwrap()).expect(0);
    Some(serde_json::from_str(said.stdout.trim()).unwrap_or_else(|_| panic!("{}", said.stdout)))
}

fn cache(file: &[u8]) -> Value {
    let text = String::from_utf8(file.to_vec()).unwrap();
    let file: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap();
    let first = file["Contexts"].as_object().unwrap().values().next().unwrap().clone();
    let data = first["TokenCache"]["CacheData"].as_str().unwrap();
    serde_json::from_slice(&BASE64.decode(data.as_bytes()).unwrap()).unwrap()
}

/// A vault with the contexts of a saved file, whose access tokens live for an hour more.
fn with_living_tokens(source: &str) -> (Home, Value) {
    let original = fs::read_to_string(fixture(source)).unwrap();
    let mut file: Value = serde_json::from_str(original.trim_start_matches('\u{feff}')).unwrap();
    let mut living = cache(original.as_bytes());
    let end = jiff::Timestamp::now().as_second() + 3600;
    for token in living["AccessToken"].as_object_mut().unwrap().values_mut() {
        for member in ["expires_on", "extended_expires_on", "ext_expires_on"] {
            token[member] = end.to_string().into();
        }
    }
    let data = BASE64.encode(living.to_string().as_bytes());
    for context in file["Contexts"].as_object_mut().unwrap().values_mut() {
        context["TokenCache"]["CacheData"] = data.clone().into();
    }
    let home = Home::with_vault();
    fs::write(home.join("in.json"), file.to_string()).unwrap();
    home.run(&["context", "import", "in.json"]).expect(0);
    (home, living)
}

fn save(home: &Home) {
    let save = ["context", "save", "out.json", "--format", "azure-powershell", "--plaintext"];
    home.run(&[&save[..], &["--with-credential", "--yes"]].concat()).expect(0);
}

#[test]
fn the_libraries_sign_in_silently_from_a_saved_file() {
    let (home, living) = with_living_tokens("real-az/base/saved-with-credential.json");
    save(&home);
    let Some(found) = asked(&home, "out.json") else { return };
    let tokens = living["AccessToken"].as_object().unwrap();
    assert_eq!((found.len(), tokens.len()), (2, 2), "{found:?}");
    for one in &found {
        let of_tenant = |token: &&Value| token["realm"] == one["tenant"] && token["target"] == ARM;
        let token = &tokens.values().find(of_tenant).unwrap()["secret"];
        assert_eq!((&one["token"], &one["identity"]), (token, token), "{one}");
        assert_eq!(one["source"], "Cache");
    }
}

/// One family token that Azure CLI got, and users of ADAL whose home accounts stand in `RawClientInfo`:
/// both are found by Azure PowerShell's client, and the service alone is missing.
#[test]
fn the_libraries_find_refresh_tokens_of_the_family_and_of_adal() {
    for (source, accounts) in [("real-net/shared", 1), ("real-net/az-1-2", 1)] {
        let home = Home::with_vault();
        let from = fixture(source);
        home.run(&["migrate", "run", "--yes", "--from", from.to_str().unwrap()]).expect(0);
        if home.json(&["context", "list"])["contexts"] == serde_json::json!([]) {
            // The cache of several programs, and a context for its user.
            let context = serde_json::json!({ "DefaultContextKey": "a", "Contexts": { "a": {
                "Account": { "Id": "ada@contoso.example", "Type": "User" },
                "Tenant": { "Id": "11111111-2222-3333-4444-555555555555" },
                "Environment": { "Name": "AzureCloud" },
            } } });
            fs::write(home.join("in.json"), context.to_string()).unwrap();
            home.run(&["context", "import", "in.json"]).expect(0);
        }
        save(&home);
        let Some(found) = asked(&home, "out.json") else { return };
        assert!(found.len() >= accounts, "{source}: {found:?}");
        for one in &found {
            let failed = one["failed"].as_str().unwrap_or_else(|| panic!("{source}: {one}"));
            for wrong in ["No Refresh Token", "does not match", "No account", "multiple"] {
                assert!(!failed.contains(wrong), "{source}: {failed}");
            }
        }
    }
}
