//! Choosing from a list, on a terminal.

mod picking;

use std::collections::HashMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use azvault_model::ContextName;
use azvault_model::rules::sign_in::SignIn;
use azvault_os::console::interrupt_input;
use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::shown;
use azvault_service::verbs::{
    FoundPrevious, ListContexts, ListedContext, ListedContexts, PreviousContext, RankContexts,
    RankedContexts,
};
use console::{Term, truncate_str};
use dialoguer::FuzzySelect;
use dialoguer::theme::{ColorfulTheme, SimpleTheme, Theme};

use self::picking::{Picking, Pressed, Room, Row};
use super::ui::Tone;
use crate::app::App;
use crate::output::documents::{ContextView, Marks};
use crate::output::sign_in;

/// Most lines of the list that are shown at once.
const LINES: usize = 15;

/// Columns that marks take beside a line.
const BESIDE: usize = 4;

/// The context that the person chooses; the active one is offered first, then the one before it, then those that
/// were used often and lately.
pub(crate) fn pick(app: &App) -> Result<ContextName, Failure> {
    if app.terminal().is_none() {
        return Err(Failure::new(
            Kind::NeedsTerminal,
            "no context is named and there is no terminal to choose on",
        )
        .hint("give its name; azvault context list shows them"));
    }
    let mut requests = Requests::new(app);
    let ListedContexts { default, standing, mut contexts, .. } = requests.ask(ListContexts {})?;
    if contexts.is_empty() {
        return Err(Failure::new(Kind::NotFound, "there are no contexts yet")
            .hint("azvault migrate moves your sign-ins in"));
    }
    let before = match requests.ask(PreviousContext {})? {
        FoundPrevious::Context(name) => Some(name),
        FoundPrevious::Nothing | FoundPrevious::NoSession => None,
    };
    let is = |name: &Option<ContextName>, own: &ListedContext| {
        name.as_ref().is_some_and(|name| name.same_as(&own.context.name))
    };
    let RankedContexts { names } = requests.ask(RankContexts {})?;
    let ranks: HashMap<String, usize> =
        names.iter().enumerate().map(|(at, name)| (name.key(), at)).collect();
    // Stable: what was never used stays in the order of the list.
    contexts.sort_by_key(|own| {
        let rank = ranks.get(&own.context.name.key()).copied().unwrap_or(usize::MAX);
        (!is(&standing, own), !is(&before, own), rank)
    });
    let marks = Marks { default: default.as_ref(), active: standing.as_ref() };
    let rows: Vec<Row> = contexts.iter().map(|listed| row(app, listed, marks)).collect();
    let number = shown_until_chosen(app, &mut Picking::new("context", &rows))?;
    Ok(contexts[number].context.name.clone())
}

/// A context in the list: what tells it from others in columns, the rest below.
fn row(app: &App, listed: &ListedContext, marks: Marks<'_>) -> Row {
    let view = ContextView::new(&listed.context, listed.scope, marks);
    let text = |text: Option<&str>| text.map_or_else(|| "-".to_owned(), shown);
    let tenant = view.tenant.as_ref().map(|own| own.name.unwrap_or(own.id));
    let subscription = view.subscription.as_ref();
    let subscription = subscription.map_or_else(
        || "no subscription".to_owned(),
        |own| format!("{} ({})", shown(own.name.unwrap_or_default()), shown(own.id)),
    );
    let signed_in = listed.sign_in.map(|known| match known {
        SignIn::Stored => "sign-in ok".to_owned(),
        SignIn::Until(_) | SignIn::Needed => {
            format!("sign-in {}", sign_in::told(known, app.now()).1)
        }
    });
    let cloud = view.environment.filter(|cloud| *cloud != "AzureCloud").map(shown);
    let words = [Some(subscription.clone()), cloud, signed_in, view.long_name.map(shown)];
    Row {
        cells: vec![
            if view.active { "*" } else { "" }.to_owned(),
            shown(view.name),
            text(view.account.as_ref().map(|own| own.id)),
            text(tenant),
            view.mark.or(view.default.then_some("default")).unwrap_or_default().to_owned(),
        ],
        preview: words.into_iter().flatten().collect::<Vec<_>>().join(", "),
        found_by: vec![subscription],
        tone: if view.mark.is_some() { Tone::Bad } else { Tone::Plain },
    }
}

/// Shows the list until one is chosen; then nothing of it stays on the terminal.
fn shown_until_chosen(app: &App, picking: &mut Picking<'_>) -> Result<usize, Failure> {
    let term = Term::stderr();
    let failed =
        |e: std::io::Error| Failure::new(Kind::NeedsTerminal, format!("the terminal: {e}"));
    let nothing = || Failure::new(Kind::Aborted, "nothing was chosen");
    // Ctrl-C ends the choice and not the process, which would leave the list there.
    let ends_process = Arc::new(AtomicBool::new(false));
    interrupt_input(&ends_process);
    let chosen = loop {
        let (lines, columns) = term.size();
        let room = Room { columns: columns.into(), lines: lines.into() };
        let shown = picking.lines(room);
        let text = shown.iter().map(|(tone, line)| app.ui.painted(*tone, line));
        term.write_line(&text.collect::<Vec<_>>().join("\n")).map_err(failed)?;
        let key = term.read_key_raw();
        term.clear_last_lines(shown.len()).map_err(failed)?;
        match key.map(|key| picking.press(key)) {
            Ok(Pressed::GoesOn) => {}
            Ok(Pressed::Chosen(number)) => break Ok(number),
            Ok(Pressed::Ended) => break Err(nothing()),
            Err(e) if e.kind() == ErrorKind::Interrupted => break Err(nothing()),
            Err(e) => break Err(failed(e)),
        }
    };
    ends_process.store(true, Ordering::SeqCst);
    chosen
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
