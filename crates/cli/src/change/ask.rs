//! What a rule asks, and why it refuses, in words.

use azvault_contexts::{Question, Refusal};

use super::Wanted;
use crate::app::{App, Consent};
use crate::contexts;
use crate::failure::{Code, Failure};
use crate::ui::{count, quoted, shown};

/// Has the person agree, unless that was said beforehand.
pub(super) fn ask(app: &App, wanted: Wanted, question: Option<&Question>) -> Result<(), Failure> {
    match question {
        None => Ok(()),
        Some(Question::Replace { existing }) => {
            let name = quoted(existing.as_str());
            if wanted.replace == Consent::Ask && app.terminal().is_none() {
                return Err(Failure::new(
                    Code::Exists,
                    format!("there is a context {name} already"),
                )
                .hint("add --force to replace it"));
            }
            app.confirm(wanted.replace, &format!("Replace the context {name}?"))
        }
        Some(Question::RemoveCurrent { name }) => {
            let name = quoted(name.as_str());
            let question = format!("{name} is the current context. Remove it?");
            app.confirm(wanted.destroy, &question)
        }
        Some(Question::Clear { contexts, secrets }) => {
            let (contexts, secrets) = (count(*contexts, "context"), count(*secrets, "secret"));
            app.confirm(wanted.destroy, &format!("Remove {contexts} and {secrets}?"))
        }
        Some(Question::Disconnect { accounts, contexts }) => {
            let (who, number) = (shown(&accounts.join(", ")), count(*contexts, "context"));
            let question = format!("Remove {number} and every secret of {who}?");
            app.confirm(wanted.destroy, &question)
        }
    }
}

/// A rule's refusal, in words.
pub(super) fn refused(refusal: Refusal) -> Failure {
    let what = refusal.to_string();
    match refusal {
        Refusal::NoSuchContext { name } => contexts::absent(&name),
        Refusal::NoneCurrent => contexts::none_active(),
        Refusal::NoSuchAccount { id } => {
            Failure::new(Code::NotFound, format!("there is no account {}", quoted(&id)))
                .hint("azvault context list, and azvault secret list, show the accounts")
        }
        Refusal::NoSuchSubscription { wanted } => {
            Failure::new(Code::NotFound, format!("{what}: {}", quoted(&wanted)))
                .hint("give its id, a name of azvault subscription list, or --online to ask Azure")
        }
        Refusal::AmbiguousSubscription { wanted, ids } => {
            let ids = shown(&ids.join(", "));
            Failure::new(Code::NotFound, format!("{what}: {}", quoted(&wanted)))
                .hint(format!("give one of the ids: {ids}"))
        }
        Refusal::EmptyName => Failure::new(Code::Usage, what),
    }
}
