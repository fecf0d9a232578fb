//! What the application says and asks while it works. A terminal stands behind it, or a test.

use azvault_model::Secret;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where remarks, questions and progress go. The answer of a request does not: it is returned.
pub trait Console: Send + Sync {
    /// Says one line to the person.
    fn say(&self, line: Line, text: &str);

    /// Says what failed, and what to type next, while the work goes on.
    fn failure(&self, failure: &Failure);

    /// Shows a secret that cannot be shown again, whatever else is kept quiet.
    fn once(&self, what: &str, secret: &[u8]);

    /// Shows an address as a code that a phone reads, where there is room for it.
    fn picture(&self, address: &str);

    /// Shows how far work has come, until what is returned is dropped.
    fn begin(&self, what: &'static str, work: Work) -> Box<dyn Progress>;

    /// Somebody to ask; `None` where nobody answers.
    fn prompt(&self) -> Option<Box<dyn Prompt>>;

    /// Whether a person reads what is said here, so that a secret can be shown.
    fn is_watched(&self) -> bool;
}

/// A line that is said, and how.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Said {
    pub(crate) line: Line,
    pub(crate) text: String,
}

/// What kind of line is said.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// A remark.
    Note,
    /// What the person should not miss.
    Warning,
    /// What happens inside, for `-v`. Places and our own words, never a value.
    Detail,
    /// What the person has to do now: the command waits for it.
    Request,
}

/// How much of work is known before it is done.
#[derive(Clone, Copy)]
pub enum Work {
    /// So many steps.
    Steps(u64),
    /// Parts of a whole of which only the part that is done is known.
    PartsOf(u64),
    /// Nothing.
    Unknown,
}

/// Work that is shown while it lasts.
pub trait Progress {
    /// So many steps there are, where that was not known before.
    fn set_length(&self, length: u64);

    /// So many steps are done.
    fn set_position(&self, position: u64);

    /// One step more is done.
    fn step(&self);

    /// What is being done now.
    fn set_message(&self, message: String);
}

/// Somebody who answers.
pub trait Prompt {
    /// Asks for a passphrase without showing it.
    fn ask_passphrase(&mut self, question: &str) -> Result<Secret, Failure>;

    /// Asks for the PIN of a token without showing it.
    fn ask_pin(&mut self, question: &str) -> Result<Secret, Failure> {
        self.ask_passphrase(question)
    }

    /// Asks for text that may be seen.
    fn ask_text(&mut self, question: &str) -> Result<String, Failure>;

    /// Asks a yes-or-no question; an empty answer is no.
    fn ask_yes(&mut self, question: &str) -> Result<Answer, Failure>;
}

/// What was answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
}

impl dyn Console {
    pub fn note(&self, text: impl AsRef<str>) {
        self.say(Line::Note, text.as_ref());
    }

    pub fn warning(&self, text: impl AsRef<str>) {
        self.say(Line::Warning, text.as_ref());
    }

    pub fn detail(&self, text: impl AsRef<str>) {
        self.say(Line::Detail, text.as_ref());
    }

    pub fn request(&self, text: impl AsRef<str>) {
        self.say(Line::Request, text.as_ref());
    }

    pub fn spinner(&self, what: &'static str) -> Box<dyn Progress> {
        self.begin(what, Work::Unknown)
    }

    pub fn progress(&self, what: &'static str, steps: u64) -> Box<dyn Progress> {
        self.begin(what, Work::Steps(steps))
    }
}
