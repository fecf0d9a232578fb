//! `azvault completions`

use clap_complete::Shell;

use crate::app::{App, Exit};

/// Print a completion script for a shell
///
/// bash: azvault completions bash > ~/.local/share/bash-completion/completions/azvault
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut (app.tree)(), "azvault", &mut script);
        app.ui.raw(&script);
        Ok(0)
    }
}
