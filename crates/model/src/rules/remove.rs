//! Remove (Remove-AzContext): contexts go by name.
//!
//! When the current one goes none is current, and the person is asked before, as when the acting one
//! goes; Azure PowerShell makes an arbitrary other context the default. When the last context of a
//! user goes the user's tokens go too; secrets of other kinds of account stay
//! (RemoveAzureRmContext.cs). A context that may be of several users is the last one of none.

use std::collections::BTreeSet;

use crate::{
    Change, Context, ContextName, Current, Decision, Forget, Found, IdentityKind, Known,
    KnownAccount, Question, Refusal, Remark,
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
    let stays = |context: &&Context| !keys.contains(&context.name.key());
    let left: Vec<&Context> = known.contexts.iter().copied().filter(stays).collect();
    let mut forgotten: Vec<&KnownAccount> = Vec::new();
    for context in &gone {
        let Found::One(user) = known.accounts.of_context(context) else { continue };
        let has_another = left.iter().any(|other| match known.accounts.of_context(other) {
            Found::Nobody => false,
            Found::One(account) => account.key == user.key,
            Found::Several(several) => several.iter().any(|account| account.key == user.key),
        });
        let is_new = !forgotten.iter().any(|known| known.key == user.key);
        if user.key.kind() == IdentityKind::User && !has_another && is_new {
            forgotten.push(user);
        }
    }
    let current = gone.iter().find(|context| known.is_current(&context.name));
    let acts = |context: &&&Context| {
        known.acting.is_some_and(|acting| acting.context().name.same_as(&context.name))
    };
    let mut remarks: Vec<Remark> =
        forgotten.iter().map(|user| Remark::AccountGone { account: user.id.to_string() }).collect();
    if current.is_some() {
        remarks.push(Remark::NoneCurrent);
    }
    let change = Change {
        remove: gone.iter().map(|context| context.name.clone()).collect(),
        current: current.map(|_| Current::Nothing),
        forget: match forgotten.is_empty() {
            true => Forget::Nothing,
            false => Forget::Accounts(forgotten.iter().map(|user| user.key.clone()).collect()),
        },
        ..Change::default()
    };
    let asked_for = current.or_else(|| gone.iter().find(acts));
    let asks = asked_for.map(|context| Question::RemoveCurrent { name: context.name.clone() });
    let names = known.production(&change.remove);
    let asks = if names.is_empty() { asks } else { Some(Question::RemoveProduction { names }) };
    Ok(Decision { change, asks, remarks })
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
        let all = known(&contexts, None).accounts.into_owned();
        let ids = |ids: &[&str]| match ids {
            [] => Forget::Nothing,
            ids => Forget::Accounts(
                ids.iter().map(|id| all.named(id).one().unwrap().key.clone()).collect(),
            ),
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

    #[test]
    fn what_is_marked_as_production_is_asked_about_before_it_goes() {
        let mut contexts =
            [context("a", "ada", "s1"), context("b", "ada", "s2"), context("c", "ada", "s3")];
        contexts[1].labels.mark = Some(crate::Mark::Production);
        let current = ContextName::new("a");
        let known = known(&contexts, Some(&current));
        let asks = |typed: &[&str]| remove(&known, &names(typed)).unwrap().asks;
        let production = Some(Question::RemoveProduction { names: names(&["b"]) });
        assert_eq!(asks(&["c"]), None);
        assert_eq!(asks(&["B"]), production);
        assert_eq!(asks(&["c", "b", "a"]), production, "it says more than the current one");
        assert_eq!(asks(&["a"]), Some(Question::RemoveCurrent { name: current.clone() }));
        let Some(Question::Clear { production, .. }) = super::super::clear::clear(&known).asks
        else {
            panic!("nothing is asked");
        };
        assert_eq!(production, names(&["b"]));
    }
}
