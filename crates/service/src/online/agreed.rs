//! Agreeing to hosts that are no known cloud's: once, by a person who was shown them.

use std::collections::BTreeSet;

use azvault_signin::{Cloud, Confirmed, Error};

use super::cloud_choice::CloudChoice;
use super::{custom, failed};
use crate::app::{App, Consent};
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::text::{quoted, shown};

/// The cloud of an environment's name, and the origins that were agreed to for it just now:
/// those `given` on the command line, else by the answer to a question. Nothing is sent before.
pub fn cloud(
    app: &App,
    contexts: &Contexts,
    environment: &str,
    given: &[String],
) -> Result<(CloudChoice, BTreeSet<String>), Failure> {
    if let Some(cloud) = CloudChoice::built_in(environment) {
        let foreign = given.first().map(|origin| not_its_own(origin, environment));
        return foreign.map_or(Ok((cloud, BTreeSet::new())), Err);
    }
    let custom = custom(contexts, environment)?;
    let before = contexts.confirmed();
    let needed = match Cloud::custom(custom, &Confirmed::none()) {
        Err(Error::Unconfirmed { origins }) => origins,
        Err(error) => return Err(failed(error)),
        Ok(_) => Vec::new(),
    };
    let given: BTreeSet<String> =
        given.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect();
    if let Some(foreign) = given.iter().find(|origin| !needed.contains(origin)) {
        return Err(not_its_own(foreign, environment));
    }
    let missing = |agreed: &BTreeSet<String>| -> Vec<String> {
        let is_missing = |origin: &&String| !before.contains(*origin) && !agreed.contains(*origin);
        needed.iter().filter(is_missing).cloned().collect()
    };
    let mut agreed = given;
    let asked = missing(&agreed);
    if !asked.is_empty() && app.terminal().is_some() {
        let hosts = shown(&asked.join(" and "));
        let name = quoted(environment);
        let question = format!(
            "The cloud {name} is defined by a file, and signs in at {hosts}.\nIts operator \
             gets your credentials and tokens. Trust these hosts?"
        );
        app.confirm(Consent::Ask, &question)?;
        agreed.extend(asked);
    }
    let cloud = CloudChoice::custom(custom.clone(), before.union(&agreed).cloned().collect())?;
    Ok((cloud, agreed))
}

fn not_its_own(origin: &str, environment: &str) -> Failure {
    let (origin, environment) = (shown(origin), quoted(environment));
    Failure::new(
        Kind::Usage,
        format!("--confirm {origin}: the cloud {environment} has no such host"),
    )
    .hint("without --confirm the error names the hosts")
}
