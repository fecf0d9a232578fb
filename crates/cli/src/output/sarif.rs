//! SARIF 2.1.0 (OASIS), for code scanners: one result a file, one rule a format. Places and counts,
//! never a value.

use std::collections::BTreeMap;
use std::path::Path;

use azvault_os::file::path_bytes;
use azvault_service::migration::gather::From;
use azvault_service::paths;
use azvault_service::scan::{Kind, Readers, Row, Severity, Survey, next};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use serde::Serialize;

use crate::app::App;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What stands in the path of a URI as it is (RFC 3986), the slash between folders included.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
struct Run {
    tool: Tool,
    invocations: [Invocation; 1],
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Text,
    help: Text,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    properties: Properties,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    severity: Severity,
    readable_by: Option<String>,
    modified: Option<i64>,
    next: String,
}

/// Prints the survey as one SARIF log.
pub(crate) fn print(app: &App, survey: &Survey, from: From<'_>) {
    let roots = paths::roots().ok();
    let mut rules: BTreeMap<String, Rule> = BTreeMap::new();
    for row in &survey.rows {
        rules.entry(rule_id(row)).or_insert_with_key(|id| rule(id, row));
    }
    let rules: Vec<Rule> = rules.into_values().collect();
    let results = survey
        .rows
        .iter()
        .map(|row| {
            let rule_id = rule_id(row);
            Finding {
                rule_index: rules.iter().position(|rule| rule.id == rule_id).unwrap_or_default(),
                rule_id,
                level: level(row.severity),
                message: Text { text: row.holds.words() },
                locations: vec![location(&row.path)],
                properties: Properties {
                    severity: row.severity,
                    readable_by: row.readers.as_ref().map(Readers::words),
                    modified: row.modified,
                    next: next::of_row(row, from, roots.as_ref()),
                },
            }
        })
        .collect();
    let notifications = survey.unreadable.iter().map(|one| Notification {
        level: "warning",
        message: Text { text: format!("not read: {}", azvault_service::text::shown(&one.why)) },
        locations: vec![location(&one.path)],
    });
    let run = Run {
        tool: Tool {
            driver: Driver { name: "azvault", semantic_version: env!("CARGO_PKG_VERSION"), rules },
        },
        invocations: [Invocation {
            execution_successful: survey.is_complete(),
            tool_execution_notifications: notifications.collect(),
        }],
        results,
    };
    app.ui.json(&Log { schema: SCHEMA, version: "2.1.0", runs: [run] });
}

/// Stable: the format's name.
fn rule_id(row: &Row) -> String {
    match (&row.kind, &row.view) {
        (Kind::Known, Some(view)) => view.format.to_owned(),
        (Kind::Known | Kind::Unknown, _) => "unknown-file".to_owned(),
    }
}

fn rule(id: &str, row: &Row) -> Rule {
    let text = match row.kind {
        Kind::Known => format!("A file of the format {id}, with unencrypted sign-ins"),
        Kind::Unknown => "A file of no known format, with values that look like credentials".into(),
    };
    let help = "Move what can be imported into the vault with `azvault migrate`; revoke the rest.";
    Rule {
        id: id.to_owned(),
        short_description: Text { text },
        help: Text { text: help.to_owned() },
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn location(path: &Path) -> Location {
    let uri = format!("file://{}", percent_encode(&path_bytes(path), PATH));
    Location { physical_location: PhysicalLocation { artifact_location: ArtifactLocation { uri } } }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;

    use super::location;

    #[test]
    fn a_path_is_a_uri_whatever_bytes_it_has() {
        for (path, uri) in [
            (&b"/home/kim/.azure/a.json"[..], "file:///home/kim/.azure/a.json"),
            (b"/my data/50% #1?.json", "file:///my%20data/50%25%20%231%3F.json"),
            (b"/caf\xe9/\xf0\x9f\x94\x91", "file:///caf%E9/%F0%9F%94%91"),
        ] {
            let path = Path::new(OsStr::from_bytes(path));
            assert_eq!(location(path).physical_location.artifact_location.uri, uri);
        }
    }
}
