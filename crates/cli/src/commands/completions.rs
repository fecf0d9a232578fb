//! `azvault completions`

use clap::ValueEnum;
use clap_complete::aot::Elvish;

use crate::app::{App, Exit};

/// Print a completion script for a shell
///
/// It completes commands, options, contexts, accounts, secrets, migrations and resources, and behind
/// `azvault exec NAME --` commands. Names are read from the vault while it is unlocked; nothing is asked.
/// bash: mkdir -p ~/.local/share/bash-completion/completions, and
///       azvault completions bash > ~/.local/share/bash-completion/completions/azvault
/// zsh:  source <(azvault completions zsh), in ~/.zshrc behind compinit
/// fish: azvault completions fish > ~/.config/fish/completions/azvault.fish
/// nu and pwsh: azvault shell-init brings it along
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which shell
    shell: CompletedShell,
}

/// Shells in which azvault is completed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompletedShell {
    Bash,
    /// Commands and options alone.
    Elvish,
    Fish,
    Nu,
    #[value(alias = "pwsh")]
    Powershell,
    Zsh,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let script: &str = match self.shell {
            CompletedShell::Bash => include_str!("completions/azvault.bash"),
            CompletedShell::Fish => include_str!("completions/azvault.fish"),
            CompletedShell::Nu => include_str!("completions/azvault.nu"),
            CompletedShell::Powershell => include_str!("completions/azvault.ps1"),
            CompletedShell::Zsh => include_str!("completions/azvault.zsh"),
            CompletedShell::Elvish => {
                let mut script = Vec::new();
                clap_complete::generate(Elvish, &mut (app.tree)(), "azvault", &mut script);
                app.ui.raw(&script);
                return Ok(0);
            }
        };
        app.ui.raw(script.as_bytes());
        Ok(0)
    }
}
