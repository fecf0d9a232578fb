//! Entries of the audit log, as commands write them.

use std::path::Path;

use azvault_model::{Context, SecretDescription};
use azvault_os::file::Owner;
use azvault_os::process::parent_name;
use azvault_vault::{Actor, Entry, Id, Problem, Subject, Transaction};

use crate::app::App;

/// The verb under which the log has values that were shown.
pub const REVEAL: &str = "secret reveal";

/// The verb of a value that went to a clipboard.
pub(crate) const COPY: &str = "secret copy";

/// The verb of a token that went to a clipboard, beside the one of every token that is handed out.
pub(crate) const COPY_TOKEN: &str = "token copy";

/// More subjects than this are told in several entries: a box has a limit.
const MAX_SUBJECTS: usize = 1000;

/// Writes an entry of this moment and process; nothing where nothing is to be told.
pub fn log(
    app: &App,
    writing: &mut Transaction<'_>,
    verb: &str,
    subjects: Vec<Subject>,
) -> Result<(), Problem> {
    for some in subjects.chunks(MAX_SUBJECTS) {
        writing.log(Entry {
            time: app.now(),
            verb: verb.to_owned(),
            subjects: some.to_vec(),
            actor: actor(app),
        })?;
    }
    Ok(())
}

/// Who asks, as the log has it.
pub(crate) fn actor(app: &App) -> Actor {
    if let Some(caller) = app.caller() {
        return caller.actor.clone();
    }
    Actor { user: Owner::of_caller(), pid: std::process::id(), parent: parent_name() }
}

/// A process that asked, as the log has it.
pub(crate) fn actor_of(pid: u32) -> Actor {
    let parent = azvault_os::process::parent_name_of(pid);
    Actor { user: Owner::of_caller(), pid, parent }
}

/// A secret, in words.
pub fn of_secret(id: Id, about: &SecretDescription) -> Subject {
    Subject { id: Some(id), ..of_new_secret(about) }
}

/// A secret that has no id yet, in words.
pub fn of_new_secret(about: &SecretDescription) -> Subject {
    let owner = about.account.as_deref().unwrap_or("nobody named");
    let mut what = format!("{} of {owner}", about.kind.as_str());
    if let Some(tenant) = &about.tenant {
        what.push_str(" in ");
        what.push_str(tenant);
    }
    Subject { id: None, what }
}

/// Where a token went that another entry names.
pub(crate) fn of_clipboard() -> Subject {
    Subject { id: None, what: "to a clipboard".to_owned() }
}

/// A secret of a session, as the audit log names it: the log is on disk, and nothing of a session
/// is, sealed or not.
pub(crate) fn of_session_secret(about: &SecretDescription) -> Subject {
    let kind = about.kind.as_str();
    Subject { id: None, what: format!("{kind} of a session") }
}

/// A context, in words.
pub fn of_context(id: Option<Id>, context: &Context) -> Subject {
    Subject { id, what: format!("context {}", context.name.as_str()) }
}

/// The name of the context that a subject is, if it is one.
pub(crate) fn context_of(subject: &Subject) -> Option<&str> {
    subject.what.strip_prefix("context ")
}

/// A migration with files of its own, in words.
pub fn of_migration<'a>(id: Id, files: impl Iterator<Item = &'a Path>) -> Vec<Subject> {
    let migration = Subject { id: Some(id), what: "migration".to_owned() };
    std::iter::once(migration).chain(files.map(of_file)).collect()
}

/// A grant, in words.
pub(crate) fn of_grant(id: &Id) -> Subject {
    Subject { id: None, what: format!("grant {id}") }
}

/// An origin to which a person agreed, in words.
pub(crate) fn of_origin(origin: &str) -> Subject {
    Subject { id: None, what: format!("confirmed {origin}") }
}

/// A sign-in, in words.
pub fn of_sign_in(account: &str, way: &str) -> Subject {
    Subject { id: None, what: format!("sign-in of {account} by {way}") }
}

/// Credentials for which no token came back, in words.
pub(crate) fn of_sent(account: &str, tenant: &str) -> Subject {
    Subject {
        id: None,
        what: format!("credentials of {account} sent for {tenant}, and no token came"),
    }
}

/// The same of a session's, of which nothing is on disk.
pub(crate) fn of_sent_by_session() -> Subject {
    Subject { id: None, what: "credentials of a session sent, and no token came".to_owned() }
}

/// A file, in words.
pub fn of_file(path: &Path) -> Subject {
    Subject { id: None, what: format!("file {}", path.display()) }
}
