//! What only several files together say: where settings send the reader, which certificate an
//! entry means, and which subscription Azure CLI has as its default.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use azvault_contexts::{Secret, SecretDescription, SecretKind};
use jiff::tz::TimeZone;
use zeroize::Zeroizing;

use crate::found::CertificatePointer;
use crate::open::{OpenError, Stat, read_once};
use crate::places::{Because, Candidate};
use crate::recognise::by_name;
use crate::{Format, Found, Outcome, Product, Reading};

/// One file, read.
pub struct Source {
    /// Where it lies.
    pub path: PathBuf,
    /// Its facts; `None` if it could not be opened.
    pub stat: Option<Stat>,
    /// Its bytes, for the sealed copy; `None` if it could not be opened.
    pub bytes: Option<Zeroizing<Vec<u8>>>,
    /// What it holds. A file that could not be opened is a `Reject` with the reason.
    pub found: Found,
}

/// Opens and reads candidates, follows settings that redirect and entries that point to
/// certificates, and resolves Azure CLI's default. `read` hears of each file.
pub fn read_all(
    candidates: &[Candidate],
    home: &Path,
    time_zone: &TimeZone,
    read: &mut dyn FnMut(&Path),
) -> Vec<Source> {
    let mut sources: Vec<Source> = Vec::new();
    let mut known: HashSet<PathBuf> = candidates.iter().map(|c| c.path.clone()).collect();
    for candidate in candidates {
        read(&candidate.path);
        sources.extend(read_one(candidate, time_zone));
    }
    for at in 0..sources.len() {
        let Some(path) = sources[at].found.redirect.clone() else { continue };
        // A path of another machine is no path here; one that is not there says nothing.
        if !path.is_absolute() || path.symlink_metadata().is_err() || !known.insert(path.clone()) {
            continue;
        }
        read(&path);
        sources.extend(read_one(&Candidate { path, because: Because::Expected }, time_zone));
    }
    for at in 0..sources.len() {
        for pointer in std::mem::take(&mut sources[at].found.azcli.certificates) {
            let path = resolve(&pointer.path, &sources[at].path, home);
            match read_certificate(&path, &pointer) {
                Ok(source) if known.insert(path.clone()) => {
                    read(&path);
                    sources.push(source);
                }
                Ok(_) => {}
                Err(error) => sources[at].found.remark(
                    "",
                    format!("a certificate that an entry points to was not read: {error}"),
                ),
            }
        }
    }
    choose_cli_defaults(&mut sources);
    sources
}

fn read_one(candidate: &Candidate, time_zone: &TimeZone) -> Option<Source> {
    let path = candidate.path.clone();
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    match read_once(&path) {
        Ok(opened) => {
            let reading = Reading { file_name: &name, time_zone };
            let found = crate::read(&opened.bytes, &reading);
            let ours = !matches!(found.format, Format::NotAContextFile | Format::Empty)
                || by_name(&name).is_some();
            let ours = ours && found.format != Format::Certificate;
            (ours || candidate.because == Because::Expected).then_some(Source {
                path,
                stat: Some(opened.stat),
                bytes: Some(opened.bytes),
                found,
            })
        }
        Err(OpenError::NotFound) => None,
        Err(_) if candidate.because == Because::Walked && by_name(&name).is_none() => None,
        Err(error) => {
            let format = by_name(&name).unwrap_or(Format::NotAContextFile);
            let found = Found::rejected(format, Product::Unknown, "", error.to_string());
            Some(Source { path, stat: None, bytes: None, found })
        }
    }
}

/// `~` is the home folder; a relative path is taken from the folder of the file that has it.
fn resolve(written: &str, file: &Path, home: &Path) -> PathBuf {
    match written.strip_prefix("~/") {
        Some(rest) => home.join(rest),
        None => file.parent().unwrap_or(home).join(written),
    }
}

fn read_certificate(path: &Path, pointer: &CertificatePointer) -> Result<Source, OpenError> {
    let opened = read_once(path)?;
    let mut found = Found::new(Format::Certificate, Product::AzureCli);
    let description = SecretDescription {
        account: Some(pointer.client_id.clone()),
        tenant: pointer.tenant.clone(),
        client_id: Some(pointer.client_id.clone()),
        ..SecretDescription::of(SecretKind::Certificate)
    };
    found.hold(description, Secret::copied_from(&opened.bytes));
    found.remark("", "read because an entry points to it; the file stays where it is");
    let (stat, bytes) = (Some(opened.stat), Some(opened.bytes));
    Ok(Source { path: path.to_owned(), stat, bytes, found })
}

/// The subscription that is marked as default and belongs to the active cloud; else the one that
/// `clouds.config` remembers for that cloud; else none.
fn choose_cli_defaults(sources: &mut [Source]) {
    for at in 0..sources.len() {
        if sources[at].found.format != Format::AzcliProfile
            || sources[at].found.outcome == Outcome::Reject
        {
            continue;
        }
        let folder = sources[at].path.parent().map(Path::to_owned);
        let beside = |source: &&Source| source.path.parent().map(Path::to_owned) == folder;
        let active = sources
            .iter()
            .filter(beside)
            .find_map(|source| source.found.azcli.active_cloud.clone())
            .unwrap_or_else(|| "AzureCloud".to_owned());
        let remembered = sources
            .iter()
            .filter(beside)
            .flat_map(|source| &source.found.azcli.cloud_subscriptions)
            .find(|(cloud, _)| cloud.eq_ignore_ascii_case(&active))
            .map(|(_, subscription)| subscription.clone());
        let found = &mut sources[at].found;
        let in_cloud = found.profile.contexts.iter().filter(|context| {
            context.environment.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(&active))
        });
        let in_cloud: Vec<_> = in_cloud.collect();
        let marked =
            in_cloud.iter().find(|context| found.azcli.marked_default.contains(&context.name));
        let by_id = || {
            in_cloud.iter().find(|context| {
                let id = context.subscription.as_ref().map(|subscription| &subscription.id);
                id.is_some() && id == remembered.as_ref()
            })
        };
        let default = marked.or_else(by_id).map(|context| context.name.clone());
        if default.is_none() && !in_cloud.is_empty() {
            found.remark("", "Azure CLI has no default subscription in its active cloud");
        }
        found.profile.default = default;
    }
}
