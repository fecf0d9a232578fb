//! `azvault man`

use azvault_service::failure::{Failure, Kind};

use crate::app::{App, Exit};

/// Print the manual page
///
/// To read it: azvault man | man -l -
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The page of one command: `azvault man migrate clean`
    command: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let mut command = (app.tree)();
        command.build();
        for word in &self.command {
            command = command.find_subcommand(word).cloned().ok_or_else(|| {
                let word = azvault_service::text::quoted(word);
                Failure::new(Kind::NotFound, format!("there is no command {word}"))
                    .hint("azvault --help")
            })?;
        }
        let mut page = Vec::new();
        clap_mangen::Man::new(command)
            .render(&mut page)
            .map_err(|e| Failure::new(Kind::Other, format!("the page cannot be made: {e}")))?;
        app.ui.raw(&page);
        Ok(0)
    }
}
