//! The process that runs age, and the plugins below it. It has no vault, no key of one, no environment and no
//! terminal: it is told one value or one file, and asks the process that started it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use azvault_age::{Ask, Confirmed, Error, Identities, NotIdentities, Recipient};
use azvault_model::Secret;
use azvault_os::pipe::Stream;
use azvault_os::process::{Programs, confine_calls};

use super::exchange::{Done, Order, Question, Reply, Said};
use crate::failure::{Failure, Kind};
use crate::message::{SecretPart, decode, encode, framed, received};
use crate::request::Nothing;
use crate::text::cited;

/// Does what the process at the other end of standard input orders, and says what came of it.
pub fn serve() -> Result<(), Failure> {
    let usage = || Failure::new(Kind::Usage, "azvault age is started by azvault itself");
    let mut orderer = Stream::of_input().map_err(|_| usage())?;
    let order = received(&mut orderer).map_err(|_| usage())?;
    let order: Order = decode(&order).map_err(|_| usage())?;
    let line = Line(Arc::new(Mutex::new(orderer)));
    let done = carry_out(order, line.clone());
    // Who does not listen any more has given up.
    let _ = line.send(&mut Said::Done(done));
    Ok(())
}

fn carry_out(order: Order, line: Line) -> Result<Done, Failure> {
    match order {
        Order::Encrypt { value, recipients } => {
            let recipients = recipients.iter().map(|text| text.parse());
            let recipients: Vec<Recipient> = recipients
                .collect::<Result<_, _>>()
                .map_err(|e: azvault_age::NotARecipient| failed(&Error::Other(e.to_string())))?;
            if recipients.iter().all(|recipient| recipient.plugin().is_none()) {
                start_no_program();
            }
            let file = azvault_age::encrypt(value.value(), &recipients, line);
            file.map(Done::Encrypted).map_err(|e| failed(&e))
        }
        Order::Decrypt { file, identities } => {
            let identities = Identities::parse(identities.value());
            let identities =
                identities.map_err(|e: NotIdentities| failed(&Error::Other(e.to_string())))?;
            if identities.plugins().is_empty() {
                start_no_program();
            }
            let value = azvault_age::decrypt(&file, identities, line);
            value.map(|value| Done::Decrypted(SecretPart::new(value))).map_err(|e| failed(&e))
        }
    }
}

/// Without a plugin there is nothing to start. Where the kernel cannot see to it, it stays as it was.
fn start_no_program() {
    let _ = confine_calls(Programs::None);
}

/// To the process that started this one. What is asked waits for its answer.
#[derive(Clone)]
struct Line(Arc<Mutex<Stream>>);

impl Line {
    fn send(&self, said: &mut Said) -> std::io::Result<()> {
        self.locked().write_all(&framed(&encode(&mut Nothing {}, said)))
    }

    fn asked(&self, question: Question) -> Option<Reply> {
        let mut stream = self.locked();
        let message = framed(&encode(&mut Nothing {}, &mut Said::Asks(question)));
        stream.write_all(&message).ok()?;
        decode(&received(&mut stream).ok()?).ok()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Stream> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Ask for Line {
    fn say(&self, message: &str) {
        self.asked(Question::Message(message.to_owned()));
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<Confirmed> {
        let (message, yes, no) = (message.to_owned(), yes.to_owned(), no.map(str::to_owned));
        match self.asked(Question::Confirm { message, yes, no })? {
            Reply::Yes => Some(Confirmed::Yes),
            Reply::No => Some(Confirmed::No),
            _ => None,
        }
    }

    fn text(&self, question: &str) -> Option<String> {
        match self.asked(Question::Text(question.to_owned()))? {
            Reply::Text(text) => Some(text),
            _ => None,
        }
    }

    fn secret(&self, question: &str) -> Option<Secret> {
        match self.asked(Question::Secret(question.to_owned()))? {
            Reply::Secret(part) => Some(part.into_value()),
            _ => None,
        }
    }
}

/// Why it did not work. What a plugin says is cited, however it is written.
fn failed(error: &Error) -> Failure {
    let (kind, what, hint) = match error {
        Error::Plugin(said) if said.contains("TPM_RC_LOCKOUT") => (
            Kind::Locked,
            "the TPM takes no PIN for now: too many were wrong".to_owned(),
            LOCKED_OUT,
        ),
        Error::Plugin(said) if said.contains("TPM_RC_AUTH_FAIL") => {
            (Kind::Locked, "the TPM says that the PIN is wrong".to_owned(), COUNTED)
        }
        Error::Plugin(said) => {
            (Kind::Locked, format!("the plugin refused: {}", cited(said)), OTHER_WAYS)
        }
        Error::NoPlugin(name) => (
            Kind::Unsupported,
            format!("{name} does not answer"),
            "install it as root did when the way was added, or use another way: azvault key list",
        ),
        Error::PluginEnded => (Kind::Locked, error.to_string(), OTHER_WAYS),
        Error::OtherIdentities | Error::IdentityLocked => (
            Kind::Locked,
            error.to_string(),
            "name the identity that belongs to it: --age-identity FILE",
        ),
        Error::WrongKey | Error::NotAge | Error::Other(_) => {
            (Kind::Locked, cited_if_long(&error.to_string()), OTHER_WAYS)
        }
    };
    Failure::new(kind, what).hint(hint)
}

const OTHER_WAYS: &str = "another way to unlock, if the vault has one: azvault key list";

const COUNTED: &str =
    "the TPM counts: after a few more it takes none for a while; another way: azvault key list";

const LOCKED_OUT: &str = "wait (tpm2_getcap properties-variable shows TPM2_PT_LOCKOUT_INTERVAL, in seconds), \
                          or use another way to unlock: azvault key list";

/// Our own words are short; what is longer has someone else's in it.
fn cited_if_long(text: &str) -> String {
    if text.len() > 120 || text.contains(char::is_control) { cited(text) } else { text.to_owned() }
}
