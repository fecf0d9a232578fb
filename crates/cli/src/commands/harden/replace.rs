//! `azvault harden APPLICATION`

use azvault_model::ContextName;
use azvault_service::app::Consent;
use azvault_service::change::Run;
use azvault_service::harden::{Replaced, Replacement, State, Taken, replace};
use azvault_signin::certificate::Chain;
use serde::Serialize;

use super::Args;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::{Tone, cell, toned};

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    application: &'a str,
    tenant: &'a str,
    /// The key that signs in.
    key: &'a str,
    dry_run: bool,
    steps: Vec<StepView>,
}

#[derive(Serialize)]
struct StepView {
    /// `add_certificate`, `sign_in`, `switch_contexts`, `remove_password`, `remove_secret`.
    step: &'static str,
    /// `done`, `done_before`, `planned`.
    state: &'static str,
}

/// Has a key on a token take the place of the application's client secret.
pub(super) fn run(args: &Args, app: &App, application: &str) -> Exit {
    let load = |uri| args.token.load(app, uri, args.certificate.as_deref(), Chain::Left);
    let key = args.key.as_deref().map(load).transpose()?;
    let rights_of = args.rights_of.as_deref().map(ContextName::new);
    let asked = Replacement {
        application,
        environment: &args.environment,
        tenant: args.tenant.as_deref(),
        rights_of: rights_of.as_ref(),
        consent: Consent::from(args.yes),
        run: Run::from(args.dry_run),
    };
    let Replaced { application, tenant, key, steps } = replace(app, &asked, key)?;
    if app.ui.output == Output::Json {
        let view =
            |taken: &Taken| StepView { step: taken.act.as_str(), state: taken.state.as_str() };
        app.ui.json(&Document {
            schema: SCHEMA,
            application: &application,
            tenant: &tenant,
            key: &key,
            dry_run: args.dry_run,
            steps: steps.iter().map(view).collect(),
        });
        return Ok(0);
    }
    let row = |Taken { act, state }: &Taken| {
        let (tone, said) = match state {
            State::Done => (Tone::Good, "done"),
            State::DoneBefore => (Tone::Quiet, "done before"),
            State::Planned => (Tone::Plain, "to do"),
        };
        vec![toned(tone, said), cell(act.in_words())]
    };
    app.ui.table(&[], &steps.iter().map(row).collect::<Vec<_>>());
    Ok(0)
}
