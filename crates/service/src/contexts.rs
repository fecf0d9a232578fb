//! All contexts that a command sees: those of the vault, under those of the session; and which of
//! them acts.

mod acting;
pub(crate) mod meant;
mod vault_view;

use std::collections::BTreeSet;
use std::sync::Arc;

use azvault_model::rules::active::{self, Wishes};
use azvault_model::rules::{autosave, scope};
use azvault_model::{
    AutosaveMode, Challenge, Context, ContextName, Current, Known, ProcessScope, Scope, Whose,
};
use azvault_policy::PolicyLine;
use azvault_vault::Vault;

pub(crate) use self::vault_view::Everyone;
pub use self::vault_view::VaultView;

use crate::app::{App, ContextOverride};
use crate::failure::{Failure, Kind};
use crate::policy;
use crate::session;
use crate::session::Session;
use crate::text::{quoted, shown};

/// What there is, and what was asked for.
pub struct Contexts {
    /// What the vault has.
    pub vault: Arc<VaultView>,
    pub session: Option<Session>,
    given: Option<ContextOverride>,
    /// The line of a policy by which autosave is off.
    autosave_off: Option<PolicyLine>,
    nothing: ProcessScope,
    purpose: Purpose,
}

/// One context that is seen, and where it lives.
#[derive(Clone, Copy)]
pub struct Seen<'a> {
    pub context: &'a Context,
    pub scope: Scope,
}

/// What contexts are read for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Read,
    /// To be stored again, with all members that are kept of them.
    Change,
    /// As they are for all shells of the user: neither a session nor a context that was given has a say.
    User,
    /// To work on the vault alone: neither a session nor a context that was given has a say in it.
    Vault,
    /// In an emergency, which a policy that cannot be followed must not hold up.
    Revoke,
}

impl Purpose {
    /// Whether what a session has of its own is a part of it.
    pub(crate) fn sees_session(self) -> bool {
        match self {
            Self::Read | Self::Change | Self::Revoke => true,
            Self::User | Self::Vault => false,
        }
    }
}

impl Contexts {
    /// Those of a vault that is open, and of the session, as they are now.
    pub(crate) fn of(app: &App, vault: &Vault) -> Result<Self, Failure> {
        Self::read(app, VaultView::of(vault)?, Session::current(app, vault.id())?, Purpose::Read)
    }

    /// Those of a vault, of which that was read, and of the session.
    pub(crate) fn read(
        app: &App,
        vault: Arc<VaultView>,
        session: Option<Session>,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let read = Self::without_given(app, vault, session, purpose)?;
        let given = match purpose {
            Purpose::Read | Purpose::Change => app.given()?,
            Purpose::User | Purpose::Vault | Purpose::Revoke => None,
        };
        let given = given.map(|given| match read.meant_aloud(app, &given.name) {
            Ok(seen) => ContextOverride { name: seen.context.name.clone(), ..given },
            // Who needs it refuses.
            Err(_) => given,
        });
        Ok(Self { given, ..read })
    }

    fn without_given(
        app: &App,
        vault: Arc<VaultView>,
        session: Option<Session>,
        purpose: Purpose,
    ) -> Result<Self, Failure> {
        let autosave_off = match purpose {
            Purpose::Read | Purpose::Change => policy::autosave_off(app)?.cloned(),
            Purpose::User | Purpose::Vault | Purpose::Revoke => None,
        };
        let nothing = ProcessScope::default();
        Ok(Self { vault, session, given: None, autosave_off, nothing, purpose })
    }

    /// Those that are there now. What was given still means what it meant.
    pub(crate) fn reread(
        &self,
        app: &App,
        vault: Arc<VaultView>,
        session: Option<Session>,
    ) -> Result<Self, Failure> {
        let given = self.given.clone();
        let again = Self::without_given(app, vault, session, self.purpose)?;
        Ok(Self { given, ..again })
    }

    /// What they were read for.
    pub(crate) fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// Origins that the person agreed to: for the user, and in this session.
    pub fn confirmed(&self) -> BTreeSet<String> {
        self.vault.settings.confirmed.union(&self.own().confirmed).cloned().collect()
    }

    /// The claims challenges that no sign-in answered yet: those of the vault, then the session's, the
    /// latest last.
    pub fn challenges(&self) -> impl Iterator<Item = &Challenge> {
        self.vault.settings.challenges.iter().chain(&self.own().challenges)
    }

    /// What the session has of its own; nothing where there is none.
    pub fn own(&self) -> &ProcessScope {
        self.session.as_ref().map_or(&self.nothing, |session| &session.state)
    }

    /// Sorted by tenant id, then subscription name, then context name.
    pub fn seen(&self) -> Vec<Seen<'_>> {
        let seen = self.own().seen(&self.vault.contexts).into_iter();
        let mut seen: Vec<_> = seen.map(|(context, scope)| Seen { context, scope }).collect();
        sort(&mut seen);
        seen
    }

    /// How many contexts are seen.
    pub fn number(&self) -> usize {
        self.own().seen(&self.vault.contexts).len()
    }

    /// The vault's default.
    pub fn default(&self) -> Option<&ContextName> {
        self.vault.settings.default.as_ref()
    }

    /// The name that acts, and why; `None` when none does, also where the session's choice or the
    /// default is not there any more. A name that was given must be there.
    pub fn active(&self) -> Result<(Option<&ContextName>, active::ActiveSource), Failure> {
        use active::ActiveSource::{Default, Option, Session, Variable};
        let (name, because) = active::active(&self.wishes());
        let Some(name) = name else { return Ok((None, because)) };
        match (self.find(name), because) {
            (Some(seen), _) => Ok((Some(&seen.context.name), because)),
            (None, Default | Session) => Ok((None, because)),
            (None, Option | Variable) => Err(self.not_meant(name)),
        }
    }

    /// What is active when nothing is given for this one command.
    pub fn standing(&self) -> Option<&ContextName> {
        let wishes = Wishes { option: None, variable: None, ..self.wishes() };
        let name = active::active(&wishes).0?;
        self.find(name).map(|seen| &seen.context.name)
    }

    /// The context that acts.
    pub fn acting(&self) -> Result<Seen<'_>, Failure> {
        match active::active(&self.wishes()).0 {
            Some(name) => self.find(name).ok_or_else(|| self.not_meant(name)),
            None => Err(none_active()),
        }
    }

    /// The context of a name, compared as Azure PowerShell does.
    pub fn find(&self, name: &ContextName) -> Option<Seen<'_>> {
        let found = self.own().find(&self.vault.contexts, name);
        found.map(|(context, scope)| Seen { context, scope })
    }

    /// As [`Contexts::find`], refusing a name that is not there.
    pub fn expect(&self, name: &ContextName) -> Result<Seen<'_>, Failure> {
        self.find(name).ok_or_else(|| absent(name))
    }

    /// The autosave mode in force.
    pub fn autosave(&self) -> (AutosaveMode, autosave::AutosaveSource) {
        let policy = match self.autosave_off {
            Some(_) => autosave::Policy::Off,
            None => autosave::Policy::Silent,
        };
        autosave::mode(policy, self.own().autosave, self.vault.settings.autosave)
    }

    /// Where a change lives, given `--scope`.
    pub fn scope_of_change(&self, asked: Option<Scope>) -> Result<Scope, Failure> {
        let session = match self.session {
            Some(_) => scope::Session::Here,
            None => scope::Session::None,
        };
        scope::of_change(self.given(), asked, self.autosave().0, session).map_err(|refused| {
            if let (scope::ScopeReason::Autosave, Some(place)) =
                (refused.because, &self.autosave_off)
            {
                let place = shown(&place.to_string());
                let what =
                    format!("refused by {place}: autosave is off, so changes live in a session");
                return Failure::new(Kind::Refused, what).hint(session::START);
            }
            match refused.because {
                // --scope does not help there, so it is no advice.
                scope::ScopeReason::ContextGiven => session::none(
                    "a change made under a given context has process scope",
                )
                .hint(
                    "eval \"$(azvault session start)\", or leave out --context and AZVAULT_CONTEXT \
                         to change the vault",
                ),
                scope::ScopeReason::Asked => {
                    session::none("a change of process scope ends with its session")
                }
                scope::ScopeReason::Autosave => {
                    session::none("autosave is off, so changes have process scope")
                }
            }
        })
    }

    /// As [`Contexts::scope_of_change`], for verbs that bring something along to be kept.
    pub fn scope_of_keeping(&self, app: &App, asked: Option<Scope>) -> Result<Scope, Failure> {
        let scope = self.scope_of_change(asked)?;
        if scope == Scope::User {
            policy::keep(app)?;
        }
        Ok(scope)
    }

    /// What rules work on, for a scope, and who acts in any of them.
    pub fn known<'a>(&'a self, scope: Scope, whose: Whose<'a>) -> Known<'a> {
        let default = self.default();
        match scope {
            Scope::User => {
                Known::of_vault(&self.vault.contexts, default, self.vault.secrets.len(), whose)
            }
            Scope::Process => self.own().known(&self.vault.contexts, default, whose),
        }
    }

    /// The context of a name in a scope.
    pub fn find_in(&self, scope: Scope, name: &ContextName) -> Option<&Context> {
        match scope {
            Scope::User => self.vault.contexts.find(name),
            Scope::Process => self.find(name).map(|seen| seen.context),
        }
    }

    /// The context that was given for this one command.
    pub fn given(&self) -> Option<&ContextName> {
        self.given.as_ref().map(|given| &given.name)
    }

    fn wishes(&self) -> Wishes<'_> {
        let mut wishes = Wishes {
            session: self.own().active.as_ref(),
            default: self.default(),
            ..Wishes::default()
        };
        match &self.given {
            Some(ContextOverride { name, because: active::ActiveSource::Variable }) => {
                wishes.variable = Some(name);
            }
            Some(ContextOverride { name, .. }) => wishes.option = Some(name),
            None => {}
        }
        wishes
    }
}

/// By tenant id, then subscription name, then context name.
fn sort(seen: &mut [Seen<'_>]) {
    seen.sort_by_cached_key(|seen| {
        let context = seen.context;
        (
            context.tenant.as_ref().map(|t| t.id.to_lowercase()),
            context.subscription.as_ref().and_then(|s| s.name.clone()),
            context.name.clone(),
        )
    });
}

/// The name that a choice names.
pub fn chosen(current: &Current) -> Option<&ContextName> {
    match current {
        Current::To(name) => Some(name),
        Current::Nothing => None,
    }
}

pub fn absent(name: &ContextName) -> Failure {
    let name = quoted(name.as_str());
    Failure::new(Kind::NotFound, format!("there is no context {name}")).hint("azvault context list")
}

pub fn none_active() -> Failure {
    Failure::new(Kind::NotFound, "no context is active")
        .hint("azvault context select NAME, with a name of azvault context list")
}
