//! Contexts by what a person typed for them.

use azvault_model::rules::az_subscription::az_subscription;
use azvault_model::{Context, ContextName, NotMeant, meant};

use super::{Contexts, Seen, absent};
use crate::app::App;
use crate::change::named;
use crate::failure::{Failure, Kind};
use crate::text::{quoted, shown};

/// Most contexts that a refusal lists.
const MAX_LISTED: usize = 10;

impl Contexts {
    /// The context that a person means, see [`azvault_model::meant`].
    pub fn meant(&self, typed: &ContextName) -> Result<Seen<'_>, Failure> {
        // All day the name is typed or written as it is.
        if let Some(seen) = self.find(typed) {
            return Ok(seen);
        }
        let seen = self.seen();
        let contexts: Vec<&Context> = seen.iter().map(|seen| seen.context).collect();
        match meant(typed, &contexts) {
            Ok(context) => self.expect(&context.name),
            Err(not) => Err(in_words(typed, not)),
        }
    }

    /// The context that az means by a subscription, see [`az_subscription`].
    pub(crate) fn of_az_subscription(&self, typed: &str) -> Result<Seen<'_>, Failure> {
        let seen = self.seen();
        let contexts: Vec<&Context> = seen.iter().map(|seen| seen.context).collect();
        // A context that was given and is none is refused; without an active one any may be meant.
        let active = self.active()?.0.and_then(|name| self.find(name)).map(|seen| seen.context);
        match az_subscription(typed, &contexts, active) {
            Ok(context) => self.expect(&context.name),
            Err(not) => Err(in_words(&ContextName::new(typed), not)),
        }
    }

    /// The context that a change is about: also one of the vault that this session does not see, if it was
    /// typed by its name. Whether the scope of the change has it, the rule says.
    pub(crate) fn meant_to_change(&self, typed: &ContextName) -> Result<&Context, Failure> {
        let mut stored = self.vault.contexts.iter();
        // A name wins over what another one begins with, although this session sees only that.
        match (self.find(typed), stored.find(|context| context.name.same_as(typed))) {
            (Some(seen), _) => Ok(seen.context),
            (None, Some(context)) => Ok(context),
            (None, None) => self.meant(typed).map(|seen| seen.context),
        }
    }

    /// Why nothing has this name.
    pub(super) fn not_meant(&self, name: &ContextName) -> Failure {
        self.meant(name).err().unwrap_or_else(|| absent(name))
    }

    /// As [`Contexts::meant`], saying which one it is where that was not typed.
    pub fn meant_aloud(&self, app: &App, typed: &ContextName) -> Result<Seen<'_>, Failure> {
        let seen = self.meant(typed)?;
        if !seen.context.name.same_as(typed) {
            app.console.note(is_this(typed, seen.context));
        }
        Ok(seen)
    }
}

/// The context that was typed as something else, in words.
pub(crate) fn is_this(typed: &ContextName, context: &Context) -> String {
    format!("{} is the context {}", quoted(typed.as_str()), described(context))
}

fn in_words(typed: &ContextName, not: NotMeant<'_>) -> Failure {
    match not {
        NotMeant::Unknown { similar } => {
            let Failure { what, hint, .. } = absent(typed);
            let similar: Vec<String> = similar.iter().map(|name| quoted(name.as_str())).collect();
            let what = match similar.is_empty() {
                true => what,
                false => format!("{what}; did you mean {}?", similar.join(" or ")),
            };
            Failure { hint, ..Failure::new(Kind::NotFound, what) }
        }
        NotMeant::Several(several) => {
            let mut what = format!("{} fits {} contexts:", quoted(typed.as_str()), several.len());
            for context in several.iter().take(MAX_LISTED) {
                what.push_str("\n  ");
                what.push_str(&described(context));
            }
            if several.len() > MAX_LISTED {
                what.push_str(&format!("\n  and {} more", several.len() - MAX_LISTED));
            }
            Failure::new(Kind::NotFound, what)
                .hint("type more of the name; azvault context list shows all")
        }
    }
}

/// A context by its name, account and tenant.
fn described(context: &Context) -> String {
    let environment = context.environment.as_deref();
    let account = context.account.as_ref().map(|own| named(&own.id, environment));
    let tenant = context.tenant.as_ref();
    let tenant =
        tenant.map(|own| format!("tenant {}", shown(own.name.as_ref().unwrap_or(&own.id))));
    let more: Vec<String> = [account, tenant].into_iter().flatten().collect();
    let name = quoted(context.name.as_str());
    if more.is_empty() { name } else { format!("{name} ({})", more.join(", ")) }
}
