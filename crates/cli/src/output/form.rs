//! The form of a document: JSON, YAML or tab-separated values, whole or what a query finds in it.

use jmespath::Variable;
use serde::Serialize;

use crate::options::Global;
use crate::options::output::{AskedForm, Output};
use crate::options::query::Query;
use crate::terminal::ui::tsv;

/// How a document is written.
#[derive(Clone)]
pub(crate) struct Form {
    format: AskedForm,
    query: Option<Query>,
}

impl Form {
    /// As the options of a command have it.
    pub(crate) fn new(global: &Global) -> Self {
        Self { format: global.output, query: global.query.clone() }
    }

    /// What a verb prints: a document, where its form is one or a query is asked of it.
    pub(crate) fn output(&self) -> Output {
        match (self.format, &self.query) {
            (_, Some(_)) | (AskedForm::Json | AskedForm::Yaml, None) => Output::Json,
            (AskedForm::Table, None) => Output::Table,
            (AskedForm::Tsv, None) => Output::Tsv,
            (AskedForm::Sarif, None) => Output::Sarif,
        }
    }

    /// The text of a document, with the end of its last line.
    pub(crate) fn text(&self, document: &impl Serialize) -> Result<String, String> {
        let Some(query) = &self.query else { return self.written(document) };
        let found = query.answer(document)?;
        match self.format {
            AskedForm::Tsv => Ok(rows(&found)),
            AskedForm::Table | AskedForm::Json | AskedForm::Yaml | AskedForm::Sarif => {
                self.written(&*found)
            }
        }
    }

    fn written(&self, document: &impl Serialize) -> Result<String, String> {
        match self.format {
            AskedForm::Yaml => {
                // A long name stays on its line.
                let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
                let text = serde_saphyr::to_string_with_options(document, options);
                text.map(|text| text.trim_end().to_owned() + "\n").map_err(|e| e.to_string())
            }
            AskedForm::Table | AskedForm::Json | AskedForm::Tsv | AskedForm::Sarif => {
                let text = serde_json::to_string(document).map_err(|e| e.to_string())?;
                Ok(text + "\n")
            }
        }
    }
}

/// What was found as rows: each item of a list is one, and so is anything else.
fn rows(found: &Variable) -> String {
    let items =
        found.as_array().map_or_else(Vec::new, |items| items.iter().map(|i| &**i).collect());
    let items = if found.is_array() { items } else { vec![found] };
    items.into_iter().map(|item| row(item) + "\n").collect()
}

fn row(item: &Variable) -> String {
    let cells: Vec<String> = match item {
        Variable::Array(cells) => cells.iter().map(|own| cell(own)).collect(),
        Variable::Object(members) => members.values().map(|own| cell(own)).collect(),
        single => vec![cell(single)],
    };
    cells.join("\t")
}

fn cell(value: &Variable) -> String {
    match value {
        Variable::Null => String::new(),
        Variable::String(text) => tsv(text),
        other => tsv(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;
    use crate::options::output::AskedForm;

    #[test]
    fn a_query_is_answered_in_each_form() {
        let document =
            json!({"active": "a\tb", "contexts": [{"name": "x", "n": 1}, {"name": null}]});
        for (query, format, text) in [
            ("active", AskedForm::Tsv, "a\\tb\n"),
            ("active", AskedForm::Table, "\"a\\tb\"\n"),
            ("contexts[].name", AskedForm::Json, "[\"x\"]\n"),
            ("contexts[].name", AskedForm::Yaml, "- x\n"),
            ("contexts[*].[name, n]", AskedForm::Tsv, "x\t1\n\t\n"),
            ("contexts[0]", AskedForm::Tsv, "1\tx\n"),
            ("missing", AskedForm::Tsv, "\n"),
            ("missing", AskedForm::Json, "null\n"),
        ] {
            let form = Form { format, query: Some(query.parse().unwrap()) };
            assert_eq!(form.text(&document).unwrap(), text, "{query}");
        }
        let form = Form { format: AskedForm::Table, query: Some("sum(active)".parse().unwrap()) };
        assert!(form.text(&document).is_err());
    }

    #[test]
    fn what_yaml_would_take_for_something_else_is_quoted() {
        let document = json!({"a": "yes", "b": "1", "c": "x: y", "d": null, "e": "two\nlines"});
        let text = Form { format: AskedForm::Yaml, query: None }.text(&document).unwrap();
        for line in ["a: \"yes\"", "b: \"1\"", "c: \"x: y\"", "d: null"] {
            assert!(text.replace('\'', "\"").contains(line), "{text}");
        }
    }
}
