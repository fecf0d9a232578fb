//! Renewing in a process of its own, which goes on when the command that asked for it is killed.

use std::io::{self, Read};

use super::request::TokenRequest;
use crate::app::App;
use crate::child_process;
use crate::failure::{Failure, Kind};
use crate::opening::Reopener;

/// Starts the process and waits for its answer: the result of renewing, as JSON.
pub(super) fn run(app: &App, reopener: &Reopener, wanted: &TokenRequest) -> Result<(), Failure> {
    let cannot = |e: io::Error| Failure::new(Kind::Other, format!("renewing: {e}"));
    let mut command = child_process::command(app, "renew").map_err(cannot)?;
    let mut child = child_process::start(&mut command, reopener, wanted).map_err(cannot)?;
    let mut answer = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut answer).map_err(cannot)?;
    }
    child.wait().map_err(cannot)?;
    let broken = |_| Failure::new(Kind::Other, "renewing broke off").hint("run the command again");
    serde_json::from_slice::<Result<(), Failure>>(&answer).map_err(broken)?
}
