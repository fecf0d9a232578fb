//! How an answer is printed.

use clap::ValueEnum;

/// The form that `--output` asks for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AskedForm {
    /// For people.
    Table,
    /// One JSON document.
    Json,
    /// The same document as YAML.
    Yaml,
    /// Tab-separated values, without a heading.
    Tsv,
    /// SARIF 2.1.0, for code scanners: `scan` alone.
    Sarif,
}

/// What a verb prints.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// Words and tables for people.
    Table,
    /// A document, in whatever form.
    Json,
    /// Rows for programs.
    Tsv,
    /// SARIF.
    Sarif,
}
