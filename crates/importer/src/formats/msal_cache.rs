//! The MSAL unified cache: `msal.cache*` of Azure PowerShell, `msal_token_cache.json` of Azure CLI,
//! `CacheData` of Save-AzContext since Az 5 (MSAL Cache/Items/*.cs, Cache/StorageJsonKeys.cs).
//!
//! `{ AccessToken {}, RefreshToken {}, IdToken {}, Account {}, AppMetadata {} }`, each a map. The
//! keys changed over time, so entries are read by their members alone. Times are strings of Unix
//! seconds. An access token of a service principal has no home account.

use std::collections::HashMap;

use azvault_contexts::{
    Account, AccountType, KnownAccountType, Secret, SecretDescription, SecretKind,
    cloud_of_authority,
};

use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Object, keep};

/// (home account id, environment), lower case → user name.
type UserNames = HashMap<(String, String), String>;

/// Adds what the cache whose root is `root` holds to `found`.
pub fn read_into(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let cache = root.object()?;
    let mut names = UserNames::new();
    let mut broker = None;
    for (_, entry) in section(&cache, "Account")? {
        if let Err(error) = read_account(&entry, &mut names, &mut broker, found) {
            report(error, found);
        }
    }
    for name in ["AccessToken", "RefreshToken", "IdToken"] {
        for (_, entry) in section(&cache, name)? {
            if let Err(error) = read_token(name, &entry, &names, found) {
                report(error, found);
            }
        }
    }
    let has_refresh_token = !section(&cache, "RefreshToken")?.is_empty();
    if let (Some(place), false) = (broker, has_refresh_token) {
        found.warn(
            place,
            "Windows' account broker (WAM) holds these sign-ins, not this file: sign in again",
        );
    }
    let read = ["AccessToken", "RefreshToken", "IdToken", "Account"];
    let rest: Vec<_> = cache
        .members()
        .iter()
        .filter(|(name, _)| !read.iter().any(|known| known.eq_ignore_ascii_case(name)))
        .map(|(name, node)| (name.as_str(), node))
        .collect();
    if found.profile.kept.is_empty() {
        found.profile.kept = keep(&rest);
    }
    Ok(())
}

fn section<'a>(cache: &Object<'a>, name: &str) -> Result<Vec<(String, Node<'a>)>, JsonError> {
    match cache.get_some(name)? {
        Some(node) => Ok(node.object()?.members().to_vec()),
        None => Ok(Vec::new()),
    }
}

fn report(error: JsonError, found: &mut Found) {
    found.warn(error.place, format!("this entry was not imported: {}", error.what));
}

fn read_account(
    entry: &Node<'_>,
    names: &mut UserNames,
    broker: &mut Option<String>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let home = text(&fields, "home_account_id")?;
    let environment = text(&fields, "environment")?.unwrap_or_default();
    let Some(username) = text(&fields, "username")? else {
        return Err(entry.error("an account without user name"));
    };
    let realm = text(&fields, "realm")?;
    let mut properties = std::collections::BTreeMap::new();
    for name in ["local_account_id", "authority_type", "name", "given_name", "family_name"] {
        if let Some(value) = text(&fields, name)? {
            properties.insert(name.to_owned(), value);
        }
    }
    if fields.get_some("wam_account_ids")?.is_some() {
        broker.get_or_insert_with(|| entry.place().to_owned());
    }
    if let Some(home) = &home {
        let key = (home.to_lowercase(), environment.to_lowercase());
        names.entry(key).or_insert_with(|| username.clone());
    }
    found.know(Account {
        id: username,
        account_type: AccountType::from(KnownAccountType::User),
        environment: cloud(&environment),
        home_account_id: home,
        // `organizations` and the like are no tenants.
        tenants: realm.filter(|realm| realm.contains('-')).into_iter().collect(),
        properties,
    });
    Ok(())
}

fn read_token(
    section: &str,
    entry: &Node<'_>,
    names: &UserNames,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let Some(secret) = fields.get_some("secret")? else {
        return Err(entry.error("a token without its value"));
    };
    let home = text(&fields, "home_account_id")?.filter(|home| !home.is_empty());
    let environment = text(&fields, "environment")?.unwrap_or_default();
    let client_id = text(&fields, "client_id")?;
    let realm = text(&fields, "realm")?.filter(|realm| !realm.is_empty());
    let token_type = text(&fields, "token_type")?;
    let kind = match section {
        "RefreshToken" => SecretKind::RefreshToken,
        "IdToken" => SecretKind::IdToken,
        _ if token_type.as_deref() == Some("ssh-cert") => SecretKind::SshCertificate,
        _ => SecretKind::AccessToken,
    };
    let expires_on = match (section, fields.get_some("expires_on")?) {
        ("AccessToken", Some(node)) => Some(node.integer()?),
        _ => None,
    };
    let owner = match &home {
        Some(home) => {
            let key = (home.to_lowercase(), environment.to_lowercase());
            // The same account under an alias of the authority is the same account.
            names.get(&key).cloned().or_else(|| {
                let mut alike = names.iter().filter(|((known, _), _)| *known == key.0);
                alike.next().map(|(_, name)| name.clone())
            })
        }
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
        target: text(&fields, "target")?.filter(|target| !target.is_empty()),
        expires_on,
        family_id: text(&fields, "family_id")?.filter(|family| !family.is_empty()),
        home_account_id: home,
        kind,
    };
    found.hold(description, Secret::copied_from(secret.text()?.as_bytes()));
    Ok(())
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
