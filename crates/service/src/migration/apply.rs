//! Carrying out a plan: one transaction, the sealed copies of the files included.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use azvault_importer::Outcome;
use azvault_importer::folder::{Link, Source};
use azvault_model::rules::import::{Action, Plan, Planned};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{
    FollowedLink, Id, Import, ImportedFile, New, OriginalRef, Problem, Settings, Subject, Taken,
    TakenName, Transaction, Vault,
};

use super::proposal::Proposal;
use crate::app::App;
use crate::audit;
use crate::failure::Failure;

/// Writes the plan into the vault and returns the migration's id. All of it, or nothing.
pub fn apply(app: &App, vault: &mut Vault, proposal: &Proposal) -> Result<Id, Failure> {
    // Later than every migration before it, whatever the clock says: the newest is found by time.
    let times = proposal.before.imports.iter().map(|import| import.value.created + 1);
    let now = times.fold(app.now(), i64::max);
    let bar = app.console.progress("sealing", added(&proposal.plan, now).count() as u64);
    let id = vault.write(|writing| -> Result<Id, Problem> {
        let (plan, before) = (&proposal.plan, &proposal.before);
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
        let id = add_import(writing, proposal, now)?;
        audit::log(app, writing, "migrate run", subjects(proposal, id))?;
        Ok(id)
    });
    drop(bar);
    Ok(id?)
}

/// Whether the vault has a sealed copy of exactly each file at exactly its place.
pub(crate) fn are_sealed(proposal: &Proposal) -> bool {
    let known = sealed_in(proposal);
    proposal
        .to_seal()
        .all(|(_, source)| as_sealed(source).is_some_and(|at| known.contains_key(&at)))
}

/// The newest migration that sealed one of these files, else the newest one of all.
pub fn newest(proposal: &Proposal) -> Option<Id> {
    let known = sealed_in(proposal);
    let places = proposal.to_seal().filter_map(|(_, source)| as_sealed(source));
    let of_these = places.filter_map(|at| known.get(&at).copied()).max();
    let imports = proposal.before.imports.iter();
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
fn sealed_in(proposal: &Proposal) -> HashMap<Sealed<'_>, (i64, Id)> {
    let mut known = HashMap::new();
    for import in &proposal.before.imports {
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

fn as_sealed(source: &Source) -> Option<Sealed<'_>> {
    let (bytes, stat) = (source.bytes.as_ref()?, source.stat.as_ref()?);
    Some(Sealed {
        path: &source.path,
        sha256: azvault_vault::sha256(bytes),
        identity: stat.identity,
        modified_ns: stat.modified_ns,
    })
}

/// What the audit log has of an import: the migration, its files, what is new in the vault.
fn subjects(proposal: &Proposal, id: Id) -> Vec<Subject> {
    let mut subjects = vec![Subject { id: Some(id), what: "migration".to_owned() }];
    let taken = proposal.sources.iter().filter(|s| s.found.outcome <= Outcome::Warn);
    subjects.extend(taken.map(|source| audit::of_file(&source.path)));
    let plan = &proposal.plan;
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

fn followed(link: &Link) -> FollowedLink {
    FollowedLink { path: link.path.clone(), to: link.to.clone() }
}

fn add_import(writing: &mut Transaction<'_>, proposal: &Proposal, now: i64) -> Result<Id, Problem> {
    let sealed: HashSet<usize> = proposal.to_seal().map(|(number, _)| number).collect();
    let mut import = Import { created: now, ..Import::default() };
    import.since.environments = with_a_word_of_their_own(proposal);
    let mut numbers = HashMap::new();
    for (number, source) in proposal.sources.iter().enumerate() {
        let is_read = source.found.outcome <= Outcome::Warn;
        if !is_read && source.found.outcome != Outcome::Reject {
            continue;
        }
        let original = match &source.bytes {
            Some(bytes) if sealed.contains(&number) => Some(writing.add_original(bytes)?),
            _ => None,
        };
        if is_read {
            numbers.insert(number, import.files.len());
        }
        import.files.push(imported(source, original));
    }
    let named = proposal.plan.names.iter().filter_map(|named| {
        let (file, at) = (*numbers.get(&named.source)?, named.at);
        Some(TakenName { file, at, name: named.name.clone() })
    });
    import.taken = Some(Taken {
        default: proposal.plan.default.clone(),
        autosave: proposal.before.settings.autosave.or(proposal.plan.autosave),
        names: named.collect(),
    });
    writing.add_import(&import)
}

/// What the import remembers of a file. One of which nothing could be read is remembered too, or its proof
/// would not know of it; of one that could not be opened, the path alone.
fn imported(source: &Source, original: Option<OriginalRef>) -> ImportedFile {
    let stat = source.stat.as_ref();
    ImportedFile {
        path: source.path.clone(),
        format: source.found.format.as_str().to_owned(),
        product: source.found.product.as_str().to_owned(),
        outcome: source.found.outcome.as_str().to_owned(),
        permissions: stat.map_or_else(|| Permissions::of_record(0), |stat| stat.permissions),
        owner: stat.map_or_else(|| Owner::of_record(0), |stat| stat.owner),
        modified_ns: stat.map_or(0, |stat| stat.modified_ns),
        size: stat.map_or(0, |stat| stat.size),
        identity: stat.map_or_else(|| FileIdentity::of_record([0, 0]), |stat| stat.identity),
        sha256: source.bytes.as_ref().map_or([0; 32], |bytes| azvault_vault::sha256(bytes)),
        kept: source.found.profile.kept.copied(),
        original,
        removed: None,
        links: source.links.iter().map(followed).collect(),
    }
}

/// Environments that the vault knew before: what it says of them stays, whatever a file says.
fn with_a_word_of_their_own(proposal: &Proposal) -> BTreeSet<String> {
    let known = proposal.plan.environments.iter().filter(|planned| planned.present.is_some());
    known.map(|planned| planned.item.name.to_lowercase()).collect()
}
