//! `keystore.cache` (AU/KeyStore/AzKeyStore.cs, InMemoryKeyCache.cs, ServicePrincipalKey.cs): an
//! array of `{keyType, keyStoreKey, valueType, keyStoreValue}`; key and value are JSON inside JSON
//! strings: `{"appId","tenantId","name"}` and the secret.
//!
//! The store holds nothing but credentials. One of a kind or shape that nobody here knows is
//! therefore held as a credential, of an unknown kind.

use azvault_model::{KnownAccountType, Secret, SecretDescription, SecretKind, Text};
use zeroize::Zeroizing;

use crate::Found;
use crate::found::account;
use crate::json::{self, JsonError, Node, Unread, Value, keep_by_place};

/// Reads the store.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut rest = Vec::new();
    for entry in root.items()? {
        match entry.fields(&unread) {
            Ok(mut fields) => {
                let keys = fields.secrets("keyStoreKey");
                let values = fields.secrets("keyStoreValue");
                // The names of two .NET types.
                fields.text("keyType");
                fields.text("valueType");
                for (_, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
                    unread.unknown(&node);
                    rest.push(node);
                }
                if values.is_empty() {
                    found.miss(entry.place(), "an entry without a value");
                }
                let key = Key::of(keys.first(), &entry, found);
                for value in &values {
                    hold(&key, value, found);
                }
            }
            Err(error) => unread.add(entry, error.what),
        }
    }
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

/// What the key of an entry says of its value.
struct Key {
    app: Option<Text>,
    tenant: Option<Text>,
    kind: SecretKind,
    /// What the store calls a kind that azvault does not know.
    name: Option<Text>,
}

impl Key {
    fn of(written: Option<&Value>, entry: &Node<'_>, found: &mut Found) -> Self {
        let (mut app, mut tenant, mut name) = (None, None, None);
        let place = written.map_or_else(|| entry.place(), |key| &key.place).to_owned();
        let unread = Unread::default();
        let inner = written.map(|key| json::document(&key.text).and_then(|n| n.fields(&unread)));
        match inner {
            Some(Ok(mut fields)) => {
                app = fields.some_text("appId");
                tenant = fields.some_text("tenantId");
                name = fields.some_text("name");
                for (_, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
                    unread.unknown(&node);
                }
            }
            Some(Err(_)) => {
                found.miss(&place, "not JSON inside the text: whose value it is, unknown");
            }
            None => found.miss(&place, "an entry without a key: whose value it is, unknown"),
        }
        found.settle_below(unread, &format!("{place}!json"));
        let kind = match name.as_deref() {
            Some("ServicePrincipalSecret") => SecretKind::ClientSecret,
            Some("CertificatePassword") => SecretKind::CertificatePassword,
            _ => {
                found.warn(place, "a kind of entry that azvault does not know: its value is held");
                SecretKind::UnknownCredential
            }
        };
        let name = name.filter(|_| kind == SecretKind::UnknownCredential);
        Self { app, tenant, kind, name }
    }
}

/// The value is a JSON string; whatever else stands there is held as it stands.
fn hold(key: &Key, value: &Value, found: &mut Found) {
    let read = json::document(&value.text);
    let text = match &read {
        Ok(node) if node.is_string() => node.text().ok(),
        Ok(_) | Err(_) => None,
    };
    let text = text.unwrap_or_else(|| {
        found.warn(&value.place, "not a JSON string inside the text: held as it is written");
        Zeroizing::new(value.text.as_str().to_owned())
    });
    if text.is_empty() {
        return found.warn(&value.place, "an empty value");
    }
    let Key { app, tenant, kind, name } = key;
    if let Some(app) = app {
        found.know(account(app, KnownAccountType::ServicePrincipal, None, tenant.as_deref()));
    }
    let description = SecretDescription {
        account: app.clone(),
        tenant: tenant.clone(),
        target: name.clone(),
        ..SecretDescription::of(*kind)
    };
    found.hold(description, Secret::copied_from(text.as_bytes()));
}
