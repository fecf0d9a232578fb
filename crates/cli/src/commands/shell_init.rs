//! `azvault shell-init`

use azvault_service::failure::{Failure, Kind};

use crate::app::{App, Exit};
use crate::options::shell::Shell;

/// Print what a shell needs so that `use` and `--scope process` just work
///
/// It wraps azvault in a function that starts a session when one is needed for the first time; in
/// pwsh it starts one at once, in place of one that has ended or is another shell's, and completes
/// azvault with names, commands and options. With --endpoint the shell has an endpoint, as long as it
/// runs; inside of `azvault exec` and `shell` it keeps theirs.
/// bash, zsh: eval "$(azvault shell-init bash)" in ~/.bashrc or ~/.zshrc.
/// fish: azvault shell-init fish | source, in config.fish.
/// nu: azvault shell-init nu | save -f ~/.azvault.nu, and source ~/.azvault.nu in config.nu.
/// pwsh: azvault shell-init pwsh | Out-String | Invoke-Expression, in $PROFILE.
#[derive(clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// Which shell
    shell: Shell,
    /// Have the first cmdlet of Az find Az connected to the active context (pwsh alone)
    #[arg(long)]
    az: bool,
    /// Open an endpoint for the shell: tools get tokens of accounts that they name, as Azure PowerShell
    /// does with `keep-names`, whenever the vault is unlocked
    #[arg(long)]
    endpoint: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let script: &str = match self.shell {
            Shell::Bash | Shell::Zsh => include_str!("shell_init/init.sh"),
            Shell::Fish => include_str!("shell_init/init.fish"),
            Shell::Nu => include_str!("shell_init/init.nu"),
            Shell::Pwsh => include_str!("shell_init/init.ps1"),
        };
        if self.az && self.shell != Shell::Pwsh {
            let what = "--az connects Az, which is in PowerShell alone";
            return Err(Failure::new(Kind::Usage, what).hint("azvault shell-init pwsh --az"));
        }
        if self.shell == Shell::Nu {
            app.ui.raw(include_bytes!("completions/azvault.nu"));
        }
        app.ui.raw(script.as_bytes());
        if self.endpoint {
            let script: &str = match self.shell {
                Shell::Bash | Shell::Zsh => include_str!("shell_init/endpoint.sh"),
                Shell::Fish => include_str!("shell_init/endpoint.fish"),
                Shell::Nu => include_str!("shell_init/endpoint.nu"),
                Shell::Pwsh => include_str!("shell_init/endpoint.ps1"),
            };
            app.ui.raw(script.as_bytes());
        }
        if self.az {
            app.ui.raw(include_bytes!("shell_init/az.ps1"));
        }
        Ok(0)
    }
}
