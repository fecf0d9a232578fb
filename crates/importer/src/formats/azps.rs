//! Azure PowerShell's files. They belong together by account: contexts in one, tokens in another,
//! service principal secrets in the first (until Accounts 2.10.3) or a third (since).
//!
//! | Era | Modules | Contexts | Tokens |
//! |---|---|---|---|
//! | A | AzureRM 1-3 | `azurerm_profile` | inside |
//! | B | AzureRM 4.0-4.3 | `context_file`, no default key | inside |
//! | C | AzureRM 4.4-6 | `context_file` | `token_cache_dat`, DPAPI |
//! | D | Az 1-4 | `context_file` | `token_cache_dat`, clear |
//! | E, F | Az 5 to today | `context_file` | MSAL, `keystore` |

mod account;
pub mod autosave_settings;
pub mod azurerm_profile;
pub mod context_file;
mod environment;
pub mod keystore;
pub mod token_cache_dat;

use azvault_contexts::{Secret, SecretDescription, SecretKind};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use zeroize::Zeroizing;

use crate::Found;
use crate::json::{self, JsonError, Node, Object, escape_pointer};

/// Account properties that hold a secret (AzureAccount.cs `Property`, and literals outside it):
/// name, kind, and what the token opens where the name says it.
const SECRET_PROPERTIES: [(&str, SecretKind, Option<&str>); 8] = [
    ("ServicePrincipalSecret", SecretKind::ClientSecret, None),
    ("CertificatePassword", SecretKind::CertificatePassword, None),
    ("AccessToken", SecretKind::AccessToken, None),
    ("GraphAccessToken", SecretKind::AccessToken, Some("GraphAccessToken")),
    ("KeyVault", SecretKind::AccessToken, Some("KeyVault")),
    ("MicrosoftGraphAccessToken", SecretKind::AccessToken, Some("MicrosoftGraphAccessToken")),
    ("MSILoginSecret", SecretKind::ManagedIdentitySecret, None),
    ("ClientAssertion", SecretKind::ClientAssertion, None),
];

/// Holds a property's value if the property is one that holds a secret.
fn hold_property(
    name: &str,
    value: &Node<'_>,
    owner: &SecretDescription,
    found: &mut Found,
) -> Result<bool, JsonError> {
    let known = SECRET_PROPERTIES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let Some((_, kind, target)) = known else { return Ok(false) };
    if value.is_null() {
        return Ok(true);
    }
    let target = target.map(str::to_owned);
    let text = value.text()?;
    let mut description = SecretDescription { kind: *kind, target, ..owner.clone() };
    if *kind == SecretKind::AccessToken {
        description.expires_on = expiry(&text);
    }
    found.hold(description, Secret::copied_from(text.as_bytes()));
    Ok(true)
}

/// The `exp` claim of an access token, of which the file says nothing else. The service judges the
/// token; this tells until when it is worth sending.
fn expiry(token: &str) -> Option<i64> {
    let payload = token.split('.').nth(1)?.trim_end_matches('=').as_bytes();
    let mut bytes = Zeroizing::new(vec![0; BASE64URL_NOPAD.decode_len(payload.len()).ok()?]);
    let length = BASE64URL_NOPAD.decode_mut(payload, &mut bytes).ok()?;
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    let claims = json::document(text).ok()?;
    claims.object().ok()?.get_some("exp").ok()??.integer().ok()
}

/// Whether a token cache inside a context could be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CacheData {
    Read,
    Unreadable,
}

/// Reads base64 of an ADAL or MSAL cache: the first bytes tell which (RM/Serialization/CacheBuffer.cs).
fn read_cache_data(base64: &str, found: &mut Found) -> CacheData {
    let Ok(most) = BASE64.decode_len(base64.len()) else { return CacheData::Unreadable };
    let mut bytes = Zeroizing::new(vec![0; most]);
    let Ok(length) = BASE64.decode_mut(base64.as_bytes(), &mut bytes) else {
        return CacheData::Unreadable;
    };
    let bytes = &bytes[..length];
    let mut inside = Found::new(found.format, found.product);
    let read = match bytes {
        [] => return CacheData::Read,
        [2 | 3, 0, 0, 0, ..] => token_cache_dat::read_into(bytes, &mut inside).map_err(|_| ()),
        _ => {
            let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            std::str::from_utf8(text).map_err(|_| ()).and_then(|text| {
                json::document(text)
                    .and_then(|root| super::msal_cache::read_into(&root, &mut inside))
                    .map_err(|_| ())
            })
        }
    };
    if read.is_err() {
        return CacheData::Unreadable;
    }
    // Taken over only when it was read to its end: half a cache is none.
    for held in std::mem::take(&mut inside.profile.secrets) {
        found.hold(held.description, held.value);
    }
    for account in std::mem::take(&mut inside.profile.accounts) {
        found.know(account);
    }
    for note in inside.notes {
        found.warn(note.place, note.text);
    }
    CacheData::Read
}

/// Members under other names than these, `null` ones left out, under their pointers below `below`.
fn leftovers<'t>(
    object: &Object<'t>,
    known: &[&str],
    below: &str,
) -> impl Iterator<Item = (String, Node<'t>)> {
    object
        .members()
        .iter()
        .filter(|(name, node)| {
            !node.is_null() && !known.iter().any(|known| known.eq_ignore_ascii_case(name))
        })
        .map(move |(name, node)| (pointer(below, name), node.clone()))
}

fn pointer(below: &str, name: &str) -> String {
    format!("{below}/{}", escape_pointer(name))
}
