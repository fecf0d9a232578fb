//! The way to the sign-in service and to Azure: connections, clouds, and what their errors mean.

pub mod agreed;
pub mod authorities;
mod cloud_choice;

use std::collections::BTreeSet;
use std::time::Duration;

use azvault_model::Environment;
use azvault_model::EnvironmentName;
use azvault_model::Secret;
use azvault_signin::managed_identity::Endpoint;
use azvault_signin::{Cloud, Error, Http, Timeouts};
use azvault_vault::Vault;

pub use self::cloud_choice::CloudChoice;
use crate::app::App;
use crate::contexts::Contexts;
use crate::failure::{Failure, Kind};
use crate::message::SecretPart;
use crate::network::{Authorities, Network, Proxy};
use crate::text::{quoted, shown, shown_path};
use crate::{audit, paths};

/// After how long a service is asked again that is out of order and does not say.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How long a machine outside of Azure is asked for the metadata service that it does not have.
const NOBODY_THERE: Duration = Duration::from_secs(1);

/// Opens connections as this run's options and environment say.
pub fn http(app: &App) -> Result<Http, Failure> {
    let network = network_of_process(app);
    check_network(app, &network)?;
    warn_of_reader(app, &network);
    http_by(&network, Timeouts::default())
}

/// Where this machine's managed identities are asked for, and the connections to there.
pub fn machine(app: &App) -> Result<(Http, Endpoint), Failure> {
    let network = network_of_process(app);
    check_network(app, &network)?;
    Ok((http_by(&network, of_machine())?, network.machine().map_err(failed)?))
}

/// How this process's options and environment say that the service is reached.
pub(crate) fn network_of_process(app: &App) -> Network {
    let proxy = paths::proxy();
    let proxy = proxy.map(|set| Proxy { url: SecretPart::new(set.url), bypass: set.bypass });
    let authorities = app.options.ca_bundle.as_deref().map(|path| Authorities {
        file: shown_path(path),
        pem: authorities::read(path)
            .map(|pem| SecretPart::new(Secret::new(zeroize::Zeroizing::new(pem)))),
    });
    Network { proxy, authorities, machine: paths::identity_endpoint() }
}

/// The same of the process that asks, whichever that is.
pub(crate) fn network(app: &App) -> Network {
    app.caller().map_or_else(|| network_of_process(app), |caller| caller.network.copied())
}

/// Whether a policy lets it be used, and whether it can be.
pub(crate) fn check_network(app: &App, network: &Network) -> Result<(), Failure> {
    let Some(authorities) = network.besides_the_system() else { return Ok(()) };
    authorities::allowed(app)?;
    authorities
}

/// Says so where somebody could read along.
pub(crate) fn warn_of_reader(app: &App, network: &Network) {
    if let Some(reader) = network.reader() {
        app.console.warning(reader);
    }
}

/// Opens connections.
pub(crate) fn http_by(network: &Network, timeouts: Timeouts) -> Result<Http, Failure> {
    Http::new(network.settings(timeouts)?).map_err(failed)
}

/// When to give up on a metadata service.
pub(crate) fn of_machine() -> Timeouts {
    Timeouts { connect: NOBODY_THERE, ..Timeouts::default() }
}

/// The cloud of an environment's name: one that Microsoft runs, or one that a file defined and a
/// person agreed to.
pub fn cloud(contexts: &Contexts, environment: &str) -> Result<Cloud, Failure> {
    CloudChoice::of(contexts, environment)?.cloud()
}

/// The environment that a file defined under that name.
fn custom<'a>(contexts: &'a Contexts, environment: &str) -> Result<&'a Environment, Failure> {
    let same = |name: &str| EnvironmentName(name) == EnvironmentName(environment);
    contexts
        .vault
        .environments
        .iter()
        .find(|custom| same(&custom.name))
        .ok_or_else(|| unknown(environment))
}

fn unknown(environment: &str) -> Failure {
    let name = quoted(environment);
    Failure::new(Kind::NotFound, format!("nothing is known of the cloud {name}"))
        .hint("azvault migrate run --from PATH, with the file that defines it")
}

/// What an error of the sign-in service, or of Azure, means to the person.
pub fn failed(error: Error) -> Failure {
    let (kind, hint) = match &error {
        Error::InteractionNeeded(_) | Error::CredentialExpired(_) | Error::CredentialWrong(_) => {
            (Kind::SignInNeeded, Some("azvault connect signs in again".to_owned()))
        }
        Error::ConsentNeeded(_) => (
            Kind::SignInNeeded,
            Some("azvault connect asks for consent; an administrator may have to give it".into()),
        ),
        Error::Declined => (Kind::Aborted, None),
        Error::Throttled { retry_after } => {
            (Kind::Network, Some(format!("run the command again in {} s", retry_after.as_secs())))
        }
        Error::Network { .. } | Error::Timeout { .. } => {
            let hint = "check the network, HTTPS_PROXY and --ca-bundle, then run the command again";
            (Kind::Network, Some(hint.to_owned()))
        }
        Error::Refused(_) | Error::Reply { .. } => (Kind::Network, None),
        Error::Unconfirmed { origins } => (
            Kind::Refused,
            Some(format!("if you know them: --confirm {}", shown(&origins.join(" --confirm ")))),
        ),
        Error::Input { .. } => (Kind::Usage, None),
    };
    // The provider's words are text from elsewhere.
    let what = shown(&error.to_string());
    let provider = match &error {
        Error::InteractionNeeded(of)
        | Error::ConsentNeeded(of)
        | Error::CredentialExpired(of)
        | Error::CredentialWrong(of)
        | Error::Refused(of) => of.correlation_id.as_deref(),
        _ => None,
    };
    let what = match provider {
        Some(id) => format!("{what} (correlation id {})", shown(id)),
        None => what,
    };
    let claims = match &error {
        Error::InteractionNeeded(of) | Error::Refused(of) => of.claims.clone(),
        _ => None,
    };
    let failure = Failure { hint, claims, ..Failure::new(kind, what) };
    match retry_after(&error) {
        Some(pause) => failure.retry_after(pause),
        None => failure,
    }
}

/// After how long the service may answer otherwise. A network that is not there was tried often
/// enough by now, and each further try by a tool that waits looks like a tool that hangs.
fn retry_after(error: &Error) -> Option<Duration> {
    match error {
        Error::Throttled { retry_after } => Some(*retry_after),
        Error::Refused(of) if of.status >= 500 => Some(A_MOMENT),
        Error::Reply { status: 500.., .. } => Some(A_MOMENT),
        _ => None,
    }
}

/// Remembers origins to which a person agreed, so that the question comes once.
pub fn confirm(app: &App, vault: &mut Vault, origins: &BTreeSet<String>) -> Result<(), Failure> {
    let agreed = vault.write(|writing| -> Result<(), azvault_vault::Problem> {
        let mut settings = writing.settings();
        settings.confirmed.extend(origins.iter().cloned());
        if settings == writing.settings() {
            return Ok(());
        }
        writing.put_settings(&settings)?;
        let subjects = origins.iter().map(|origin| audit::of_origin(origin)).collect();
        audit::log(app, writing, "confirm", subjects)
    });
    Ok(agreed?)
}
