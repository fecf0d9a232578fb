//! Disconnect (Disconnect-AzAccount): an account's contexts and secrets go, in every tenant and
//! whatever its type.
//!
//! Whose sign-in ends is settled before the rule is asked, by who acts or by a name that was looked
//! up in all that is seen: the rule gives the same answer for the vault and for the session. Azure
//! PowerShell does nothing, silently, for an account that it does not know and where no default
//! context is; azvault refuses the one and does the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Change, Context, ContextName, Current, Decision, Forget, Known, Question, Refusal, Remark,
};

/// Whose sign-in ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The account that acts.
    Acting,
    /// The account of this id, which was found before.
    Account(String),
    /// Everybody.
    All,
}

impl Who {
    /// The account of a context.
    pub fn of(context: &Context) -> Result<Self, Refusal> {
        account_of(context).map(Self::Account)
    }

    /// The account of an id, without case, among all that are known anywhere.
    pub fn named<'a>(
        id: &str,
        everywhere: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Refusal> {
        let key = id.to_lowercase();
        let found = everywhere.into_iter().find(|known| known.to_lowercase() == key);
        let none = || Refusal::NoSuchAccount { id: id.to_owned() };
        found.map(|known| Self::Account(known.to_owned())).ok_or_else(none)
    }
}

/// Ends the sign-in.
pub fn disconnect(known: &Known<'_>, who: &Who) -> Result<Decision, Refusal> {
    let ids: Vec<String> = match who {
        Who::Account(id) => vec![id.clone()],
        Who::Acting => vec![account_of(known.expect_acting()?.context())?],
        Who::All => everybody(known),
    };
    let keys: BTreeSet<String> = ids.iter().map(|id| id.to_lowercase()).collect();
    let goes = |context: &&&Context| {
        context.account.as_ref().is_some_and(|account| keys.contains(&account.id.to_lowercase()))
    };
    let gone: Vec<ContextName> =
        known.contexts.iter().filter(goes).map(|context| context.name.clone()).collect();
    let current_goes = gone.iter().any(|name| known.is_current(name));
    let contexts = gone.len();
    let asks = (!ids.is_empty()).then(|| Question::Disconnect { accounts: ids.clone(), contexts });
    let change = Change {
        remove: gone,
        current: current_goes.then_some(Current::Nothing),
        forget: Forget::Accounts(ids),
        ..Change::default()
    };
    let remarks = if current_goes { vec![Remark::NoneCurrent] } else { Vec::new() };
    Ok(Decision { change, asks, remarks })
}

fn account_of(context: &Context) -> Result<String, Refusal> {
    let none = || Refusal::NoAccount { context: context.name.clone() };
    context.account.as_ref().map(|account| account.id.clone()).ok_or_else(none)
}

/// All accounts, each as it was first written.
fn everybody(known: &Known<'_>) -> Vec<String> {
    let of_contexts = known.contexts.iter().filter_map(|context| context.account.as_ref());
    let mut accounts: BTreeMap<String, &str> = BTreeMap::new();
    for id in of_contexts.map(|account| account.id.as_str()).chain(known.accounts.iter().copied()) {
        accounts.entry(id.to_lowercase()).or_insert(id);
    }
    accounts.into_values().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{Who, disconnect};
    use crate::rules::active::Because;
    use crate::rules::testing::{context, known, of_principal, words};
    use crate::{Acting, Context, ContextName, Forget, Known, Question, Refusal};

    fn contexts() -> [Context; 4] {
        let mut elsewhere = context("c", "ADA@x", "s3");
        elsewhere.tenant = None;
        [
            context("a", "ada@x", "s1"),
            of_principal("b", "app", "s2"),
            elsewhere,
            context("d", "bob@x", "s1"),
        ]
    }

    fn with_accounts<'a>(contexts: &'a [Context], current: Option<&'a ContextName>) -> Known<'a> {
        Known { accounts: ["token-only@x", "Ada@x"].into(), ..known(contexts, current) }
    }

    #[test]
    fn all_contexts_of_the_account_go_whatever_their_name_tenant_or_type() {
        let contexts = contexts();
        for (who, current, wanted, forgotten) in [
            (Who::Account("ada@x".into()), None, "-a -c", "ada@x"),
            (Who::Account("ada@x".into()), Some("c"), "-a -c >none", "ada@x"),
            (Who::Account("token-only@x".into()), Some("a"), "", "token-only@x"),
            (Who::of(&contexts[1]).unwrap(), Some("a"), "-b", "app"),
        ] {
            let current = current.map(ContextName::new);
            let found = disconnect(&with_accounts(&contexts, current.as_ref()), &who).unwrap();
            assert_eq!(words(&found.change), wanted, "{who:?}");
            assert_eq!(found.change.forget, Forget::Accounts(vec![forgotten.to_owned()]));
        }
        let all = disconnect(&with_accounts(&contexts, None), &Who::All).unwrap();
        assert_eq!(words(&all.change), "-a -b -c -d");
        let everybody = ["ada@x", "app", "bob@x", "token-only@x"].map(str::to_owned).to_vec();
        assert_eq!(all.change.forget, Forget::Accounts(everybody.clone()));
        let asks = Question::Disconnect { accounts: everybody, contexts: 4 };
        assert_eq!(all.asks, Some(asks));
        // Where nobody is signed in there is nothing to ask.
        assert_eq!(disconnect(&known(&[], None), &Who::All).unwrap().asks, None);
    }

    #[test]
    fn the_account_that_acts_goes_whatever_is_current_in_the_scope() {
        let contexts = contexts();
        let of_session = context("own", "eve@x", "s9");
        for (acting, current, wanted, forgotten) in [
            (&contexts[3], Some("d"), "-d >none", "bob@x"),
            (&contexts[3], Some("a"), "-d", "bob@x"),
            (&contexts[3], None, "-d", "bob@x"),
            (&contexts[1], Some("a"), "-b", "app"),
            // It lives in another scope: here nothing of it is lost, and nothing of anybody else.
            (&of_session, Some("a"), "", "eve@x"),
        ] {
            let acting = Acting::new(acting, Because::Session);
            let current = current.map(ContextName::new);
            let known =
                Known { acting: Some(&acting), ..with_accounts(&contexts, current.as_ref()) };
            let found = disconnect(&known, &Who::Acting).unwrap();
            assert_eq!(words(&found.change), wanted);
            assert_eq!(found.change.forget, Forget::Accounts(vec![forgotten.to_owned()]));
        }
        let current = ContextName::new("a");
        let nobody = Known { acting: None, ..known(&contexts, Some(&current)) };
        assert_eq!(disconnect(&nobody, &Who::Acting).err(), Some(Refusal::NoneCurrent));
    }

    #[test]
    fn an_account_is_found_by_its_whole_id_in_any_case() {
        let everywhere = ["ada@x", "bob@x"];
        let found = Who::named("BOB@X", everywhere);
        assert_eq!(found, Ok(Who::Account("bob@x".to_owned())));
        for id in ["eve@x", "bob", ""] {
            let refused = Refusal::NoSuchAccount { id: id.to_owned() };
            assert_eq!(Who::named(id, everywhere), Err(refused));
        }
        let mut nobodys = context("n", "ada@x", "s");
        nobodys.account = None;
        let refused = Refusal::NoAccount { context: nobodys.name.clone() };
        assert_eq!(Who::of(&nobodys), Err(refused));
    }
}
