//! azvault: the encrypted vault for saved Azure sign-ins.

mod agent;
mod app;
mod arguments;
mod audit;
mod backup;
mod beside;
mod change;
mod claims;
mod cli;
mod commands;
mod connect;
mod contexts;
mod creation;
mod descriptor;
mod doctor;
mod documents;
mod door;
mod expect;
mod failure;
mod given;
mod holders;
mod inherited;
mod kdf;
mod keyring;
mod listed;
mod migration;
mod new_passphrase;
mod older;
mod online;
mod panic;
mod paths;
mod picker;
mod piped;
mod policy;
mod private_file;
mod process;
mod prompt;
mod revocation;
mod rotation;
mod runtime;
mod saved;
mod scan;
mod session;
mod shell_word;
mod slots;
mod strength;
mod subscriptions;
mod system_program;
mod time;
mod tokens;
mod ui;
mod unlock;

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Wipes all that is freed: libraries copy what they are handed, and wipe none of it (zxcvbn,
/// parsers, formatting).
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    let before = process::harden();
    let cli = arguments::read();
    let meant = arguments::check(&cli);
    let app = app::App::new(cli.global, before);
    match meant.and_then(|()| commands::run(&app, cli.command)) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            app.ui.failure(&failure);
            ExitCode::from(failure.code.number())
        }
    }
}
