//! Disconnect (Disconnect-AzAccount): an account's contexts and secrets go, in every tenant and
//! whatever its type.
//!
//! Azure PowerShell does nothing, silently, for an account that it does not know and where no
//! default context is; azvault refuses the one and does the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Change, Context, ContextName, Current, Decision, Forget, Known, Question, Refusal, Remark,
};

/// Whose sign-in ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The account of this id, without case.
    Account(String),
    /// The account of this context.
    OfContext(ContextName),
    /// The account of the current context.
    Current,
    /// Everybody.
    All,
}

/// Ends the sign-in.
pub fn disconnect(known: &Known<'_>, who: &Who) -> Result<Decision, Refusal> {
    let of_contexts = known.contexts.iter().filter_map(|context| context.account.as_ref());
    let mut accounts: BTreeMap<String, &str> = BTreeMap::new();
    for id in of_contexts.map(|account| account.id.as_str()).chain(known.accounts.iter().copied()) {
        accounts.entry(id.to_lowercase()).or_insert(id);
    }
    let of_context = |context: &Context| {
        let account = context.account.as_ref().ok_or_else(|| no_account(&context.name))?;
        Ok(vec![account.id.clone()])
    };
    let ids: Vec<String> = match who {
        Who::Account(id) => {
            let found = accounts.get(&id.to_lowercase());
            vec![(*found.ok_or_else(|| Refusal::NoSuchAccount { id: id.clone() })?).to_owned()]
        }
        Who::OfContext(name) => of_context(known.expect(name)?)?,
        Who::Current => of_context(known.current().ok_or(Refusal::NoneCurrent)?)?,
        Who::All => accounts.values().map(|id| (*id).to_owned()).collect(),
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

fn no_account(context: &ContextName) -> Refusal {
    Refusal::NoSuchAccount { id: context.as_str().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Who, disconnect};
    use crate::rules::testing::{context, known, of_principal, words};
    use crate::{Context, ContextName, Forget, Known, Question, Refusal};

    #[test]
    fn all_contexts_of_the_account_go_whatever_their_name_tenant_or_type() {
        let mut elsewhere = context("c", "ADA@x", "s3");
        elsewhere.tenant = None;
        let contexts = [
            context("a", "ada@x", "s1"),
            of_principal("b", "app", "s2"),
            elsewhere,
            context("d", "bob@x", "s1"),
        ];
        fn with_accounts<'a>(
            contexts: &'a [Context],
            current: Option<&'a ContextName>,
        ) -> Known<'a> {
            Known { accounts: ["token-only@x", "Ada@x"].into(), ..known(contexts, current) }
        }
        let name = ContextName::new;
        for (who, current, wanted, forgotten) in [
            (Who::Account("ADA@X".into()), None, "-a -c", Ok("ada@x")),
            (Who::Account("ada@x".into()), Some("c"), "-a -c >none", Ok("ada@x")),
            (Who::Account("token-only@x".into()), Some("a"), "", Ok("token-only@x")),
            (Who::OfContext(name("B")), Some("a"), "-b", Ok("app")),
            (Who::Current, Some("d"), "-d >none", Ok("bob@x")),
            (Who::Current, None, "", Err(Refusal::NoneCurrent)),
            (
                Who::Account("eve@x".into()),
                Some("a"),
                "",
                Err(Refusal::NoSuchAccount { id: "eve@x".into() }),
            ),
            (
                Who::OfContext(name("x")),
                Some("a"),
                "",
                Err(Refusal::NoSuchContext { name: name("x") }),
            ),
        ] {
            let current = current.map(name);
            let found = disconnect(&with_accounts(&contexts, current.as_ref()), &who);
            match (found, forgotten) {
                (Ok(decision), Ok(id)) => {
                    assert_eq!(words(&decision.change), wanted, "{who:?}");
                    let ids = Forget::Accounts(vec![id.to_owned()]);
                    assert_eq!(decision.change.forget, ids, "{who:?}");
                }
                (found, forgotten) => assert_eq!(found.err(), forgotten.err(), "{who:?}"),
            }
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
}
