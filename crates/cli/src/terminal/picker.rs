//! Choosing from a list, on a terminal.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azvault_model::{Context, ContextName};
use azvault_os::console::interrupt_input;
use azvault_service::ask::ask;
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::shown;
use azvault_service::verbs::{ListContexts, ListedContexts};
use console::{Term, truncate_str};
use dialoguer::FuzzySelect;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use crate::app::App;

/// Most lines of the list that are shown at once.
const LINES: usize = 15;

/// Columns that marks take beside a line.
const BESIDE: usize = 4;

/// The context that the person chooses; the active one is offered first.
pub(crate) fn pick(app: &App) -> Result<ContextName, Failure> {
    if app.terminal().is_none() {
        return Err(Failure::new(
            Kind::NeedsTerminal,
            "no context is named and there is no terminal to choose on",
        )
        .hint("give its name; azvault context list shows them"));
    }
    let ListedContexts { contexts, standing, .. } = ask(app, ListContexts {})?;
    if contexts.is_empty() {
        return Err(Failure::new(Kind::NotFound, "there are no contexts yet")
            .hint("azvault migrate moves your sign-ins in"));
    }
    let is_active = |name: &ContextName| standing.as_ref().is_some_and(|own| own.same_as(name));
    let at = contexts.iter().position(|listed| is_active(&listed.context.name));
    let lines: Vec<String> = contexts.iter().map(|listed| line(&listed.context)).collect();
    let number = choose(app, "context", &lines, at.unwrap_or(0))?;
    Ok(contexts[number].context.name.clone())
}

/// The number of the line that the person chooses; lines are cut to the terminal's width.
pub(crate) fn choose(
    app: &App,
    prompt: &str,
    lines: &[String],
    at: usize,
) -> Result<usize, Failure> {
    let term = Term::stderr();
    let width = usize::from(term.size().1).saturating_sub(BESIDE);
    let cut = |line: &String| truncate_str(line, width, "…").into_owned();
    let lines: Vec<String> = lines.iter().map(cut).collect();
    let colorful = ColorfulTheme::default();
    let theme: &dyn Theme = if app.ui.is_colored() { &colorful } else { &SimpleTheme };
    // Ctrl-C ends the choice and not the process, which would leave the cursor hidden.
    let ends_process = Arc::new(AtomicBool::new(false));
    interrupt_input(&ends_process);
    let chosen = FuzzySelect::with_theme(theme)
        .with_prompt(prompt)
        .items(&lines)
        .default(at)
        .max_length(LINES)
        .interact_on_opt(&term);
    ends_process.store(true, Ordering::SeqCst);
    match chosen {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err(Failure::new(Kind::Aborted, "nothing was chosen")),
        Err(dialoguer::Error::IO(e)) if e.kind() == ErrorKind::Interrupted => {
            let _ = term.show_cursor();
            Err(Failure::new(Kind::Aborted, "nothing was chosen"))
        }
        Err(e) => Err(Failure::new(Kind::NeedsTerminal, format!("the terminal: {e}"))),
    }
}

/// What is searched and shown, on one line: the name, and what the name does not say of
/// subscription and account.
fn line(context: &Context) -> String {
    let mut line = shown(context.name.as_str());
    if let Some(mark) = context.labels.mark {
        line.push_str(&format!(" ({})", mark.as_str()));
    }
    let subscription = context.subscription.as_ref().and_then(|s| s.name.as_ref());
    let account = context.account.as_ref().map(|account| &account.id);
    for more in [subscription, account].into_iter().flatten() {
        if !context.name.as_str().contains(more.as_str()) {
            line.push_str("  ");
            line.push_str(&shown(more));
        }
    }
    line
}
