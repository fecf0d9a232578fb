//! `azvault secret list`

use azvault_vault::{Snapshot, StoredSecret};
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::Output;
use crate::documents::{SecretView, utc};
use crate::failure::{Code, Failure};
use crate::ui::{Tone, cell, toned};
use crate::unlock;

/// List the secrets: what they are, whose, until when
///
/// Values are shown only with --reveal, and then as JSON.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the values too (with -o json)
    #[arg(long)]
    reveal: bool,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        if self.reveal && app.ui.output != Output::Json {
            return Err(Failure::new(Code::Usage, "all values at once come as JSON only")
                .hint("azvault secret list --reveal -o json, or azvault secret show ID --reveal"));
        }
        let vault = unlock::vault(app)?;
        let path = app.vault_path()?;
        let failed = |e| Failure::from_vault(e, &path);
        let snapshot = vault.snapshot().map_err(failed)?;
        let mut secrets = snapshot.secrets().to_vec();
        secrets.sort_by_cached_key(|s| {
            let about = &s.description;
            (about.account.clone(), about.kind, about.tenant.clone(), about.target.clone(), s.id)
        });
        if app.ui.output == Output::Json {
            return print_json(app, &snapshot, &secrets, self.reveal.into());
        }
        let rows: Vec<_> = secrets.iter().map(|secret| row(app, secret)).collect();
        if rows.is_empty() {
            app.ui.note("no secrets yet: azvault migrate");
        } else {
            app.ui.table(&["ID", "KIND", "ACCOUNT", "TENANT", "TARGET", "EXPIRES"], &rows);
        }
        Ok(0)
    }
}

/// Whether values are part of the answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Shown,
    Sealed,
}

impl From<bool> for Values {
    fn from(reveal: bool) -> Self {
        if reveal { Self::Shown } else { Self::Sealed }
    }
}

/// Written piece by piece: a document with values in it is never held by a JSON library.
fn print_json(
    app: &App,
    snapshot: &Snapshot<'_>,
    secrets: &[StoredSecret],
    values: Values,
) -> crate::commands::Ended {
    let path = app.vault_path()?;
    app.ui.raw(b"{\"schema\":1,\"secrets\":[");
    for (i, stored) in secrets.iter().enumerate() {
        let head = serde_json::to_vec(&SecretView::new(stored))
            .map_err(|e| Failure::new(Code::Other, e.to_string()))?;
        let separator: &[u8] = if i == 0 { b"" } else { b"," };
        let Values::Shown = values else {
            app.ui.raw(&[separator, &head].concat());
            continue;
        };
        let value = snapshot.open_secret(stored.id).map_err(|e| Failure::from_vault(e, &path))?;
        let room = super::json_room(&value) + head.len() + 16;
        let mut item = Zeroizing::new(Vec::with_capacity(room));
        item.extend(separator);
        item.extend(&head[..head.len() - 1]);
        item.extend(b",\"value\":");
        super::push_json(&mut item, &value);
        item.push(b'}');
        app.ui.raw(&item);
    }
    app.ui.raw(b"]}\n");
    Ok(0)
}

fn row(app: &App, stored: &StoredSecret) -> Vec<crate::ui::Cell> {
    let about = &stored.description;
    let expired = about.expires_on.is_some_and(|at| at <= app.now());
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    vec![
        cell(stored.id.to_string()),
        cell(about.kind.as_str()),
        cell(or_dash(&about.account)),
        cell(or_dash(&about.tenant)),
        cell(or_dash(&about.target)),
        toned(
            if expired { Tone::Quiet } else { Tone::Plain },
            about.expires_on.map_or_else(|| "-".to_owned(), utc),
        ),
    ]
}
