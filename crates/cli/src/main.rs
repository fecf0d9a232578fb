//! azvault: the encrypted vault for saved Azure sign-ins.

mod app;
mod cli;
mod commands;
mod creation;
mod descriptor;
mod documents;
mod failure;
mod migration;
mod paths;
mod process;
mod prompt;
mod ui;
mod unlock;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    process::harden();
    let cli = cli::Cli::parse();
    let app = app::App::new(cli.global);
    match commands::run(&app, cli.command) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            app.ui.failure(&failure);
            ExitCode::from(failure.code.number())
        }
    }
}
