//! The console of a request that another process made: what is said goes back with the answer, and a
//! question is one that the person has answered before, or goes back in place of the answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use azvault_model::Secret;

use crate::console::{Answer, Console, Line, Progress, Prompt, Said, Work};
use crate::failure::{Failure, Kind};
use crate::request::{Outcome, Person, TypedPin};

/// What was said and asked while a request was carried out.
pub(crate) struct Recorder {
    person: Person,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    said: Vec<Said>,
    agreed: Vec<String>,
    asked: Option<String>,
    /// PINs that were typed, by the question.
    pins: Vec<TypedPin>,
    asked_pin: Option<String>,
}

impl Recorder {
    /// For a person who agreed to these questions.
    pub(crate) fn new(person: Person, agreed: Vec<String>) -> Self {
        let record = Record { agreed, ..Record::default() };
        Self { person, record: Arc::new(Mutex::new(record)) }
    }

    /// And who typed these PINs.
    pub(crate) fn with_pins(self, pins: Vec<TypedPin>) -> Self {
        lock(&self.record).pins = pins;
        self
    }

    /// What was said.
    pub(crate) fn said(&self) -> Vec<Said> {
        std::mem::take(&mut lock(&self.record).said)
    }

    /// The question that nobody has answered yet.
    pub(crate) fn asks(&self) -> Option<Outcome> {
        let mut record = lock(&self.record);
        let asked = record.asked.take().map(Outcome::Asks);
        asked.or_else(|| record.asked_pin.take().map(Outcome::AsksPin))
    }
}

fn lock(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Console for Recorder {
    fn say(&self, line: Line, text: &str) {
        lock(&self.record).said.push(Said { line, text: text.to_owned() });
    }

    fn failure(&self, failure: &Failure) {
        let hint = failure.hint.as_ref().map(|hint| format!(" (try: {hint})")).unwrap_or_default();
        self.say(Line::Warning, &format!("{}{hint}", failure.what));
    }

    fn once(&self, _: &str, _: &[u8]) {
        // Nothing that is answered for another process makes a secret that is shown once.
    }

    fn picture(&self, _: &str) {
        // Signing in happens in a process of its own.
    }

    fn begin(&self, _: &'static str, _: Work) -> Box<dyn Progress> {
        Box::new(Unseen)
    }

    fn prompt(&self) -> Option<Box<dyn Prompt>> {
        let record = Arc::clone(&self.record);
        (self.person == Person::Present).then(|| Box::new(Agreed(record)) as Box<dyn Prompt>)
    }

    fn is_watched(&self) -> bool {
        false
    }
}

/// Work of milliseconds.
struct Unseen;

impl Progress for Unseen {
    fn set_length(&self, _: u64) {}

    fn set_position(&self, _: u64) {}

    fn step(&self) {}

    fn set_message(&self, _: String) {}
}

/// A person who has answered, or will with the next request.
struct Agreed(Arc<Mutex<Record>>);

impl Prompt for Agreed {
    fn ask_passphrase(&mut self, _: &str) -> Result<Secret, Failure> {
        Err(Failure::locked())
    }

    fn ask_pin(&mut self, question: &str) -> Result<Secret, Failure> {
        let mut record = lock(&self.0);
        if let Some(at) = record.pins.iter().position(|typed| typed.question == question) {
            return Ok(record.pins.swap_remove(at).pin.into_value());
        }
        record.asked_pin = Some(question.to_owned());
        Err(Failure::new(Kind::Aborted, "nothing was done"))
    }

    fn ask_text(&mut self, _: &str) -> Result<String, Failure> {
        Err(Failure::locked())
    }

    fn ask_yes(&mut self, question: &str) -> Result<Answer, Failure> {
        let mut record = lock(&self.0);
        if record.agreed.iter().any(|agreed| agreed == question) {
            return Ok(Answer::Yes);
        }
        record.asked = Some(question.to_owned());
        Err(Failure::new(Kind::Aborted, "nothing was done"))
    }
}
