//! How az prints an answer (knack `output.py` and `query.py`): byte for byte, but for YAML, whose quotes are
//! another library's.

use std::collections::BTreeMap;

use azvault_service::az_settings;
use azvault_service::failure::{Failure, Kind};
use clap::ValueEnum;
use jmespath::{Rcvar, Variable};
use serde::{Serialize, Serializer};

use super::query::{AzQuery, member};

/// Options that az takes everywhere.
#[derive(clap::Args)]
pub(super) struct Form {
    #[arg(short, long, ignore_case = true)]
    output: Option<Notation>,
    #[arg(long)]
    query: Option<AzQuery>,
    #[arg(long)]
    pub(super) only_show_errors: bool,
    #[arg(long)]
    verbose: bool,
    #[arg(long)]
    debug: bool,
}

/// A form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Notation {
    Json,
    Jsonc,
    Yaml,
    Yamlc,
    Table,
    Tsv,
    None,
}

/// Which members a table shows of an object.
#[derive(Clone, Copy)]
pub(super) enum Columns<'a> {
    /// All of them, sorted.
    Sorted,
    /// All of them, as the query made them.
    Typed,
    /// These under these headings: a table transformer of az.
    Named(&'a [(&'a str, &'a str)]),
}

impl Form {
    /// The text of a document.
    pub(super) fn text(
        &self,
        document: &impl Serialize,
        columns: Columns<'_>,
    ) -> Result<String, Failure> {
        let refused = |why: String| Failure::new(Kind::Usage, why);
        let found = match &self.query {
            Some(query) => query.answer(document).map_err(refused)?,
            None => Variable::from_serializable(document)
                .map(Rcvar::new)
                .map_err(|e| refused(e.to_string()))?,
        };
        if found.is_null() {
            return Ok(String::new());
        }
        match self.format()? {
            Notation::Json | Notation::Jsonc => {
                let text = serde_json::to_string_pretty(&Plain(&found));
                text.map(|text| text + "\n").map_err(|e| refused(e.to_string()))
            }
            Notation::Yaml | Notation::Yamlc => {
                let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
                let text = serde_saphyr::to_string_with_options(&Plain(&found), options);
                text.map(|text| text.trim_end().to_owned() + "\n")
                    .map_err(|e| refused(e.to_string()))
            }
            Notation::Tsv => Ok(rows(&found).into_iter().map(tsv_row).collect()),
            Notation::Table => {
                let columns = if self.query.is_none() { columns } else { Columns::Typed };
                Ok(table(rows(&found).into_iter().map(|row| cells(row, columns)).collect()))
            }
            Notation::None => Ok(String::new()),
        }
    }

    /// Refuses a query that would compute with a secret: no library that answers queries gets to see one.
    pub(super) fn check_takes(&self) -> Result<(), Failure> {
        if self.query.as_ref().is_none_or(AzQuery::only_takes) {
            return Ok(());
        }
        let what = "a query here takes members of the answer, and computes nothing with a token";
        Err(Failure::new(Kind::Usage, what)
            .hint("az account get-access-token --query accessToken -o tsv"))
    }

    /// Whether it is written as JSON strings, with quotes around each.
    pub(super) fn quotes(&self) -> Result<bool, Failure> {
        Ok(matches!(self.format()?, Notation::Json | Notation::Jsonc))
    }

    /// As the option says, else as az is configured.
    fn format(&self) -> Result<Notation, Failure> {
        if let Some(format) = self.output {
            return Ok(format);
        }
        let Some(configured) = az_settings::get("core", "output") else {
            return Ok(Notation::Json);
        };
        Notation::from_str(&configured, true).map_err(|_| {
            let what = format!("az is configured to print {configured:?}, which is no form of it");
            Failure::new(Kind::Usage, what).hint("az config set core.output=json")
        })
    }
}

/// With the names of members as they are, sorted.
struct Plain<'a>(&'a Variable);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Variable::Array(items) => serializer.collect_seq(items.iter().map(|own| Plain(own))),
            Variable::Object(members) => {
                let members = members.iter().map(|(name, own)| (member(name), Plain(own)));
                members.collect::<BTreeMap<_, _>>().serialize(serializer)
            }
            single => single.serialize(serializer),
        }
    }
}

/// Each item of a list is a row, and so is anything else.
fn rows(found: &Variable) -> Vec<&Variable> {
    match found {
        Variable::Array(items) => items.iter().map(|item| &**item).collect(),
        single => vec![single],
    }
}

fn tsv_row(row: &Variable) -> String {
    let cells: Vec<String> = match row {
        Variable::Object(members) => members.values().map(|own| tsv_cell(own)).collect(),
        Variable::Array(items) => items.iter().map(|own| tsv_cell(own)).collect(),
        Variable::Bool(value) => vec![value.to_string()],
        single => vec![tsv_cell(single)],
    };
    cells.join("\t") + "\n"
}

fn tsv_cell(value: &Variable) -> String {
    match value {
        Variable::Array(items) => items.len().to_string(),
        Variable::Object(_) => String::new(),
        single => text(single),
    }
}

/// As Python writes it.
fn text(value: &Variable) -> String {
    match value {
        Variable::Null => "None".to_owned(),
        Variable::Bool(true) => "True".to_owned(),
        Variable::Bool(false) => "False".to_owned(),
        Variable::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Members that no table shows.
const SKIPPED: [&str; 3] = ["id", "type", "etag"];

/// A cell of a table, under its heading.
struct Cell {
    heading: String,
    text: String,
    side: Side,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    /// Numbers.
    Right,
}

impl Cell {
    /// `None` where a table has no room for the value.
    fn new(heading: &str, value: &Variable) -> Option<Self> {
        if matches!(value, Variable::Null | Variable::Array(_) | Variable::Object(_)) {
            return None;
        }
        let side = if value.is_number() { Side::Right } else { Side::Left };
        let mut letters = heading.chars();
        let first = letters.next().map(char::to_uppercase);
        let heading = first.into_iter().flatten().chain(letters).collect();
        Some(Self { heading, text: text(value), side })
    }
}

fn cells(row: &Variable, columns: Columns<'_>) -> Vec<Cell> {
    match (row, columns) {
        (Variable::Object(members), Columns::Named(columns)) => {
            let cell = |(name, heading): &(&str, &str)| Cell::new(heading, members.get(*name)?);
            columns.iter().filter_map(cell).collect()
        }
        (Variable::Object(members), Columns::Sorted | Columns::Typed) => {
            let mut named: Vec<(&str, &Rcvar)> =
                members.iter().map(|(name, own)| (member(name), own)).collect();
            if matches!(columns, Columns::Sorted) {
                named.sort_by_key(|(name, _)| *name);
            }
            let shown = named.into_iter().filter(|(name, _)| !SKIPPED.contains(name));
            shown.filter_map(|(name, own)| Cell::new(name, own)).collect()
        }
        (Variable::Array(items), _) => {
            let cell = |(at, own): (usize, &Rcvar)| Cell {
                heading: format!("Column{}", at + 1),
                text: if own.is_null() { String::new() } else { text(own) },
                side: Side::Left,
            };
            items.iter().enumerate().map(cell).collect()
        }
        (single, _) => {
            vec![Cell { heading: "Result".to_owned(), text: text(single), side: Side::Left }]
        }
    }
}

/// As tabulate writes its form `simple`.
fn table(rows: Vec<Vec<Cell>>) -> String {
    let mut headings: Vec<&str> = Vec::new();
    for cell in rows.iter().flatten() {
        if !headings.contains(&&*cell.heading) {
            headings.push(&cell.heading);
        }
    }
    if headings.is_empty() {
        return "\n".to_owned();
    }
    let find = |row: &'_ [Cell], heading: &str| row.iter().position(|own| own.heading == heading);
    let columns: Vec<(usize, Side)> = headings
        .iter()
        .map(|heading| {
            let own: Vec<&Cell> =
                rows.iter().filter_map(|row| row.get(find(row, heading)?)).collect();
            let widest = own.iter().map(|cell| cell.text.chars().count()).max().unwrap_or(0);
            let side = match own.iter().all(|cell| cell.side == Side::Right) {
                true => Side::Right,
                false => Side::Left,
            };
            // A heading has room for two blanks more.
            (widest.max(heading.chars().count() + 2), side)
        })
        .collect();
    let line = |texts: Vec<&str>| {
        let padded = texts.into_iter().zip(&columns).map(|(text, (width, side))| {
            let blanks = " ".repeat(width - text.chars().count());
            match side {
                Side::Left => format!("{text}{blanks}"),
                Side::Right => format!("{blanks}{text}"),
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let rules: Vec<String> = columns.iter().map(|(width, _)| "-".repeat(*width)).collect();
    let mut result = line(headings.clone());
    result.push_str(&line(rules.iter().map(String::as_str).collect()));
    for row in &rows {
        let texts =
            headings.iter().map(|heading| find(row, heading).map_or("", |at| &row[at].text));
        result.push_str(&line(texts.collect()));
    }
    result
}
