//! A process that a grant is bound to.

use azvault_os::process::{self, ProcessHandle};

use crate::protocol::{Body, Message};

/// A process for good, also for the agent that takes over.
pub(super) struct Process {
    pub(super) started: u64,
    pub(super) handle: ProcessHandle,
}

impl Process {
    /// The process that has a number now.
    pub(super) fn of(pid: u32) -> Option<Self> {
        let started = process::facts(pid)?.started;
        Some(Self { started, handle: ProcessHandle::open_started(pid, started)? })
    }

    pub(super) fn pid(&self) -> u32 {
        self.handle.pid()
    }

    /// Whether a process that asks descends from this one, which still runs. Asked for in this order: the
    /// number meant this process when its descendants were looked at.
    pub(super) fn is_ancestor_of(&self, caller: u32) -> bool {
        process::descends(caller, self.pid()) && !self.handle.has_ended()
    }

    pub(super) fn handed_over(&self, message: Message) -> Message {
        message.u32(self.pid()).u64(self.started)
    }

    /// Whether that is it: two processes that run have two numbers.
    pub(super) fn is(&self, caller: u32) -> bool {
        self.pid() == caller && !self.handle.has_ended()
    }
}

/// A process as another agent names it.
pub(super) struct HandedProcess {
    pub(super) pid: u32,
    started: u64,
}

impl HandedProcess {
    pub(super) fn of(body: &mut Body<'_>) -> Option<Self> {
        Some(Self { pid: body.u32()?, started: body.u64()? })
    }

    /// It, where it still runs.
    pub(super) fn found(&self) -> Option<Process> {
        let handle = ProcessHandle::open_started(self.pid, self.started)?;
        Some(Process { started: self.started, handle })
    }
}
