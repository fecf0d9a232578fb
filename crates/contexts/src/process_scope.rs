//! What one session has of its own: Azure PowerShell's `-Scope Process`.
//!
//! There it is a copy of all contexts in the memory of one PowerShell. Here it is what differs from
//! the vault: contexts that live only in the session, names that are hidden in it, its own choice
//! of the active context and of autosave. What is not said here is as in the vault.

use std::collections::BTreeSet;

use crate::{AutosaveMode, Change, Context, ContextName, Current, Forget, HeldSecret, Scope};

/// The state of one session. Held in memory and in sealed boxes; in no file.
#[derive(Default)]
pub struct ProcessScope {
    /// Contexts of the session alone; one of them covers one of the vault of the same name.
    pub contexts: Vec<Context>,
    /// Keys of names of the vault that the session does not see.
    pub hidden: BTreeSet<String>,
    /// What is active in the session; `None` follows the vault's default.
    pub active: Option<Current>,
    /// What was active before.
    pub previous: Option<ContextName>,
    /// The session's own autosave mode; `None` follows the vault.
    pub autosave: Option<AutosaveMode>,
    /// Origins (`https://host:port`) that the person agreed to in this session alone.
    pub confirmed: BTreeSet<String>,
    /// Secrets of the session alone.
    pub secrets: Vec<ProcessSecret>,
}

/// A secret of one session.
pub struct ProcessSecret {
    /// A number by which it is shown, as those of the vault have one.
    pub id: i64,
    /// Unix seconds at which it came into the session.
    pub created: i64,
    /// What it is, and its value.
    pub held: HeldSecret,
}

impl ProcessScope {
    /// All contexts that the session sees, given those of the vault.
    pub fn seen<'a>(&'a self, stored: &'a [Context]) -> Vec<(&'a Context, Scope)> {
        let own: BTreeSet<String> = self.contexts.iter().map(|c| c.name.key()).collect();
        let covers_nothing = self.hidden.is_empty() && own.is_empty();
        let visible = |context: &&Context| {
            let is_covered = |key| self.hidden.contains(&key) || own.contains(&key);
            covers_nothing || !is_covered(context.name.key())
        };
        let stored = stored.iter().filter(visible).map(|context| (context, Scope::User));
        stored.chain(self.contexts.iter().map(|context| (context, Scope::Process))).collect()
    }

    /// Carries a change of process scope out. `stored` are the names in the vault.
    pub fn apply(&mut self, change: Change, stored: &[&ContextName], active: Option<&ContextName>) {
        for name in &change.remove {
            self.contexts.retain(|context| !context.name.same_as(name));
            if stored.iter().any(|stored| stored.same_as(name)) {
                self.hidden.insert(name.key());
            }
        }
        for context in change.put {
            self.contexts.retain(|own| !own.name.same_as(&context.name));
            self.contexts.push(context);
        }
        if let Some(current) = change.current {
            let before = active.filter(|name| current != Current::To((*name).clone()));
            if let Some(before) = before {
                self.previous = Some(before.clone());
            }
            self.active = Some(current);
        }
        self.forget(&change.forget);
    }

    /// Takes part in a change of user scope: Azure PowerShell makes it in its memory and in the file
    /// alike. `here` is what the same rule decides on what this session sees; `None` if it refuses.
    pub fn take_part(&mut self, of_user: &Change, here: Option<&Change>) {
        let put = of_user.put.iter().map(|context| &context.name);
        for name in of_user.remove.iter().chain(put) {
            self.contexts.retain(|context| !context.name.same_as(name));
            self.hidden.remove(&name.key());
        }
        self.active = self.active_after(of_user, here);
        self.forget(&of_user.forget);
    }

    /// What is active in the session once it has taken part; `None` follows the default.
    pub fn active_after(&self, of_user: &Change, here: Option<&Change>) -> Option<Current> {
        // Who follows the default goes on following it, and sees what becomes of it there.
        let before = self.active.as_ref()?;
        match here.and_then(|here| here.current.as_ref()) {
            None => Some(before.clone()),
            Some(chosen) if of_user.current.as_ref() == Some(chosen) => None,
            Some(chosen) => Some(chosen.clone()),
        }
    }

    fn forget(&mut self, forget: &Forget) {
        match forget {
            Forget::Nothing => {}
            Forget::Everything => self.secrets.clear(),
            Forget::Accounts(ids) => {
                self.secrets.retain(|secret| !secret.held.description.is_of_one_of(ids));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ProcessScope;
    use crate::rules::testing::{context, names};
    use crate::{Change, ContextName, Current, Scope};

    fn name(text: &str) -> ContextName {
        ContextName::new(text)
    }

    fn seen(scope: &ProcessScope, stored: &[crate::Context]) -> Vec<(String, Scope)> {
        let mut seen: Vec<_> = scope
            .seen(stored)
            .into_iter()
            .map(|(context, scope)| (context.name.as_str().to_owned(), scope))
            .collect();
        seen.sort();
        seen
    }

    #[test]
    fn a_session_sees_the_vault_under_what_is_its_own() {
        let stored = [context("a", "u", "s1"), context("b", "u", "s2")];
        let mut scope = ProcessScope::default();
        assert_eq!(seen(&scope, &stored), [("a".into(), Scope::User), ("b".into(), Scope::User)]);

        let change = Change {
            remove: names(&["B"]),
            put: vec![context("A", "u", "s3"), context("c", "u", "s4")],
            current: Some(Current::To(name("c"))),
            ..Change::default()
        };
        scope.apply(change, &[&name("a"), &name("b")], Some(&name("a")));
        let expected = [("A".into(), Scope::Process), ("c".into(), Scope::Process)];
        assert_eq!(seen(&scope, &stored), expected);
        assert_eq!(scope.active, Some(Current::To(name("c"))));
        assert_eq!(scope.previous, Some(name("a")));
    }

    #[test]
    fn a_name_that_the_vault_never_had_is_not_hidden() {
        let mut scope = ProcessScope::default();
        let change = Change { remove: names(&["later"]), ..Change::default() };
        scope.apply(change, &[], None);
        let stored = [context("later", "u", "s")];
        assert_eq!(seen(&scope, &stored), [("later".into(), Scope::User)]);
    }

    #[test]
    fn a_change_for_the_user_holds_in_the_session_too() {
        let stored = [context("a", "u", "s1")];
        let mut scope = ProcessScope::default();
        let change = Change {
            remove: names(&["a"]),
            put: vec![context("own", "u", "s2")],
            current: Some(Current::Nothing),
            ..Change::default()
        };
        scope.apply(change, &[&name("a")], Some(&name("a")));
        let to_a = || Change {
            put: vec![context("A", "u", "s1")],
            current: Some(Current::To(name("A"))),
            ..Change::default()
        };
        scope.take_part(&to_a(), Some(&to_a()));
        let expected = [("a".into(), Scope::User), ("own".into(), Scope::Process)];
        assert_eq!(seen(&scope, &stored), expected);
        assert_eq!(scope.active, None);
    }

    #[test]
    fn what_a_session_chose_follows_a_rename_and_goes_with_a_removal_for_the_user() {
        let current = |current: Option<Current>| Change { current, ..Change::default() };
        let to = |text| Some(Current::To(name(text)));
        for (before, of_user, here, after) in [
            // Renamed in the vault where it is no default: it stays the session's choice.
            (to("old"), None, Some(to("new")), to("new")),
            // Removed: the session has none, and does not fall back to the default.
            (to("old"), None, Some(Some(Current::Nothing)), Some(Current::Nothing)),
            // Another one was removed or renamed.
            (to("mine"), to("x"), Some(None), to("mine")),
            // The session does not see what was changed.
            (to("mine"), None, None, to("mine")),
            // Selected for the user: the session follows the default again.
            (to("mine"), to("x"), Some(to("x")), None),
            (None, to("x"), Some(to("x")), None),
        ] {
            let mut scope = ProcessScope { active: before, ..ProcessScope::default() };
            scope.take_part(&current(of_user), here.map(current).as_ref());
            assert_eq!(scope.active, after);
        }
    }
}
