//! `azvault secret list`

use azvault_contexts::{ProcessSecret, Secret};
use azvault_vault::{StoredSecret, Vault};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::app::App;
use crate::cli::Output;
use crate::contexts::Contexts;
use crate::documents::{SCHEMA, SecretView, utc};
use crate::failure::{Code, Failure};
use crate::ui::{Tone, cell, toned};
use crate::{audit, policy};

/// List the secrets: what they are, whose, until when
///
/// Values are shown only with --reveal, and then as JSON; the audit log names each before.
/// `process` marks those that live in this session only.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the values too (with -o json)
    #[arg(long)]
    reveal: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    secrets: Vec<SecretView<'a>>,
}

impl Args {
    pub(crate) fn run(self, app: &App) -> crate::commands::Ended {
        if self.reveal && app.ui.output != Output::Json {
            return Err(Failure::new(Code::Usage, "all values at once come as JSON only")
                .hint("azvault secret list --reveal -o json, or azvault secret show ID --reveal"));
        }
        if self.reveal {
            policy::export_plaintext(app, "secrets are not shown")?;
        }
        let (mut vault, contexts) = Contexts::open(app)?;
        let own = &contexts.own().secrets;
        let mut stored = contexts.secrets.clone();
        stored.sort_by_cached_key(|s| {
            let about = &s.description;
            (about.account.clone(), about.kind, about.tenant.clone(), about.target.clone(), s.id)
        });
        if self.reveal {
            return reveal(app, &mut vault, own, &stored);
        }
        let of_session = own.iter().map(SecretView::of_session);
        let secrets: Vec<_> = of_session.chain(stored.iter().map(SecretView::new)).collect();
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, secrets });
        } else if secrets.is_empty() {
            app.ui.note("no secrets yet: azvault migrate");
        } else {
            let rows: Vec<_> = secrets.iter().map(|view| row(app, view)).collect();
            app.ui.table(&["ID", "KIND", "ACCOUNT", "TENANT", "TARGET", "EXPIRES", ""], &rows);
        }
        Ok(0)
    }
}

/// Written piece by piece: a document with values in it is never held by a JSON library.
fn reveal(
    app: &App,
    vault: &mut Vault,
    own: &[ProcessSecret],
    stored: &[StoredSecret],
) -> crate::commands::Ended {
    let subjects = stored.iter().map(|s| audit::of_secret(s.id, &s.description));
    super::log_reveal(app, vault, own.iter().map(audit::of_session).chain(subjects).collect())?;
    let path = app.vault_path()?;
    let failed = |e| Failure::from_vault(e, &path);
    let snapshot = vault.snapshot().map_err(failed)?;
    app.ui.raw(b"{\"schema\":1,\"secrets\":[");
    let mut separator: &[u8] = b"";
    for secret in own {
        print(app, separator, &SecretView::of_session(secret), &secret.held.value)?;
        separator = b",";
    }
    for secret in stored {
        let value = snapshot.open_secret(secret.id).map_err(failed)?;
        print(app, separator, &SecretView::new(secret), &value)?;
        separator = b",";
    }
    app.ui.raw(b"]}\n");
    Ok(0)
}

fn print(
    app: &App,
    separator: &[u8],
    view: &SecretView<'_>,
    value: &Secret,
) -> Result<(), Failure> {
    let head = serde_json::to_vec(view).map_err(|e| Failure::new(Code::Other, e.to_string()))?;
    let room = super::json_room(value) + head.len() + 16;
    let mut item = Zeroizing::new(Vec::with_capacity(room));
    item.extend(separator);
    item.extend(&head[..head.len() - 1]);
    item.extend(b",\"value\":");
    super::push_json(&mut item, value);
    item.push(b'}');
    app.ui.raw(&item);
    Ok(())
}

fn row(app: &App, view: &SecretView<'_>) -> Vec<crate::ui::Cell> {
    let facts = &view.facts;
    let expired = facts.expires_on.is_some_and(|at| at <= app.now());
    vec![
        cell(view.id.clone()),
        cell(facts.kind),
        cell(facts.account.unwrap_or("-")),
        cell(facts.tenant.unwrap_or("-")),
        cell(facts.target.unwrap_or("-")),
        toned(
            if expired { Tone::Quiet } else { Tone::Plain },
            facts.expires_on.map_or_else(|| "-".to_owned(), utc),
        ),
        toned(Tone::Quiet, if view.scope == "process" { "process" } else { "" }),
    ]
}
