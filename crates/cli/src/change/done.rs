//! Telling what was done.

use azvault_model::{ContextName, Remark, Scope};
use serde::Serialize;

use super::gone::GoneAccount;
use super::{Done, Run, named, place};
use crate::app::App;
use crate::cli::Output;
use crate::documents::{ActingView, ContextView, Marks, SCHEMA};
use crate::ui::{cited, count, quoted, shown};

/// What every change prints as JSON.
#[derive(Serialize)]
pub(crate) struct Document<'a> {
    schema: u8,
    scope: &'static str,
    dry_run: bool,
    /// Who acted; `null` where nobody did.
    acting: Option<ActingView>,
    active: Option<&'a str>,
    removed: Vec<&'a str>,
    /// Whose contexts and secrets were removed.
    accounts: &'a [GoneAccount],
    contexts: Vec<ContextView<'a>>,
    secrets_added: usize,
    secrets_removed: usize,
}

impl Done {
    /// Says what was done: `line` is the answer for people, in the past; a dry run says it as
    /// what would be.
    pub(crate) fn say(&self, app: &App, line: &str) {
        match (app.ui.output, self.run) {
            (Output::Json, _) => app.ui.json(&self.document()),
            (_, Run::Real) => app.ui.line(line),
            (_, Run::Dry) => app.ui.line(format!("dry run: {line}")),
        }
        if self.run == Run::Dry {
            app.ui.note("nothing was done");
        }
        self.say_remarks(app);
    }

    /// Says what the person should know besides.
    pub(crate) fn say_remarks(&self, app: &App) {
        for remark in &self.remarks {
            self.remark(app, remark);
        }
    }

    /// As JSON.
    pub(crate) fn document(&self) -> Document<'_> {
        let marks = Marks { default: None, active: self.active.as_ref() };
        let view = |context| {
            let mut view = ContextView::new(context, self.scope, marks);
            view.default = view.active && self.scope == Scope::User;
            view
        };
        Document {
            schema: SCHEMA,
            scope: self.scope.as_str(),
            dry_run: self.run == Run::Dry,
            acting: self.acting.as_ref().map(ActingView::new),
            active: self.active.as_ref().map(ContextName::as_str),
            removed: self.gone.contexts.iter().map(|gone| gone.name.as_str()).collect(),
            accounts: &self.gone.accounts,
            contexts: self.put.iter().map(view).collect(),
            secrets_added: self.secrets.added,
            secrets_removed: self.secrets.removed,
        }
    }

    fn remark(&self, app: &App, remark: &Remark) {
        match remark {
            Remark::NoneCurrent if self.active.is_some() => app
                .ui
                .note("other shells have no default now: azvault context select NAME --scope user"),
            Remark::NoneCurrent => app.ui.note(
                "no context is active now: azvault context select NAME, with a name of azvault \
                 context list",
            ),
            Remark::AccountGone { account } => {
                let account = shown(account);
                match self.scope {
                    Scope::User => app.ui.warning(format!(
                        "no contexts remain for user {account}; the user's tokens were removed too"
                    )),
                    Scope::Process => app.ui.note(format!(
                        "no contexts remain for user {account} in this session; what the vault \
                         has of the user stays"
                    )),
                }
            }
            Remark::SubscriptionState { state } => {
                app.ui.warning(format!("the subscription's state is {}", cited(state)));
            }
            Remark::AlsoNamed { name } => {
                let name = quoted(name.as_str());
                app.ui.note(format!("the same subscription is stored as {name} too"));
            }
            Remark::Left { subscriptions } => {
                let left = count(*subscriptions, "further subscription");
                app.ui.note(format!(
                    "{left} without a context: azvault context set --subscription ID, or azvault \
                     connect --max-contexts N"
                ));
            }
            Remark::NameTaken { name } => {
                let name = quoted(name.as_str());
                app.ui.warning(format!(
                    "another context is called {name}: not added; azvault context set OTHER-NAME \
                     --subscription ID adds it"
                ));
            }
            Remark::UnseenTenant { account, tenant } => app.ui.warning(format!(
                "{} was never seen in tenant {}: whether it can sign in there is not known",
                shown(account),
                shown(tenant)
            )),
            Remark::NoSubscription => app.ui.note(
                "the context has no subscription: give one with --subscription if you need one",
            ),
        }
    }

    /// Where the change lives, in words.
    pub(crate) fn place(&self) -> &'static str {
        place(self.scope)
    }

    /// Which context the change made current, and whose it is.
    pub(crate) fn active_line(&self) -> String {
        let Some(chosen) = &self.chosen else { return format!("nothing changed {}", self.place()) };
        let name = quoted(chosen.name.as_str());
        let whose = chosen.account.as_ref().map_or_else(String::new, |account| {
            format!(" ({})", named(&account.id, chosen.environment.as_deref()))
        });
        format!("{name} is active {}{whose}", self.place())
    }
}
