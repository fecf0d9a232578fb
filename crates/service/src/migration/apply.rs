//! Carrying out a plan: one transaction, the sealed copies of the files included.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use azvault_importer::Outcome;
use azvault_model::rules::import::{Action, Plan, Planned};
use azvault_os::file::FileIdentity;
use azvault_vault::{
    Id, Import, ImportedFile, New, Problem, Settings, Subject, Taken, TakenName, Transaction, Vault,
};

use super::decided::Decided;
use super::sent_file::SentFile;
use crate::app::App;
use crate::audit;
use crate::failure::{ChangeFailure, Failure, Kind};

/// Writes the plan into the vault and returns the migration's id. All of it, or nothing: also where the
/// records are not those any more that it was made for, whose root this is.
pub(crate) fn apply(
    app: &App,
    vault: &mut Vault,
    decided: &Decided,
    root: &str,
) -> Result<Id, Failure> {
    // Later than every migration before it, whatever the clock says: the newest is found by time.
    let times = decided.before.imports.iter().map(|import| import.value.created + 1);
    let now = times.fold(app.now(), i64::max);
    let bar = app.console.progress("sealing", added(&decided.plan, now).count() as u64);
    let id = vault.write(|writing| -> Result<Id, ChangeFailure> {
        if writing.records().root() != root {
            let what = "the vault changed meanwhile: nothing was imported";
            return Err(Failure::new(Kind::Busy, what).hint("run the command again").into());
        }
        let (plan, before) = (&decided.plan, &decided.before);
        for (planned, id) in changed(&plan.contexts, &before.context_ids) {
            writing.put_context(Some(id), &planned.item)?;
        }
        for (planned, id) in changed(&plan.accounts, &before.account_ids) {
            writing.put_account(Some(id), &planned.item)?;
        }
        for (planned, id) in changed(&plan.environments, &before.environment_ids) {
            writing.put_environment(Some(id), &planned.item)?;
        }
        for (planned, id) in changed(&plan.secrets, &before.secret_ids) {
            writing.update_secret(id, &planned.item.description)?;
        }
        writing.add_all(added(plan, now), || bar.step())?;
        let settings = Settings {
            default: plan.default.clone(),
            autosave: before.settings.autosave.or(plan.autosave),
            ..before.settings.clone()
        };
        if settings != before.settings {
            writing.put_settings(&settings)?;
        }
        let id = add_import(writing, decided, now)?;
        audit::log(app, writing, "migrate run", subjects(decided, id))?;
        Ok(id)
    });
    drop(bar);
    id
}

/// Whether the vault has a sealed copy of exactly each file at exactly its place.
pub(crate) fn are_sealed(decided: &Decided) -> bool {
    let known = sealed_in(decided);
    let mut files = decided.to_seal();
    files.all(|(_, file)| as_sealed(file).is_some_and(|at| known.contains_key(&at)))
}

/// The newest migration that sealed one of these files, else the newest one of all.
pub(crate) fn newest(decided: &Decided) -> Option<Id> {
    let known = sealed_in(decided);
    let places = decided.to_seal().filter_map(|(_, file)| as_sealed(file));
    let of_these = places.filter_map(|at| known.get(&at).copied()).max();
    let imports = decided.before.imports.iter();
    let of_all = || imports.map(|import| (import.value.created, import.id)).max();
    of_these.or_else(of_all).map(|(_, id)| id)
}

/// A file as it is known again. The same bytes in another file are another file to `clean`, which
/// removes what was imported and nothing else.
#[derive(PartialEq, Eq, Hash)]
struct Sealed<'a> {
    path: &'a Path,
    sha256: [u8; 32],
    identity: FileIdentity,
    modified_ns: i128,
}

/// The newest migration, with its time, in which each file was sealed that the vault knows.
fn sealed_in(decided: &Decided) -> HashMap<Sealed<'_>, (i64, Id)> {
    let mut known = HashMap::new();
    for import in &decided.before.imports {
        let this = (import.value.created, import.id);
        for file in import.value.files.iter().filter(|file| file.original.is_some()) {
            let sealed = Sealed {
                path: &file.path,
                sha256: file.sha256,
                identity: file.identity,
                modified_ns: file.modified_ns,
            };
            let newest = known.entry(sealed).or_insert(this);
            *newest = (*newest).max(this);
        }
    }
    known
}

fn as_sealed(file: &SentFile) -> Option<Sealed<'_>> {
    // EXPOSE: hashed, to know the file again.
    let sha256 = azvault_vault::sha256(file.original.as_ref()?.bytes.expose());
    let ImportedFile { path, identity, modified_ns, .. } = &file.facts;
    Some(Sealed { path, sha256, identity: *identity, modified_ns: *modified_ns })
}

/// What the audit log has of an import: the migration, its files, what is new in the vault.
fn subjects(decided: &Decided, id: Id) -> Vec<Subject> {
    let mut subjects = vec![Subject { id: Some(id), what: "migration".to_owned() }];
    let taken = decided.files.iter().filter(|file| file.is_read());
    subjects.extend(taken.map(|file| audit::of_file(&file.facts.path)));
    let plan = &decided.plan;
    let contexts = plan.contexts.iter().filter(|planned| planned.action != Action::Same);
    subjects.extend(contexts.map(|planned| audit::of_context(None, &planned.item)));
    let secrets = plan.secrets.iter().filter(|planned| planned.action == Action::Add);
    subjects.extend(secrets.map(|planned| audit::of_new_secret(&planned.item.description)));
    subjects
}

/// What the vault has and the files say otherwise, with its id.
fn changed<'a, T>(
    planned: &'a [Planned<T>],
    ids: &'a [Id],
) -> impl Iterator<Item = (&'a Planned<T>, Id)> {
    let changed = planned.iter().filter(|planned| planned.action != Action::Same);
    changed.filter_map(|planned| Some((planned, ids[planned.present?])))
}

/// What the vault has not.
fn added(plan: &Plan, now: i64) -> impl Iterator<Item = New<'_>> {
    let contexts = new(&plan.contexts).map(New::Context);
    let accounts = new(&plan.accounts).map(New::Account);
    let environments = new(&plan.environments).map(New::Environment);
    let secrets = new(&plan.secrets).map(move |held| New::Secret(held, now));
    contexts.chain(accounts).chain(environments).chain(secrets)
}

fn new<T>(planned: &[Planned<T>]) -> impl Iterator<Item = &T> {
    planned.iter().filter(|planned| planned.present.is_none()).map(|planned| &planned.item)
}

fn add_import(writing: &mut Transaction<'_>, decided: &Decided, now: i64) -> Result<Id, Problem> {
    let sealed: HashSet<usize> = decided.to_seal().map(|(number, _)| number).collect();
    let mut import = Import { created: now, ..Import::default() };
    import.since.environments = with_a_word_of_their_own(decided);
    let mut numbers = HashMap::new();
    for (number, file) in decided.files.iter().enumerate() {
        if !file.is_read() && file.facts.outcome != Outcome::Reject.as_str() {
            continue;
        }
        if file.is_read() {
            numbers.insert(number, import.files.len());
        }
        let mut facts = ImportedFile { original: None, removed: None, ..file.facts.copied() };
        if let (true, Some(original)) = (sealed.contains(&number), &file.original) {
            // EXPOSE: sealed, as the way back.
            let bytes = original.bytes.expose();
            facts.sha256 = azvault_vault::sha256(bytes);
            facts.original = Some(writing.add_original(bytes)?);
        }
        import.files.push(facts);
    }
    let named = decided.plan.names.iter().filter_map(|named| {
        let (file, at) = (*numbers.get(&named.source)?, named.at);
        Some(TakenName { file, at, name: named.name.clone() })
    });
    import.taken = Some(Taken {
        default: decided.plan.default.clone(),
        autosave: decided.before.settings.autosave.or(decided.plan.autosave),
        names: named.collect(),
    });
    writing.add_import(&import)
}

/// Environments that the vault knew before: what it says of them stays, whatever a file says.
fn with_a_word_of_their_own(decided: &Decided) -> BTreeSet<String> {
    let known = decided.plan.environments.iter().filter(|planned| planned.present.is_some());
    known.map(|planned| planned.item.name.to_lowercase()).collect()
}
