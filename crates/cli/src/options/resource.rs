//! What a token is for, as it is typed: any text, with the short names as proposals.

use std::ffi::OsStr;

use azvault_signin::resource::short_names;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Takes what a name is, and proposes the short names where a shell completes.
#[derive(Clone)]
pub(crate) struct ResourceParser;

impl TypedValueParser for ResourceParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        super::name::name(&text).map_err(|why| {
            Error::raw(ErrorKind::ValueValidation, format!("--resource: {why}\n")).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let all = short_names().map(|(name, what)| PossibleValue::new(name).help(what));
        Some(Box::new(all))
    }
}

/// The short names with what they stand for, as help shows them.
pub(crate) fn resources() -> String {
    let width = short_names().map(|(name, _)| name.len()).max().unwrap_or_default();
    let lines = short_names().map(|(name, what)| format!("  {name:width$}  {what}\n"));
    format!("Resources by name, where the context's cloud has them:\n{}", lines.collect::<String>())
}
