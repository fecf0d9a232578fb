//! `azvault secret show`

use azvault_model::Secret;
use azvault_service::ask::ask;
use azvault_service::failure::{Failure, Kind};
use azvault_service::policy;
use azvault_service::time::utc;
use azvault_service::verbs::{ShowSecret, Value};
use azvault_vault::IdPrefix;
use zeroize::Zeroizing;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::copy::CopyOptions;
use crate::output::documents::SecretView;
use crate::terminal::ui::cell;

/// Show one secret; its value only with --reveal or --copy
///
/// With --reveal the value itself is printed, byte for byte, with a newline behind it, with --copy it
/// goes to the clipboard; the audit log says so first.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its id, from `azvault secret list`, or the first digits of it
    id: IdPrefix,
    /// Print the value
    #[arg(long)]
    pub(super) reveal: bool,
    #[command(flatten)]
    copy: CopyOptions,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if self.reveal || self.copy.copy {
            // Before anybody is asked for a passphrase in vain.
            policy::export_plaintext(app, "secrets are not shown")?;
        }
        let clipboard = self.copy.destination(app)?;
        let value = match (&clipboard, self.reveal) {
            (Some(_), _) => Value::Copied,
            (None, true) => Value::Released,
            (None, false) => Value::Sealed,
        };
        let shown = ask(app, ShowSecret { id: self.id, value })?;
        let view = SecretView::of(shown.secret.as_ref());
        match (&shown.value, clipboard) {
            (Some(released), Some(clipboard)) => {
                clipboard.put(app, &released.value)?;
                Ok(0)
            }
            (Some(released), None) => reveal(app, &view, &released.value),
            (None, _) => {
                describe(app, &view);
                Ok(0)
            }
        }
    }
}

fn reveal(app: &App, view: &SecretView<'_>, value: &Secret) -> Exit {
    if app.ui.output == Output::Json {
        let head =
            serde_json::to_vec(view).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
        let room = super::json_room(value) + head.len() + 32;
        let mut document = Zeroizing::new(Vec::with_capacity(room));
        document.extend(b"{\"schema\":1,");
        document.extend(&head[1..head.len() - 1]);
        document.extend(b",\"value\":");
        super::push_json(&mut document, value);
        document.extend(b"}\n");
        app.ui.raw(&document);
        return Ok(0);
    }
    // EXPOSE: the value was asked for by id, with --reveal.
    app.ui.raw(value.expose());
    app.ui.raw(b"\n");
    Ok(0)
}

fn describe(app: &App, view: &SecretView<'_>) {
    if app.ui.output == Output::Json {
        app.ui.json(&WithSchema { schema: 1, secret: view });
        return;
    }
    let facts = &view.facts;
    let rows: Vec<_> = [
        ("id", Some(view.id.clone())),
        ("kind", Some(facts.kind_in_words())),
        ("account", facts.account.map(str::to_owned)),
        ("home account", facts.home_account_id.map(str::to_owned)),
        ("tenant", facts.tenant.map(str::to_owned)),
        ("client id", facts.client_id.map(str::to_owned)),
        ("environment", facts.environment.map(str::to_owned)),
        ("target", facts.target.map(str::to_owned)),
        ("expires", facts.expires_on.map(utc)),
        ("token type", facts.token_type.map(str::to_owned)),
        ("family", facts.family_id.map(str::to_owned)),
        ("scope", Some(view.scope.to_owned())),
        ("stored", view.created.clone()),
    ]
    .into_iter()
    .map(|(name, value)| vec![cell(name), cell(value.unwrap_or_else(|| "-".to_owned()))])
    .collect();
    app.ui.table(&["", ""], &rows);
}

#[derive(serde::Serialize)]
struct WithSchema<'a> {
    schema: u8,
    #[serde(flatten)]
    secret: &'a SecretView<'a>,
}
