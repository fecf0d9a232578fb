//! CLI for Microsoft 365: `.cli-m365-connection.json`, `-all-connections.json` and, until version 7,
//! `-tokens.json` (pnp/cli-microsoft365 `src/Auth.ts` `Connection`, `src/auth/FileTokenStorage.ts`). Refresh
//! tokens are in `.cli-m365-msal.json` beside them, a cache of MSAL.

use azvault_model::{KnownAccountType, Secret, SecretDescription, SecretKind};
use zeroize::Zeroizing;

use super::azd::decoded;
use super::claims::Claims;
use super::members::{keep_unknown, object, text, word};
use super::msal_cache::is_guid;
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Object};
use crate::shape::Shape;

const MEMBERS: [&str; 20] = [
    "accessTokens",
    "active",
    "appId",
    "authType",
    "certificate",
    "certificateType",
    "cloudType",
    "connected",
    "identityId",
    "identityName",
    "identityTenantId",
    "name",
    "password",
    "secret",
    "spoTenantId",
    "spoUrl",
    "tenant",
    "tenantId",
    "thumbprint",
    "userName",
];

/// Who a connection signs in as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SignIn {
    User,
    BySecret,
    ByCertificate,
    /// A managed or a federated identity: its tokens say which.
    Identity,
    /// A way that is not known: what is stored beside it tells.
    Unknown,
}

/// A client secret that an earlier sign-in left behind: signing in again clears all members but this one.
struct Leftover {
    place: String,
    secret: Zeroizing<String>,
}

/// Whether an object is a connection.
pub(super) fn is_connection(shape: &Shape) -> bool {
    shape.has_object("accessTokens") && shape.has_all(&["authType", "appId"])
}

/// Reads one connection, or each of an array.
pub(super) fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let items = if root.is_array() { root.array()? } else { vec![root.clone()] };
    let mut rest = Vec::new();
    let mut leftovers = Vec::new();
    for item in &items {
        match item.object() {
            Ok(fields) => {
                rest.extend(fields.except(&MEMBERS).cloned());
                leftovers.extend(read_connection(item, &fields, found));
            }
            Err(error) => {
                found.warn(error.place, format!("this entry was not imported: {}", error.what));
            }
        }
    }
    for leftover in leftovers {
        hold_leftover(leftover, found);
    }
    keep_unknown(&rest, found);
    Ok(())
}

/// Holds a client secret without saying whose it is, unless the connection it belongs to is in the file.
fn hold_leftover(leftover: Leftover, found: &mut Found) {
    let about = SecretDescription::of(SecretKind::ClientSecret);
    let value = Secret::copied_from(leftover.secret.as_bytes());
    let mut secrets = found.profile.secrets.iter();
    if !secrets.any(|held| held.description.kind == about.kind && held.value.same_as(&value)) {
        found.remark(leftover.place, "of an earlier sign-in: nothing says whose it is");
        found.hold(about, value);
    }
}

fn read_connection(entry: &Node<'_>, fields: &Object<'_>, found: &mut Found) -> Option<Leftover> {
    let client_id = word(fields, &["appId"], found);
    let environment = Some(environment(fields, found).to_owned());
    let tenant = word(fields, &["identityTenantId", "tenantId", "tenant"], found);
    let tenant = tenant.filter(|tenant| is_guid(tenant) || tenant.contains('.'));
    let secret = text(fields, &["secret"], found);
    let certificate = text(fields, &["certificate"], found);
    let user = word(fields, &["identityName", "userName"], found);
    let sign_in = match sign_in(fields) {
        SignIn::Unknown if certificate.is_some() => SignIn::ByCertificate,
        SignIn::Unknown if secret.is_some() => SignIn::BySecret,
        SignIn::Unknown => SignIn::User,
        known => known,
    };
    let owner = match sign_in {
        SignIn::BySecret | SignIn::ByCertificate => {
            client_id.clone().map(|id| (id, KnownAccountType::ServicePrincipal))
        }
        SignIn::User => user.map(|user| (user, KnownAccountType::User)),
        SignIn::Identity | SignIn::Unknown => None,
    };
    let about = SecretDescription {
        account: owner.as_ref().map(|(id, _)| id.clone()),
        tenant: tenant.clone(),
        client_id,
        environment: environment.as_deref().map(Into::into),
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    if let Some((id, kind)) = &owner {
        let mut known = account(id, *kind, environment.map(Into::into), tenant.as_deref());
        if let Some(thumbprint) = word(fields, &["thumbprint"], found) {
            known.properties.insert("thumbprint".to_owned(), thumbprint.to_string());
        }
        found.know(known);
    }
    let of = |kind| SecretDescription { kind, ..about.clone() };
    let mut leftover = None;
    match secret {
        Some(secret) if sign_in == SignIn::BySecret => {
            found.hold(of(SecretKind::ClientSecret), Secret::copied_from(secret.as_bytes()));
        }
        Some(secret) => {
            leftover = Some(Leftover { place: format!("{}/secret", entry.place()), secret });
        }
        None => {}
    }
    let password = text(fields, &["password"], found);
    if let Some(certificate) = &certificate {
        match decoded(certificate) {
            Some(bytes) => found.hold(of(SecretKind::Certificate), Secret::new(bytes)),
            None => found
                .warn(format!("{}/certificate", entry.place()), "not imported: this is not base64"),
        }
        if let Some(password) = &password {
            let value = Secret::copied_from(password.as_bytes());
            found.hold(of(SecretKind::CertificatePassword), value);
        }
    } else if password.is_some() {
        found.warn(
            format!("{}/password", entry.place()),
            "a user's password, which azvault does not store: sign in with azvault connect",
        );
    }
    if let Some(tokens) = object(fields, "accessTokens", found) {
        for (resource, token) in tokens.members() {
            read_token(resource, token, &about, found);
        }
    }
    leftover
}

fn read_token(resource: &str, token: &Node<'_>, about: &SecretDescription, found: &mut Found) {
    let fields = match token.object() {
        Ok(fields) => fields,
        Err(error) => {
            let text = format!("this token was not imported: {}", error.what);
            return found.warn(error.place, text);
        }
    };
    let Some(value) = text(&fields, &["accessToken"], found) else { return };
    let claims = Claims::of(&value);
    let date = word(&fields, &["expiresOn"], found);
    let date = date.and_then(|date| date.parse::<jiff::Timestamp>().ok());
    let expires_on = date.map(jiff::Timestamp::as_second).or(claims.expires_on);
    // Connections of before version 8 name nobody: their tokens do.
    let owner = about.account.clone().or_else(|| {
        let (id, kind) = claims.owner()?;
        found.know(account(&id, kind, about.environment.clone(), claims.tenant.as_deref()));
        Some(id)
    });
    let description = SecretDescription {
        account: owner,
        tenant: about.tenant.clone().or(claims.tenant),
        target: Some(resource.into()),
        expires_on,
        dated: expires_on,
        ..about.clone()
    };
    found.hold(description, Secret::copied_from(value.as_bytes()));
}

/// `AuthType`: a number, or since version 10 its name.
fn sign_in(fields: &Object<'_>) -> SignIn {
    let Ok(Some(node)) = fields.get_some("authType") else { return SignIn::Unknown };
    match node.raw().trim_matches('"') {
        "0" | "deviceCode" | "1" | "password" | "4" | "browser" => SignIn::User,
        "2" | "certificate" => SignIn::ByCertificate,
        "3" | "identity" | "federatedIdentity" => SignIn::Identity,
        "5" | "secret" => SignIn::BySecret,
        _ => SignIn::Unknown,
    }
}

/// `CloudType`: a number, or since version 10 its name.
fn environment(fields: &Object<'_>, found: &mut Found) -> &'static str {
    let node = match fields.get_some("cloudType") {
        Ok(Some(node)) => node,
        // Before there was a choice.
        Ok(None) => return "AzureCloud",
        Err(error) => {
            found.warn(error.place, error.what);
            return "AzureCloud";
        }
    };
    match node.raw().trim_matches('"') {
        "0" | "Public" => "AzureCloud",
        "1" | "2" | "3" | "USGov" | "USGovHigh" | "USGovDoD" => "AzureUSGovernment",
        "4" | "China" => "AzureChinaCloud",
        _ => {
            found.warn(node.place(), "an unknown cloud: the public one is assumed");
            "AzureCloud"
        }
    }
}
