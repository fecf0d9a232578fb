//! `azvault agent`: how the agent is started. Not for people.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use azvault_agent::ServeError;

use crate::app::App;
use crate::failure::{Code, Failure};

/// Serve the keys of an unlocked vault; started by azvault itself
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which step
    step: Step,
    /// Where to listen
    #[arg(long, value_name = "PATH")]
    socket: PathBuf,
}

/// The agent is nobody's child: the first step starts the second and ends.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Step {
    Start,
    Serve,
}

impl Args {
    pub(crate) fn run(self, _: &App) -> super::Ended {
        match self.step {
            Step::Start => start(self.socket),
            Step::Serve => serve(self.socket),
        }
    }
}

fn start(socket: PathBuf) -> super::Ended {
    azvault_vault::keep_descriptors_here(|_| true).map_err(|e| other(&e))?;
    let mut command = crate::agent::agent_command(socket, "serve").map_err(|e| other(&e))?;
    // Its standard output is the starter's pipe, on which it says that it is ready. It is no leader
    // of a process group, which could not have a terminal session of its own.
    command.stdout(Stdio::inherit()).spawn().map_err(|e| other(&e))?;
    Ok(0)
}

fn serve(socket: PathBuf) -> super::Ended {
    // A terminal that closes has nothing to say to the agent of the next one.
    let _ = rustix::process::setsid();
    let ready = || {
        let mut out = std::io::stdout();
        let _ = out.write_all(b"\n").and_then(|()| out.flush());
        // The starter waits for the end of this pipe as well as for a byte on it.
        let _ = redirect_stdout();
    };
    match azvault_agent::serve(&socket, ready) {
        Ok(()) | Err(ServeError::AlreadyServed) => Ok(0),
        Err(e) => Err(other(&e)),
    }
}

fn redirect_stdout() -> std::io::Result<()> {
    let null = std::fs::File::options().write(true).open("/dev/null")?;
    Ok(rustix::stdio::dup2_stdout(null)?)
}

fn other(error: &dyn std::error::Error) -> Failure {
    Failure::new(Code::Other, format!("the agent: {error}"))
}
