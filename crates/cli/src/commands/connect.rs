//! `azvault connect`

mod choice;
mod options;

use std::collections::BTreeSet;

use azvault_model::rules::connect::{ConnectRequest, Others, SignedIn};
use azvault_model::{Context, ContextName};
use azvault_service::app::Consent;
use azvault_service::ask::Requests;
use azvault_service::change::Done;
use azvault_service::claims_challenge;
use azvault_service::connect;
use azvault_service::connect::USUAL_CLOUD;
use azvault_service::connect::method::SignInWay;
use azvault_service::connect::stored;
use azvault_service::connect::stored::Looking;
use azvault_service::connect::{At, Found, Skipped};
use azvault_service::online::failed;
use azvault_service::pkcs11::GivenPin;
use azvault_service::text::{cited, quoted};
use azvault_service::verbs::{BeginConnect, ConnectBegun, KeepConnected};
use azvault_service::{online, policy};
use azvault_signin::TenantName;
use serde::Serialize;

use self::options::WayOptions;
use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::change::ScopeOption;
use crate::options::name::name;
use crate::output;

/// Contexts of a sign-in, if nobody says a number.
const MAX_CONTEXTS_AT_FIRST: usize = 25;

/// Sign in, and make contexts of what the account sees (Connect-AzAccount)
///
/// A person signs in with the browser of this machine, or with a code that is typed on any device:
/// --device-code, and wherever there is no desktop. A service principal has a secret, a certificate
/// or a federated token; they come by prompt, from a file or from a descriptor, never as an
/// argument. Where the account sees several subscriptions, name one with --subscription, or choose
/// on the terminal. Nothing is stored unless the sign-in succeeds. With --account alone nobody
/// signs in: contexts are made of what is stored of that account, as after a migration of tokens that
/// came without contexts.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    way: WayOptions,
    /// Id or domain of the tenant [default: a person's are all asked]
    #[arg(long, value_name = "ID|DOMAIN")]
    #[arg(value_parser = name)]
    tenant: Option<String>,
    /// Id or name of the subscription that becomes active
    #[arg(long, value_name = "ID|NAME")]
    #[arg(value_parser = name)]
    subscription: Option<String>,
    /// The cloud: AzureCloud, AzureChinaCloud, AzureUSGovernment, or one that a file defined
    #[arg(long, value_name = "NAME", default_value = USUAL_CLOUD)]
    #[arg(value_parser = name)]
    environment: String,
    /// Trust this host for a custom cloud: it gets credentials and tokens
    #[arg(long, value_name = "https://HOST")]
    #[arg(value_parser = name)]
    confirm: Vec<String>,
    /// The name of the context that becomes active
    #[arg(long, value_name = "NAME")]
    #[arg(value_parser = name)]
    context_name: Option<String>,
    /// Make so many contexts at most; 0 makes the active one alone [default: 25 at an account's
    /// first sign-in, none besides later]
    #[arg(long, value_name = "N")]
    max_contexts: Option<usize>,
    /// Make no context but the active one
    #[arg(long, conflicts_with = "max_contexts")]
    no_contexts: bool,
    /// Answer this claims challenge, as `az login` takes it: JSON, its Base64, or a file with either
    /// [default: the latest that a token request for that tenant met]
    #[arg(long, value_name = "CLAIMS|@FILE", conflicts_with = "account")]
    #[arg(value_parser = name)]
    claims_challenge: Option<String>,
    #[command(flatten)]
    scope: ScopeOption,
    /// Replace another context of that name without asking
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    done: output::change::Document<'a>,
    account: AccountView<'a>,
    /// Tenants that were left out: they want a sign-in of their own.
    skipped: Vec<SkippedView<'a>>,
}

#[derive(Serialize)]
struct AccountView<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    account_type: &'a str,
}

#[derive(Serialize)]
struct SkippedView<'a> {
    tenant: &'a str,
    name: Option<&'a str>,
    because: &'a str,
}

impl<'a> SkippedView<'a> {
    fn new(skipped: &'a Skipped) -> Self {
        let Skipped { tenant, name, because } = skipped;
        Self { tenant, name: name.as_deref(), because: &because.what }
    }
}

impl Args {
    pub(crate) fn run(mut self, app: &App) -> Exit {
        let tenant = self.tenant.as_deref().map(TenantName::parse).transpose().map_err(failed)?;
        policy::signs_in(app, &self.environment, self.tenant.as_deref())?;
        let mut requests = Requests::new(app);
        let begun = requests.ask(self.begin(self.way.stored().map(str::to_owned)))?;
        let ConnectBegun { cloud, confirmed, claims: kept, current, account } = begun;
        let cloud = cloud.cloud()?;
        if let Some(account) = account {
            let http = online::http(app)?;
            let tenant = self.tenant.as_deref();
            let looking = Looking { app, http: &http, cloud: &cloud, tenant };
            let found = stored::look_up(&looking, &mut requests, &account)?;
            let seen = Seen { found, confirmed, way: SignInWay::Stored, current, pin: None };
            return self.keep(app, &mut requests, seen);
        }
        let given = self.claims_challenge.as_deref().map(claims_challenge::read).transpose()?;
        let claims = given.as_deref().or(kept.as_deref());
        let method = std::mem::take(&mut self.way).way(app)?;
        let (way, pin) = (method.way(), method.given_pin());
        let http = online::http(app)?;
        let at = At { app, http: &http, cloud: &cloud, tenant, claims };
        let entry = connect::sign_in(&at, method)?;
        let found = connect::look_up(&at, entry)?;
        self.keep(app, &mut requests, Seen { found, confirmed, way, current, pin })
    }

    fn begin(&self, account: Option<String>) -> BeginConnect {
        BeginConnect {
            environment: self.environment.clone(),
            tenant: self.tenant.clone(),
            confirm: self.confirm.clone(),
            scope: self.scope.asked(),
            account,
        }
    }

    /// Makes the contexts, and stores what came.
    fn keep(self, app: &App, requests: &mut Requests<'_>, seen: Seen) -> Exit {
        let Seen { found, confirmed, way, current, pin } = seen;
        let Found { signed_in, account, secrets, skipped } = found;
        for skipped in &skipped {
            app.ui.warning(skipped.warning());
        }
        let (asked, current) = (self.subscription.as_deref(), current.as_ref());
        let subscription = choice::choose(app, &signed_in, asked, current)?;
        let of_account = Shown::of(&signed_in);
        let done = requests.ask(KeepConnected {
            signed_in,
            asked: ConnectRequest {
                subscription,
                name: self.context_name.map(ContextName::new),
                others: match (self.no_contexts, self.max_contexts) {
                    (true, _) => Others::Left,
                    (false, Some(most)) => Others::UpTo(most),
                    (false, None) => Others::AtFirst(MAX_CONTEXTS_AT_FIRST),
                },
            },
            account,
            secrets,
            confirmed,
            tenant: self.tenant,
            way,
            scope: self.scope.asked(),
            replace: Consent::from(self.force),
            pin,
        })?;
        say(app, &done, &of_account, &skipped);
        Ok(0)
    }
}

/// What a sign-in shows, and what goes with it.
struct Seen {
    found: Found,
    confirmed: BTreeSet<String>,
    /// How it signed in, for the audit log.
    way: SignInWay,
    /// The context that acted before.
    current: Option<Context>,
    /// The PIN of the token that signed.
    pin: Option<GivenPin>,
}

/// Who signed in, as it is told.
struct Shown {
    id: String,
    account_type: String,
}

impl Shown {
    fn of(signed_in: &SignedIn) -> Self {
        let account = &signed_in.account;
        let account_type = account.account_type.as_str().to_owned();
        Self { id: account.id.to_string(), account_type }
    }
}

fn say(app: &App, done: &Done, account: &Shown, skipped: &[Skipped]) {
    if app.ui.output == Output::Json {
        app.ui.json(&Document {
            done: output::change::document(done),
            account: AccountView { id: &account.id, account_type: &account.account_type },
            skipped: skipped.iter().map(SkippedView::new).collect(),
        });
        done.say_remarks(app);
        return;
    }
    let active = done.active.as_ref().map_or("", |name| name.as_str());
    let (who, active) = (cited(&account.id), quoted(active));
    output::change::say(
        app,
        done,
        &format!("{who} is signed in; {active} is active {}", done.place()),
    );
    if done.put.len() > 1 {
        let more = azvault_service::text::count(done.put.len(), "context");
        app.ui.note(format!("{more} made or updated: azvault context list"));
    }
}
