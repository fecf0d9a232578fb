//! What an import could not read: "all of it is there already" is said of all of it, or not at all.

use std::path::PathBuf;

use azvault_importer::Outcome;

use super::next;
use super::proposal::Proposal;
use crate::failure::{Failure, Kind};
use crate::text::count;

/// How an import ended for the files that were read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// There were none.
    Nothing,
    /// The vault had all of it.
    Known,
    /// It was imported.
    Imported,
}

impl Proposal {
    /// How many files could not be read: somebody else's, damaged, or encrypted for another machine.
    pub fn unread(&self) -> usize {
        self.count(Outcome::Reject) + self.count(Outcome::Opaque)
    }

    /// How many pieces were not understood of files that were read. Each is named in the plan.
    pub fn pieces(&self) -> usize {
        let read = self.sources.iter().filter(|source| source.found.outcome <= Outcome::Warn);
        read.map(|source| source.found.unread).sum()
    }

    /// The failure that files end in which could not be read, whatever came of the others; and those of
    /// which nothing was understood that could be imported.
    pub fn check_unread(&self, from: &[PathBuf], read: Read) -> Result<(), Failure> {
        let (unread, pieces) = (self.unread(), self.pieces());
        let is_empty = self.plan.contexts.is_empty() && self.plan.secrets.is_empty();
        if unread == 0 && (pieces == 0 || !is_empty) {
            return Ok(());
        }
        if unread == 0 {
            let what = format!(
                "nothing was imported: {} could not be understood; the plan says where",
                count(pieces, "part")
            );
            return Err(Failure::new(Kind::Findings, what).hint(why(from)));
        }
        let what = match read {
            Read::Nothing => {
                format!("nothing was imported: {} could not be read", count(unread, "file"))
            }
            Read::Known => format!(
                "{} could not be read; the vault holds the rest already",
                count(unread, "file")
            ),
            Read::Imported => {
                format!("{} could not be read; the rest was imported", count(unread, "file"))
            }
        };
        Err(Failure::new(Kind::Findings, format!("{what}; the plan says why")).hint(why(from)))
    }
}

/// The command that says of each file why.
fn why(from: &[PathBuf]) -> String {
    next::plan(from.iter().map(PathBuf::as_path))
}
