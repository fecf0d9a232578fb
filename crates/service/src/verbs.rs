//! What can be asked of an open vault: one verb a file, with its request, its reply and how it is
//! answered. A command asks with [`ask`](crate::ask::ask), which has the agent answer, or this process.

mod ask_for_grant;
mod audit;
mod autosave;
mod az_accounts;
mod backup;
mod begin;
mod change;
mod cleaning;
mod compare;
mod connect;
mod contexts;
mod grants;
mod harden;
mod health;
mod import;
mod keep_names;
mod migrate_list;
mod migrations;
mod open_endpoint;
mod originals;
mod policy;
mod prompt;
mod revoke;
mod saved;
mod secrets;
mod slots;
mod status;
mod subscriptions;
mod team;
mod token;
mod verify;

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::contexts::Purpose;
use crate::failure::Failure;
use crate::message::{Bytes, Message, Parts};
use crate::opening::OpenVault;
use crate::presence;
use crate::presence::{Asker, Releases};

pub(crate) use self::ask_for_grant::AskForGrant;
pub use self::audit::{AuditLogPart, ReadAuditLog, VerifiedAuditLog, VerifyAuditLog};
pub use self::autosave::{Autosave, SetAutosave, ShowAutosave};
pub use self::az_accounts::{AzAccounts, AzAccountsReply, WhichAccounts};
pub use self::backup::{VerifiedCopy, VerifyCopy};
pub(crate) use self::begin::NotGiven;
pub use self::begin::{BeginCommand, Begun, Serves};
pub use self::change::{ChangeContexts, ContextChange, SelectVerb, Whom};
pub use self::cleaning::{
    LaidSecret, RecordRemoved, Removed, RemovedFile, SealCopies, SealedCopies, SentCopy,
};
pub use self::compare::{CompareMigration, SentCertificate, SentFileAgain};
pub use self::connect::{BeginConnect, ConnectBegun, KeepConnected, StoredToken};
pub use self::contexts::{
    FoundPrevious, ListContexts, ListedContext, ListedContexts, PreviousContext, RankContexts,
    RankedContexts, ShowContext, ShownContext,
};
pub(crate) use self::grants::{GrantedToken, GrantedTokenReply};
pub use self::grants::{ListGrants, ListedGrant, ListedGrants, RevokeGrants, RevokedGrants};
pub use self::harden::{
    BeginReplacement, GraphToken, GraphTokenReply, Principal, RemoveReplaced, ReplacedRemoval,
    ReplacementBegun, StoredKeyFacts, SuchPasswords, SwitchToKey, Tried, TrySignIn, WhichPasswords,
};
pub use self::health::{ExamineVault, ExaminedVault};
pub use self::import::{ImportDone, ImportFiles, ImportRun, ImportedFiles};
pub use self::keep_names::{KeepNames, NamesToKeep, Since, VaultBecame};
pub use self::migrate_list::{
    ListMigrations, ListedMigration, ListedMigrations, MigratedFile, Original, ShowMigration,
    ShownMigration,
};
pub use self::migrations::{ForgetOriginals, Forgotten, Migrations, ReadMigrations};
pub use self::open_endpoint::{EndpointFor, OpenEndpoint, OpenedEndpoint, ServedContext};
pub use self::originals::{
    RecordRestored, Recorded, ReleaseOriginals, ReleasedOriginal, ReleasedOriginals, RestoredFile,
    WhatFor,
};
pub use self::policy::{CheckContexts, CheckedContexts};
pub use self::prompt::{Prompt, PromptReply};
pub use self::revoke::{ListToRevoke, LogPanic, LoggedPanic, SecretsToRevoke};
pub use self::saved::{
    ImportContexts, ImportedContexts, MergeContexts, MergedContexts, SaveContexts, SavedContexts,
    SavedForm,
};
pub(crate) use self::secrets::changed_meanwhile;
pub use self::secrets::{
    Detail, ListSecrets, ListedSecret, RevealSecrets, RevealedSecret, RevealedSecrets, ShowSecret,
    ShownSecret, Value,
};
pub use self::slots::{
    ListSlots, ListedAge, ListedSlot, ListedSlots, Opened, RemoveSlot, RemovedSlot,
};
pub use self::status::{
    CountVault, CountedTeam, DescribeVault, DescribedSession, DescribedVault, VaultCounts,
};
pub use self::subscriptions::{
    ListSubscriptions, ListedSubscription, ListedSubscriptions, RefreshSubscriptions,
    RefreshedSubscriptions,
};
pub use self::team::{
    AwakeTeams, CreateTeam, CreatedTeam, DatabaseToken, DatabaseTokenReply, DescribeTeams,
    DescribedMember, DescribedTeam, DescribedTeams, ForgetTeam, ForgottenTeam, HistoryEntry,
    InviteMember, Invited, JoinTeam, Joined, ReadHistory, ReviewRequest, ReviewedRequest,
    SetTeamDatabase, ShownRecords, Standing, StepTeam, SteppedTeam, TeamConnection,
    TeamDatabaseSet, TeamDeed, TeamHistory, TeamLogin, TeamReport, WakeTeams, WhichTeams,
};
pub use self::token::{Destination, Token, TokenReply, Which};
pub use self::verify::{Depth, VerifiedVault, VerifyVault};

/// A request that an open vault answers.
pub trait Verb: Message {
    /// Its name between processes.
    const NAME: &'static str;
    /// What contexts are read for.
    const PURPOSE: Purpose = Purpose::Read;
    /// Whether a person may be asked something before it is done.
    const ASKS: bool = false;
    /// Whether the sign-in service may have to be asked.
    const GOES_ONLINE: bool = false;
    /// Through which handle the vault is read.
    const HANDLE: Handle = Handle::Kept;
    /// What a person who waits is told that is done, where it takes more than a moment.
    const WORK: Option<&'static str> = None;

    /// What may be opened with the keys of the vault.
    const OPENS: Opens = Opens::Vault;
    /// Who may ask for it.
    const ASKER: Asker = Asker::OfTerminal;

    /// What it gives.
    type Reply: Message;

    /// Whether it releases what lives long, which the agent does for a while after the vault was unlocked.
    fn releases(&self) -> Releases {
        Releases::Nothing
    }

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

/// What may be opened for a verb with the keys of the vault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// The vault, as this machine has seen it.
    Vault,
    /// A copy of it as well, which may be older: the verb tells nothing of what is in it.
    Copy,
}

/// What comes behind a part of a long answer.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    Nothing,
    More,
}

/// A verb, for a process that has a request in its hands and knows only its name.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) handle: Handle,
    pub(crate) opens: Opens,
    pub(crate) asker: Asker,
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
    row::<Token>(),
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
    row::<ReadAuditLog>(),
    row::<VerifyAuditLog>(),
    row::<VerifyVault>(),
    row::<ListMigrations>(),
    row::<ShowMigration>(),
    row::<ShowAutosave>(),
    row::<SetAutosave>(),
    row::<DescribeVault>(),
    row::<CountVault>(),
    row::<CheckContexts>(),
    row::<ListSubscriptions>(),
    row::<RevealSecrets>(),
    row::<PreviousContext>(),
    row::<RankContexts>(),
    row::<ListSlots>(),
    row::<RemoveSlot>(),
    row::<VerifyCopy>(),
    row::<ExamineVault>(),
    row::<ListToRevoke>(),
    row::<LogPanic>(),
    row::<BeginCommand>(),
    row::<OpenEndpoint>(),
    row::<GrantedToken>(),
    row::<ListGrants>(),
    row::<RevokeGrants>(),
    row::<BeginConnect>(),
    row::<StoredToken>(),
    row::<KeepConnected>(),
    row::<RefreshSubscriptions>(),
    row::<AzAccounts>(),
    row::<KeepNames>(),
    row::<AskForGrant>(),
    row::<CreateTeam>(),
    row::<ForgetTeam>(),
    row::<InviteMember>(),
    row::<JoinTeam>(),
    row::<ReviewRequest>(),
    row::<DescribeTeams>(),
    row::<ReadHistory>(),
    row::<StepTeam>(),
    row::<WakeTeams>(),
    row::<DatabaseToken>(),
    row::<SetTeamDatabase>(),
    row::<BeginReplacement>(),
    row::<GraphToken>(),
    row::<WhichPasswords>(),
    row::<TrySignIn>(),
    row::<SwitchToKey>(),
    row::<RemoveReplaced>(),
];

const fn row<V: Verb>() -> Row {
    Row {
        name: V::NAME,
        purpose: V::PURPOSE,
        handle: V::HANDLE,
        opens: V::OPENS,
        asker: V::ASKER,
        answer: answer::<V>,
    }
}

fn answer<V: Verb>(
    parts: &Parts<'_>,
    of_head: usize,
    app: &App,
    open: &mut OpenVault,
) -> Result<Encode, Unanswered> {
    let verb: V = parts.body(of_head).map_err(|_| Unanswered::Foreign)?;
    presence::check(app, verb.releases()).map_err(Unanswered::Failed)?;
    let mut reply = verb.answer(app, open).map_err(Unanswered::Failed)?;
    Ok(Box::new(move |head| crate::message::encode(head, &mut reply)))
}
