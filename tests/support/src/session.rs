//! A session, which commands take part in by its handle.

use std::process::Command;

use serde_json::Value;

use crate::{Home, Ran, ran};

/// A session, which commands take part in by its handle.
pub struct Session<'a> {
    pub home: &'a Home,
    pub handle: String,
}

impl Session<'_> {
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(args);
        command.env("AZVAULT_SESSION", &self.handle);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs and takes the answer as JSON.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[args, &["-o", "json"]].concat()).expect(0).json()
    }
}
