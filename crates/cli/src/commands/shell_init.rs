//! `azvault shell-init`

use crate::app::{App, Exit};
use crate::options::shell::Shell;

/// Print what a shell needs so that `use` and `--scope process` just work
///
/// It wraps azvault in a function that starts a session when one is needed for the first time; in
/// pwsh it starts one at once.
/// bash, zsh: eval "$(azvault shell-init bash)" in ~/.bashrc or ~/.zshrc.
/// fish: azvault shell-init fish | source, in config.fish.
/// nu: azvault shell-init nu | save -f ~/.azvault.nu, and source ~/.azvault.nu in config.nu.
/// pwsh: azvault shell-init pwsh | Out-String | Invoke-Expression, in $PROFILE.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let script: &str = match self.shell {
            Shell::Bash | Shell::Zsh => include_str!("shell_init/init.sh"),
            Shell::Fish => include_str!("shell_init/init.fish"),
            Shell::Nu => include_str!("shell_init/init.nu"),
            Shell::Pwsh => include_str!("shell_init/init.ps1"),
        };
        app.ui.raw(script.as_bytes());
        Ok(0)
    }
}
