//! `azvault team invite`

use azvault_service::ask::ask;
use azvault_service::time::utc;
use azvault_service::verbs::InviteMember;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::team::TeamOption;
use crate::output::documents::SCHEMA;

/// Print an invitation for one device
///
/// Give it to one person; it opens nothing. What azvault team join prints there comes back to you, and
/// azvault team confirm shows the six words that you compare before the device becomes a member.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What the member may do
    #[arg(long, value_name = "ROLE", default_value = "writer",
          value_parser = ["reader", "writer", "admin"])]
    role: String,
    /// How many hours the invitation may be answered
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u16).range(1..=168))]
    expires: u16,
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    role: &'a str,
    code: &'a str,
    /// Unix seconds.
    expires: i64,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let Self { role, expires, team } = self;
        let seconds = i64::from(expires) * 3600;
        let invited = ask(app, InviteMember { team: team.team, role: role.clone(), seconds })?;
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                team: &invited.team,
                role: &role,
                code: &invited.code,
                expires: invited.expires,
            });
            return Ok(0);
        }
        app.ui.line(&invited.code);
        app.ui.note(format!(
            "until {}; on the other machine: azvault team join",
            utc(invited.expires)
        ));
        Ok(0)
    }
}
