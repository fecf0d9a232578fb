//! Secrets with what they open.

use azvault_service::text::shown;
use azvault_service::time::utc;

use super::documents::SecretView;
use crate::app::App;
use crate::terminal::ui::Tone;

/// A paragraph with what it opens; every command on a line of its own, to be copied.
pub(crate) fn print(app: &App, secret: &SecretView<'_>) {
    let Some(radius) = &secret.blast_radius else { return };
    let tone = match radius.rank {
        1 => Tone::Bad,
        2 => Tone::Warning,
        _ => Tone::Plain,
    };
    let account = shown(secret.facts.account.unwrap_or("-"));
    let until = radius.until.map(|time| format!(", until {}", utc(time))).unwrap_or_default();
    let (rank, kind, id) = (radius.rank, secret.facts.kind, &secret.id);
    app.ui.toned_line(tone, format!("{rank}  {kind} of {account} ({id}){until}"));
    app.ui.line(format!("   {}", shown(&radius.opens)));
    for line in radius.to_type() {
        app.ui.line(format!("   {line}"));
    }
}
