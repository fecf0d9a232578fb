//! What is imported, as it is typed.

use std::path::PathBuf;

use azvault_model::ContextName;

use super::name::name;

/// What to read, and which default to take.
#[derive(clap::Args, Clone, Default)]
pub(crate) struct ImportOptions {
    /// Read these files or folders (a home, a configuration folder) instead of the usual places
    #[arg(long, value_name = "PATH")]
    pub(crate) from: Vec<PathBuf>,
    /// Make this context the default, whatever the files say
    #[arg(long, value_name = "NAME")]
    #[arg(value_parser = name)]
    pub(crate) default: Option<String>,
}

impl ImportOptions {
    pub(crate) fn default(&self) -> Option<ContextName> {
        self.default.as_deref().map(ContextName::new)
    }
}
