//! The account half of a context: who signs in, and the secrets among its properties.

use std::collections::BTreeMap;

use azvault_contexts::{
    AccountType, ContextAccount, IdentityKind, KnownAccountType, Secret, SecretDescription,
    SecretKind,
};

use super::{expiry, hold_property, leftovers, pointer};
use crate::Found;
use crate::found::account;
use crate::json::{JsonError, Node, Object};

/// Reads an account. `owner` learns whose the secrets of the context are, `kept` what is not
/// modelled.
pub(super) fn read_account<'t>(
    fields: &Object<'t>,
    owner: &mut SecretDescription,
    kept: &mut Vec<(String, Node<'t>)>,
    found: &mut Found,
) -> Result<Option<ContextAccount>, JsonError> {
    let Some(id) = fields.text("Id")? else { return Ok(None) };
    let account_type = AccountType::new(fields.text("Type")?.unwrap_or_default());
    let known = account_type.known();
    if known.is_none_or(|known| known.as_str() != account_type.as_str()) {
        let text = match known {
            Some(_) => "an account type in unusual case: kept as written",
            None => "an account type that azvault does not know: kept, it cannot sign in",
        };
        found.warn(format!("{}/Type", fields.place()), text);
    }
    owner.account = Some(id.clone());
    owner.client_id = match known {
        Some(KnownAccountType::ServicePrincipal | KnownAccountType::ClientAssertion) => {
            Some(id.clone())
        }
        _ => None,
    };
    owner.account_kind = known.map(|_| IdentityKind::of(&account_type));
    let mut entry =
        account(&id, account_type.clone(), owner.environment.clone(), owner.tenant.as_deref());
    let mut properties = BTreeMap::new();
    if let Some(node) = fields.get_some("ExtendedProperties")? {
        for (name, value) in node.object()?.members() {
            if hold_property(name, value, owner, found)? {
                continue;
            }
            if value.is_string() {
                let text = value.text()?.as_str().to_owned();
                if name.eq_ignore_ascii_case("HomeAccountId") {
                    entry.home_account_id = Some(text.clone());
                }
                properties.insert(name.clone(), text);
            } else if !value.is_null() {
                kept.push((pointer("/Account/ExtendedProperties", name), value.clone()));
            }
        }
    }
    if let Some(credential) = fields.get_some("Credential")? {
        let kind = match known {
            Some(KnownAccountType::ServicePrincipal) => SecretKind::ClientSecret,
            Some(KnownAccountType::ClientAssertion) => SecretKind::ClientAssertion,
            Some(KnownAccountType::ManagedService) => SecretKind::ManagedIdentitySecret,
            Some(KnownAccountType::User | KnownAccountType::AccessToken) | None => {
                SecretKind::AccessToken
            }
        };
        let text = credential.text()?;
        let expires_on = if kind == SecretKind::AccessToken { expiry(&text) } else { None };
        let description = SecretDescription { kind, expires_on, ..owner.clone() };
        found.hold(description, Secret::copied_from(text.as_bytes()));
    }
    found.know(entry);
    let known = ["Id", "Type", "ExtendedProperties", "Credential"];
    kept.extend(leftovers(fields, &known, "/Account"));
    Ok(Some(ContextAccount { id, account_type, properties }))
}
