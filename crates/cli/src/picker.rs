//! Choosing a context from a list, on a terminal.

use azvault_contexts::ContextName;
use dialoguer::FuzzySelect;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use crate::app::App;
use crate::contexts::{Contexts, Seen};
use crate::failure::{Code, Failure};
use crate::ui::shown;

/// Most lines of the list that are shown at once.
const LINES: usize = 15;

/// The context that the person chooses; the active one is offered first.
pub(crate) fn pick(app: &App) -> Result<ContextName, Failure> {
    if app.terminal().is_none() {
        return Err(Failure::new(Code::NeedsTerminal, "which context? Nobody can choose")
            .hint("give its name; azvault context list shows them"));
    }
    let (_, contexts) = Contexts::open(app)?;
    let seen = contexts.seen();
    if seen.is_empty() {
        return Err(Failure::new(Code::NotFound, "there are no contexts yet")
            .hint("azvault migrate moves your sign-ins in"));
    }
    let active = contexts.standing();
    let at = seen.iter().position(|seen| active.is_some_and(|a| a.same_as(&seen.context.name)));
    let lines: Vec<String> = seen.iter().map(line).collect();
    let colorful = ColorfulTheme::default();
    let theme: &dyn Theme = if app.ui.is_colored() { &colorful } else { &SimpleTheme };
    let chosen = FuzzySelect::with_theme(theme)
        .with_prompt("context")
        .items(&lines)
        .default(at.unwrap_or(0))
        .max_length(LINES)
        .interact_opt()
        .map_err(|e| Failure::new(Code::NeedsTerminal, format!("the terminal: {e}")))?;
    match chosen {
        Some(number) => Ok(seen[number].context.name.clone()),
        None => Err(Failure::new(Code::Aborted, "nothing was chosen")),
    }
}

/// What is searched and shown: name, subscription, account.
fn line(seen: &Seen<'_>) -> String {
    let context = seen.context;
    let mut line = shown(context.name.as_str());
    let subscription = context.subscription.as_ref().and_then(|s| s.name.as_ref());
    let account = context.account.as_ref().map(|account| &account.id);
    for more in [subscription, account].into_iter().flatten() {
        line.push_str("  ");
        line.push_str(&shown(more));
    }
    line
}
