//! What an import would do: the files that were read, and the plan that is made of them.

use azvault_importer::Outcome;
use azvault_importer::folder::Source;
use azvault_importer::look::Coverage;

use super::proposed::Proposed;
use super::sent_file::SentFile;

/// Files, and what would become of what was in them.
pub struct Proposal {
    /// Without their content and bytes.
    pub sources: Vec<Source>,
    /// What was looked at to find the files.
    pub seen: Coverage,
    pub plan: Proposed,
}

/// Whether files hold anything at all that is imported.
pub fn hold_something(files: &[SentFile]) -> bool {
    files.iter().any(|file| !file.profile.is_empty())
}

impl Proposal {
    /// Whether the files hold anything at all that is imported.
    pub fn is_of_something(&self) -> bool {
        !self.plan.holding.is_empty()
    }

    /// How many files ended so.
    pub fn count(&self, outcome: Outcome) -> usize {
        self.sources.iter().filter(|source| source.found.outcome == outcome).count()
    }

    /// Whether anything of the plan comes from that file.
    pub fn holds_something(&self, number: usize) -> bool {
        self.plan.holding.contains(&number)
    }
}
