//! `accessTokens.json` of Azure CLI until 2.29 (adal-python; azure-cli-core `_profile.py`
//! `CredsCache`). One array of two kinds of entries: a user's token, and a service principal's
//! credential, told apart by `servicePrincipalId`. The secret of the latter is in `accessToken`.

use azvault_contexts::{
    KnownAccountType, Secret, SecretDescription, SecretKind, cloud_of_authority,
};

use super::{hold_credential, text};
use crate::found::account;
use crate::json::{JsonError, Node};
use crate::{Found, Reading};

/// Reads the file.
pub fn read(root: &Node<'_>, reading: &Reading<'_>, found: &mut Found) -> Result<(), JsonError> {
    for entry in root.array()? {
        if let Err(error) = read_entry(&entry, reading, found) {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    Ok(())
}

fn read_entry(entry: &Node<'_>, reading: &Reading<'_>, found: &mut Found) -> Result<(), JsonError> {
    let fields = entry.object()?;
    if let Some(client_id) = text(&fields, "servicePrincipalId")? {
        let tenant = text(&fields, "servicePrincipalTenant")?;
        for (name, kind) in [
            ("accessToken", SecretKind::ClientSecret),
            ("certificateFile", SecretKind::CertificatePath),
        ] {
            if let Some(value) = fields.get_some(name)? {
                hold_credential(kind, value, &client_id, tenant.as_deref(), found)?;
            }
        }
        return Ok(());
    }
    let authority = text(&fields, "_authority")?.unwrap_or_default();
    let rest = authority.split_once("://").map_or(authority.as_str(), |(_, rest)| rest);
    let (host, realm) = rest.split_once('/').unwrap_or((rest, ""));
    let realm = Some(realm.trim_matches('/').to_owned()).filter(|realm| !realm.is_empty());
    let environment = Some(cloud_of_authority(host).unwrap_or(host).to_owned());
    let environment = environment.filter(|environment| !environment.is_empty());
    let user = text(&fields, "userId")?;
    if let Some(user) = &user {
        let tenant = realm.as_deref().filter(|realm| realm.contains('-'));
        let mut known = account(user, KnownAccountType::User, environment.clone(), tenant);
        if let Some(oid) = text(&fields, "oid")? {
            known.properties.insert("local_account_id".to_owned(), oid);
        }
        found.know(known);
    }
    let about = SecretDescription {
        account: user,
        tenant: realm,
        client_id: text(&fields, "_clientId")?,
        environment,
        target: text(&fields, "resource")?,
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    if let Some(value) = fields.get_some("accessToken")? {
        let expires_on = match fields.get_some("expiresOn")? {
            Some(node) => Some(local_time(node, reading)?),
            None => None,
        };
        let description = SecretDescription { expires_on, ..about.clone() };
        found.hold(description, Secret::copied_from(value.text()?.as_bytes()));
    }
    if let Some(value) = fields.get_some("refreshToken")? {
        let description = SecretDescription { kind: SecretKind::RefreshToken, ..about };
        found.hold(description, Secret::copied_from(value.text()?.as_bytes()));
    }
    Ok(())
}

/// `YYYY-MM-DD HH:MM:SS.ffffff` without a zone, in the local time of the machine that wrote it
/// (Azure/azure-cli#7078).
fn local_time(node: &Node<'_>, reading: &Reading<'_>) -> Result<i64, JsonError> {
    let wrong = || node.error("not a date as Azure CLI writes it");
    let text = node.text()?;
    let local: jiff::civil::DateTime = text.parse().map_err(|_| wrong())?;
    let instant = reading.time_zone.to_timestamp(local).map_err(|_| wrong())?;
    Ok(instant.as_second())
}
