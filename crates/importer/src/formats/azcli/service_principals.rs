//! `service_principal_entries.json` of Azure CLI since 2.30 (azure-cli-core `auth/identity.py`
//! `ServicePrincipalStore`): an array of `{client_id, tenant}` with one of `client_secret`,
//! `certificate` (a path) and `client_assertion`.

use azvault_model::{KnownAccountType, SecretKind};

use super::{NamedKind, hold_credentials, leave_rest};
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Unread, keep_by_place};

const KINDS: [NamedKind<'_>; 3] = [
    NamedKind { name: "client_secret", kind: SecretKind::ClientSecret },
    NamedKind { name: "certificate", kind: SecretKind::CertificatePath },
    NamedKind { name: "client_assertion", kind: SecretKind::ClientAssertion },
];

/// Reads the file.
pub fn read(root: &Node<'_>, found: &mut Found) -> Result<(), JsonError> {
    let unread = Unread::default();
    let mut rest = Vec::new();
    for entry in root.items()? {
        read_entry(&entry, &unread, &mut rest, found);
    }
    rest.extend(found.settle(unread));
    found.profile.kept = keep_by_place(&rest);
    Ok(())
}

fn read_entry<'a>(
    entry: &Node<'a>,
    unread: &Unread<'a>,
    rest: &mut Vec<Node<'a>>,
    found: &mut Found,
) {
    let mut fields = match entry.fields(unread) {
        Ok(fields) => fields,
        Err(error) => return unread.add(entry.clone(), error.what),
    };
    let client_id = fields.some_text("client_id");
    let tenant = fields.text("tenant");
    let issuer = fields.truth("use_cert_sn_issuer");
    let mut credentials = 0;
    for kind in KINDS {
        let client_id = client_id.as_deref();
        credentials += hold_credentials(kind, client_id, tenant.as_deref(), &mut fields, found);
    }
    leave_rest(&fields, rest);
    match &client_id {
        Some(client_id) => {
            let kind = KnownAccountType::ServicePrincipal;
            let mut known = account(client_id, kind, None, tenant.as_deref());
            if let Some(issuer) = issuer {
                known.properties.insert("use_cert_sn_issuer".to_owned(), issuer.to_string());
            }
            found.know(known);
        }
        None => found.miss(entry.place(), "an entry without client_id: whose it is, unknown"),
    }
    if credentials == 0 {
        unread.add(entry.clone(), "it has neither secret, certificate nor assertion");
    }
}
