//! The MSAL unified cache: `msal.cache*` of Azure PowerShell, `msal_token_cache.json` of Azure CLI,
//! `CacheData` of Save-AzContext since Az 5 (MSAL Cache/Items/*.cs, Cache/StorageJsonKeys.cs).
//!
//! `{ AccessToken {}, RefreshToken {}, IdToken {}, Account {}, AppMetadata {} }`, each a map. The
//! keys changed over time, so entries are read by their members alone. Times are strings of Unix
//! seconds. An access token of a service principal has no home account.

use std::collections::{BTreeMap, HashSet};

use azvault_contexts::{
    Account, AccountType, KnownAccountType, Secret, SecretDescription, SecretKind,
    cloud_of_authority,
};

use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Object, keep_by_place};

const SECTIONS: [&str; 3] = ["AccessToken", "RefreshToken", "IdToken"];

/// Members of tokens that are read, or that say nothing beyond those.
const TOKEN_MEMBERS: [&str; 18] = [
    "home_account_id",
    "environment",
    "client_info",
    "client_id",
    "secret",
    "credential_type",
    "realm",
    "target",
    "user_assertion_hash",
    "cached_at",
    "expires_on",
    "extended_expires_on",
    "ext_expires_on",
    "refresh_on",
    "last_modification_time",
    "token_type",
    "family_id",
    "ext_cache_key",
];

const ACCOUNT_MEMBERS: [&str; 12] = [
    "home_account_id",
    "environment",
    "client_info",
    "realm",
    "username",
    "name",
    "given_name",
    "family_name",
    "local_account_id",
    "authority_type",
    "account_source",
    "wam_account_ids",
];

/// What the entries of one cache say of each other.
#[derive(Default)]
struct Cache<'a> {
    /// (home account id, environment), lower case → user name.
    names: BTreeMap<(String, String), String>,
    /// Home account id, lower case, and place of each account that Windows' broker knows.
    brokered: Vec<(String, String)>,
    /// Home account ids, lower case, that have a refresh token.
    refreshable: HashSet<String>,
    /// Members that nobody here knows.
    rest: Vec<Node<'a>>,
}

/// Adds what the cache whose root is `root` holds to `found`.
pub fn read_into(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let file = root.object()?;
    let mut cache = Cache::default();
    for entry in section(&file, "Account")? {
        if let Err(error) = read_account(&entry, &mut cache, found) {
            report(error, found);
        }
    }
    for name in SECTIONS {
        for entry in section(&file, name)? {
            if let Err(error) = read_token(name, &entry, &mut cache, found) {
                report(error, found);
            }
        }
    }
    let lost = cache.brokered.iter().find(|(home, _)| !cache.refreshable.contains(home));
    if let Some((_, place)) = lost {
        found.warn(
            place,
            "Windows' account broker (WAM) holds such sign-ins, not this file: sign in again",
        );
    }
    let [access, refresh, id] = SECTIONS;
    cache.rest.extend(file.except(&[access, refresh, id, "Account"]).cloned());
    if found.profile.kept.is_empty() {
        found.profile.kept = keep_by_place(&cache.rest);
    }
    Ok(())
}

fn section<'a>(cache: &Object<'a>, name: &str) -> Result<Vec<Node<'a>>, JsonError> {
    match cache.get_some(name)? {
        Some(node) => Ok(node.object()?.members().iter().map(|(_, entry)| entry.clone()).collect()),
        None => Ok(Vec::new()),
    }
}

fn report(error: JsonError, found: &mut Found) {
    found.warn(error.place, format!("this entry was not imported: {}", error.what));
}

fn read_account<'a>(
    entry: &Node<'a>,
    cache: &mut Cache<'a>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let home = text(&fields, "home_account_id")?.filter(|home| !home.is_empty());
    let environment = text(&fields, "environment")?.unwrap_or_default();
    let Some(username) = text(&fields, "username")?.filter(|name| !name.is_empty()) else {
        return Err(entry.error("an account without user name"));
    };
    let realm = text(&fields, "realm")?;
    let mut properties = BTreeMap::new();
    for name in ["local_account_id", "authority_type", "name", "given_name", "family_name"] {
        if let Some(value) = text(&fields, name)? {
            properties.insert(name.to_owned(), value);
        }
    }
    if let Some(home) = &home {
        let home = home.to_lowercase();
        if fields.get_some("wam_account_ids")?.is_some() {
            cache.brokered.push((home.clone(), entry.place().to_owned()));
        }
        let key = (home, environment.to_lowercase());
        cache.names.entry(key).or_insert_with(|| username.clone());
    }
    cache.rest.extend(fields.except(&ACCOUNT_MEMBERS).cloned());
    found.know(Account {
        id: username,
        account_type: AccountType::from(KnownAccountType::User),
        environment: cloud(&environment),
        home_account_id: home,
        // `organizations` and the like are no tenants.
        tenants: realm.filter(|realm| is_guid(realm)).into_iter().collect(),
        properties,
    });
    Ok(())
}

fn read_token<'a>(
    section: &str,
    entry: &Node<'a>,
    cache: &mut Cache<'a>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let Some(secret) = fields.get_some("secret")? else {
        return Err(entry.error("a token without its value"));
    };
    let secret = secret.text()?;
    if secret.is_empty() {
        return Err(entry.error("a token without its value"));
    }
    let home = text(&fields, "home_account_id")?.filter(|home| !home.is_empty());
    let environment = text(&fields, "environment")?.unwrap_or_default();
    let client_id = text(&fields, "client_id")?;
    let realm = text(&fields, "realm")?.filter(|realm| !realm.is_empty());
    let target = text(&fields, "target")?.filter(|target| !target.is_empty());
    let family_id = text(&fields, "family_id")?.filter(|family| !family.is_empty());
    let restricted = restrictions(&fields)?;
    let kind = match section {
        "RefreshToken" => SecretKind::RefreshToken,
        "IdToken" => SecretKind::IdToken,
        _ if restricted.token_type.as_deref() == Some("ssh-cert") => SecretKind::SshCertificate,
        _ => SecretKind::AccessToken,
    };
    let dated = dated(&fields);
    let expires_on = match (section, fields.get_some("expires_on")?) {
        // A token is worth more than its date.
        ("AccessToken", Some(node)) => node.integer().map(Some).unwrap_or_else(|_| {
            found.warn(node.place(), "not a time in Unix seconds: left out");
            None
        }),
        _ => None,
    };
    if let (Some(home), SecretKind::RefreshToken) = (&home, kind) {
        cache.refreshable.insert(home.to_lowercase());
    }
    cache.rest.extend(fields.except(&TOKEN_MEMBERS).cloned());
    let owner = match &home {
        Some(home) => user_name(&cache.names, home, &environment),
        None => {
            if let Some(client_id) = &client_id {
                let kind = KnownAccountType::ServicePrincipal;
                found.know(account(client_id, kind, cloud(&environment), realm.as_deref()));
            }
            client_id.clone()
        }
    };
    let description = SecretDescription {
        account: owner,
        tenant: if kind == SecretKind::RefreshToken { None } else { realm },
        client_id,
        environment: cloud(&environment),
        target,
        expires_on,
        family_id,
        home_account_id: home,
        dated,
        token_type: restricted.token_type.filter(|_| kind != SecretKind::SshCertificate),
        kind,
        ..restricted
    };
    found.hold(description, Secret::copied_from(secret.as_bytes()));
    Ok(())
}

/// What keeps a token from being its account's plain bearer token, in a description of nothing else.
///
/// MSAL tells such entries apart by `token_type` (with `AccessToken_With_AuthScheme` as the type of
/// the entry where there is a scheme), by `ext_cache_key` (`ATExt` in MSAL.NET, `atext` in keys of
/// MSAL Python), and by the hash of the assertion that a web API had of its caller.
fn restrictions(fields: &Object<'_>) -> Result<SecretDescription, JsonError> {
    let text = |name| Ok(text(fields, name)?.filter(|text| !text.is_empty()));
    let credential_type = text("credential_type")?.unwrap_or_default();
    let is = |name: &str| credential_type.eq_ignore_ascii_case(name);
    let token_type = text("token_type")?.filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    let scheme = || is("AccessToken_With_AuthScheme").then(|| "unknown".to_owned());
    let extended = || is("ATExt").then(String::new);
    Ok(SecretDescription {
        token_type: token_type.or_else(scheme),
        partition: text("ext_cache_key")?.or_else(extended),
        on_behalf_of: text("user_assertion_hash")?,
        ..SecretDescription::of(SecretKind::AccessToken)
    })
}

/// When the cache wrote it, where it says so; anything else than a time says nothing.
fn dated(fields: &Object<'_>) -> Option<i64> {
    ["last_modification_time", "cached_at"]
        .iter()
        .find_map(|name| fields.get_some(name).ok().flatten()?.integer().ok())
}

/// The user whose home account that is. Another alias of the authority names the same user, but
/// only where all aliases agree.
fn user_name(
    names: &BTreeMap<(String, String), String>,
    home: &str,
    environment: &str,
) -> Option<String> {
    let key = (home.to_lowercase(), environment.to_lowercase());
    if let Some(name) = names.get(&key) {
        return Some(name.clone());
    }
    let mut alike = names.iter().filter(|((known, _), _)| *known == key.0).map(|(_, name)| name);
    let first = alike.next()?;
    alike.all(|name| name.eq_ignore_ascii_case(first)).then(|| first.clone())
}

/// Whether a realm is a tenant's id, and not `organizations`, `adfs` or a domain.
pub(crate) fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit())
}

/// The cloud by name, else the host as it is.
fn cloud(environment: &str) -> Option<String> {
    let known = cloud_of_authority(environment).unwrap_or(environment);
    Some(known.to_owned()).filter(|known| !known.is_empty())
}

fn text(object: &Object<'_>, name: &str) -> Result<Option<String>, JsonError> {
    match object.get_some(name)? {
        Some(node) => node.optional_text(),
        None => Ok(None),
    }
}
