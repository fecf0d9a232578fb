//! Rename (Rename-AzContext): the context keeps its identity and gets another name.
//!
//! The current one stays current under its new name. Azure PowerShell does nothing, silently, when
//! only the case changes; azvault renames.

use super::default_name::is_generated;
use super::short_name::short_name;
use crate::{Change, ContextName, Current, Decision, Known, Question, Refusal};

/// Gives a context the short name that an import would give it. A context whose name a person gave
/// keeps it: nothing says what a shorter one would be.
pub fn shorten(known: &Known<'_>, name: &ContextName) -> Result<Decision, Refusal> {
    let source = known.expect(name)?;
    let is_taken = |name: &ContextName| known.is_taken(name);
    match short_name(source, is_taken) {
        Some(short) => rename(known, name, &short),
        None => Ok(Decision::plain(Change::default())),
    }
}

/// Renames `from` to `to`; another context of that name is replaced, if the person agrees.
pub fn rename(
    known: &Known<'_>,
    from: &ContextName,
    to: &ContextName,
) -> Result<Decision, Refusal> {
    let source = known.expect(from)?;
    if to.as_str().is_empty() {
        return Err(Refusal::EmptyName);
    }
    if source.name == *to {
        return Ok(Decision::plain(Change::default()));
    }
    let target = known.find(to).filter(|target| !target.name.same_as(from));
    let mut renamed = source.copied();
    renamed.name = to.clone();
    // A generated name is what scripts of Azure PowerShell have.
    if is_generated(source) {
        renamed.labels.long_name = Some(source.name.clone());
    }
    renamed.labels.long_name = renamed.labels.long_name.filter(|long| !long.same_as(to));
    let mut remove = vec![source.name.clone()];
    remove.extend(target.map(|target| target.name.clone()));
    let becomes_current = known.is_current(from) || known.is_current(to);
    let change = Change {
        remove,
        put: vec![renamed],
        current: becomes_current.then(|| Current::To(to.clone())),
        ..Change::default()
    };
    let asks = target.map(|target| Question::Replace { existing: target.name.clone() });
    Ok(Decision { change, asks, remarks: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::rename;
    use crate::rules::testing::{context, known, words};
    use crate::{ContextName, Question, Refusal};

    #[test]
    fn the_current_one_stays_current_and_a_taken_name_asks() {
        let contexts = [context("a", "ada", "s1"), context("b", "ada", "s2")];
        let name = ContextName::new;
        for (from, to, current, wanted, asks) in [
            ("a", "c", None, "-a +c", None),
            ("a", "c", Some("a"), "-a +c >c", None),
            ("a", "c", Some("b"), "-a +c", None),
            ("A", "c", Some("a"), "-a +c >c", None),
            ("a", "A", Some("a"), "-a +A >A", None),
            ("a", "a", Some("a"), "", None),
            ("a", "B", None, "-a -b +B", Some("b")),
            ("a", "b", Some("b"), "-a -b +b >b", Some("b")),
            ("a", "b", Some("a"), "-a -b +b >b", Some("b")),
        ] {
            let current = current.map(name);
            let decision =
                rename(&known(&contexts, current.as_ref()), &name(from), &name(to)).unwrap();
            let case = format!("{from} to {to}, current {current:?}");
            assert_eq!(words(&decision.change), wanted, "{case}");
            let asked = asks.map(|existing| Question::Replace { existing: name(existing) });
            assert_eq!(decision.asks, asked, "{case}");
        }
        let refused = |from: &str, to: &str| {
            rename(&known(&contexts, None), &ContextName::new(from), &ContextName::new(to)).err()
        };
        assert_eq!(refused("x", "c"), Some(Refusal::NoSuchContext { name: name("x") }));
        assert_eq!(refused("a", ""), Some(Refusal::EmptyName));
    }
}
