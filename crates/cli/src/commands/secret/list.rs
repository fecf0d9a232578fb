//! `azvault secret list`

use azvault_model::Secret;
use azvault_service::ask::ask;
use azvault_service::failure::{Failure, Kind};
use azvault_service::policy;
use azvault_service::verbs::{Detail, ListSecrets, Rest, RevealSecrets};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::options::wide::moment;
use crate::output;
use crate::output::documents::{SCHEMA, SecretView};
use crate::terminal::columns::{Column, shortened, whole};
use crate::terminal::ui::{Tone, cell, toned};

/// List the secrets: what they are, whose, until when
///
/// Values are shown only with --reveal, and then as JSON; the audit log names each before.
/// `process` marks those that live in this session only. With --wide also what each of them
/// opens, by rank (1 is worst), and the commands of Azure CLI that revoke it, in a paragraph for each
/// (with -o tsv in columns 8 to 10); no value is opened.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Print the values too (with -o json)
    #[arg(long)]
    pub(super) reveal: bool,
    /// Say what each opens, and what revokes it
    #[arg(long)]
    wide: bool,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    secrets: Vec<SecretView<'a>>,
}

const COLUMNS: [Column; 7] = [
    whole("ID"),
    whole("KIND"),
    shortened("ACCOUNT", 16),
    whole("TENANT").left_out(1),
    shortened("TARGET", 12).left_out(2),
    whole("EXPIRES"),
    whole(""),
];

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        if self.reveal && app.ui.output != Output::Json {
            return Err(Failure::new(Kind::Usage, "all values at once come as JSON only")
                .hint("azvault secret list --reveal -o json, or azvault secret show ID --reveal"));
        }
        let detail = if self.wide { Detail::BlastRadius } else { Detail::Facts };
        if self.reveal {
            // Before anybody is asked for a passphrase in vain.
            policy::export_plaintext(app, "secrets are not shown")?;
            return reveal(app, detail);
        }
        let listed = ask(app, ListSecrets { detail })?.secrets;
        let secrets: Vec<_> = listed.iter().map(SecretView::of_listed).collect();
        if app.ui.output == Output::Json {
            app.ui.json(&Document { schema: SCHEMA, secrets });
        } else if secrets.is_empty() {
            app.ui.note("no secrets yet: azvault migrate");
        } else if self.wide && app.ui.output == Output::Table {
            secrets.iter().for_each(|secret| output::secrets::print(app, secret));
        } else {
            let rows: Vec<_> = secrets.iter().map(|view| row(app, view)).collect();
            app.ui.columns(&COLUMNS, rows);
        }
        Ok(0)
    }
}

/// Everything with its value. Written piece by piece: a document with values in it is never held by a
/// JSON library.
fn reveal(app: &App, detail: Detail) -> Exit {
    let (mut after, mut rest) = (None, Rest::More);
    let mut separator: &[u8] = b"{\"schema\":1,\"secrets\":[";
    while rest == Rest::More {
        let part = ask(app, RevealSecrets { detail, after })?;
        if part.secrets.is_empty() {
            app.ui.raw(separator);
        }
        for revealed in &part.secrets {
            print(
                app,
                separator,
                &SecretView::of_listed(&revealed.secret),
                &revealed.released.value,
            )?;
            separator = b",";
        }
        rest = part.rest;
        after = part.secrets.last().map(|revealed| revealed.secret.location.id());
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
    let head = serde_json::to_vec(view).map_err(|e| Failure::new(Kind::Other, e.to_string()))?;
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

fn row(app: &App, view: &SecretView<'_>) -> Vec<crate::terminal::ui::Cell> {
    let facts = &view.facts;
    let expired = facts.expires_on.is_some_and(|at| at <= app.now());
    let expires = facts.expires_on.map_or_else(|| "-".to_owned(), |at| moment(app, at));
    let mut row = vec![
        cell(view.id.clone()),
        cell(facts.kind_in_words()),
        cell(facts.account.unwrap_or("-")),
        cell(facts.tenant.unwrap_or("-")),
        cell(facts.target.unwrap_or("-")),
        toned(if expired { Tone::Quiet } else { Tone::Plain }, expires),
        toned(Tone::Quiet, if view.scope == "process" { "process" } else { "" }),
    ];
    if let Some(radius) = &view.blast_radius {
        row.push(cell(radius.rank.to_string()));
        row.push(cell(&radius.opens));
        row.push(cell(radius.revoke.join("; ")));
    }
    row
}
