//! Ids of tenants that are named by a domain.

use std::collections::BTreeMap;

use azvault_model::{Accounts, Clouds, Context, HeldSecret, Profile, Text};

use super::claims;

/// The tenant of Microsoft accounts: no organisation, and so no domain is its own.
const PERSONAL: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

/// What a profile says of its tenants.
pub(super) struct Tenants {
    accounts: Accounts,
    /// Domain without case → id, where all that say it agree.
    ids: BTreeMap<String, Option<Text>>,
}

impl Tenants {
    pub(super) fn of(given: &Profile) -> Self {
        let accounts = Accounts::of(
            Clouds::of(&given.environments),
            &given.contexts,
            &given.accounts,
            given.secrets.iter().map(|held| &held.description),
        );
        let mut tenants = Self { accounts, ids: BTreeMap::new() };
        for tenant in given.contexts.iter().filter_map(|context| context.tenant.as_ref()) {
            if let Some(name) = &tenant.name {
                tenants.learn(name, &tenant.id);
            }
        }
        for held in &given.secrets {
            if let (Some(domain), Some(id)) = (&held.description.tenant, claims::tenant(held)) {
                tenants.learn(domain, &id);
            }
        }
        tenants
    }

    fn learn(&mut self, domain: &str, id: &str) {
        if !domain.contains('.') || !is_guid(id) {
            return;
        }
        let known = self.ids.entry(domain.to_lowercase()).or_insert_with(|| Some(id.into()));
        if known.as_ref().is_some_and(|known| !known.eq_ignore_ascii_case(id)) {
            *known = None;
        }
    }

    /// The id of a domain: as contexts and tokens say it, else the home tenant of a user whose name
    /// is in that domain, which is one of that tenant's own.
    pub(super) fn id(&self, domain: &str, context: &Context) -> Option<Text> {
        let domain = domain.to_lowercase();
        if let Some(known) = self.ids.get(&domain) {
            return known.clone();
        }
        let account = context.account.as_ref()?;
        let known = self.accounts.of_context(context).one();
        let home = known.and_then(|known| known.home_account_id.as_deref())?;
        let (_, suffix) = account.id.rsplit_once('@')?;
        let (_, tenant) = home.split_once('.')?;
        let is_own = suffix.to_lowercase() == domain && is_guid(tenant) && tenant != PERSONAL;
        is_own.then(|| Text::from(tenant))
    }

    /// The id of the tenant that a secret names by its domain: a token says it itself.
    pub(super) fn id_for(&self, held: &HeldSecret) -> Option<Text> {
        // `organizations` and `adfs` are no domains.
        let domain = held.description.tenant.as_deref().filter(|tenant| tenant.contains('.'))?;
        let known = || self.ids.get(&domain.to_lowercase()).cloned().flatten();
        claims::tenant(held).filter(|id| is_guid(id)).or_else(known)
    }

    /// Ids of the other tenants in which the account of a context was seen.
    pub(super) fn others_of(&self, context: &Context, own: Option<&str>) -> Vec<Text> {
        let Some(known) = self.accounts.of_context(context).one() else { return Vec::new() };
        let others = known.tenants.iter().filter(|tenant| is_guid(tenant));
        others.filter(|tenant| Some(&tenant[..]) != own).cloned().collect()
    }
}

/// Whether text is a `Guid` to .NET: digits alone, with hyphens, in braces or in parentheses.
pub(super) fn is_guid(text: &str) -> bool {
    let text = text.trim();
    let inner = [('{', '}'), ('(', ')')].into_iter().find_map(|(open, close)| {
        text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close))
    });
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let groups: Vec<&str> = inner.unwrap_or(text).split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    let has_form = lengths == [8, 4, 4, 4, 12] || (inner.is_none() && lengths == [32]);
    has_form && groups.into_iter().all(is_digits)
}

#[cfg(test)]
mod tests {
    use super::is_guid;

    #[test]
    fn a_guid_is_what_dotnet_reads_as_one() {
        for (text, is) in [
            ("11111111-2222-3333-4444-555555555555", true),
            ("11111111222233334444555555555555", true),
            ("{11111111-2222-3333-4444-55555555555F}", true),
            ("(11111111-2222-3333-4444-555555555555)", true),
            (" 11111111-2222-3333-4444-555555555555 ", true),
            ("{11111111-2222-3333-4444-555555555555", false),
            ("{11111111222233334444555555555555}", false),
            ("1111111-12222-3333-4444-555555555555", false),
            ("11111111-2222-3333-4444-55555555555g", false),
            ("contoso.example", false),
            ("", false),
        ] {
            assert_eq!(is_guid(text), is, "{text}");
        }
    }
}
