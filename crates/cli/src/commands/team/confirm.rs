//! `azvault team confirm`

use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::team::exchange::exchange;
use azvault_service::text::quoted;
use azvault_service::verbs::{ReviewRequest, TeamDeed};

use crate::app::{App, Exit};
use crate::options::name::name;
use crate::options::team::TeamOption;
use crate::output;

/// Admit a device that answered an invitation
///
/// Shows six words. If the person who joins reads out other ones, another person stands between you: do not
/// confirm. With the confirmation the device gets the team's key and can read all that is shared.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// What azvault team join printed
    #[arg(value_parser = name)]
    request: String,
    /// The six words that the person who joins read out: nothing is asked then
    #[arg(long, value_name = "WORDS", value_parser = name)]
    words: Option<String>,
    #[command(flatten)]
    team: TeamOption,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let Self { request, words, team } = self;
        let mut requests = Requests::new(app);
        let review = ReviewRequest { team: team.team.clone(), request: request.clone() };
        let reviewed = requests.ask(review)?;
        let (member, role) = (quoted(&reviewed.member), &reviewed.role);
        match words {
            Some(words) => azvault_service::team::check_words(&reviewed.words, &words)?,
            None => {
                app.ui.note(format!("{member} would be {role} in {}", quoted(&reviewed.team)));
                app.ui.note(format!("six words: {}", reviewed.words));
                app.confirm(Consent::Ask, "Does the person who joins read out the same words?")?;
            }
        }
        let deed = TeamDeed::Admit { request };
        let report = exchange(app, &mut requests, team.team.as_deref(), &deed)?;
        output::team::say(app, &report, &format!("{member} is {role}"));
        Ok(0)
    }
}
