//! The MSAL unified cache: `msal.cache*` of Azure PowerShell, `msal_token_cache.json` of Azure CLI,
//! `CacheData` of Save-AzContext since Az 5 (MSAL Cache/Items/*.cs, Cache/StorageJsonKeys.cs).
//!
//! `{ AccessToken {}, RefreshToken {}, IdToken {}, Account {}, AppMetadata {} }`, each a map. The
//! keys changed over time, so entries are read by their members alone. Times are strings of Unix
//! seconds. An access token of a service principal has no home account.

use std::collections::{BTreeMap, HashSet};

use azvault_model::{
    Account, AccountType, KnownAccountType, Secret, SecretDescription, SecretKind, Text,
    cloud_of_authority,
};

use crate::Found;
use crate::found::account;
use crate::json::{Fields, JsonError, Node, Unread, keep_by_place};

const SECTIONS: [&str; 3] = ["AccessToken", "RefreshToken", "IdToken"];

/// Members of tokens that say nothing beyond those that are read.
const SILENT_OF_TOKENS: [&str; 5] =
    ["client_info", "extended_expires_on", "ext_expires_on", "refresh_on", "id_token_claims"];

const SILENT_OF_ACCOUNTS: [&str; 2] = ["client_info", "account_source"];

/// What MSAL for .NET and Node write beside, and azvault has no use for: kept, and nothing unknown.
const USUAL: [&str; 6] =
    ["tenantProfiles", "kid", "keyId", "ext", "requestedClaims", "requestedClaimsHash"];

/// What the entries of one cache say of each other.
#[derive(Default)]
struct Cache<'a> {
    /// (home account id, environment), lower case → user name.
    names: BTreeMap<(String, String), Text>,
    /// Home account id, lower case, and place of each account that Windows' broker knows.
    brokered: Vec<(String, String)>,
    /// Home account ids, lower case, that have a refresh token.
    refreshable: HashSet<String>,
    /// Members that nobody here knows.
    rest: Vec<Node<'a>>,
}

/// Adds what the cache whose root is `root` holds to `found`.
pub fn read_into<'a>(root: &Node<'a>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut file = root.fields(&unread)?;
    let mut cache = Cache::default();
    for entry in section(&mut file, "Account") {
        read_account(&entry, &unread, &mut cache, found);
    }
    for name in SECTIONS {
        for entry in section(&mut file, name) {
            read_token(name, &entry, &unread, &mut cache, found);
        }
    }
    let lost = cache.brokered.iter().find(|(home, _)| !cache.refreshable.contains(home));
    if let Some((_, place)) = lost {
        found.warn(
            place,
            "Windows' account broker (WAM) holds such sign-ins, not this file: sign in again",
        );
    }
    for metadata in file.take_all("AppMetadata") {
        cache.rest.push(metadata);
    }
    for (_, node) in file.remaining().filter(|(_, node)| !node.is_null()) {
        unread.unknown(&node);
        hold_unknown(&node, found);
        cache.rest.push(node);
    }
    cache.rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&cache.rest);
    Ok(())
}

/// The entries of a section in file order; of each where it stands more than once.
fn section<'a>(file: &mut Fields<'a, '_>, name: &str) -> Vec<Node<'a>> {
    let mut entries = Vec::new();
    for node in file.take_all(name).into_iter().rev() {
        match node.members() {
            Ok(members) => entries.extend(members.map(|(_, entry)| entry)),
            Err(error) => file.unread().add(node, error.what),
        }
    }
    entries
}

/// A credential of a kind that MSAL did not have yet: every one has its value in `secret`.
fn hold_unknown(section: &Node<'_>, found: &mut Found) {
    let Ok(entries) = section.members() else { return };
    for (_, entry) in entries {
        let unread = Unread::default();
        let Ok(mut fields) = entry.fields(&unread) else { continue };
        let home_account_id = fields.some_text("home_account_id");
        let environment = fields.some_text("environment").unwrap_or_default();
        let description = SecretDescription {
            client_id: fields.some_text("client_id"),
            environment: cloud(&environment),
            target: fields.some_text("credential_type"),
            home_account_id,
            ..SecretDescription::of(SecretKind::UnknownCredential)
        };
        for secret in fields.secrets("secret") {
            let value = Secret::copied_from(secret.text.as_bytes());
            found.hold(description.clone(), value);
        }
    }
}

fn read_account<'a>(
    entry: &Node<'a>,
    unread: &Unread<'a>,
    cache: &mut Cache<'a>,
    found: &mut Found,
) {
    let mut fields = match entry.fields(unread) {
        Ok(fields) => fields,
        Err(error) => return unread.add(entry.clone(), error.what),
    };
    let home = fields.some_text("home_account_id");
    let environment = fields.text("environment").unwrap_or_default();
    let username = fields.some_text("username");
    let realm = fields.text("realm");
    let mut properties = BTreeMap::new();
    for name in ["local_account_id", "authority_type", "name", "given_name", "family_name"] {
        if let Some(value) = fields.text(name) {
            properties.insert(name.to_owned(), value.to_string());
        }
    }
    let wam = fields.take("wam_account_ids");
    fields.pass_texts(&SILENT_OF_ACCOUNTS);
    leave_rest(&fields, cache);
    let Some(username) = username else {
        return unread.add(entry.clone(), "an account without user name");
    };
    if let Some(home) = &home {
        let home = home.to_lowercase();
        if wam.is_some() {
            cache.brokered.push((home.clone(), entry.place().to_owned()));
        }
        let key = (home, environment.to_lowercase());
        cache.names.entry(key).or_insert_with(|| username.clone());
    }
    found.know(Account {
        id: username,
        account_type: AccountType::from(KnownAccountType::User),
        environment: cloud(&environment),
        home_account_id: home,
        // `organizations` and the like are no tenants.
        tenants: realm.filter(|realm| is_guid(realm)).into_iter().collect(),
        properties,
    });
}

fn read_token<'a>(
    section: &str,
    entry: &Node<'a>,
    unread: &Unread<'a>,
    cache: &mut Cache<'a>,
    found: &mut Found,
) {
    let mut fields = match entry.fields(unread) {
        Ok(fields) => fields,
        Err(error) => return unread.add(entry.clone(), error.what),
    };
    let secrets = fields.secrets("secret");
    let home = fields.some_text("home_account_id");
    let environment = fields.text("environment").unwrap_or_default();
    let client_id = fields.text("client_id");
    let realm = fields.some_text("realm");
    let target = fields.some_text("target");
    let family_id = fields.some_text("family_id");
    let restricted = restrictions(&mut fields);
    let kind = match section {
        "RefreshToken" => SecretKind::RefreshToken,
        "IdToken" => SecretKind::IdToken,
        _ if restricted.token_type.as_deref() == Some("ssh-cert") => SecretKind::SshCertificate,
        _ => SecretKind::AccessToken,
    };
    let dated = dated(&mut fields);
    // A token is worth more than its date.
    let expires_on = fields.integer("expires_on").filter(|_| section == "AccessToken");
    fields.pass_texts(&SILENT_OF_TOKENS);
    leave_rest(&fields, cache);
    if secrets.is_empty() {
        return unread.add(entry.clone(), "a token without its value");
    }
    if let (Some(home), SecretKind::RefreshToken) = (&home, kind) {
        cache.refreshable.insert(home.to_lowercase());
    }
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
    for secret in secrets {
        found.hold(description.clone(), Secret::copied_from(secret.text.as_bytes()));
    }
}

fn leave_rest<'a>(fields: &Fields<'a, '_>, cache: &mut Cache<'a>) {
    for (name, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
        if !USUAL.iter().any(|usual| usual.eq_ignore_ascii_case(name)) {
            fields.unread().unknown(&node);
        }
        cache.rest.push(node);
    }
}

/// What keeps a token from being its account's plain bearer token, in a description of nothing else.
///
/// MSAL tells such entries apart by `token_type` (with `AccessToken_With_AuthScheme` as the type of
/// the entry where there is a scheme), by `ext_cache_key` (`ATExt` in MSAL.NET, `atext` in keys of
/// MSAL Python), and by the hash of the assertion that a web API had of its caller.
fn restrictions(fields: &mut Fields<'_, '_>) -> SecretDescription {
    let credential_type = fields.some_text("credential_type").unwrap_or_default();
    let is = |name: &str| credential_type.eq_ignore_ascii_case(name);
    let token_type = fields.some_text("token_type");
    let token_type = token_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    let scheme = || is("AccessToken_With_AuthScheme").then(|| Text::from("unknown"));
    let extended = || is("ATExt").then(Text::new);
    SecretDescription {
        token_type: token_type.or_else(scheme),
        partition: fields.some_text("ext_cache_key").or_else(extended),
        on_behalf_of: fields.some_text("user_assertion_hash"),
        claims: None,
        ..SecretDescription::of(SecretKind::AccessToken)
    }
}

/// When the cache wrote it, where it says so.
fn dated(fields: &mut Fields<'_, '_>) -> Option<i64> {
    let times = ["last_modification_time", "cached_at"].map(|name| fields.integer(name));
    times.into_iter().find_map(|time| time)
}

/// The user whose home account that is. Another alias of the authority names the same user, but
/// only where all aliases agree.
fn user_name(
    names: &BTreeMap<(String, String), Text>,
    home: &str,
    environment: &str,
) -> Option<Text> {
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
fn cloud(environment: &str) -> Option<Text> {
    let known = cloud_of_authority(environment).unwrap_or(environment);
    Some(Text::from(known)).filter(|known| !known.is_empty())
}
