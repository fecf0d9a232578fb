//! What a product has changed in a file of names since azvault wrote it, for the vault: another default, a
//! context that was renamed, removed, moved to another subscription, or made of a known account.
//!
//! What the vault says otherwise since then stays. Sign-ins stay in any case: to the product a removed context
//! is a name, and its cmdlets ask nothing. A context that is marked as production comes back. A file without
//! any name says nothing: it is what `Clear-AzContext` leaves, and so does a file that was lost.

use crate::rules::rename::rename;
use crate::{
    Change, Context, ContextName, Current, Decision, Kept, KeptName, KeptNames, Known, Mark,
    Refusal,
};

/// What the vault takes over from `found`, which was `written` before.
pub fn take_over(
    known: &Known<'_>,
    written: &KeptNames,
    found: &KeptNames,
) -> Result<Decision, Refusal> {
    let mut change = Change::default();
    if found.contexts.is_empty() {
        return Ok(Decision::plain(change));
    }
    let is_gone = |own: &&KeptName| found.find(&own.name).is_none();
    let mut gone: Vec<&KeptName> = written.contexts.iter().filter(is_gone).collect();
    for own in &found.contexts {
        match written.find(&own.name) {
            Some(before) if before.is_where(own) => {}
            Some(_) => change.put.extend(moved(known, written, own)),
            None => match gone.iter().position(|before| before.is_where(own)) {
                Some(at) => renamed(known, gone.swap_remove(at), own, &mut change)?,
                None => change.put.extend(made(known, written, own)),
            },
        }
    }
    removed(known, &gone, &mut change);
    if found.default != written.default
        && let Some(default) = &found.default
        && !known.is_current(default)
        && stands(known, &change, default)
    {
        change.current = Some(Current::To(default.clone()));
    }
    Ok(Decision::plain(change))
}

/// A name that another context has in the vault stays that one's.
fn renamed(
    known: &Known<'_>,
    before: &KeptName,
    own: &KeptName,
    change: &mut Change,
) -> Result<(), Refusal> {
    let is_there = known.find(&before.name).is_some();
    if !is_there || known.is_taken(&own.name) || own.name.as_str().is_empty() {
        return Ok(());
    }
    let decided = rename(known, &before.name, &own.name)?.change;
    change.remove.extend(decided.remove);
    change.put.extend(decided.put);
    change.current = decided.current.or(change.current.take());
    Ok(())
}

/// A new context of an account that the file had.
fn made(known: &Known<'_>, written: &KeptNames, own: &KeptName) -> Option<Context> {
    if known.is_taken(&own.name) || own.name.as_str().is_empty() {
        return None;
    }
    let mut of_account = written.contexts.iter().filter(|other| other.is_of_the_account_of(own));
    let model = of_account.find_map(|other| known.find(&other.name))?;
    Some(on_subscription(model, own))
}

/// A context that is of another subscription now.
fn moved(known: &Known<'_>, written: &KeptNames, own: &KeptName) -> Option<Context> {
    let before = known.find(&own.name)?;
    let is_of_its_account = written.find(&own.name)?.is_of_the_account_of(own);
    is_of_its_account.then(|| on_subscription(before, own))
}

fn on_subscription(model: &Context, own: &KeptName) -> Context {
    Context {
        name: own.name.clone(),
        subscription: own.subscription.clone(),
        extended_properties: Default::default(),
        labels: Default::default(),
        kept: Kept::default(),
        ..model.copied()
    }
}

fn removed(known: &Known<'_>, gone: &[&KeptName], change: &mut Change) {
    let there = gone.iter().filter_map(|before| known.find(&before.name));
    let going = there.filter(|context| context.labels.mark != Some(Mark::Production));
    for context in going {
        if known.is_current(&context.name) {
            change.current = Some(Current::Nothing);
        }
        change.remove.push(context.name.clone());
    }
}

/// Whether a context of that name is there after the change.
fn stands(known: &Known<'_>, change: &Change, name: &ContextName) -> bool {
    let is_removed = change.remove.iter().any(|own| own.same_as(name));
    change.put.iter().any(|own| own.name.same_as(name))
        || (known.find(name).is_some() && !is_removed)
}

#[cfg(test)]
mod tests {
    use super::take_over;
    use crate::rules::testing::{context, known, words};
    use crate::{Context, ContextName, KeptName, KeptNames, Mark, Subscription};

    /// `name account subscription` of each, the default with a star before it.
    fn names(text: &str) -> KeptNames {
        let mut names = KeptNames::default();
        for one in text.split(", ").filter(|one| !one.is_empty()) {
            let [name, account, subscription] =
                one.split(' ').collect::<Vec<_>>().try_into().unwrap();
            let name = ContextName::new(name.trim_start_matches('*'));
            if one.starts_with('*') {
                names.default = Some(name.clone());
            }
            let subscription = Subscription { id: subscription.into(), name: None, state: None };
            names.contexts.push(KeptName {
                name,
                account: account.to_owned(),
                tenant: Some("t".to_owned()),
                subscription: Some(subscription),
                environment: Some("AzureCloud".to_owned()),
            });
        }
        names
    }

    fn contexts(names: &KeptNames) -> Vec<Context> {
        let subscription = |own: &KeptName| own.subscription.as_ref().unwrap().id.to_string();
        let all = names.contexts.iter();
        all.map(|own| context(own.name.as_str(), &own.account, &subscription(own))).collect()
    }

    #[test]
    fn the_vault_takes_over_what_the_product_changed_and_nothing_else() {
        let written = "*a ada s1, b ada s2, c bob s3";
        for (vault, found, taken) in [
            (written, written, ""),
            (written, "c bob s3, b ada s2, *a ADA S1", ""),
            (written, "a ada s1, *b ada s2, c bob s3", ">b"),
            (written, "*a ada s1, b ada s2", "-c"),
            (written, "*b ada s2, c bob s3", "-a >b"),
            (written, "b ada s2, c bob s3", "-a >none"),
            (written, "*a ada s1, d ada s2, c bob s3", "-b +d"),
            (written, "*d ada s1, b ada s2, c bob s3", "-a +d >d"),
            (written, "a ada s1, *d ada s2, c bob s3", "-b +d >d"),
            (written, "*a ada s1, b ada s2, c bob s3, d ada s9", "+d"),
            (written, "a ada s1, b ada s2, c bob s3, *d bob s9", "+d >d"),
            (written, "*a ada s1, b ada s9, c bob s3", "+b"),
            (written, "A ada s1, *B ada s2, C bob s3", ">B"),
            // Nothing at all is what a lost file has too.
            (written, "", ""),
            // An account that the file never had.
            (written, "*a ada s1, b ada s2, c bob s3, d eve s9", ""),
            (written, "a ada s1, b ada s2, c bob s3, *d eve s9", ""),
            // What the vault has changed since stays.
            ("*a ada s1, b ada s2, c bob s3, d ada s4", "*a ada s1, b ada s2", "-c"),
            ("*a ada s1, b ada s2, d bob s3", "*a ada s1, b ada s2", ""),
            ("*a ada s1, b ada s2, c bob s3, d ada s4", "*a ada s1, d ada s2, c bob s3", ""),
            ("*a ada s1, b ada s2", "*a ada s1, b ada s2, d bob s3", ""),
            ("a ada s1, b ada s2, *c bob s3", "*a ada s1, b ada s2, c bob s3", ""),
        ] {
            let (vault, written, found) = (names(vault), names(written), names(found));
            let contexts = contexts(&vault);
            let known = known(&contexts, vault.default.as_ref());
            let decision = take_over(&known, &written, &found).unwrap();
            assert_eq!(words(&decision.change), taken, "{vault:?} {found:?}");
            assert_eq!(decision.change.forget, crate::Forget::Nothing);
            assert!(decision.asks.is_none());
        }
    }

    #[test]
    fn a_context_of_production_is_not_removed_unasked() {
        let written = names("a ada s1, b ada s2");
        let mut contexts = contexts(&written);
        contexts[1].labels.mark = Some(Mark::Production);
        let decision = take_over(&known(&contexts, None), &written, &names("a ada s1")).unwrap();
        assert_eq!(words(&decision.change), "");
    }

    #[test]
    fn a_context_that_was_made_is_of_the_account_as_the_vault_has_it() {
        let written = names("a ada s1");
        let contexts = contexts(&written);
        let found = names("a ada s1, d ADA s9");
        let change = take_over(&known(&contexts, None), &written, &found).unwrap().change;
        let made = &change.put[0];
        assert_eq!(made.account, contexts[0].account);
        assert_eq!(
            (&made.tenant, &made.environment),
            (&contexts[0].tenant, &contexts[0].environment)
        );
        assert_eq!(made.subscription.as_ref().unwrap().id.as_str(), "s9");
    }
}
