//! `CacheData`: the MSAL unified cache (MSAL Cache/Items/*.cs, Cache/StorageJsonKeys.cs), compact
//! JSON. `h` is the home account, `e` the host of the authority.
//!
//! | Section | Key |
//! |---|---|
//! | AccessToken | `{h}-{e}-accesstoken-{client_id}-{realm}-{target}` |
//! | RefreshToken | `{h}-{e}-refreshtoken-{client_id, or the family}--` |
//! | IdToken | `{h}-{e}-idtoken-{client_id}-{realm}-` |
//! | Account | `{h}-{e}-{realm}`, its case kept |
//! | AppMetadata | `appmetadata-{e}-{client_id}` |
//!
//! Tokens of a service principal have no home account. A token of ADAL may name its user alone: it
//! stands under the user's one home account that is known, or nowhere. Times of the cache that azvault does not hold (`cached_at`, `refresh_on`) are left out,
//! which MSAL reads as 0.

use std::collections::{BTreeMap, HashSet};

use azvault_model::rules::family;
use azvault_model::rules::secrets::OWN_CLIENT;
use azvault_model::{Account, BUILT_IN_CLOUDS, Profile, SecretDescription, SecretKind, Text};
use azvault_model::{AccountId, EnvironmentName};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use super::placing::{Cached, Home, Placing};
use super::tenants::is_guid;
use crate::json::{Json, Layout, document};

/// Microsoft's family of clients.
const FAMILY: &str = "1";

/// A token and the places it names.
struct Token<'p> {
    cached: Cached<'p>,
    key: String,
    /// Empty for a service principal.
    home: String,
    host: String,
}

/// A user of the cache in one tenant, or in none that is known.
struct User<'p> {
    home: String,
    host: String,
    name: &'p str,
    realm: Option<&'p str>,
    known: Option<&'p Account>,
}

/// The cache; `None` where there is no token. Tokens of one key, of which ADAL has one a tenant,
/// stand under numbered ones: MSAL makes its keys again as it loads them and keeps the last, which is
/// the newest; azvault reads them all.
pub(super) fn write(profile: &Profile, placing: &Placing<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let mut seen = HashSet::new();
    let mut tokens = Vec::new();
    for cached in placing.cached() {
        let mut token = Token::of(cached, profile);
        let key = token.key.clone();
        for number in 2.. {
            if seen.insert(token.key.clone()) {
                break;
            }
            token.key = format!("{key}-{number}");
        }
        tokens.push(token);
    }
    if tokens.is_empty() {
        return None;
    }
    let users = users(profile, &tokens);
    Some(document(b"", Layout::Compact, |json| {
        json.object(|json| {
            for (name, kind) in [
                ("AccessToken", SecretKind::AccessToken),
                ("RefreshToken", SecretKind::RefreshToken),
                ("IdToken", SecretKind::IdToken),
            ] {
                json.member(name).object(|json| {
                    for token in tokens.iter().filter(|token| token.about().kind == kind) {
                        token.write(name, json.member(&token.key));
                    }
                });
            }
            json.member("Account").object(|json| {
                let mut seen = HashSet::new();
                for user in &users {
                    let key =
                        format!("{}-{}-{}", user.home, user.host, user.realm.unwrap_or_default());
                    if seen.insert(key.clone()) {
                        user.write(json.member(&key));
                    }
                }
            });
            json.member("AppMetadata").object(|json| write_clients(&tokens, json));
        });
    }))
}

impl<'p> Token<'p> {
    fn of(cached: Cached<'p>, profile: &Profile) -> Self {
        let about = cached.about;
        let home = match &cached.home {
            Home::Account(home) => home.clone(),
            Home::Application => String::new(),
        };
        let host = host(about.environment.as_deref(), profile);
        let text = |text: &'p Option<Text>| text.as_deref().unwrap_or_default();
        let (client, realm) = (text(&about.client_id), text(&about.tenant));
        let key = match about.kind {
            SecretKind::RefreshToken => {
                let family = about.family_id.as_deref().unwrap_or(client);
                format!("{home}-{host}-refreshtoken-{family}--")
            }
            SecretKind::IdToken => format!("{home}-{host}-idtoken-{client}-{realm}-"),
            _ => format!("{home}-{host}-accesstoken-{client}-{realm}-{}", text(&about.target)),
        };
        Self { cached, key: key.to_lowercase(), home, host }
    }

    fn about(&self) -> &'p SecretDescription {
        self.cached.about
    }

    fn write(&self, section: &str, json: &mut Json<'_>) {
        let about = self.about();
        json.object(|json| {
            write_owner(&self.home, &self.host, json);
            write_some("client_id", about.client_id.as_deref(), json);
            json.member("secret").text(self.cached.value);
            json.member("credential_type").text(section);
            if about.kind != SecretKind::RefreshToken {
                write_some("realm", about.tenant.as_deref(), json);
            }
            write_some("target", about.target.as_deref(), json);
            if about.kind == SecretKind::AccessToken {
                json.member("token_type").text("Bearer");
                if let Some(seconds) = about.expires_on {
                    let seconds = seconds.to_string();
                    for name in ["expires_on", "extended_expires_on", "ext_expires_on"] {
                        json.member(name).text(&seconds);
                    }
                }
            }
            write_some("family_id", about.family_id.as_deref(), json);
        });
    }
}

impl User<'_> {
    fn write(&self, json: &mut Json<'_>) {
        let property = |name: &str| {
            self.known.and_then(|known| known.properties.get(name)).map(String::as_str)
        };
        let object_id = self.home.split_once('.').map(|(object_id, _)| object_id);
        json.object(|json| {
            write_owner(&self.home, &self.host, json);
            json.member("username").text(self.name);
            for name in ["name", "given_name", "family_name"] {
                write_some(name, property(name), json);
            }
            write_some("local_account_id", property("local_account_id").or(object_id), json);
            json.member("authority_type").text(property("authority_type").unwrap_or("MSSTS"));
            write_some("realm", self.realm, json);
        });
    }
}

/// The users that tokens are of, and those that have signed in without one being left. A token's
/// own user goes first: a home account has one name.
fn users<'p>(profile: &'p Profile, tokens: &[Token<'p>]) -> Vec<User<'p>> {
    let key = |home: &str, host: &str| (home.to_lowercase(), host.to_lowercase());
    let mut names: BTreeMap<(String, String), &'p str> = BTreeMap::new();
    let mut users = Vec::new();
    for token in tokens.iter().filter(|token| !token.home.is_empty()) {
        if let Some(name) = token.about().account.as_deref() {
            names.entry(key(&token.home, &token.host)).or_insert(name);
        }
    }
    let mut covered = HashSet::new();
    for known in &profile.accounts {
        let host = host(known.environment.as_deref(), profile);
        // Caches that were made from ADAL's name the user in the place of a home account.
        let home = known.home_account_id.as_deref();
        let home = home.filter(|home| AccountId(home) != AccountId(&known.id));
        let Some(home) = home else { continue };
        let own = key(home, &host);
        let name = names.get(&own).copied().unwrap_or(&known.id);
        if AccountId(name) != AccountId(&known.id) {
            continue;
        }
        covered.insert(own);
        let realms = known.tenants.iter().filter(|tenant| is_realm(tenant));
        let mut realms: Vec<Option<&str>> = realms.map(|tenant| Some(&tenant[..])).collect();
        if realms.is_empty() {
            realms.push(None);
        }
        for realm in realms {
            let (home, host) = (home.to_owned(), host.clone());
            users.push(User { home, host, name, realm, known: Some(known) });
        }
    }
    for token in tokens {
        let own = key(&token.home, &token.host);
        if let Some(name) = names.get(&own)
            && covered.insert(own)
        {
            let (home, host) = (token.home.clone(), token.host.clone());
            let realm = token.about().tenant.as_deref();
            users.push(User { home, host, name, realm, known: None });
        }
    }
    users
}

/// One entry for each client of Microsoft's family: by a token of it, or because it is known to be one.
/// Azure PowerShell is one, and finds tokens of the family whichever client got them. Of others nothing
/// is said: an entry without a family would keep a client of the family from its tokens.
fn write_clients(tokens: &[Token<'_>], json: &mut Json<'_>) {
    let mut clients: BTreeMap<(&str, &str), Option<&str>> = BTreeMap::new();
    for token in tokens.iter().filter(|token| !token.home.is_empty()) {
        let family = token.about().family_id.as_deref();
        if let Some(client) = token.about().client_id.as_deref() {
            let known = clients.entry((&token.host, client)).or_default();
            let member = family::is_member(client).then_some(FAMILY);
            *known = known.or(family).or(member);
        }
        if family == Some(FAMILY) {
            clients.insert((&token.host, OWN_CLIENT), family);
        }
    }
    for ((host, client), family) in clients.into_iter().filter(|(_, family)| family.is_some()) {
        json.member(&format!("appmetadata-{host}-{client}")).object(|json| {
            json.member("client_id").text(client);
            json.member("environment").text(host);
            write_some("family_id", family, json);
        });
    }
}

fn write_owner(home: &str, host: &str, json: &mut Json<'_>) {
    write_some("home_account_id", Some(home).filter(|home| !home.is_empty()), json);
    write_some("environment", Some(host).filter(|host| !host.is_empty()), json);
    let guids = home.split_once('.').filter(|(id, tenant)| is_guid(id) && is_guid(tenant));
    if let Some((object_id, tenant)) = guids {
        // No character of a GUID is one that JSON escapes. Base64url is RFC 4648 section 5.
        let info = format!("{{\"uid\":\"{object_id}\",\"utid\":\"{tenant}\"}}");
        json.member("client_info").text(&BASE64URL_NOPAD.encode(info.as_bytes()));
    }
}

fn write_some(name: &str, text: Option<&str>, json: &mut Json<'_>) {
    if let Some(text) = text {
        json.member(name).text(text);
    }
}

/// The host under which MSAL keeps the tokens of a cloud (KnownMetadataProvider.cs, preferred
/// cache); for a cloud that nobody defines, its name as it is.
fn host(environment: Option<&str>, profile: &Profile) -> String {
    let Some(name) = environment else { return String::new() };
    let preferred = match name {
        "AzureCloud" => Some("login.windows.net"),
        "AzureChinaCloud" => Some("login.partner.microsoftonline.cn"),
        _ => BUILT_IN_CLOUDS.iter().find(|cloud| cloud.name == name).map(|c| c.authority_hosts[0]),
    };
    let custom = || {
        let custom = profile
            .environments
            .iter()
            .find(|e| EnvironmentName(&e.name) == EnvironmentName(name))?;
        let authority = super::environment::setting(custom, "ActiveDirectoryAuthority")?;
        let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
        rest.split('/').next().filter(|host| !host.is_empty())
    };
    preferred.or_else(custom).unwrap_or(name).to_owned()
}

/// Whether tokens can be for it: a tenant's id, or the one tenant of an ADFS.
fn is_realm(tenant: &str) -> bool {
    is_guid(tenant) || tenant.eq_ignore_ascii_case("adfs")
}
