//! Mark: a context is marked as production, or is no longer.
//!
//! What is marked is the identity, under all of its names: a second name of a production subscription is
//! no way around the question that comes before its removal. Azure PowerShell has no such mark.

use std::collections::BTreeSet;

use crate::{Change, Context, ContextName, Decision, Identity, Known, Mark, Refusal};

/// Marks all of these contexts, or none if one of them is not there; `None` takes the mark away.
pub fn mark(
    known: &Known<'_>,
    names: &[ContextName],
    mark: Option<Mark>,
) -> Result<Decision, Refusal> {
    let named = names.iter().map(|name| known.expect(name).map(Context::identity));
    let identities: BTreeSet<Identity> = named.collect::<Result<_, _>>()?;
    let is_meant =
        |own: &&&Context| identities.contains(&own.identity()) && own.labels.mark != mark;
    let mut put: Vec<Context> =
        known.contexts.iter().filter(is_meant).map(|c| c.copied()).collect();
    put.sort_by(|one, other| one.name.cmp(&other.name));
    for context in &mut put {
        context.labels.mark = mark;
    }
    Ok(Decision::plain(Change { put, ..Change::default() }))
}

/// The contexts marked as production whose places a change gives to other identities.
pub fn replaced(known: &Known<'_>, change: &Change) -> Vec<ContextName> {
    let stays: BTreeSet<Identity> = change.put.iter().map(Context::identity).collect();
    let places = change.remove.iter().chain(change.put.iter().map(|put| &put.name));
    let marked = places.filter_map(|name| known.find(name)).filter(|own| {
        own.labels.mark == Some(Mark::Production) && !stays.contains(&own.identity())
    });
    let names: BTreeSet<&ContextName> = marked.map(|own| &own.name).collect();
    names.into_iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::{mark, replaced};
    use crate::rules::rename::rename;
    use crate::rules::testing::{context, known, names, words};
    use crate::{ContextName, Mark, Refusal};

    #[test]
    fn a_marked_context_is_replaced_by_another_identity_alone() {
        let mut contexts =
            [context("a", "ada", "s1"), context("b", "ada", "s1"), context("c", "ada", "s2")];
        for context in &mut contexts[..2] {
            context.labels.mark = Some(Mark::Production);
        }
        let known = known(&contexts, None);
        for (from, to, wanted) in [
            ("c", "a", &["a"][..]),
            ("C", "B", &["b"]),
            ("c", "d", &[]),
            // The same identity, whatever its name: what is marked is still there.
            ("a", "b", &[]),
            ("a", "c", &[]),
            ("a", "d", &[]),
        ] {
            let change = rename(&known, &ContextName::new(from), &ContextName::new(to)).unwrap();
            assert_eq!(replaced(&known, &change.change), names(wanted), "{from} to {to}");
        }
    }

    #[test]
    fn an_identity_is_marked_under_all_of_its_names() {
        let mut contexts =
            [context("a", "ada", "s1"), context("b", "ada", "s1"), context("c", "ada", "s2")];
        for (typed, wanted) in
            [(&["a"][..], "+a +b"), (&["C"], "+c"), (&["a", "c", "A"], "+a +b +c")]
        {
            let decision = mark(&known(&contexts, None), &names(typed), Some(Mark::Production));
            let decision = decision.unwrap();
            assert_eq!(words(&decision.change), wanted, "{typed:?}");
            assert!(decision.asks.is_none());
            assert!(decision.change.put.iter().all(|p| p.labels.mark == Some(Mark::Production)));
        }
        for context in &mut contexts[..2] {
            context.labels.mark = Some(Mark::Production);
        }
        let known = known(&contexts, None);
        let marked = mark(&known, &names(&["a"]), Some(Mark::Production)).unwrap();
        assert_eq!(words(&marked.change), "", "it is marked already");
        assert_eq!(words(&mark(&known, &names(&["b"]), None).unwrap().change), "+a +b");
        let none = mark(&known, &names(&["a", "x"]), None).err();
        assert!(matches!(none, Some(Refusal::NoSuchContext { .. })));
    }
}
