//! Opening the vault of this run, and reading what a command needs of it.

mod keys_at;
mod unlock;

use std::sync::Arc;

use azvault_vault::{Locked, Try, Vault};

pub use self::keys_at::{KeysAt, OwnKeys};
pub use self::unlock::{Hold, OpenSlot, Source};
use crate::app::App;
use crate::contexts::{Contexts, Purpose, VaultView};
use crate::failure::Failure;
use crate::paths;
use crate::session;
use crate::session::Session;
use crate::unlock_inputs::UnlockInput;

/// An open vault, and what was read of it: its contexts, unless only the vault was wanted.
pub struct OpenVault<Read = Contexts> {
    pub vault: Vault,
    /// Who else has its keys.
    pub keys: KeysAt,
    /// The slot that opened it; `None` where the agent had the keys.
    pub slot: Option<i64>,
    pub contexts: Read,
}

/// What can be read without a question.
pub enum Unasked {
    /// The session's own choice, which needs no key of the vault.
    Locked(Option<Box<Session>>),
    Open(Box<OpenVault>),
}

/// The one way to the vault of a run.
pub struct Opener<'a> {
    app: &'a App,
    locked: Option<Locked>,
    session: SessionUse,
    purpose: Purpose,
}

/// Whether the session of this shell is part of what is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SessionUse {
    Current,
    Ignored,
}

impl<'a> Opener<'a> {
    pub fn new(app: &'a App) -> Self {
        Self { app, locked: None, session: SessionUse::Current, purpose: Purpose::Read }
    }

    /// Opens this file, which was looked at already.
    pub fn of(self, locked: Locked) -> Self {
        Self { locked: Some(locked), ..self }
    }

    /// Reads contexts with all members that are kept of them, so that they can be stored again.
    pub fn for_change(self) -> Self {
        Self { purpose: Purpose::Change, ..self }
    }

    /// Reads what contexts are wanted for.
    pub(crate) fn reading(self, purpose: Purpose) -> Self {
        let session = if purpose.sees_session() { self.session } else { SessionUse::Ignored };
        Self { purpose, session, ..self }
    }

    /// The vault before it is unlocked: a question about a vault that does not exist, or is not safe
    /// to open, would be asked in vain.
    pub fn locked(self) -> Result<Locked, Failure> {
        self.locked.map_or_else(|| unlock::locked(self.app), Ok)
    }

    /// Opens the vault, and the session if there is one. A session that is gone is reported before
    /// anybody is asked for a passphrase.
    pub fn open(self) -> Result<OpenVault, Failure> {
        let (app, purpose) = (self.app, self.purpose);
        let (locked, session) = self.locked_and_session()?;
        unlock::unlocked(app, locked)?.read(app, session, purpose)
    }

    /// As [`Opener::open`], without asking.
    pub fn open_unasked(self) -> Result<Unasked, Failure> {
        let (app, purpose) = (self.app, self.purpose);
        let (locked, session) = self.locked_and_session()?;
        let Some(open) = unlock::unasked(app, locked)? else {
            return Ok(Unasked::Locked(session.map(Box::new)));
        };
        Ok(Unasked::Open(Box::new(open.read(app, session, purpose)?)))
    }

    /// Opens the vault, and reads nothing of it yet.
    pub fn open_vault(self) -> Result<OpenVault<()>, Failure> {
        let app = self.app;
        unlock::unlocked(app, self.locked()?)
    }

    /// Opens the vault with what it was just made for.
    pub(crate) fn open_new(self, given: UnlockInput) -> Result<OpenVault<()>, Failure> {
        let app = self.app;
        unlock::open_new(app, self.locked()?, given)
    }

    /// Opens one of these slots in this process, whatever the agent has: with what was given, what
    /// the keyring has, or what a person types.
    pub fn open_slot(self, which: Try, hold: Hold) -> Result<OpenSlot, Failure> {
        let app = self.app;
        unlock::open_slot(app, self.locked()?, which, hold)
    }

    /// Whatever keeps the vault from being opened keeps a session from being found too, and then that
    /// is what has to be said.
    fn locked_and_session(self) -> Result<(Locked, Option<Session>), Failure> {
        if self.session == SessionUse::Ignored {
            return Ok((self.locked()?, None));
        }
        let app = self.app;
        let locked = self.locked().map_err(|failure| match paths::session() {
            Some(_) => session::unreachable(&failure),
            None => failure,
        })?;
        let session = Session::current(app, locked.vault_id())?;
        Ok((locked, session))
    }
}

impl OpenVault<()> {
    /// Reads the contexts as they are now, and those of the session.
    pub fn with_contexts(self, app: &App) -> Result<OpenVault, Failure> {
        let session = Session::current(app, self.vault.id())?;
        self.read(app, session, Purpose::Read)
    }

    /// Reads what there is to revoke, which neither a policy that cannot be followed nor a context
    /// that was given may hold up.
    pub fn to_revoke(self, app: &App) -> Result<OpenVault, Failure> {
        self.read(app, None, Purpose::Revoke)
    }

    /// Reads the contexts as they are now, for another request.
    pub(crate) fn again(self, app: &App, purpose: Purpose) -> Result<OpenVault, Failure> {
        let session = match purpose.sees_session() {
            true => Session::current(app, self.vault.id())?,
            false => None,
        };
        self.read(app, session, purpose)
    }

    fn read(
        self,
        app: &App,
        session: Option<Session>,
        purpose: Purpose,
    ) -> Result<OpenVault, Failure> {
        let Self { vault, keys, slot, contexts: () } = self;
        let view = match purpose {
            Purpose::Vault => VaultView::unread(),
            Purpose::Read | Purpose::Change | Purpose::User | Purpose::Revoke => {
                VaultView::of(&vault)?
            }
        };
        let contexts = Contexts::read(app, view, session, purpose)?;
        Ok(OpenVault { vault, keys, slot, contexts })
    }
}

impl OpenVault {
    /// The vault alone, of which is read again what a request needs.
    pub(crate) fn without_contexts(self) -> OpenVault<()> {
        let Self { vault, keys, slot, contexts: _ } = self;
        OpenVault { vault, keys, slot, contexts: () }
    }

    /// The vault through a handle that has read nothing before.
    pub(crate) fn afresh(self, app: &App) -> Result<OpenVault<()>, Failure> {
        let sealer = Box::new(self.vault.sealer());
        let vault = unlock::locked(app)?.unlock_with(sealer, &app.anchors()?)?;
        Ok(OpenVault { vault, keys: self.keys, slot: self.slot, contexts: () })
    }

    /// Reads the contexts again, because something changed.
    pub fn refresh(&mut self, app: &App) -> Result<(), Failure> {
        let before = Some(Arc::clone(&self.contexts.vault));
        let view = VaultView::again(&self.vault, before)?;
        let session = match self.contexts.purpose() {
            Purpose::User => None,
            Purpose::Vault | Purpose::Read | Purpose::Change | Purpose::Revoke => {
                Session::current(app, self.vault.id())?
            }
        };
        self.contexts = self.contexts.reread(app, view, session)?;
        Ok(())
    }
}
