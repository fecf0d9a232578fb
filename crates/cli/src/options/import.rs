//! What is imported, as it is typed.

use std::path::PathBuf;

use azvault_model::ContextName;
use azvault_model::rules::import::Wishes;
use azvault_model::rules::short_name::Naming;

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
    /// Name the new contexts shortly, such as contoso-prod or contoso-prod-sp, where their names were
    /// generated; the long name still finds each of them
    #[arg(long)]
    pub(crate) short_names: bool,
}

impl ImportOptions {
    pub(crate) fn wishes(&self) -> Wishes {
        let naming = if self.short_names { Naming::Short } else { Naming::AsWritten };
        Wishes { default: self.default.as_deref().map(ContextName::new), naming }
    }
}
