//! What a rotation of keys leaves to be known.

use azvault_model::Text;
use azvault_service::revocation;
use azvault_service::rotation::Done;
use azvault_service::secrets::SecretRef;
use azvault_service::slots::SlotView;
use azvault_service::text::count;
use azvault_service::time::utc;
use azvault_vault::StoredSecret;
use serde::Serialize;

use crate::app::App;
use crate::options::Output;
use crate::output::documents::{SCHEMA, SecretView};
use crate::terminal::ui::cell;

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    epoch: u32,
    kept: &'a [SlotView],
    dropped: &'a [SlotView],
    readable: Vec<SecretView<'a>>,
}

/// The answer: what a holder of the old keys could have read. Anyone who rotates because of one
/// has yet to revoke that.
pub(crate) fn show(app: &App, done: &Done) {
    for words in &done.went {
        app.ui.warning(format!("{words} opens the vault no more"));
    }
    app.ui.note(format!(
        "The keys are new (epoch {}); old keys and old slots open nothing.",
        done.epoch
    ));
    if app.ui.output == Output::Json {
        app.ui.json(&Document {
            schema: SCHEMA,
            epoch: done.epoch,
            kept: &done.kept,
            dropped: &done.dropped,
            readable: done.readable.iter().map(SecretRef::of_vault).map(SecretView::of).collect(),
        });
    } else if !done.readable.is_empty() {
        let number = count(done.readable.len(), "credential");
        app.ui.note(format!("A holder of the old keys could have read {number}, newest first:"));
        let rows: Vec<_> = done.readable.iter().map(row).collect();
        app.ui.table(&["KIND", "ACCOUNT", "TENANT", "EXPIRES", "STORED"], &rows);
    }
    let revocations = revocation::of(&done.readable, app.now(), "az");
    if !revocations.is_empty() {
        app.ui.note(
            "Rotating keys does not revoke credentials. If any of these may be known to others:",
        );
        revocation::say(app, &revocations);
    }
}

fn row(secret: &StoredSecret) -> Vec<crate::terminal::ui::Cell> {
    let about = &secret.description;
    let text = |text: &Option<Text>| cell(text.as_deref().unwrap_or("-"));
    vec![
        cell(about.kind.as_str()),
        text(&about.account),
        text(&about.tenant),
        cell(about.expires_on.map_or_else(|| "-".to_owned(), utc)),
        cell(utc(secret.created)),
    ]
}
