//! The account half of a context: who signs in, and the secrets among its properties.

use azvault_model::{
    AccountType, ContextAccount, HOME_ACCOUNT_ID, IdentityKind, KnownAccountType, Secret,
    SecretDescription, SecretKind,
};

use super::{Dictionary, expiry, leftovers, read_properties};
use crate::Found;
use crate::found::account;
use crate::json::{Node, Unread};

/// Reads an account. `owner` learns whose the secrets of the context are, `kept` what is not
/// modelled. Without an id there is no account; its secrets are held all the same, as nobody's.
pub(super) fn read_account<'t>(
    node: &Node<'t>,
    owner: &mut SecretDescription,
    kept: &mut Vec<(String, Node<'t>)>,
    unread: &Unread<'t>,
    found: &mut Found,
) -> Option<ContextAccount> {
    let mut fields = match node.fields(unread) {
        Ok(fields) => fields,
        Err(error) => {
            unread.add(node.clone(), error.what);
            return None;
        }
    };
    let id = fields.text("Id");
    let account_type = AccountType::new(fields.text("Type").unwrap_or_default());
    let known = account_type.known();
    if id.is_some() && known.is_none_or(|known| known.as_str() != account_type.as_str()) {
        let text = match known {
            Some(_) => "an account type in unusual case: kept as written",
            None => "an account type that azvault does not know: kept, it cannot sign in",
        };
        found.warn(fields.place_of("Type"), text);
    }
    owner.account.clone_from(&id);
    owner.client_id = match known {
        Some(KnownAccountType::ServicePrincipal | KnownAccountType::ClientAssertion) => id.clone(),
        _ => None,
    };
    owner.account_kind = known.map(|_| IdentityKind::of(&account_type));
    let mut inner = Vec::new();
    let mut properties = Default::default();
    if let Some(node) = fields.take("ExtendedProperties") {
        let texts = Dictionary { node: &node, below: "/Account/ExtendedProperties" };
        properties = read_properties(texts, Some(owner), &mut inner, unread, found);
    }
    for credential in fields.secrets("Credential") {
        let kind = kind_of_credential(known);
        let text = &credential.text;
        let expires_on = if kind == SecretKind::AccessToken { expiry(text) } else { None };
        let description = SecretDescription { kind, expires_on, ..owner.clone() };
        found.hold(description, Secret::copied_from(text.as_bytes()));
    }
    leftovers(&fields, &["TenantMap"], "/Account", &mut inner);
    let Some(id) = id else {
        if !node.says_nothing() {
            unread.add(node.clone(), "an account without an id: its secrets were taken, the rest");
        }
        return None;
    };
    kept.extend(inner);
    let mut entry =
        account(&id, account_type.clone(), owner.environment.clone(), owner.tenant.as_deref());
    let home = properties.iter().find(|(name, _)| name.eq_ignore_ascii_case(HOME_ACCOUNT_ID));
    entry.home_account_id = home.map(|(_, home)| home.clone()).map(Into::into);
    found.know(entry);
    Some(ContextAccount { id, account_type, properties })
}

fn kind_of_credential(known: Option<KnownAccountType>) -> SecretKind {
    match known {
        Some(KnownAccountType::ServicePrincipal) => SecretKind::ClientSecret,
        Some(KnownAccountType::ClientAssertion) => SecretKind::ClientAssertion,
        Some(KnownAccountType::ManagedService) => SecretKind::ManagedIdentitySecret,
        Some(KnownAccountType::User | KnownAccountType::AccessToken) | None => {
            SecretKind::AccessToken
        }
    }
}
