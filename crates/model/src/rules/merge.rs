//! Merge (Import-AzContext): contexts of one saved file come to those that are there.
//!
//! A name that is there is replaced, one identity is merged: what the file says goes first, what
//! it does not say stays (AzureRmProfile.cs `TrySetContext`). The file's default becomes current.
//! Azure PowerShell replaces without a word; azvault asks.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{Change, Context, ContextName, Current, Decision, Known, Question};

/// What becomes of one context of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// New.
    Add,
    /// The same identity is there under this name.
    Merge,
    /// The name is there and belongs to another identity, which goes.
    Replace,
}

impl Action {
    /// The action as it stands in JSON and in tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Merge => "merge",
            Self::Replace => "replace",
        }
    }
}

/// The decision, and what becomes of each context in the order of the file.
pub struct Merge {
    /// What to carry out.
    pub decision: Decision,
    /// Beside each context of `decision.change.put`.
    pub actions: Vec<Action>,
}

/// Merges a file's contexts, with the default that it names.
pub fn merge(known: &Known<'_>, incoming: &[Context], default: Option<&ContextName>) -> Merge {
    let by_name: HashMap<String, &Context> =
        known.contexts.iter().map(|context| (context.name.key(), *context)).collect();
    let mut put = Vec::with_capacity(incoming.len());
    let mut actions = Vec::with_capacity(incoming.len());
    let mut replaced = None;
    for context in incoming {
        let mut context = context.copied();
        let present = by_name.get(&context.name.key());
        actions.push(match present {
            None => Action::Add,
            Some(present) if present.is_same_as(&context) => {
                context.take_over(present);
                Action::Merge
            }
            Some(present) => {
                replaced = replaced.or_else(|| Some(present.name.clone()));
                Action::Replace
            }
        });
        context.labels.mark = context.labels.mark.or_else(|| known.mark_of(&context));
        put.push(context);
    }
    let current = default.filter(|default| incoming.iter().any(|c| c.name.same_as(default)));
    let change =
        Change { put, current: current.map(|name| Current::To(name.clone())), ..Change::default() };
    let asks = replaced.map(|existing| Question::Replace { existing });
    Merge { decision: Decision { change, asks, remarks: Vec::new() }, actions }
}

#[cfg(test)]
mod tests {
    use super::{Action, merge};
    use crate::rules::testing::{context, known, words};
    use crate::{ContextName, Question};

    #[test]
    fn actions_have_the_words_that_scripts_read() {
        let all = [Action::Add, Action::Merge, Action::Replace].map(Action::as_str);
        assert_eq!(all, ["add", "merge", "replace"]);
    }

    #[test]
    fn names_are_replaced_identities_merged_and_the_default_becomes_current() {
        let mut there = context("same", "ada", "s1");
        there.extended_properties.insert("mine".to_owned(), "1".to_owned());
        let contexts = [there, context("taken", "ada", "s2"), context("other", "ada", "s9")];
        let incoming =
            [context("Same", "ADA", "S1"), context("taken", "bob", "s3"), context("new", "c", "s")];
        let default = ContextName::new("new");
        let merged = merge(&known(&contexts, Some(&contexts[2].name)), &incoming, Some(&default));
        assert_eq!(merged.actions, [Action::Merge, Action::Replace, Action::Add]);
        assert_eq!(words(&merged.decision.change), "+Same +taken +new >new");
        let kept = &merged.decision.change.put[0].extended_properties;
        assert_eq!(kept.get("mine").map(String::as_str), Some("1"));
        let asked = Some(Question::Replace { existing: ContextName::new("taken") });
        assert_eq!(merged.decision.asks, asked);

        let absent = ContextName::new("absent");
        let merged = merge(&known(&[], None), &incoming, Some(&absent));
        assert_eq!(words(&merged.decision.change), "+Same +taken +new");
        assert_eq!(merged.decision.asks, None);
    }
}
