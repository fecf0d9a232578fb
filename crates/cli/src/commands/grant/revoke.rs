//! `azvault grant revoke`

use azvault_service::ask::ask_agent;
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::{count, quoted};
use azvault_service::verbs::RevokeGrants;
use azvault_vault::Id;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::output::documents::SCHEMA;

/// End what endpoints may ask the agent for: commands get no token from then on
///
/// Tokens that they have are theirs until those expire. The commands themselves go on; an endpoint that
/// azvault endpoint opened ends.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ids, as azvault grant list shows them
    #[arg(value_name = "ID", value_parser = name, required_unless_present = "all")]
    ids: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u8,
    revoked: Vec<String>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let verb = match self.all {
            true => RevokeGrants::All,
            false => {
                RevokeGrants::These(self.ids.iter().map(|id| parsed(id)).collect::<Result<_, _>>()?)
            }
        };
        let revoked = ask_agent(app, verb)?.0;
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, revoked });
            return Ok(0);
        }
        app.ui.note(format!("{} revoked", count(revoked.len(), "grant")));
        Ok(0)
    }
}

fn parsed(text: &str) -> Result<Id, Failure> {
    text.parse().map_err(|_| {
        let what = format!("{} is no id of a grant: an id has 16 hexadecimal digits", quoted(text));
        Failure::new(Kind::Usage, what).hint("azvault grant list")
    })
}
