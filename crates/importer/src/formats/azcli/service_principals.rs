//! `service_principal_entries.json` of Azure CLI since 2.30 (azure-cli-core `auth/identity.py`
//! `ServicePrincipalStore`): an array of `{client_id, tenant}` with one of `client_secret`,
//! `certificate` (a path) and `client_assertion`.

use azvault_contexts::SecretKind;

use super::{hold_credential, text};
use crate::Found;
use crate::json::{JsonError, Node, keep};

/// Reads the file.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let entries = root.array()?;
    for entry in &entries {
        if let Err(error) = read_entry(entry, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    Ok(())
}

fn read_entry(entry: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let client_id = text(&fields, "client_id")?.ok_or(entry.error("an entry without client_id"))?;
    let tenant = text(&fields, "tenant")?;
    let kinds = [
        ("client_secret", SecretKind::ClientSecret),
        ("certificate", SecretKind::CertificatePath),
        ("client_assertion", SecretKind::ClientAssertion),
    ];
    for (name, kind) in kinds {
        if let Some(value) = fields.get_some(name)? {
            hold_credential(kind, value, &client_id, tenant.as_deref(), found)?;
        }
    }
    let known = ["client_id", "tenant", "client_secret", "certificate", "client_assertion"];
    let rest: Vec<_> = fields
        .members()
        .iter()
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, node)| (name.as_str(), node))
        .collect();
    if let Some(account) = found.profile.accounts.iter_mut().find(|known| known.id == client_id) {
        for (name, node) in &rest {
            account.properties.insert((*name).to_owned(), node.raw().to_owned());
        }
    }
    if !rest.is_empty() && found.profile.kept.is_empty() {
        found.profile.kept = keep(&rest);
    }
    Ok(())
}
