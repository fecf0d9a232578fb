//! `service_principal_entries.json` of Azure CLI since 2.30 (azure-cli-core `auth/identity.py`
//! `ServicePrincipalStore`): an array of `{client_id, tenant}` with one of `client_secret`,
//! `certificate` (a path) and `client_assertion`.

use azvault_contexts::{KnownAccountType, SecretKind};

use super::{hold_credential, text};
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, keep_by_place};

const KINDS: [(&str, SecretKind); 3] = [
    ("client_secret", SecretKind::ClientSecret),
    ("certificate", SecretKind::CertificatePath),
    ("client_assertion", SecretKind::ClientAssertion),
];

const MEMBERS: [&str; 6] = [
    "client_id",
    "tenant",
    "client_secret",
    "certificate",
    "client_assertion",
    "use_cert_sn_issuer",
];

/// Reads the file.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let mut rest = Vec::new();
    for entry in &root.array()? {
        if let Err(error) = read_entry(entry, &mut rest, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

fn read_entry<'a>(
    entry: &Node<'a>,
    rest: &mut Vec<Node<'a>>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = entry.object()?;
    let client_id = text(&fields, "client_id")?.ok_or(entry.error("an entry without client_id"))?;
    let tenant = text(&fields, "tenant")?;
    let kind = KnownAccountType::ServicePrincipal;
    let mut known = account(&client_id, kind, None, tenant.as_deref());
    if let Some(value) = fields.get_some("use_cert_sn_issuer")? {
        known.properties.insert("use_cert_sn_issuer".to_owned(), value.truth()?.to_string());
    }
    found.know(known);
    rest.extend(fields.except(&MEMBERS).cloned());
    let mut credentials = 0;
    for (name, kind) in KINDS {
        if let Some(value) = fields.get_some(name)? {
            hold_credential(kind, value, &client_id, tenant.as_deref(), found)?;
            credentials += 1;
        }
    }
    match credentials {
        0 => Err(entry.error("it has neither secret, certificate nor assertion")),
        _ => Ok(()),
    }
}
