//! `accessTokens.json` of Azure CLI until 2.29 (adal-python; azure-cli-core `_profile.py`
//! `CredsCache`). One array of two kinds of entries: a user's token, and a service principal's
//! credential, told apart by `servicePrincipalId`. The secret of the latter is in `accessToken`.

use azvault_model::{KnownAccountType, Secret, SecretDescription, SecretKind, cloud_of_authority};

use super::{NamedKind, hold_credentials, leave_rest};
use crate::formats::msal_cache::is_guid;
use crate::found::account;
use crate::json::{Fields, JsonError, Node, Unread, keep_by_place};
use crate::{Found, Reading};

const CREDENTIALS: [NamedKind<'_>; 2] = [
    NamedKind { name: "accessToken", kind: SecretKind::ClientSecret },
    NamedKind { name: "certificateFile", kind: SecretKind::CertificatePath },
];

/// Members that the entry of a user has not.
const OF_PRINCIPALS: [&str; 4] =
    ["servicePrincipalId", "servicePrincipalTenant", "certificateFile", "thumbprint"];

/// Reads the file.
pub fn read(root: &Node<'_>, reading: &Reading<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut rest = Vec::new();
    for entry in root.items()? {
        let mut fields = match entry.fields(&unread) {
            Ok(fields) => fields,
            Err(error) => {
                unread.add(entry, error.what);
                continue;
            }
        };
        let values = match OF_PRINCIPALS.iter().any(|name| fields.has(name)) {
            true => read_principal(&entry, &mut fields, found),
            false => read_user(&mut fields, reading, found),
        };
        if values == 0 {
            unread.add(entry.clone(), "it has neither token, secret nor certificate");
        }
        leave_rest(&fields, &mut rest);
    }
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

/// Gives how many secrets were held.
fn read_principal(entry: &Node<'_>, fields: &mut Fields<'_, '_>, found: &mut Found) -> usize {
    let client_id = fields.some_text("servicePrincipalId");
    let tenant = fields.text("servicePrincipalTenant");
    let thumbprint = fields.text("thumbprint");
    match &client_id {
        Some(client_id) => {
            let kind = KnownAccountType::ServicePrincipal;
            let mut known = account(client_id, kind, None, tenant.as_deref());
            if let Some(thumbprint) = thumbprint {
                known.properties.insert("thumbprint".to_owned(), thumbprint.to_string());
            }
            found.know(known);
        }
        None => found.miss(entry.place(), "an entry without an id: whose it is, unknown"),
    }
    let of_kind =
        |kind| hold_credentials(kind, client_id.as_deref(), tenant.as_deref(), fields, found);
    CREDENTIALS.map(of_kind).into_iter().sum()
}

/// Gives how many secrets were held.
fn read_user(fields: &mut Fields<'_, '_>, reading: &Reading<'_>, found: &mut Found) -> usize {
    let authority = fields.text("_authority").unwrap_or_default();
    let rest = authority.split_once("://").map_or(authority.as_str(), |(_, rest)| rest);
    let (host, realm) = rest.split_once('/').unwrap_or((rest, ""));
    let realm = Some(realm.trim_matches('/').to_owned()).filter(|realm| !realm.is_empty());
    let environment = Some(cloud_of_authority(host).unwrap_or(host).to_owned());
    let environment = environment.filter(|environment| !environment.is_empty());
    let user = fields.text("userId");
    let properties = [("oid", "local_account_id"), ("identityProvider", "identity_provider")]
        .map(|(name, property)| (property, fields.text(name)));
    if let Some(user) = &user {
        let tenant = realm.as_deref().filter(|realm| is_guid(realm));
        let mut known =
            account(user, KnownAccountType::User, environment.as_deref().map(Into::into), tenant);
        for (property, value) in properties {
            known.properties.extend(value.map(|value| (property.to_owned(), value.to_string())));
        }
        found.know(known);
    }
    // A token is worth more than its date.
    let expires_on = fields.take("expiresOn").and_then(|node| {
        let read = end(&node, reading);
        fields.or_unread(read, &node)
    });
    // How long it was to live, which the date says better.
    fields.pass_texts(&["expiresIn"]);
    let token_type = fields.text("tokenType").filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    // One token for every resource and tenant of its user (`isMRRT`) is for none of them.
    let everywhere = fields.truth("isMRRT") == Some(true);
    let about = SecretDescription {
        // The file keeps no other date. The later a token ends, the later it was got.
        dated: expires_on,
        account: user,
        tenant: realm.map(Into::into),
        client_id: fields.text("_clientId"),
        environment: environment.map(Into::into),
        target: fields.text("resource"),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let (refresh, access) = (fields.secrets("refreshToken"), fields.secrets("accessToken"));
    for value in &refresh {
        let tenant = about.tenant.clone().filter(|_| !everywhere);
        let description =
            SecretDescription { kind: SecretKind::RefreshToken, tenant, ..about.clone() };
        found.hold(description, Secret::copied_from(value.text.as_bytes()));
    }
    for value in &access {
        let description =
            SecretDescription { expires_on, token_type: token_type.clone(), ..about.clone() };
        found.hold(description, Secret::copied_from(value.text.as_bytes()));
    }
    refresh.len() + access.len()
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
