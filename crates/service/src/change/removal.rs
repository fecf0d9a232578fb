//! What a removal is about. A person agrees to what was not typed by its name, and sees which context it
//! is: `--yes` agrees to what was typed, and that is another text.

use azvault_model::{ContextName, Decision, Question};

use super::request::{ChangeRequest, Run};
use crate::app::{App, Consent};
use crate::contexts::Contexts;
use crate::contexts::meant::is_this;
use crate::failure::{Failure, Kind};
use crate::shell_word::shell_word;

/// Contexts that a removal is about.
pub(crate) struct Removal {
    /// By their names.
    pub(crate) names: Vec<ContextName>,
    /// The first text that was typed and is no name.
    indirect: Option<ContextName>,
}

impl Removal {
    /// The contexts that are meant by what was typed behind a command.
    pub(crate) fn of(
        app: &App,
        contexts: &Contexts,
        request: ChangeRequest,
        typed: &[ContextName],
    ) -> Result<Self, Failure> {
        let mut removal = Self { names: Vec::new(), indirect: None };
        for text in typed {
            let context = contexts.meant_to_change(text)?;
            removal.names.push(context.name.clone());
            if context.name.same_as(text) || request.run == Run::Dry {
                continue;
            }
            if request.destroy == Consent::Given || app.terminal().is_none() {
                let command = match request.verb {
                    "disconnect" => "azvault disconnect --context-name",
                    _ => "azvault context remove",
                };
                let name = shell_word(context.name.as_str());
                let what =
                    format!("{}, and only its name removes it unasked", is_this(text, context));
                return Err(
                    Failure::new(Kind::Refused, what).hint(format!("{command} {name} --yes"))
                );
            }
            removal.indirect.get_or_insert_with(|| text.clone());
        }
        Ok(removal)
    }

    /// The decision about them, with the question that it takes.
    pub(crate) fn asking(&self, decision: Decision) -> Decision {
        let own = self.indirect.clone().map(|typed| Question::RemoveMeant { typed });
        Decision { asks: decision.asks.or(own), ..decision }
    }
}
