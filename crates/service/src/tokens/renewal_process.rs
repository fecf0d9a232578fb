//! Renewing in a process of its own, which goes on when the command that asked for it is killed.

use std::io::{self, Read};

use serde::{Deserialize, Serialize};

use super::request::TokenRequest;
use crate::app::App;
use crate::child_process;
use crate::failure::{Code, Failure};
use crate::opening::Reopener;

/// What comes back: how it ended, in the words of a [`Failure`].
#[derive(Serialize, Deserialize)]
pub struct Ended {
    code: u8,
    what: String,
    hint: Option<String>,
}

/// Starts the process and waits for it.
pub(super) fn run(app: &App, reopener: &Reopener, wanted: &TokenRequest) -> Result<(), Failure> {
    let cannot = |e: io::Error| Failure::new(Code::Other, format!("renewing: {e}"));
    let mut command = child_process::command(app, "renew").map_err(cannot)?;
    let mut child = child_process::start(&mut command, reopener, wanted).map_err(cannot)?;
    let mut answer = Vec::new();
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_end(&mut answer).map_err(cannot)?;
    }
    child.wait().map_err(cannot)?;
    let broken = |_| Failure::new(Code::Other, "renewing broke off").hint("the same again");
    let ended: Ended = serde_json::from_slice(&answer).map_err(broken)?;
    ended.into_result()
}

impl Ended {
    pub fn of(result: Result<(), Failure>) -> Self {
        match result {
            Ok(()) => Self { code: 0, what: String::new(), hint: None },
            Err(failure) => {
                let code = failure.code.number();
                Self { code, what: failure.what, hint: failure.hint }
            }
        }
    }

    fn into_result(self) -> Result<(), Failure> {
        match Code::of(self.code) {
            None if self.code == 0 => Ok(()),
            code => {
                Err(Failure { code: code.unwrap_or(Code::Other), what: self.what, hint: self.hint })
            }
        }
    }
}
