//! `azvault policy show`

use std::path::Path;

use azvault_policy::{Shown, Value};
use azvault_service::paths;
use azvault_service::text::shown_path;
use jiff::SignedDuration;
use serde::Serialize;

use crate::app::{App, Exit};
use crate::options::Output;
use crate::output::documents::SCHEMA;
use crate::terminal::ui::cell;

/// Show what is forbidden here, and which line of which file says so
///
/// The policy of this machine, /etc/azvault/policy.toml, and your own, azvault/policy.toml in your
/// configuration folder, which may only tighten it: of each member the stricter line holds.
#[derive(clap::Args)]
pub(crate) struct Args {}

#[derive(Serialize)]
struct Document<'a> {
    schema: u8,
    files: Vec<FileView>,
    members: Vec<MemberView<'a>>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    exists: bool,
}

#[derive(Serialize)]
struct MemberView<'a> {
    key: &'a str,
    value: ValueView<'a>,
    file: String,
    line: usize,
}

/// As it stands in a file.
#[derive(Serialize)]
#[serde(untagged)]
enum ValueView<'a> {
    Text(String),
    Number(u32),
    Names(&'a [String]),
}

impl Args {
    pub(crate) fn run(self, app: &App) -> Exit {
        let policy = app.policy()?;
        let members = policy.members();
        let (system, user) = (paths::system_policy(), paths::user_policy());
        let files = || [Some(&system), user.as_ref()].into_iter().flatten();
        if app.ui.output == Output::Json {
            let members = members.into_iter().map(view).collect();
            let files = files().map(|path| file_view(path)).collect();
            app.ui.json(&Document { schema: SCHEMA, files, members });
        } else if members.is_empty() {
            let files: Vec<String> = files().map(|path| shown_path(path)).collect();
            app.ui.note(format!("nothing is forbidden: no member in {}", files.join(" or ")));
        } else {
            let rows: Vec<_> = members.into_iter().map(view).map(row).collect();
            app.ui.table(&["MEMBER", "VALUE", "FILE", "LINE"], &rows);
        }
        Ok(0)
    }
}

fn file_view(path: &Path) -> FileView {
    FileView { path: path.display().to_string(), exists: path.symlink_metadata().is_ok() }
}

fn view(Shown { key, value, place }: Shown<'_>) -> MemberView<'_> {
    let value = match value {
        Value::Word(word) => ValueView::Text(word.to_owned()),
        Value::Time(time) => ValueView::Text(
            SignedDuration::try_from(time).map(|time| format!("{time:#}")).unwrap_or_default(),
        ),
        Value::Number(number) => ValueView::Number(number),
        Value::Names(names) => ValueView::Names(names),
    };
    MemberView { key, value, file: place.file.display().to_string(), line: place.line }
}

fn row(member: MemberView<'_>) -> Vec<crate::terminal::ui::Cell> {
    let value = match member.value {
        ValueView::Text(text) => text,
        ValueView::Number(number) => number.to_string(),
        ValueView::Names(names) => names.join(", "),
    };
    vec![cell(member.key), cell(value), cell(member.file), cell(member.line.to_string())]
}
