//! `azvault complete`: what a completion script asks while a line is typed.

mod candidates;

use std::ffi::OsString;

use clap_complete::engine::{CompletionCandidate, complete};
use serde::Serialize;

use self::candidates::completed;
use super::completions::CompletedShell;
use crate::app::{App, Exit};

/// Print what may stand at a place of a line
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The shell that reads the answer
    #[arg(long)]
    shell: CompletedShell,
    /// Which of the words is completed [default: the last]
    #[arg(long)]
    index: Option<usize>,
    /// The line, its first word included
    #[arg(last = true)]
    words: Vec<OsString>,
}

/// A candidate, as nu reads it.
#[derive(Serialize)]
struct Row {
    value: String,
    description: String,
}

impl Args {
    pub(crate) fn run(mut self, app: &App) -> Exit {
        let index = self.index.unwrap_or_else(|| self.words.len().saturating_sub(1));
        if self.words.len() <= index {
            self.words.resize(index + 1, OsString::new());
        }
        let begins_plain = !self.words[index].to_string_lossy().starts_with('-');
        let mut tree = completed((app.tree)());
        let folder = std::env::current_dir().ok();
        // A line that is none has nothing to offer: that is no failure, and nobody would see it.
        let found = complete(&mut tree, self.words, index, folder.as_deref()).unwrap_or_default();
        let mut rows: Vec<Row> = found.iter().filter_map(row).collect();
        // Options are offered to who begins one, and where there is nothing else.
        let is_option = |row: &Row| row.value.starts_with('-');
        if begins_plain && rows.iter().any(|row| !is_option(row)) {
            rows.retain(|row| !is_option(row));
        }
        let text = match self.shell {
            CompletedShell::Nu => serde_json::to_string(&rows).unwrap_or_default(),
            shell => rows.iter().map(|row| line(shell, row)).collect(),
        };
        app.ui.raw(text.as_bytes());
        Ok(0)
    }
}

/// A candidate; `None` where a line cannot hold it.
fn row(found: &CompletionCandidate) -> Option<Row> {
    let value = found.get_value().to_str()?.to_owned();
    let help = found.get_help().map(ToString::to_string).unwrap_or_default();
    let description = help.lines().next().unwrap_or_default().to_owned();
    let is_plain = |text: &str| azvault_service::text::shown(text) == text;
    (is_plain(&value) && is_plain(&description)).then_some(Row { value, description })
}

fn line(shell: CompletedShell, Row { value, description }: &Row) -> String {
    match shell {
        CompletedShell::Zsh => {
            let value = value.replace('\\', "\\\\").replace(':', "\\:");
            format!("{value}:{}\n", description.replace('\\', "\\\\"))
        }
        CompletedShell::Fish | CompletedShell::Powershell if !description.is_empty() => {
            format!("{value}\t{description}\n")
        }
        _ => format!("{value}\n"),
    }
}
