//! Azure Developer CLI: `~/.azd/auth/cred<tenant>.<client>.json`, the credential of one service
//! principal, and `~/.azd/auth.json`, which names who is signed in (azure-dev `cli/azd/pkg/auth/manager.go`
//! `persistedSecret` and `userProperties`, `file_cache.go` for the name). Users are in the MSAL caches
//! beside them.

use azvault_model::{KnownAccountType, Secret, SecretKind};
use data_encoding::BASE64;
use zeroize::Zeroizing;

use super::members::{keep_unknown, object, text, word};
use super::principal::Principal;
use crate::decode::contains;
use crate::found::account;
use crate::json::{JsonError, Node};
use crate::pattern::matches;
use crate::{Found, Reading};

/// Whether it is the credential of a principal: its name has the tenant and the application.
pub(super) fn is_credential(bytes: &[u8], file_name: &str) -> bool {
    let members = ["\"clientSecret\"", "\"clientCertificate\"", "\"federatedAuth\""];
    matches("cred*.*.json", file_name)
        && bytes.starts_with(b"{")
        && !contains(bytes, "\"clientId\"")
        && (members.iter().any(|member| contains(bytes, member)) || bytes == b"{}")
}

/// Reads the credential.
pub(super) fn read_credential(
    root: &Node<'_>,
    reading: &Reading<'_>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let fields = root.object()?;
    let name = reading.file_name.get("cred".len()..).unwrap_or_default();
    let name = name.get(..name.len().saturating_sub(".json".len())).unwrap_or_default();
    // A tenant can be a domain, so the last dot separates.
    let Some((tenant, client_id)) = name.rsplit_once('.').filter(|(_, id)| !id.is_empty()) else {
        return Err(root.error("its name does not say whose credential it is"));
    };
    let principal = Principal {
        client_id: client_id.into(),
        tenant: Some(tenant.to_owned()).filter(|tenant| !tenant.is_empty()).map(Into::into),
        environment: None,
        ..Principal::default()
    };
    principal.know(found);
    if let Some(secret) = text(&fields, &["clientSecret"], found) {
        principal.hold(SecretKind::ClientSecret, Secret::copied_from(secret.as_bytes()), found);
    }
    if let Some(certificate) = text(&fields, &["clientCertificate"], found) {
        match decoded(&certificate) {
            Some(bytes) => principal.hold(SecretKind::Certificate, Secret::new(bytes), found),
            None => found.warn("/clientCertificate", "not imported: this is not base64"),
        }
    }
    if let Some(federated) = object(&fields, "federatedAuth", found)
        && let Some(provider) = word(&federated, &["tokenProvider"], found)
    {
        let text = format!(
            "signs in with tokens of {}, which no file holds",
            if provider.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
                provider.as_str()
            } else {
                "another service"
            }
        );
        found.remark("/federatedAuth", text);
    }
    let known = ["clientSecret", "clientCertificate", "federatedAuth"];
    let rest: Vec<_> = fields.except(&known).cloned().collect();
    keep_unknown(&rest, found);
    Ok(())
}

/// The bytes of base64, white space between allowed.
pub(super) fn decoded(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut packed = Zeroizing::new(Vec::with_capacity(text.len()));
    packed.extend(text.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut bytes = Zeroizing::new(vec![0; BASE64.decode_len(packed.len()).ok()?]);
    let length = BASE64.decode_mut(&packed, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

/// Whether it says who is signed in: `auth.json`, and `config.json` before there was one.
pub(super) fn is_current_user(bytes: &[u8], file_name: &str) -> bool {
    let named = matches("auth*", file_name) || matches("config*", file_name);
    named
        && contains(bytes, "\"currentUser\"")
        && contains(bytes, "\"auth\"")
        && ["\"homeAccountId\"", "\"clientId\"", "\"managedIdentity\""]
            .iter()
            .any(|member| contains(bytes, member))
}

/// Reads who is signed in: an application has its tenant here.
pub(super) fn read_current_user(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let Some(auth) = object(&root.object()?, "auth", found) else { return Ok(()) };
    let Some(of) = object(&auth, "account", found) else { return Ok(()) };
    let Some(user) = object(&of, "currentUser", found) else { return Ok(()) };
    if let (Some(client_id), Some(tenant)) =
        (word(&user, &["clientId"], found), word(&user, &["tenantId"], found))
    {
        let kind = KnownAccountType::ServicePrincipal;
        found.know(account(&client_id, kind, None, Some(&tenant)));
    }
    Ok(())
}
