//! The contexts of one place, each found by its name without a look at the others.

use std::collections::BTreeSet;
use std::ops::Deref;

use crate::index::{Digests, Index};
use crate::{Context, ContextName, Scope};

/// Contexts in their order. No two have one name; where two have, the first is found.
#[derive(Default)]
pub struct ContextList {
    contexts: Vec<Context>,
    digests: Digests,
    by_name: Index<u32>,
}

impl ContextList {
    /// Where the context of a name is, compared as Azure PowerShell does.
    pub fn position(&self, name: &ContextName) -> Option<usize> {
        let at = self.by_name.get(self.digests.of(name.caseless())).next();
        at.map(|at| *at as usize)
    }

    /// The context of a name.
    pub fn find(&self, name: &ContextName) -> Option<&Context> {
        self.position(name).map(|at| &self.contexts[at])
    }
}

/// The contexts that are seen in one place: those of the vault that are neither hidden there nor covered by one
/// of its own, and its own.
#[derive(Clone, Copy)]
pub(crate) struct SeenContexts<'a> {
    pub(crate) stored: &'a ContextList,
    pub(crate) own: &'a [Context],
    /// Keys of names.
    pub(crate) hidden: &'a BTreeSet<String>,
}

impl<'a> SeenContexts<'a> {
    /// Those of the vault, and nothing else.
    pub(crate) fn of_vault(stored: &'a ContextList) -> Self {
        const NOTHING: &BTreeSet<String> = &BTreeSet::new();
        Self { stored, own: &[], hidden: NOTHING }
    }

    /// The context of a name, and where it lives.
    pub(crate) fn find(self, name: &ContextName) -> Option<(&'a Context, Scope)> {
        if let Some(own) = self.own.iter().find(|own| own.name.same_as(name)) {
            return Some((own, Scope::Process));
        }
        let is_hidden = self.hidden_names().any(|hidden| hidden.same_as(name));
        self.stored.find(name).filter(|_| !is_hidden).map(|context| (context, Scope::User))
    }

    /// All of them, those of the vault first.
    pub(crate) fn all(self) -> Vec<(&'a Context, Scope)> {
        let own = self.own.iter().map(|own| self.stored.position(&own.name));
        let hidden = self.hidden_names().map(|name| self.stored.position(&name));
        let covered: BTreeSet<usize> = hidden.chain(own).flatten().collect();
        let stored = self.stored.iter().enumerate().filter(|(at, _)| !covered.contains(at));
        let stored = stored.map(|(_, context)| (context, Scope::User));
        stored.chain(self.own.iter().map(|context| (context, Scope::Process))).collect()
    }

    /// A session of an older version wrote its keys in lower case: they are compared as names are.
    fn hidden_names(self) -> impl Iterator<Item = ContextName> {
        self.hidden.iter().map(ContextName::new)
    }
}

impl FromIterator<Context> for ContextList {
    fn from_iter<I: IntoIterator<Item = Context>>(contexts: I) -> Self {
        let contexts: Vec<Context> = contexts.into_iter().collect();
        let mut list = Self { contexts, ..Self::default() };
        for (at, context) in (0..).zip(&list.contexts) {
            list.by_name.insert(list.digests.of(context.name.caseless()), at);
        }
        list
    }
}

impl Deref for ContextList {
    type Target = [Context];

    fn deref(&self) -> &[Context] {
        &self.contexts
    }
}

impl<'a> IntoIterator for &'a ContextList {
    type Item = &'a Context;
    type IntoIter = std::slice::Iter<'a, Context>;

    fn into_iter(self) -> Self::IntoIter {
        self.contexts.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::ContextList;
    use crate::ContextName;
    use crate::rules::testing::context;

    #[test]
    fn a_context_is_found_by_its_name_without_case_and_by_nothing_else() {
        let names = ["Prod", "", "prød", "b"];
        let list: ContextList = names.map(|name| context(name, "ada", "s1")).into_iter().collect();
        for (typed, wanted) in
            [("PROD", Some(0)), ("", Some(1)), ("PRØD", Some(2)), ("prod ", None), ("pro", None)]
        {
            let typed = ContextName::new(typed);
            assert_eq!(list.position(&typed), wanted, "{typed:?}");
            assert_eq!(list.find(&typed).map(|one| &one.name), wanted.map(|at| &list[at].name));
        }
        assert_eq!(list.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), names);
    }
}
