//! Remove (Remove-AzContext): contexts go by name.
//!
//! When the current one goes none is current, and the person is asked before, as when the acting one
//! goes; Azure PowerShell
//! makes an arbitrary other context the default. When the last context of a user goes the user's
//! tokens go too; secrets of other kinds of account stay (RemoveAzureRmContext.cs).

use std::collections::BTreeSet;

use crate::{
    Change, Context, ContextName, Current, Decision, Forget, Known, KnownAccountType, Question,
    Refusal, Remark,
};

/// Removes all of these contexts, or none if one of them is not there.
pub fn remove(known: &Known<'_>, names: &[ContextName]) -> Result<Decision, Refusal> {
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut gone: Vec<&Context> = Vec::new();
    for name in names {
        let context = known.expect(name)?;
        // A name can be given twice, and in two cases.
        if keys.insert(context.name.key()) {
            gone.push(context);
        }
    }
    let stays = |context: &&&Context| !keys.contains(&context.name.key());
    let accounts_left: BTreeSet<String> =
        known.contexts.iter().filter(stays).filter_map(|context| user(context)).collect();
    let mut forgotten: Vec<String> = Vec::new();
    for context in &gone {
        let Some(account) = &context.account else { continue };
        let is_last = user(context).is_some_and(|user| !accounts_left.contains(&user));
        let is_new = !forgotten.iter().any(|id| id.eq_ignore_ascii_case(&account.id));
        if is_last && is_new {
            forgotten.push(account.id.clone());
        }
    }
    let current = gone.iter().find(|context| known.is_current(&context.name));
    let acts = |context: &&&Context| {
        known.acting.is_some_and(|acting| acting.context().name.same_as(&context.name))
    };
    let mut remarks: Vec<Remark> =
        forgotten.iter().map(|account| Remark::AccountGone { account: account.clone() }).collect();
    if current.is_some() {
        remarks.push(Remark::NoneCurrent);
    }
    let change = Change {
        remove: gone.iter().map(|context| context.name.clone()).collect(),
        current: current.map(|_| Current::Nothing),
        forget: if forgotten.is_empty() { Forget::Nothing } else { Forget::Accounts(forgotten) },
        ..Change::default()
    };
    let asked_for = current.or_else(|| gone.iter().find(acts));
    let asks = asked_for.map(|context| Question::RemoveCurrent { name: context.name.clone() });
    Ok(Decision { change, asks, remarks })
}

/// The user of a context, in lower case; `None` for other kinds of account.
fn user(context: &Context) -> Option<String> {
    let account = context.account.as_ref()?;
    let is_user = account.account_type.known() == Some(KnownAccountType::User);
    is_user.then(|| account.id.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::remove;
    use crate::rules::testing::{context, known, names, of_principal, words};
    use crate::{ContextName, Forget, Question, Refusal, Remark};

    #[test]
    fn the_last_context_of_a_user_takes_the_tokens_along() {
        let contexts = [
            context("a1", "Ada@x", "s1"),
            context("a2", "ada@x", "s2"),
            context("b", "bob@x", "s1"),
            of_principal("app", "app-id", "s1"),
        ];
        let ids = |ids: &[&str]| {
            if ids.is_empty() {
                Forget::Nothing
            } else {
                Forget::Accounts(ids.iter().map(|id| (*id).to_owned()).collect())
            }
        };
        for (gone, current, wanted, forgotten) in [
            (&["a1"][..], None, "-a1", &[][..]),
            (&["A1"], Some("a2"), "-a1", &[]),
            (&["a1"], Some("A1"), "-a1 >none", &[]),
            (&["a1", "a2"], None, "-a1 -a2", &["Ada@x"]),
            (&["b", "a2"], Some("b"), "-b -a2 >none", &["bob@x"]),
            (&["app"], None, "-app", &[]),
            (&["b", "B", "b"], None, "-b", &["bob@x"]),
        ] {
            let current = current.map(ContextName::new);
            let decision = remove(&known(&contexts, current.as_ref()), &names(gone)).unwrap();
            assert_eq!(words(&decision.change), wanted, "{gone:?}");
            assert_eq!(decision.change.forget, ids(forgotten), "{gone:?}");
            let asks = matches!(decision.asks, Some(Question::RemoveCurrent { .. }));
            assert_eq!(asks, wanted.ends_with(">none"), "{gone:?}");
            assert_eq!(decision.remarks.contains(&Remark::NoneCurrent), asks, "{gone:?}");
        }
    }

    #[test]
    fn one_name_that_is_not_there_and_nothing_is_removed() {
        let contexts = [context("a", "ada", "s1")];
        let refused = remove(&known(&contexts, None), &names(&["a", "x"])).err();
        assert_eq!(refused, Some(Refusal::NoSuchContext { name: ContextName::new("x") }));
    }
}
