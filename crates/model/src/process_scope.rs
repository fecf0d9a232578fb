//! What one session has of its own: Azure PowerShell's `-Scope Process`.
//!
//! There it is a copy of all contexts in the memory of one PowerShell. Here it is what differs from
//! the vault: contexts that live only in the session, names that are hidden in it, its own choice
//! of the active context and of autosave. What is not said here is as in the vault.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::context_list::SeenContexts;
use crate::rules::active::{Wishes, active};
use crate::{
    Accounts, AutosaveMode, Challenge, Change, Context, ContextList, ContextName, Current, Forget,
    HeldSecret, Known, Scope, Whose,
};

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
    /// Claims challenges of accounts of the session alone.
    pub challenges: Vec<Challenge>,
    /// Secrets of the session alone.
    pub secrets: Vec<ProcessSecret>,
}

/// A name that means one context in the vault and another in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collision {
    /// Of another account.
    AnotherAccount(ContextName),
    /// One that is about to be stored would replace the session's own.
    Replaced(ContextName),
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
    pub fn seen<'a>(&'a self, stored: &'a ContextList) -> Vec<(&'a Context, Scope)> {
        self.beside(stored).all()
    }

    /// The context of a name among those that [`ProcessScope::seen`] gives.
    pub fn find<'a>(
        &'a self,
        stored: &'a ContextList,
        name: &ContextName,
    ) -> Option<(&'a Context, Scope)> {
        self.beside(stored).find(name)
    }

    fn beside<'a>(&'a self, stored: &'a ContextList) -> SeenContexts<'a> {
        SeenContexts { stored, own: &self.contexts, hidden: &self.hidden }
    }

    /// What rules know of this session: the contexts that it sees, given those of the vault and their
    /// default, with the one that is active in it.
    pub fn known<'a>(
        &'a self,
        stored: &'a ContextList,
        default: Option<&'a ContextName>,
        Whose { acting, accounts }: Whose<'a>,
    ) -> Known<'a> {
        let seen = self.seen(stored).into_iter();
        let contexts: Vec<&Context> = seen.map(|(context, _)| context).collect();
        let wishes = Wishes { session: self.active.as_ref(), default, ..Wishes::default() };
        let name = active(&wishes).0;
        let found = name.and_then(|name| self.find(stored, name));
        let current = found.map(|(context, _)| &context.name);
        let (accounts, secrets) = (Cow::Borrowed(accounts), self.secrets.len());
        let by_name = self.beside(stored);
        Known { contexts, current, acting, accounts, secrets, by_name }
    }

    /// Carries a change of process scope out. `stored` are the contexts of the vault.
    pub fn apply(
        &mut self,
        change: Change,
        stored: &ContextList,
        active: Option<&ContextName>,
        accounts: &Accounts,
    ) {
        for name in &change.remove {
            self.contexts.retain(|context| !context.name.same_as(name));
            if stored.find(name).is_some() {
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
        self.forget(&change.forget, accounts);
    }

    /// Takes part in a change of user scope: Azure PowerShell makes it in its memory and in the file
    /// alike. `here` is what the same rule decides on what this session sees, for the same account;
    /// `None` if it refuses. Gives the names of the session's own contexts that went.
    pub fn take_part(
        &mut self,
        of_user: &Change,
        here: Option<&Change>,
        accounts: &Accounts,
    ) -> Vec<ContextName> {
        let came = |name: &ContextName| of_user.put.iter().any(|put| put.name.same_as(name));
        let removed = |name: &ContextName| {
            here.is_some_and(|here| here.remove.iter().any(|gone| gone.same_as(name)))
        };
        let own = self.contexts.iter().map(|context| &context.name);
        let gone: Vec<ContextName> =
            own.filter(|name| removed(name) || came(name)).cloned().collect();
        self.contexts.retain(|context| !gone.contains(&context.name));
        let put = of_user.put.iter().map(|context| &context.name);
        for name in of_user.remove.iter().chain(put).chain(chosen(of_user)) {
            self.hidden.remove(&name.key());
        }
        self.active = self.active_after(of_user, here);
        if let Some(here) = here {
            self.forget(&here.forget, accounts);
        }
        gone
    }

    /// What is active in the session once it has taken part; `None` follows the default.
    pub fn active_after(&self, of_user: &Change, here: Option<&Change>) -> Option<Current> {
        // A session that follows the default keeps following it, whatever becomes of that.
        let before = self.active.as_ref()?;
        match (here.and_then(|here| here.current.as_ref()), &of_user.current) {
            // The rule refuses here, where the name was hidden until now.
            (None, Some(Current::To(_))) if here.is_none() && of_user.remove.is_empty() => None,
            (None, _) => Some(before.clone()),
            // A context that was chosen for the user is chosen here, under the name that it has in
            // the vault: what this session would have called it exists nowhere.
            (Some(Current::To(_)), Some(Current::To(_))) => None,
            (Some(chosen), Some(of_user)) if chosen == of_user => None,
            (Some(chosen), _) => Some(chosen.clone()),
        }
    }

    /// Where a change of user scope would touch another context here than in the vault, because the
    /// session has one of its own under a name of the vault. `stored` are the vault's.
    pub fn collision(
        &self,
        of_user: &Change,
        here: Option<&Change>,
        stored: &ContextList,
    ) -> Option<Collision> {
        if of_user.forget == Forget::Everything {
            return None;
        }
        let own = |name: &ContextName| self.contexts.iter().find(|own| own.name.same_as(name));
        let is_put = |name: &ContextName| of_user.put.iter().any(|put| put.name.same_as(name));
        let is_removed_here = |name: &ContextName| {
            here.is_some_and(|here| here.remove.iter().any(|gone| gone.same_as(name)))
        };
        let removed = of_user.remove.iter().filter(|name| is_removed_here(name));
        let chosen = chosen(of_user).filter(|name| !is_put(name));
        let is_anothers = |name: &&ContextName| {
            let stored = stored.find(name);
            own(name).zip(stored).is_some_and(|(own, stored)| !own.is_of_the_account_of(stored))
        };
        let mut named = removed.chain(chosen);
        if let Some(name) = named.find(is_anothers) {
            return Some(Collision::AnotherAccount(name.clone()));
        }
        let mut replaced = of_user
            .put
            .iter()
            .filter_map(|put| own(&put.name).filter(|own| own.identity() != put.identity()));
        replaced.next().map(|own| Collision::Replaced(own.name.clone()))
    }

    fn forget(&mut self, forget: &Forget, accounts: &Accounts) {
        self.secrets.retain(|secret| !forget.takes(accounts, &secret.held.description));
        self.challenges.retain(|own| !forget.takes_challenge(accounts, own));
    }
}

/// The context that a change makes current.
fn chosen(change: &Change) -> Option<&ContextName> {
    match &change.current {
        Some(Current::To(name)) => Some(name),
        Some(Current::Nothing) | None => None,
    }
}

#[cfg(test)]
mod tests;
