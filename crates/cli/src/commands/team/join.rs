//! `azvault team join`

use azvault_service::ask::Requests;
use azvault_service::failure::{Failure, Kind};
use azvault_service::team;
use azvault_service::text::quoted;
use azvault_service::verbs::JoinTeam;
use serde::Serialize;

use super::login::LoginOptions;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::output::documents::SCHEMA;

/// Answer an invitation to a team
///
/// Prints a request for the admin who invited you, and six words. The admin runs azvault team confirm
/// with the request and sees six words as well: compare them by voice. Once confirmed,
/// azvault team sync brings what the team shares.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What azvault team invite printed; without it, it is asked for, and no process list shows it
    #[arg(value_parser = name)]
    invitation: Option<String>,
    /// Your user of the team's database, if the URL of the invitation is the right one
    #[arg(long, value_name = "USER", value_parser = name, required_unless_present = "database")]
    database_user: Option<String>,
    /// Another URL of the team's database: postgresql://USER@HOST/DATABASE[?sslrootcert=FILE]
    #[arg(long, value_name = "URL", value_parser = name, conflicts_with = "database_user")]
    database: Option<String>,
    /// What you are called in the team [default: the user in the URL]
    #[arg(long = "as", value_name = "NAME", value_parser = name)]
    member: Option<String>,
    #[command(flatten)]
    login: LoginOptions,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    team: &'a str,
    role: &'a str,
    request: &'a str,
    words: &'a str,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let Self { invitation, database_user, database, member, login } = self;
        let code = match invitation {
            Some(code) => code,
            None => typed(app)?,
        };
        let address = match (database, database_user) {
            (Some(url), _) => url,
            (None, user) => {
                let user = user.unwrap_or_default();
                team::address_in(&code, &user).ok_or_else(|| {
                    Failure::new(Kind::Usage, "this is no invitation to a team")
                        .hint("azvault team invite, on an admin's machine, prints one")
                })?
            }
        };
        let mut requests = Requests::new(app);
        let login = login.checked(app, &mut requests, &address)?;
        let member = member.or_else(|| team::user_of(&address)).unwrap_or_default();
        let joined = requests.ask(JoinTeam { code, member, address, login })?;
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                team: &joined.team,
                role: &joined.role,
                request: &joined.request,
                words: &joined.words,
            });
            return Ok(0);
        }
        app.ui.line(&joined.request);
        app.ui.note(format!("the team {}; your six words: {}", quoted(&joined.team), joined.words));
        app.ui
            .note("give the request to the admin who invited you, and compare the words by voice");
        Ok(0)
    }
}

/// The invitation that a person pastes.
fn typed(app: &App) -> Result<String, Failure> {
    let Some(mut terminal) = app.terminal() else {
        let what = "the invitation is needed and there is no terminal to ask on";
        return Err(Failure::new(Kind::NeedsTerminal, what)
            .hint("azvault team join INVITATION --database-user USER"));
    };
    Ok(terminal.ask_text("Invitation: ")?.trim().to_owned())
}
