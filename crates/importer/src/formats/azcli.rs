//! Azure CLI's files. `azureProfile.json` has the subscriptions, each with its user; the tokens
//! lie in `accessTokens.json` (until 2.29) or the MSAL cache (since 2.30), the credentials of
//! service principals in the former or in `service_principal_entries.json`. Where the CLI was
//! upgraded in place, old and rotated secret stand side by side: both are kept.
//!
//! `config` has the active cloud, `clouds.config` the default subscription of each cloud.

pub mod access_tokens;
pub mod azure_profile;
pub mod config;
mod kept_name;
pub mod service_principals;

use azvault_model::{Secret, SecretDescription, SecretKind};

use crate::Found;
use crate::found::CertificatePointer;
use crate::json::{Fields, Node};

/// Members of a subscription that are kept as they are. A context that came from here has them also
/// in a file that azvault saves for Azure PowerShell.
pub(crate) const CONTEXT_MEMBERS: [&str; 4] =
    ["homeTenantId", "managedByTenants", "tenantDefaultDomain", "tenantDisplayName"];

/// A member that holds a credential of one kind.
struct NamedKind<'n> {
    name: &'n str,
    kind: SecretKind,
}

/// Holds the credentials that stand under a name of a service principal's entry: a secret, an
/// assertion, or the path of a certificate file, which is read beside. Gives how many they are.
fn hold_credentials(
    name_and_kind: NamedKind<'_>,
    client_id: Option<&str>,
    tenant: Option<&str>,
    fields: &mut Fields<'_, '_>,
    found: &mut Found,
) -> usize {
    let NamedKind { name, kind } = name_and_kind;
    let values = fields.secrets(name);
    for value in &values {
        if let (SecretKind::CertificatePath, Some(client_id)) = (kind, client_id) {
            found.azcli.certificates.push(CertificatePointer {
                path: value.text.as_str().to_owned(),
                client_id: client_id.into(),
                tenant: tenant.map(Into::into),
            });
        }
        let description = SecretDescription {
            account: client_id.map(Into::into),
            tenant: tenant.map(Into::into),
            client_id: client_id.map(Into::into),
            ..SecretDescription::of(kind)
        };
        found.hold(description, Secret::copied_from(value.text.as_bytes()));
    }
    values.len()
}

/// Keeps what an entry has beside what was read, and says so.
fn leave_rest<'a>(fields: &Fields<'a, '_>, rest: &mut Vec<Node<'a>>) {
    for (_, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
        fields.unread().unknown(&node);
        rest.push(node);
    }
}
