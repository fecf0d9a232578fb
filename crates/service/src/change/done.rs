//! What the person should know of what was done.

use azvault_model::Remark;
use azvault_model::Scope;

use super::Done;
use super::gone::named;
use super::request::place;
use crate::app::App;
use crate::text::{cited, count, quoted, shown};

impl Done {
    /// Says what the person should know besides.
    pub fn say_remarks(&self, app: &App) {
        for remark in &self.remarks {
            self.remark(app, remark);
        }
    }

    fn remark(&self, app: &App, remark: &Remark) {
        match remark {
            Remark::NoneCurrent if self.active.is_some() => app
                .console
                .note("other shells have no default now: azvault context select NAME --scope user"),
            Remark::NoneCurrent => app.console.note(
                "no context is active now: azvault context select NAME, with a name of azvault \
                 context list",
            ),
            Remark::AccountGone { account } => {
                let account = shown(account);
                match self.scope {
                    Scope::User => app.console.warning(format!(
                        "no contexts remain for user {account}; the user's tokens were removed too"
                    )),
                    Scope::Process => app.console.note(format!(
                        "no contexts remain for user {account} in this session; what the vault \
                         has of the user stays"
                    )),
                }
            }
            Remark::SubscriptionState { state } => {
                app.console.warning(format!("the subscription's state is {}", cited(state)));
            }
            Remark::AlsoNamed { name } => {
                let name = quoted(name.as_str());
                app.console.note(format!("the same subscription is stored as {name} too"));
            }
            Remark::Left { subscriptions } => {
                let left = count(*subscriptions, "further subscription");
                app.console.note(format!(
                    "{left} without a context: azvault context set --subscription ID, or azvault \
                     connect --max-contexts N"
                ));
            }
            Remark::NameTaken { name } => {
                let name = quoted(name.as_str());
                app.console.warning(format!(
                    "another context is called {name}: not added; azvault context set OTHER-NAME \
                     --subscription ID adds it"
                ));
            }
            Remark::UnseenTenant { account, tenant } => app.console.warning(format!(
                "{} was never seen in tenant {}: whether it can sign in there is not known",
                shown(account),
                shown(tenant)
            )),
            Remark::NoSubscription => app.console.note(
                "the context has no subscription: give one with --subscription if you need one",
            ),
        }
    }

    /// Where the change lives, in words.
    pub fn place(&self) -> &'static str {
        place(self.scope)
    }

    /// Which context the change made current, and whose it is.
    pub fn active_line(&self) -> String {
        let Some(chosen) = &self.chosen else { return format!("nothing changed {}", self.place()) };
        let name = quoted(chosen.name.as_str());
        let whose = chosen.account.as_ref().map_or_else(String::new, |account| {
            format!(" ({})", named(&account.id, chosen.environment.as_deref()))
        });
        format!("{name} is active {}{whose}", self.place())
    }
}
