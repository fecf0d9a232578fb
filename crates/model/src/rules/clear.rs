//! Clear (Clear-AzContext): every context and every token of the scope goes.
//!
//! Custom environments stay. With process scope Azure PowerShell empties the shared token cache
//! too; azvault touches nothing outside the session.

use crate::{Change, Current, Decision, Forget, Known, Question, Remark};

/// Removes everything. Asks where there is something to lose.
pub fn clear(known: &Known<'_>) -> Decision {
    let contexts = known.contexts.len();
    let change = Change {
        remove: known.contexts.iter().map(|context| context.name.clone()).collect(),
        current: Some(Current::Nothing),
        forget: Forget::Everything,
        ..Change::default()
    };
    let secrets = known.secrets;
    // Secrets stay when the last context of a service principal goes.
    let production = known.production(&change.remove);
    let asks =
        (contexts + secrets > 0).then_some(Question::Clear { contexts, secrets, production });
    Decision { change, asks, remarks: vec![Remark::NoneCurrent] }
}

#[cfg(test)]
mod tests {
    use super::clear;
    use crate::rules::testing::{context, known, words};
    use crate::{Forget, Known, Question};

    #[test]
    fn everything_goes_and_an_empty_scope_asks_nothing() {
        let contexts = [context("a", "ada", "s1"), context("b", "bob", "s2")];
        let decision = clear(&known(&contexts, Some(&contexts[0].name)));
        assert_eq!(words(&decision.change), "-a -b >none");
        assert_eq!(decision.change.forget, Forget::Everything);
        assert_eq!(
            decision.asks,
            Some(Question::Clear { contexts: 2, secrets: 0, production: vec![] })
        );

        let secrets_only = clear(&Known { secrets: 3, ..known(&[], None) });
        assert_eq!(
            secrets_only.asks,
            Some(Question::Clear { contexts: 0, secrets: 3, production: vec![] })
        );

        let nothing = clear(&known(&[], None));
        assert_eq!(words(&nothing.change), ">none");
        assert_eq!((nothing.change.forget, nothing.asks), (Forget::Everything, None));
    }
}
