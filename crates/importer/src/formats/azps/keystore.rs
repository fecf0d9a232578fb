//! `keystore.cache` (AU/KeyStore/AzKeyStore.cs, InMemoryKeyCache.cs, ServicePrincipalKey.cs): an
//! array of `{keyType, keyStoreKey, valueType, keyStoreValue}`; key and value are JSON inside JSON
//! strings: `{"appId","tenantId","name"}` and the secret.

use azvault_contexts::{KnownAccountType, Secret, SecretDescription, SecretKind};

use crate::Found;
use crate::found::account;
use crate::json::{self, JsonError, Node};

/// Reads the store.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    for entry in root.array()? {
        if let Err(error) = read_entry(&entry, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    Ok(())
}

fn read_entry(entry: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let member = |name| fields.get_some(name)?.ok_or(entry.error("a member is missing"));
    let (key, value) = (member("keyStoreKey")?, member("keyStoreValue")?);
    let key_text = key.text()?;
    let inner = json::document(&key_text).and_then(|node| node.object());
    let inner = inner.map_err(|_| key.error("not JSON inside the string"))?;
    let text = |name| match inner.get_some(name) {
        Ok(Some(node)) => node.optional_text().map_err(|_| key.error("not a text inside")),
        _ => Ok(None),
    };
    let (app, tenant) = (text("appId")?, text("tenantId")?);
    let kind = match text("name")?.as_deref() {
        Some("ServicePrincipalSecret") => SecretKind::ClientSecret,
        Some("CertificatePassword") => SecretKind::CertificatePassword,
        _ => return Err(key.error("a kind of entry that azvault does not know")),
    };
    let value_text = value.text()?;
    let secret = json::document(&value_text).and_then(|node| node.text());
    let secret = secret.map_err(|_| value.error("not a JSON string inside the string"))?;
    if let Some(app) = &app {
        found.know(account(app, KnownAccountType::ServicePrincipal, None, tenant.as_deref()));
    }
    let description = SecretDescription { account: app, tenant, ..SecretDescription::of(kind) };
    found.hold(description, Secret::copied_from(secret.as_bytes()));
    Ok(())
}
