//! `azvault secret show`

use azvault_vault::{Id, StoredSecret};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::Output;
use crate::documents::{SecretView, utc};
use crate::failure::{Code, Failure};
use crate::ui::cell;
use crate::unlock;

/// Show one secret; its value only with --reveal
///
/// With --reveal the value itself is printed, byte for byte, with a newline behind it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Its id, from `azvault secret list`
    id: Id,
    /// Print the value
    #[arg(long)]
    reveal: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        let vault = unlock::vault(app)?;
        let path = app.vault_path()?;
        let failed = |e| Failure::from_vault(e, &path);
        let snapshot = vault.snapshot().map_err(failed)?;
        let found = snapshot.secrets().iter().find(|secret| secret.id == self.id);
        let Some(stored) = found.cloned() else {
            return Err(Failure::new(Code::NotFound, format!("there is no secret {}", self.id))
                .hint("azvault secret list"));
        };
        if !self.reveal {
            describe(app, &stored);
            return Ok(0);
        }
        let value = snapshot.open_secret(stored.id).map_err(failed)?;
        if app.ui.output == Output::Json {
            let head = serde_json::to_vec(&SecretView::new(&stored))
                .map_err(|e| Failure::new(Code::Other, e.to_string()))?;
            let room = super::json_room(&value) + head.len() + 32;
            let mut document = Zeroizing::new(Vec::with_capacity(room));
            document.extend(b"{\"schema\":1,");
            document.extend(&head[1..head.len() - 1]);
            document.extend(b",\"value\":");
            super::push_json(&mut document, &value);
            document.extend(b"}\n");
            app.ui.raw(&document);
            return Ok(0);
        }
        // EXPOSE: the value was asked for by id, with --reveal.
        app.ui.raw(value.expose());
        app.ui.raw(b"\n");
        Ok(0)
    }
}

fn describe(app: &App, stored: &StoredSecret) {
    let about = &stored.description;
    if app.ui.output == Output::Json {
        app.ui.json(&WithSchema { schema: 1, secret: SecretView::new(stored) });
        return;
    }
    let rows: Vec<_> = [
        ("id", Some(stored.id.to_string())),
        ("kind", Some(about.kind.as_str().to_owned())),
        ("account", about.account.clone()),
        ("tenant", about.tenant.clone()),
        ("client id", about.client_id.clone()),
        ("environment", about.environment.clone()),
        ("target", about.target.clone()),
        ("expires", about.expires_on.map(utc)),
        ("family", about.family_id.clone()),
        ("stored", Some(utc(stored.created))),
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
    secret: SecretView<'a>,
}
