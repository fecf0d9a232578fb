//! `azvault context show`

use azvault_model::ContextName;
use azvault_model::rules::sign_in::SignIn;
use azvault_service::ask::ask;
use azvault_service::time::{relative, utc};
use azvault_service::verbs::{ShowContext, ShownContext};
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::name::name;
use crate::output::documents::{ContextView, Marks, SCHEMA};
use crate::terminal::ui::cell;

/// Show one context (Get-AzContext)
///
/// Without a name: the active context.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, the beginning of it, or its subscription or tenant
    #[arg(value_parser = name)]
    name: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    #[serde(flatten)]
    context: ContextView<'a>,
    account_properties: Option<&'a std::collections::BTreeMap<String, String>>,
    extended_properties: &'a std::collections::BTreeMap<String, String>,
    version_profile: Option<&'a str>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let name = self.name.map(ContextName::new);
        let ShownContext { default, active, shown, portal: _ } = ask(app, ShowContext { name })?;
        let context = &shown.context;
        let marks = Marks { default: default.as_ref(), active: active.as_ref() };
        let view = ContextView::new(context, shown.scope, marks).signed_in(shown.sign_in);
        if app.ui.output == Output::Json {
            app.ui.json(&Document {
                schema: SCHEMA,
                context: view,
                account_properties: context.account.as_ref().map(|account| &account.properties),
                extended_properties: &context.extended_properties,
                version_profile: context.version_profile.as_deref(),
            });
            return Ok(0);
        }
        let sign_in = shown.sign_in.map(|known| match known {
            SignIn::Stored => "ok".to_owned(),
            SignIn::Until(at) => format!("expires {} ({})", relative(at, app.now()), utc(at)),
            SignIn::Needed => "sign-in needed".to_owned(),
        });
        let account = view.account.as_ref();
        let subscription = view.subscription.as_ref();
        let mut rows: Vec<(&str, Option<&str>)> = vec![
            ("name", Some(view.name)),
            ("long name", view.long_name),
            ("mark", view.mark),
            ("account", account.map(|a| a.id)),
            ("account type", account.map(|a| a.account_type)),
            ("tenant", view.tenant.as_ref().map(|t| t.id)),
            ("tenant name", view.tenant.as_ref().and_then(|t| t.name)),
            ("subscription", subscription.and_then(|s| s.name)),
            ("subscription id", subscription.map(|s| s.id)),
            ("subscription state", subscription.and_then(|s| s.state)),
            ("environment", view.environment),
            ("sign-in", sign_in.as_deref()),
            ("version profile", context.version_profile.as_deref()),
            ("scope", Some(view.scope)),
            ("default", Some(if view.default { "yes" } else { "no" })),
        ];
        rows.extend(
            context.extended_properties.iter().map(|(k, v)| (k.as_str(), Some(v.as_str()))),
        );
        let rows: Vec<_> = rows
            .into_iter()
            .filter(|(name, value)| !["long name", "mark"].contains(name) || value.is_some())
            .map(|(name, value)| vec![cell(name), cell(value.unwrap_or("-"))])
            .collect();
        app.ui.table(&["", ""], &rows);
        Ok(0)
    }
}
