//! A file that is imported, on its way to who has the vault open: what was read in it, and its bytes.

use azvault_importer::folder::{Link, Source};
use azvault_importer::formats::table::FORMATS;
use azvault_importer::{Outcome, Product};
use azvault_model::rules::import::Origin;
use azvault_model::{Kept, Secret};
use azvault_os::file::{FileIdentity, Owner, Permissions};
use azvault_vault::{FollowedLink, ImportedFile};
use serde::{Deserialize, Serialize};

use super::is_sign_in;
use crate::message::{SentProfile, not_there_yet};

/// One file, read.
#[derive(Serialize, Deserialize)]
pub struct SentFile {
    pub(crate) origin: Origin,
    /// What the import remembers of it.
    pub(crate) facts: ImportedFile,
    pub(crate) profile: SentProfile,
    /// Of a file of sign-ins, which is sealed.
    pub(crate) original: Option<SentOriginal>,
}

/// The bytes of a file.
#[derive(Serialize, Deserialize)]
pub(crate) struct SentOriginal {
    #[serde(skip, default = "not_there_yet")]
    pub(crate) bytes: Secret,
}

impl SentFile {
    /// Takes a file's content and bytes: the source has neither afterwards.
    pub fn take(source: &mut Source) -> Self {
        let facts = facts(source);
        let bytes = source.bytes.take();
        let is_sealed = source.found.outcome <= Outcome::Warn && is_sign_in(source.found.format);
        let original = bytes.filter(|_| is_sealed);
        let profile = std::mem::take(&mut source.found.profile);
        Self {
            origin: origin(source.found.product),
            facts,
            profile: profile.into(),
            original: original.map(|bytes| SentOriginal { bytes: Secret::new(bytes) }),
        }
    }

    /// A second one, for a plan that is made before the import.
    pub fn copied(&self) -> Self {
        let original = self.original.as_ref().map(|original| {
            // EXPOSE: copied for a message of its own.
            SentOriginal { bytes: Secret::copied_from(original.bytes.expose()) }
        });
        let (origin, facts) = (self.origin, self.facts.copied());
        Self { origin, facts, profile: self.profile.copied(), original }
    }

    /// Its secrets, in one order.
    pub(crate) fn secrets(&mut self) -> impl Iterator<Item = &mut Secret> {
        let original = self.original.iter_mut().map(|original| &mut original.bytes);
        self.profile.secrets().chain(original)
    }

    pub(crate) fn is_sign_in(&self) -> bool {
        let named = FORMATS.iter().find(|row| row.name == self.facts.format);
        self.is_read() && named.is_some_and(|row| is_sign_in(row.format))
    }
}

/// Only Azure PowerShell gives a context a name that a person chose.
pub(crate) fn origin(product: Product) -> Origin {
    match product {
        Product::AzurePowerShell | Product::AzureServiceManagement | Product::Unknown => {
            Origin::AzurePowerShell
        }
        _ => Origin::AzureCli,
    }
}

/// What the import remembers of a file. One of which nothing could be read is remembered too, or its proof
/// would not know of it; of one that could not be opened, the path alone.
fn facts(source: &Source) -> ImportedFile {
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
        kept: Kept::default(),
        original: None,
        removed: None,
        links: source.links.iter().map(followed).collect(),
    }
}

fn followed(link: &Link) -> FollowedLink {
    FollowedLink { path: link.path.clone(), to: link.to.clone() }
}
