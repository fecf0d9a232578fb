//! `azvault team members`

use azvault_service::ask::Requests;
use azvault_service::time::utc;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::team::{TeamOption, meant};
use crate::output::documents::SCHEMA;
use crate::terminal::ui::cell;

/// List the members of a team, one device each
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    team: TeamOption,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    members: Vec<MemberView<'a>>,
}

#[derive(Serialize)]
struct MemberView<'a> {
    name: &'a str,
    role: &'a str,
    device: &'a str,
    /// Unix seconds.
    since: i64,
    own: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let team = meant(&mut Requests::new(app), self.team.team.as_deref())?;
        if app.ui.output == Output::Json {
            let members = team.members.iter().map(|member| MemberView {
                name: &member.name,
                role: &member.role,
                device: &member.device,
                since: member.since,
                own: member.is_own,
            });
            let members = members.collect();
            app.ui.json(&Document { schema: SCHEMA, team: &team.name, members });
            return Ok(0);
        }
        let rows: Vec<_> = team
            .members
            .iter()
            .map(|member| {
                vec![
                    cell(if member.is_own { "*" } else { "" }),
                    cell(&member.name),
                    cell(&member.role),
                    cell(utc(member.since)),
                    cell(member.device.get(..8).unwrap_or_default()),
                ]
            })
            .collect();
        app.ui.table(&["", "NAME", "ROLE", "SINCE", "DEVICE"], &rows);
        Ok(0)
    }
}
