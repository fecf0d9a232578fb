//! `--wide`: lists with every column whole and exact times.

use azvault_service::time::{relative, utc};

use crate::app::App;
use crate::terminal::columns::Column;
use crate::terminal::ui::Cell;

/// `--wide`
#[derive(clap::Args)]
pub(crate) struct WideOption {
    /// Show every column whole, and exact times
    #[arg(long)]
    wide: bool,
}

impl WideOption {
    /// Prints a list: one that fits the terminal, unless all of it was asked for.
    pub(crate) fn print(&self, app: &App, columns: &[Column], rows: Vec<Vec<Cell>>) {
        match self.wide {
            true => app.ui.wide_columns(columns, &rows),
            false => app.ui.columns(columns, rows),
        }
    }

    /// A moment: how far it is, for a person who looks at it now; elsewhere the time itself.
    pub(crate) fn moment(&self, app: &App, at: i64) -> String {
        match self.wide {
            true => utc(at),
            false => moment(app, at),
        }
    }
}

impl WideOption {
    /// When something ends, or has ended.
    pub(crate) fn expires(&self, app: &App, at: i64) -> String {
        let word = if at > app.now() { "expires" } else { "expired" };
        match self.wide || !app.ui.is_on_terminal() {
            true => utc(at),
            false => format!("{word} {}", relative(at, app.now())),
        }
    }
}

/// A moment of a list that has no other form.
pub(crate) fn moment(app: &App, at: i64) -> String {
    if app.ui.is_on_terminal() { relative(at, app.now()) } else { utc(at) }
}
