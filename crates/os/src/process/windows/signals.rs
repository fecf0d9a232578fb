//! What a process can be told from outside: by the console alone, which a process without one does not hear.

use std::io;

use crate::pipe::Source;
use crate::process::signal::Signal;

/// Signals that this process takes note of. None come yet.
pub struct Signals(());

impl Signals {
    /// Those.
    pub fn of(_signals: &[Signal]) -> io::Result<Self> {
        Ok(Self(()))
    }

    /// The first signal that came.
    pub fn taken(&self) -> Option<Signal> {
        None
    }
}

impl Source for Signals {}
