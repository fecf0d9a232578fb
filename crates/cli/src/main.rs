//! azvault: the encrypted vault for saved Azure sign-ins.

mod app;
mod arguments;
mod cli;
mod commands;
mod exit_code;
mod help;
mod options;
mod output;
mod terminal;

use std::alloc::System;
use std::process::ExitCode;

use clap::CommandFactory;
use zeroizing_alloc::ZeroAlloc;

/// Wipes all that is freed: libraries copy what they are handed, and wipe none of it (zxcvbn,
/// parsers, formatting).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    azvault_os::memory::return_large_blocks();
    let before = azvault_os::process::harden();
    let cli = arguments::read();
    let meant = arguments::check(&cli);
    let app = app::App::new(cli.global, before, cli::Cli::command);
    match meant.and_then(|()| cli.command.run(&app)) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            app.ui.failure(&failure);
            ExitCode::from(exit_code::number(failure.kind))
        }
    }
}
