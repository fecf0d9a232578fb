//! `azvault connect`

mod choice;
mod options;

use std::collections::BTreeSet;

use azvault_model::rules::connect::{self as rule, ConnectRequest, Others};
use azvault_model::{Acting, Challenge, ContextName};
use azvault_service::app::Consent;
use azvault_service::change;
use azvault_service::change::{ChangeExtras, Done, OldSecrets};
use azvault_service::claims_challenge;
use azvault_service::connect;
use azvault_service::connect::USUAL_CLOUD;
use azvault_service::connect::stored;
use azvault_service::connect::stored::Looking;
use azvault_service::connect::{At, Found, Skipped};
use azvault_service::online::{agreed, failed};
use azvault_service::opening::{OpenVault, Opener};
use azvault_service::text::{cited, quoted};
use azvault_service::{audit, online, policy};
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
        if let Some(account) = self.way.stored().map(str::to_owned) {
            return self.of_stored(app, &account);
        }
        let mut open = Opener::new(app).for_change().open()?;
        let contexts = &open.contexts;
        let wanted = self.scope.request("connect", Consent::from(self.force));
        let acting = contexts.resolved()?;
        contexts.scope_of_keeping(app, wanted.scope)?;
        let (cloud, confirmed) = agreed::cloud(app, contexts, &self.environment, &self.confirm)?;
        let given = self.claims_challenge.as_deref().map(claims_challenge::read).transpose()?;
        let way = std::mem::take(&mut self.way).way(app)?;
        let name = way.name();
        let http = online::http(app)?;
        let kept = connect::challenge::latest(contexts, &self.environment, self.tenant.as_deref());
        let claims = given.as_deref().or(kept.map(|kept| kept.claims.as_str()));
        let at = At { app, http: &http, cloud: &cloud, tenant, claims };
        let entry = connect::sign_in(&at, way)?;
        let found = connect::look_up(&at, entry)?;
        let answered =
            connect::challenge::answered(contexts, &found.account, self.tenant.as_deref());
        let seen = Seen { found, confirmed, way: name, old_secrets: OldSecrets::Replace, answered };
        self.keep(app, &mut open, acting.as_ref(), seen)
    }

    /// Contexts of an account that has signed in before: its tokens are those that are stored.
    fn of_stored(self, app: &App, account: &str) -> Exit {
        let mut open = Opener::new(app).for_change().open()?;
        let contexts = &open.contexts;
        let wanted = self.scope.request("connect", Consent::from(self.force));
        let acting = contexts.resolved()?;
        contexts.scope_of_keeping(app, wanted.scope)?;
        let (cloud, confirmed) = agreed::cloud(app, contexts, &self.environment, &self.confirm)?;
        if !confirmed.is_empty() {
            online::confirm(app, &mut open.vault, &confirmed)?;
            open.refresh(app)?;
        }
        let known = stored::account(&open.contexts, account, &self.environment)?;
        let http = online::http(app)?;
        let tenant = self.tenant.as_deref();
        let looking = Looking { app, http: &http, cloud: &cloud, tenant };
        let found = stored::look_up(&looking, &mut open, &known)?;
        // Others may have changed contexts while Azure was asked.
        open.refresh(app)?;
        let seen = Seen {
            found,
            confirmed,
            way: "what is stored",
            old_secrets: OldSecrets::Keep,
            answered: Vec::new(),
        };
        self.keep(app, &mut open, acting.as_ref(), seen)
    }

    /// Makes the contexts, and stores what came.
    fn keep(self, app: &App, open: &mut OpenVault, acting: Option<&Acting>, seen: Seen) -> Exit {
        let Seen { found, confirmed, way, old_secrets, answered } = seen;
        let Found { signed_in, account, secrets, skipped } = found;
        for skipped in &skipped {
            app.ui.warning(skipped.warning());
        }
        let current = acting.map(Acting::context);
        let subscription = choice::choose(app, &signed_in, self.subscription.as_deref(), current)?;
        let wanted = self.scope.request("connect", Consent::from(self.force));
        let asked = ConnectRequest {
            subscription,
            name: self.context_name.map(ContextName::new),
            others: match (self.no_contexts, self.max_contexts) {
                (true, _) => Others::Left,
                (false, Some(most)) => Others::UpTo(most),
                (false, None) => Others::AtFirst(MAX_CONTEXTS_AT_FIRST),
            },
        };
        let extras = ChangeExtras {
            accounts: vec![account],
            secrets,
            old_secrets,
            confirmed,
            answered,
            from: Some(audit::of_sign_in(&signed_in.account.id, way)),
            ..ChangeExtras::default()
        };
        let done = change::carry_out_on(app, open, wanted, &extras, &|known| {
            rule::connect(known, &signed_in, &asked)
        })?;
        say(app, &done, &signed_in, &skipped);
        Ok(0)
    }
}

/// What a sign-in shows, and what goes with it.
struct Seen {
    found: Found,
    confirmed: BTreeSet<String>,
    /// How it signed in, for the audit log.
    way: &'static str,
    old_secrets: OldSecrets,
    /// Claims challenges that are none any more.
    answered: Vec<Challenge>,
}

fn say(app: &App, done: &Done, signed_in: &rule::SignedIn, skipped: &[Skipped]) {
    let account = &signed_in.account;
    if app.ui.output == Output::Json {
        let account_type = account.account_type.as_str();
        app.ui.json(&Document {
            done: output::change::document(done),
            account: AccountView { id: &account.id, account_type },
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
