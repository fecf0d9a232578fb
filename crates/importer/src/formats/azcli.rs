//! Azure CLI's files. `azureProfile.json` has the subscriptions, each with its user; the tokens
//! lie in `accessTokens.json` (until 2.29) or the MSAL cache (since 2.30), the credentials of
//! service principals in the former or in `service_principal_entries.json`. Where the CLI was
//! upgraded in place, old and rotated secret stand side by side: both are kept.
//!
//! `config` has the active cloud, `clouds.config` the default subscription of each cloud.

pub mod access_tokens;
pub mod azure_profile;
pub mod config;
pub mod service_principals;

use azvault_contexts::{Secret, SecretDescription, SecretKind};

use crate::Found;
use crate::found::CertificatePointer;
use crate::json::{JsonError, Node, Object};

/// Members of a subscription that are kept as they are. A context that came from here has them also
/// in a file that azvault saves for Azure PowerShell.
pub(crate) const CONTEXT_MEMBERS: [&str; 4] =
    ["homeTenantId", "managedByTenants", "tenantDefaultDomain", "tenantDisplayName"];

/// Holds one credential of a service principal: a secret, an assertion, or the path of a
/// certificate file, which is read beside.
fn hold_credential(
    kind: SecretKind,
    value: &Node<'_>,
    client_id: &str,
    tenant: Option<&str>,
    found: &mut Found,
) -> Result<(), JsonError> {
    let text = value.text()?;
    if text.is_empty() {
        return Err(value.error("an empty credential"));
    }
    if kind == SecretKind::CertificatePath {
        found.azcli.certificates.push(CertificatePointer {
            path: text.as_str().to_owned(),
            client_id: client_id.to_owned(),
            tenant: tenant.map(str::to_owned),
        });
    }
    let description = SecretDescription {
        account: Some(client_id.to_owned()),
        tenant: tenant.map(str::to_owned),
        client_id: Some(client_id.to_owned()),
        ..SecretDescription::of(kind)
    };
    found.hold(description, Secret::copied_from(text.as_bytes()));
    Ok(())
}

fn text(object: &Object<'_>, name: &str) -> Result<Option<String>, JsonError> {
    match object.get_some(name)? {
        Some(node) => node.optional_text(),
        None => Ok(None),
    }
}
