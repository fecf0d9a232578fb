//! What can be asked of an open vault: one verb a file, with its request, its reply and how it is
//! answered. A command asks with [`ask`](crate::ask::ask), which has the agent answer, or this process.

mod change;
mod cleaning;
mod compare;
mod contexts;
mod import;
mod migrations;
mod originals;
mod prompt;
mod saved;
mod secrets;
mod token;

use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Bytes, Message, Parts};
use crate::opening::OpenVault;

pub use self::change::{ChangeContexts, ContextChange, SelectVerb, Whom};
pub use self::cleaning::{
    LaidSecret, RecordRemoved, Removed, RemovedFile, SealCopies, SealedCopies, SentCopy,
};
pub use self::compare::{CompareMigration, SentCertificate, SentFileAgain};
pub use self::contexts::{ListContexts, ListedContext, ListedContexts, ShowContext, ShownContext};
pub use self::import::{ImportDone, ImportFiles, ImportRun, ImportedFiles};
pub use self::migrations::{ForgetOriginals, Forgotten, Migrations, ReadMigrations};
pub use self::originals::{
    RecordRestored, Recorded, ReleaseOriginals, ReleasedOriginal, ReleasedOriginals, RestoredFile,
    WhatFor,
};
pub use self::prompt::{Prompt, PromptReply};
pub use self::saved::{
    ImportContexts, ImportedContexts, MergeContexts, MergedContexts, SaveContexts, SavedContexts,
    SavedForm,
};
pub use self::secrets::{Detail, ListSecrets, ListedSecret, ShowSecret, ShownSecret, Value};
pub use self::token::{CachedToken, CachedTokenReply};

/// A request that an open vault answers.
pub trait Verb: Message {
    /// Its name between processes.
    const NAME: &'static str;
    /// What contexts are read for.
    const PURPOSE: Purpose = Purpose::Read;
    /// Whether a person may be asked something before it is done.
    const ASKS: bool = false;
    /// Through which handle the vault is read.
    const HANDLE: Handle = Handle::Kept;
    /// What a person who waits is told that is done, where it takes more than a moment.
    const WORK: Option<&'static str> = None;

    /// What it gives.
    type Reply: Message;

    /// Carries it out. Nothing is done where it fails.
    fn answer(self, app: &App, open: &mut OpenVault) -> Result<Self::Reply, Failure>;

    /// What is left to the process that asked, once another one has answered.
    fn answered(_: &App, _: &Self::Reply) {}
}

/// Through which handle a vault is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Handle {
    /// The one that is open.
    Kept,
    /// One that has read nothing before: what is found is what another process would find.
    Fresh,
}

/// A verb, for a process that has a request in its hands and knows only its name.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) handle: Handle,
    pub(crate) answer: Answer,
}

/// Carries a request out. The reply is still to be encoded.
type Answer = fn(&Parts<'_>, usize, &App, &mut OpenVault) -> Result<Encode, Unanswered>;

/// Puts a reply behind a head.
pub(crate) type Encode = Box<dyn FnOnce(&mut crate::request::Answered) -> Bytes>;

/// Why there is no reply.
pub(crate) enum Unanswered {
    Foreign,
    Failed(Failure),
}

/// All verbs that a process can ask of another.
pub(crate) const VERBS: &[Row] = &[
    row::<Prompt>(),
    row::<ListContexts>(),
    row::<ShowContext>(),
    row::<ListSecrets>(),
    row::<ShowSecret>(),
    row::<CachedToken>(),
    row::<ChangeContexts>(),
    row::<SaveContexts>(),
    row::<MergeContexts>(),
    row::<ImportContexts>(),
    row::<ReadMigrations>(),
    row::<ImportFiles>(),
    row::<CompareMigration>(),
    row::<SealCopies>(),
    row::<RecordRemoved>(),
    row::<ForgetOriginals>(),
    row::<ReleaseOriginals>(),
    row::<RecordRestored>(),
];

const fn row<V: Verb>() -> Row {
    Row { name: V::NAME, purpose: V::PURPOSE, handle: V::HANDLE, answer: answer::<V> }
}

fn answer<V: Verb>(
    parts: &Parts<'_>,
    of_head: usize,
    app: &App,
    open: &mut OpenVault,
) -> Result<Encode, Unanswered> {
    let verb: V = parts.body(of_head).map_err(|_| Unanswered::Foreign)?;
    let mut reply = verb.answer(app, open).map_err(Unanswered::Failed)?;
    Ok(Box::new(move |head| crate::message::encode(head, &mut reply)))
}
