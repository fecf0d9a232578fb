//! Select: another context becomes the current one (Select-AzContext).

use crate::{Change, ContextName, Current, Decision, Known, Refusal};

/// The context of that name becomes current, spelt as it is stored.
pub fn select(known: &Known<'_>, name: &ContextName) -> Result<Decision, Refusal> {
    let found = known.expect(name)?;
    let current = Some(Current::To(found.name.clone()));
    Ok(Decision::plain(Change { current, ..Change::default() }))
}

#[cfg(test)]
mod tests {
    use super::select;
    use crate::rules::testing::{context, known, words};
    use crate::{ContextName, Refusal};

    #[test]
    fn a_name_in_any_case_and_nothing_that_is_not_there() {
        let contexts = [context("Prod", "ada", "s1"), context("", "ada", "s2")];
        for (asked, wanted) in
            [("Prod", Some(">Prod")), ("PROD", Some(">Prod")), ("", Some(">")), ("prod ", None)]
        {
            let name = ContextName::new(asked);
            match (select(&known(&contexts, None), &name), wanted) {
                (Ok(decision), Some(wanted)) => assert_eq!(words(&decision.change), wanted),
                (Err(refusal), None) => assert_eq!(refusal, Refusal::NoSuchContext { name }),
                (found, _) => panic!("{asked}: {}", found.is_ok()),
            }
        }
    }
}
