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
mod cache_data;
pub mod context_file;
mod environment;
mod kept_name;
pub mod keystore;
pub mod switches;
pub mod token_cache_dat;

use std::collections::{BTreeMap, HashSet};

use azvault_model::{Kept, Secret, SecretDescription, SecretKind};
use data_encoding::BASE64URL_NOPAD;
use zeroize::Zeroizing;

use crate::Found;
use crate::json::{self, Fields, Node, Unread, escape_pointer};

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

/// Who a property's secrets belong to; `None` where a property cannot be one.
type Owner<'o> = Option<&'o SecretDescription>;

/// A dictionary of texts, and where it stands in its context.
struct Dictionary<'n, 't> {
    node: &'n Node<'t>,
    below: &'static str,
}

/// Reads a dictionary of texts. The secrets among an account's are held,
/// each value of a repeated one; of another name that is repeated the last value counts.
fn read_properties<'t>(
    Dictionary { node, below }: Dictionary<'_, 't>,
    owner: Owner<'_>,
    kept: &mut Vec<(String, Node<'t>)>,
    unread: &Unread<'t>,
    found: &mut Found,
) -> BTreeMap<String, String> {
    let mut properties = BTreeMap::new();
    let members = match node.members() {
        Ok(members) => members.collect::<Vec<_>>(),
        Err(error) => {
            unread.add(node.clone(), error.what);
            return properties;
        }
    };
    let mut seen = HashSet::new();
    for (name, value) in members.into_iter().rev() {
        let is_first = seen.insert(name.to_lowercase());
        if value.is_null() {
            // A context's own name without a value comes back; an account's says nothing.
            if owner.is_none() {
                kept.push((pointer(below, &name), value));
            }
            continue;
        }
        if hold_property(&name, &value, owner, unread, found) {
            continue;
        }
        if !is_first {
            unread.add(value, "the same name stands here again, and the last one counts");
            continue;
        }
        match value.text() {
            Ok(text) => {
                if !value.is_string() {
                    unread.remark(value.place(), "no text, where one is expected: read as a text");
                }
                properties.insert(name, text.as_str().to_owned());
            }
            Err(error) if value.is_string() => unread.add(value, error.what),
            Err(error) => {
                unread.remark(value.place(), error.what);
                kept.push((pointer(below, &name), value));
            }
        }
    }
    properties
}

/// Holds a property's value if the property is one that holds a secret.
fn hold_property<'t>(
    name: &str,
    value: &Node<'t>,
    owner: Owner<'_>,
    unread: &Unread<'t>,
    found: &mut Found,
) -> bool {
    let known = SECRET_PROPERTIES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let (Some(owner), Some((_, kind, target))) = (owner, known) else { return false };
    match value.text() {
        Ok(text) => {
            if !value.is_string() {
                unread.remark(value.place(), "no text, where one is expected: read as a text");
            }
            let target = target.map(str::to_owned);
            let mut description =
                SecretDescription { kind: *kind, target: target.map(Into::into), ..owner.clone() };
            if *kind == SecretKind::AccessToken {
                description.expires_on = expiry(&text);
            }
            found.hold(description, Secret::copied_from(text.as_bytes()));
        }
        Err(error) => unread.add(value.clone(), error.what),
    }
    true
}

/// Holds the connection string of a subscription's storage account, of each one where it is repeated.
fn hold_storage<'t, 'u>(
    mut properties: Fields<'t, 'u>,
    subscription: Option<&str>,
    owner: &SecretDescription,
    found: &mut Found,
) -> Fields<'t, 'u> {
    for value in properties.secrets("StorageAccount") {
        let description = SecretDescription {
            kind: SecretKind::StorageConnectionString,
            client_id: None,
            target: subscription.map(Into::into),
            ..owner.clone()
        };
        found.hold(description, Secret::copied_from(value.text.as_bytes()));
    }
    properties
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

/// What is not modelled, under its pointer below `below`, `null` ones left out. A name that is not
/// among the `usual` ones is said.
fn leftovers<'t>(
    fields: &Fields<'t, '_>,
    usual: &[&str],
    below: &str,
    kept: &mut Vec<(String, Node<'t>)>,
) {
    for (name, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
        if !usual.iter().any(|usual| usual.eq_ignore_ascii_case(name)) {
            fields.unread().unknown(&node);
        }
        kept.push((pointer(below, name), node));
    }
}

fn keep_all(members: &[(String, Node<'_>)]) -> Kept {
    let members: Vec<_> = members.iter().map(|(name, node)| (name.as_str(), node)).collect();
    json::keep(&members)
}

fn pointer(below: &str, name: &str) -> String {
    format!("{below}/{}", escape_pointer(name))
}
