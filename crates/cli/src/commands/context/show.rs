//! `azvault context show`

use serde::Serialize;

use crate::app::App;
use crate::cli::Output;
use crate::documents::{ContextView, SCHEMA};
use crate::failure::{Code, Failure};
use crate::ui::cell;
use crate::unlock;

/// Show one context (Get-AzContext)
///
/// Without a name: the active context.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its name, in any case
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
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let vault = unlock::vault(app)?;
        let listed = super::listed(app, &vault)?;
        let wanted = self.name.as_deref().or(listed.active.as_ref().map(|name| name.as_str()));
        let Some(wanted) = wanted else {
            return Err(Failure::new(Code::NotFound, "no context is active")
                .hint("azvault context show NAME, with a name of azvault context list"));
        };
        let context = super::find(&listed.contexts, wanted)?;
        let view = ContextView::new(context, listed.default.as_ref(), listed.active.as_ref());
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
        let account = view.account.as_ref();
        let subscription = view.subscription.as_ref();
        let mut rows: Vec<(&str, Option<&str>)> = vec![
            ("name", Some(view.name)),
            ("account", account.map(|a| a.id)),
            ("account type", account.map(|a| a.account_type)),
            ("tenant", view.tenant.as_ref().map(|t| t.id)),
            ("tenant name", view.tenant.as_ref().and_then(|t| t.name)),
            ("subscription", subscription.and_then(|s| s.name)),
            ("subscription id", subscription.map(|s| s.id)),
            ("subscription state", subscription.and_then(|s| s.state)),
            ("environment", view.environment),
            ("version profile", context.version_profile.as_deref()),
            ("default", Some(if view.default { "yes" } else { "no" })),
        ];
        rows.extend(
            context.extended_properties.iter().map(|(k, v)| (k.as_str(), Some(v.as_str()))),
        );
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(name, value)| vec![cell(name), cell(value.unwrap_or("-"))])
            .collect();
        app.ui.table(&["", ""], &rows);
        Ok(0)
    }
}
