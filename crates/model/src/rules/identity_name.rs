//! The name by which tools ask for tokens of an account in a tenant, where an endpoint serves several.
//!
//! Azure PowerShell sends the id of an account of the type `ManagedService` as `client_id`, whatever it is,
//! keeps tokens by it, and shows it as the account (tried with Az.Accounts 2.1.2 to 5.3.1). It does not say
//! the tenant: an account has a name in each.

use std::collections::HashMap;

use crate::caseless::key;
use crate::{AccountKey, Accounts, Context, Found, KnownAccount, TenantId, Text};

/// Longest name: a resource id of an identity has room.
const MAX_NAME: usize = 256;

/// The name of an account in the tenant of each of these contexts, in their order: the account's id in its
/// home tenant, with the tenant behind it in another one. `None` where a name would not tell it from
/// another account, tenant or cloud, and where none can be sent; it needs an id of its own then.
pub fn identity_names(accounts: &Accounts, contexts: &[&Context]) -> Vec<Option<String>> {
    let named: Vec<_> = contexts.iter().map(|context| named(accounts, context)).collect();
    let mut meant: HashMap<String, Option<&Identity<'_>>> = HashMap::new();
    for (name, identity) in named.iter().flatten() {
        let meant = meant.entry(key(name).into_owned()).or_insert(Some(identity));
        if meant.is_some_and(|other| other != identity) {
            *meant = None;
        }
    }
    let is_told = |name: &String| meant.get(key(name).as_ref()).is_some_and(Option::is_some);
    let name = |named: &Option<(String, Identity<'_>)>| {
        let (name, _) = named.as_ref()?;
        (is_told(name) && can_be_sent(name)).then(|| name.clone())
    };
    named.iter().map(name).collect()
}

/// Who asks for tokens, and where.
type Identity<'a> = (&'a AccountKey, TenantId<'a>);

fn named<'a>(accounts: &'a Accounts, context: &'a Context) -> Option<(String, Identity<'a>)> {
    let Found::One(account) = accounts.of_context(context) else { return None };
    let written = &context.account.as_ref()?.id;
    let tenant = context.tenant.as_ref()?;
    let name = match is_home(account, &tenant.id) {
        true => written.to_string(),
        false => format!("{written} ({})", tenant.name.as_ref().unwrap_or(&tenant.id)),
    };
    Some((name, (&account.key, TenantId(&tenant.id))))
}

/// Whether a tenant is an account's own: that of its home account, or the only one that it was seen in.
fn is_home(account: &KnownAccount, tenant: &Text) -> bool {
    let home = account.home_account_id.as_deref().and_then(|home| home.split_once('.'));
    match home {
        Some((_, home)) => TenantId(home) == TenantId(tenant),
        None => account.tenants.len() <= 1,
    }
}

/// Whether a name arrives as it is in the query of a request.
fn can_be_sent(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.trim() == name
        && !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, identity_names};
    use crate::rules::testing::{context, of_principal};
    use crate::{Accounts, Clouds, Context, HOME_ACCOUNT_ID, Tenant};

    fn named(contexts: &[Context]) -> Vec<String> {
        let accounts = Accounts::of(Clouds::default(), contexts, [], []);
        let contexts: Vec<&Context> = contexts.iter().collect();
        let names = identity_names(&accounts, &contexts).into_iter();
        names.map(|name| name.unwrap_or_else(|| "-".to_owned())).collect()
    }

    fn of_home(account: &str, home: &str, tenant: &str) -> Context {
        let mut context = context("any", account, "s");
        let own = context.account.as_mut().unwrap();
        own.properties.insert(HOME_ACCOUNT_ID.to_owned(), home.to_owned());
        context.tenant =
            Some(Tenant { id: tenant.into(), name: Some(format!("{tenant}.example").into()) });
        context
    }

    #[test]
    fn an_account_is_called_by_its_id_at_home_and_with_the_tenant_elsewhere() {
        let mut elsewhere = of_principal("p2", "app", "s");
        elsewhere.tenant = Some(Tenant { id: "other".into(), name: None });
        let none = Context { tenant: None, ..context("n", "nowhere", "s") };
        for (contexts, names) in [
            (vec![of_home("ada@x", "o.T1", "t1")], vec!["ada@x"]),
            (
                vec![of_home("ada@x", "o.t1", "t1"), of_home("ada@x", "o.t1", "t2")],
                vec!["ada@x", "ada@x (t2.example)"],
            ),
            (vec![of_home("ada@x", "o.t1", "t2")], vec!["ada@x (t2.example)"]),
            // Two contexts of one are one.
            (
                vec![context("a", "Ada@x", "s1"), context("b", "ada@x", "s2")],
                vec!["Ada@x", "ada@x"],
            ),
            (vec![of_principal("p", "app", "s")], vec!["app"]),
            (vec![of_principal("p", "app", "s"), elsewhere], vec!["app (t)", "app (other)"]),
            (vec![none], vec!["-"]),
        ] {
            assert_eq!(named(&contexts), names);
        }
    }

    #[test]
    fn what_a_name_does_not_tell_apart_has_none() {
        let in_cloud =
            |cloud: &str| Context { environment: Some(cloud.into()), ..context("c", "ada@x", "s") };
        // Two people of one name, one account in two clouds, and one that is called as another one is at
        // another place.
        let people = [of_home("ada@x", "o1.t1", "t1"), of_home("ada@x", "o2.t1", "t1")];
        assert_eq!(named(&people), ["-", "-"]);
        assert_eq!(named(&[in_cloud("AzureCloud"), in_cloud("AzureChinaCloud")]), ["-", "-"]);
        let alike = [of_home("ada@x", "o.t1", "t2"), of_principal("p", "ADA@x (T2.example)", "s")];
        assert_eq!(named(&alike), ["-", "-"]);
        let odd = ["bj\u{f6}rn@x", " a", "a\n", &"a".repeat(MAX_NAME + 1)];
        for name in odd {
            assert_eq!(named(&[context("a", name, "s")]), ["-"], "{name:?}");
        }
        assert_eq!(named(&[context("a", "a b'c\"d", "s")]), ["a b'c\"d"]);
    }
}
