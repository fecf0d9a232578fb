//! The process that runs age, as the one sees it that started it: it answers what plugins ask, and ends them
//! when they are silent for too long.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use azvault_os::pipe::{Interest, Stream, Wait};
use azvault_os::process::{end_group, start_apart_from_terminal};

use super::exchange::{Done, Order, Question, Reply, Said};
use super::plugins;
use crate::app::App;
use crate::console::Answer;
use crate::failure::{Failure, Kind};
use crate::inherited;
use crate::message::{SecretPart, decode, encode, framed, received};
use crate::request::Nothing;
use crate::text::cited;

/// How long a plugin may be silent while nobody is asked anything: long enough to find a key and to touch
/// it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// How much a plugin may say and ask before it answers.
const MAX_QUESTIONS: usize = 100;

/// The process and all plugins below it. They end with this.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        end_group(&mut self.0);
    }
}

/// Has an order carried out with these plugins (names and programs).
pub(super) fn ask(
    app: &App,
    programs: &BTreeMap<String, String>,
    order: &mut Order,
    patience: Duration,
) -> Result<Done, Failure> {
    let cannot = |e: std::io::Error| Failure::new(Kind::Other, format!("starting age: {e}"));
    let path = plugins::search_path(programs)?;
    let (mut own, its) = Stream::pair().map_err(cannot)?;
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    inherited::without_anything(&mut command).map_err(cannot)?;
    command.arg("age").env_clear().env("PATH", path).current_dir("/");
    command.stdin(its.into_input()).stdout(Stdio::null()).stderr(Stdio::null());
    // Of its own group: Ctrl-C is for the command that waits, and the group ends as a whole.
    let _running = Running(start_apart_from_terminal(&mut command).spawn().map_err(cannot)?);
    // It has its end: when it is gone, so is the connection.
    drop(command);
    own.write_all(&framed(&encode(&mut Nothing {}, order))).map_err(|_| broken())?;
    for _ in 0..=MAX_QUESTIONS {
        wait(&own, programs, patience)?;
        let message = received(&mut own).map_err(|_| broken())?;
        match decode(&message).map_err(|_| broken())? {
            Said::Done(done) => return done,
            Said::Asks(question) => {
                let mut reply = answered(app, question)?;
                own.write_all(&framed(&encode(&mut Nothing {}, &mut reply)))
                    .map_err(|_| broken())?;
            }
        }
    }
    let what =
        format!("{} said more than {MAX_QUESTIONS} things and did not answer", names(programs));
    Err(Failure::new(Kind::Locked, what).hint("another way to unlock: azvault key list"))
}

/// The programs, in a sentence.
fn names(programs: &BTreeMap<String, String>) -> String {
    let names: Vec<String> = programs.keys().map(|name| plugins::program(name)).collect();
    if names.is_empty() { "age".to_owned() } else { names.join(", ") }
}

/// Waits until it says something.
fn wait(
    stream: &Stream,
    programs: &BTreeMap<String, String>,
    patience: Duration,
) -> Result<(), Failure> {
    let start = Instant::now();
    loop {
        let left = patience.saturating_sub(start.elapsed());
        let mut wait = Wait::new();
        wait.add(stream, Interest::Read);
        let ready = wait.within(Some(left)).map_err(|_| broken())?;
        if ready.iter().any(|ready| ready.is_any()) {
            return Ok(());
        }
        if left.is_zero() {
            let (who, time) = (names(programs), patience.as_secs());
            let what = format!("{who} did not answer for {time} seconds");
            return Err(Failure::new(Kind::Locked, what)
                .hint("is the hardware plugged in? another way to unlock: azvault key list"));
        }
    }
}

/// What the person answers. The quotes say that the words are the plugin's.
fn answered(app: &App, question: Question) -> Result<Reply, Failure> {
    Ok(match question {
        Question::Message(message) => {
            app.console.request(format!("the plugin says: {}", cited(&message)));
            Reply::Heard
        }
        Question::Secret(question) => match app.terminal() {
            Some(mut terminal) => {
                let question = format!("The plugin asks: {} ", cited(&question));
                Reply::Secret(SecretPart::new(terminal.ask_passphrase(&question)?))
            }
            None => return Err(nobody_to_ask(&question)),
        },
        Question::Text(question) => match app.terminal() {
            Some(mut terminal) => {
                Reply::Text(terminal.ask_text(&format!("The plugin asks: {} ", cited(&question)))?)
            }
            None => return Err(nobody_to_ask(&question)),
        },
        Question::Confirm { message, yes, no } => match app.terminal() {
            Some(mut terminal) => {
                let no = no.map(|no| format!(", no: {}", cited(&no))).unwrap_or_default();
                let question =
                    format!("The plugin asks: {} (yes: {}{no})", cited(&message), cited(&yes));
                match terminal.ask_yes(&question)? {
                    Answer::Yes => Reply::Yes,
                    Answer::No => Reply::No,
                }
            }
            None => Reply::Nothing,
        },
    })
}

fn nobody_to_ask(question: &str) -> Failure {
    let what = format!("the plugin asks {} and there is no terminal", cited(question));
    Failure::new(Kind::NeedsTerminal, what).hint("azvault unlock in a terminal")
}

pub(super) fn broken() -> Failure {
    Failure::new(Kind::Other, "the process that runs age broke off").hint("run the command again")
}
