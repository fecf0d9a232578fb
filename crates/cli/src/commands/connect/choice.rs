//! Which subscription becomes active: said, or chosen on a terminal; without one the first, and that is
//! said, as Connect-AzAccount has it. The sign-in that was just made is not lost.

use azvault_model::rules::connect::{Choice, SignedIn, VisibleSubscription, choose as rule};
use azvault_model::{Context, Refusal};
use azvault_service::failure::{Failure, Kind};
use azvault_service::text::{cited, count, quoted, shown};

use crate::app::App;
use crate::terminal::picker;

/// Most subscriptions that an error lists.
const LISTED: usize = 20;

/// The id of the subscription; `None` where the account sees none.
pub(super) fn choose(
    app: &App,
    signed_in: &SignedIn,
    asked: Option<&str>,
    current: Option<&Context>,
) -> Result<Option<String>, Failure> {
    let again = "run the command again with --subscription ID";
    match rule(signed_in, asked, current) {
        Ok(Choice::This(place)) => Ok(Some(place.subscription.id.to_string())),
        Ok(Choice::None) => Ok(None),
        Ok(Choice::Several(places)) if app.terminal().is_some() => {
            let lines: Vec<String> = places.iter().map(|place| line(place)).collect();
            let number = picker::choose(app, "subscription", &lines, 0)?;
            Ok(Some(places[number].subscription.id.to_string()))
        }
        Ok(Choice::Several(places)) => {
            let Some(first) = places.first() else { return Ok(None) };
            let number = count(places.len(), "subscription");
            app.ui.warning(format!("the first of {number} is active: {}", line(first)));
            app.ui.note("to choose another: azvault subscription list, then azvault use NAME");
            Ok(Some(first.subscription.id.to_string()))
        }
        Err(Refusal::AmbiguousSubscription { wanted, ids }) => {
            let what = format!("several subscriptions are called {}", quoted(&wanted));
            let hint = format!("{again}, one of: {}", shown(&ids.join(", ")));
            Err(Failure::new(Kind::NotFound, what).hint(hint))
        }
        Err(_) => {
            let places: Vec<&VisibleSubscription> = signed_in.places.iter().collect();
            list(app, &places);
            let (who, wanted) = (cited(&signed_in.account.id), asked.unwrap_or_default());
            let what = format!("{who} sees no subscription {}", quoted(wanted));
            Err(Failure::new(Kind::NotFound, what).hint(again))
        }
    }
}

fn list(app: &App, places: &[&VisibleSubscription]) {
    for place in places.iter().take(LISTED) {
        app.ui.note(format!("  {}", line(place)));
    }
    if places.len() > LISTED {
        app.ui.note(format!("  … and {} more", places.len() - LISTED));
    }
}

fn line(place: &VisibleSubscription) -> String {
    let VisibleSubscription { subscription, tenant } = place;
    let name = subscription.name.as_deref().map_or_else(|| "-".to_owned(), cited);
    let tenant = tenant.name.as_deref().map_or_else(|| shown(&tenant.id), cited);
    let state = subscription.state.as_deref().filter(|state| *state != "Enabled");
    let state = state.map(|state| format!("  {}", cited(state))).unwrap_or_default();
    format!("{name}  {}  {tenant}{state}", shown(&subscription.id))
}
