//! `accessTokens.json` of Azure CLI until 2.29 (adal-python; azure-cli-core `_profile.py`
//! `CredsCache`). One array of two kinds of entries: a user's token, and a service principal's
//! credential, told apart by `servicePrincipalId`. The secret of the latter is in `accessToken`.

use azvault_contexts::{
    KnownAccountType, Secret, SecretDescription, SecretKind, cloud_of_authority,
};

use super::{hold_credential, text};
use crate::formats::msal_cache::is_guid;
use crate::found::account;
use crate::json::{JsonError, Node, Object, keep_by_place};
use crate::{Found, Reading};

const PRINCIPAL_MEMBERS: [&str; 5] = [
    "servicePrincipalId",
    "servicePrincipalTenant",
    "accessToken",
    "certificateFile",
    "thumbprint",
];

const USER_MEMBERS: [&str; 12] = [
    "tokenType",
    "expiresIn",
    "expiresOn",
    "resource",
    "accessToken",
    "refreshToken",
    "oid",
    "userId",
    "identityProvider",
    "isMRRT",
    "_clientId",
    "_authority",
];

/// Reads the file.
pub fn read(root: &Node<'_>, reading: &Reading<'_>, found: &mut Found) -> Result<(), JsonError> {
    let mut rest = Vec::new();
    for entry in &root.array()? {
        let read = entry.object().and_then(|fields| match text(&fields, "servicePrincipalId")? {
            Some(client_id) => {
                rest.extend(fields.except(&PRINCIPAL_MEMBERS).cloned());
                read_principal(entry, &fields, &client_id, found)
            }
            None => {
                rest.extend(fields.except(&USER_MEMBERS).cloned());
                read_user(entry, &fields, reading, found)
            }
        });
        if let Err(error) = read {
            found.warn(error.place, format!("this entry was not imported: {}", error.what));
        }
    }
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

fn read_principal(
    entry: &Node<'_>,
    fields: &Object<'_>,
    client_id: &str,
    found: &mut Found,
) -> Result<(), JsonError> {
    let tenant = text(fields, "servicePrincipalTenant")?;
    let kind = KnownAccountType::ServicePrincipal;
    let mut known = account(client_id, kind, None, tenant.as_deref());
    if let Some(thumbprint) = text(fields, "thumbprint")? {
        known.properties.insert("thumbprint".to_owned(), thumbprint);
    }
    found.know(known);
    let mut credentials = 0;
    for (name, kind) in [
        ("accessToken", SecretKind::ClientSecret),
        ("certificateFile", SecretKind::CertificatePath),
    ] {
        if let Some(value) = fields.get_some(name)? {
            hold_credential(kind, value, client_id, tenant.as_deref(), found)?;
            credentials += 1;
        }
    }
    match credentials {
        0 => Err(entry.error("it has neither secret nor certificate")),
        _ => Ok(()),
    }
}

fn read_user(
    entry: &Node<'_>,
    fields: &Object<'_>,
    reading: &Reading<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let authority = text(fields, "_authority")?.unwrap_or_default();
    let rest = authority.split_once("://").map_or(authority.as_str(), |(_, rest)| rest);
    let (host, realm) = rest.split_once('/').unwrap_or((rest, ""));
    let realm = Some(realm.trim_matches('/').to_owned()).filter(|realm| !realm.is_empty());
    let environment = Some(cloud_of_authority(host).unwrap_or(host).to_owned());
    let environment = environment.filter(|environment| !environment.is_empty());
    let user = text(fields, "userId")?;
    if let Some(user) = &user {
        let tenant = realm.as_deref().filter(|realm| is_guid(realm));
        let mut known = account(user, KnownAccountType::User, environment.clone(), tenant);
        for (name, property) in
            [("oid", "local_account_id"), ("identityProvider", "identity_provider")]
        {
            if let Some(value) = text(fields, name)? {
                known.properties.insert(property.to_owned(), value);
            }
        }
        found.know(known);
    }
    let expires_on = fields.get_some("expiresOn")?.map(|node| end(node, reading));
    // A token is worth more than its date.
    let expires_on = expires_on.transpose().unwrap_or_else(|error| {
        found.warn(error.place, error.what);
        None
    });
    let token_type = text(fields, "tokenType")?.filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    let about = SecretDescription {
        // The file keeps no other date. The later a token ends, the later it was got.
        dated: expires_on,
        account: user,
        tenant: realm,
        client_id: text(fields, "_clientId")?,
        environment,
        target: text(fields, "resource")?,
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let mut tokens = 0;
    if let Some(value) = fields.get_some("refreshToken")? {
        // One token for every resource and tenant of its user (`isMRRT`) is for none of them.
        let everywhere = fields.get_some("isMRRT")?.map(Node::truth).transpose()?;
        let tenant = about.tenant.clone().filter(|_| everywhere != Some(true));
        let description =
            SecretDescription { kind: SecretKind::RefreshToken, tenant, ..about.clone() };
        found.hold(description, Secret::copied_from(value.text()?.as_bytes()));
        tokens += 1;
    }
    if let Some(value) = fields.get_some("accessToken")? {
        let description = SecretDescription { expires_on, token_type, ..about };
        found.hold(description, Secret::copied_from(value.text()?.as_bytes()));
        tokens += 1;
    }
    match tokens {
        0 => Err(entry.error("it has no token")),
        _ => Ok(()),
    }
}

/// `YYYY-MM-DD HH:MM:SS.ffffff` without a zone, in the local time of the machine that wrote it
/// (Azure/azure-cli#7078). Other programs write an offset, or Unix seconds: then that is what it
/// says.
fn end(node: &Node<'_>, reading: &Reading<'_>) -> Result<i64, JsonError> {
    let wrong = || node.error("not a date as Azure CLI writes it: left out");
    if let Ok(seconds) = node.integer() {
        return Ok(seconds);
    }
    let text = node.text()?;
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Ok(instant.as_second());
    }
    let local: jiff::civil::DateTime = text.parse().map_err(|_| wrong())?;
    let instant = reading.time_zone.to_timestamp(local).map_err(|_| wrong())?;
    Ok(instant.as_second())
}
