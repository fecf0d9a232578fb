//! Names of contexts on standard input: what `context list -o json` prints, whole or in pieces, or
//! one name a line.

use azvault_model::ContextName;
use azvault_os::console::Input;
use azvault_service::descriptor;
use azvault_service::failure::{Failure, Kind};
use serde::Deserialize;

use crate::options::name::name;

/// Longest input that is taken.
const MAX_INPUT: usize = 64 * 1024 * 1024;

/// What JSON may hold. An object that says where its context lives is one of azvault's own: it is that
/// context, also if a file gave it an empty name. Any other empty name is one that was not filled in.
#[derive(Deserialize)]
#[serde(untagged)]
enum Piped {
    Name(String),
    Several(Vec<Self>),
    Document { contexts: Vec<Self> },
    Context { name: String, scope: Option<String> },
}

impl Piped {
    fn add_to(self, names: &mut Vec<ContextName>) -> Result<(), &'static str> {
        match self {
            Self::Context { name, scope: Some(_) } => names.push(ContextName::new(name)),
            Self::Name(text) | Self::Context { name: text, scope: None } => {
                names.push(ContextName::new(name(&text)?));
            }
            Self::Several(inner) | Self::Document { contexts: inner } => {
                for piped in inner {
                    piped.add_to(names)?;
                }
            }
        }
        Ok(())
    }
}

/// All names that come in; at least one.
pub(crate) fn names() -> Result<Vec<ContextName>, Failure> {
    let bytes = descriptor::read_to_end(Input, MAX_INPUT)
        .map_err(|e| Failure::new(Kind::Other, format!("standard input: {e}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Kind::Usage, "standard input is no text"))?;
    let names = parse(&text).map_err(|why| Failure::new(Kind::Usage, why))?;
    if names.is_empty() {
        return Err(Failure::new(Kind::Usage, "no name of a context came in")
            .hint("azvault context list -o json | jq '.contexts[0]' | azvault context select -"));
    }
    Ok(names)
}

/// The one name that comes in.
pub(crate) fn one_name() -> Result<ContextName, Failure> {
    let names = names()?;
    match <[ContextName; 1]>::try_from(names) {
        Ok([name]) => Ok(name),
        Err(names) => {
            let what = format!("{} names came in, where one is wanted", names.len());
            Err(Failure::new(Kind::Usage, what))
        }
    }
}

/// JSON if all of it is JSON; else lines. A name can begin with a bracket.
fn parse(text: &str) -> Result<Vec<ContextName>, &'static str> {
    let values: Result<Vec<Piped>, _> =
        serde_json::Deserializer::from_str(text).into_iter::<Piped>().collect();
    let mut names = Vec::new();
    match values {
        Ok(values) => {
            for value in values {
                value.add_to(&mut names)?;
            }
        }
        Err(_) => {
            // An empty line names nothing, and one of blanks a name that was not filled in.
            for line in text.lines().filter(|line| !line.is_empty()) {
                names.push(ContextName::new(name(line)?));
            }
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn documents_objects_strings_and_lines_are_names() {
        for (text, wanted) in [
            (r#"{"schema":1,"contexts":[{"name":"a"},{"name":"b"}]}"#, &["a", "b"][..]),
            (r#"[{"name":"a","scope":"user"},"b"]"#, &["a", "b"]),
            ("{\"name\":\"a\"}\n{\"name\":\"b\"}\n", &["a", "b"]),
            ("\"a\"\n\"b\"\n", &["a", "b"]),
            ("a\nb c\n", &["a", "b c"]),
            ("a\r\n", &["a"]),
            // The default names of AzureRM 4 look like JSON at first sight.
            ("[ada@x, s1]\n", &["[ada@x, s1]"]),
            ("123\n", &["123"]),
            (r#"{"name":"with \"quotes\" and \u00f8"}"#, &["with \"quotes\" and ø"]),
            ("", &[]),
            ("\n\n", &[]),
            ("[]", &[]),
        ] {
            let names = parse(text).unwrap();
            let found: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn an_empty_name_is_none_unless_it_is_that_of_a_context() {
        for text in [
            r#""""#,
            "\"a\"\n\"\"\n",
            r#"{"name":""}"#,
            r#"{"contexts":[{"name":"a"},{"name":" "}]}"#,
            r#"["a", ""]"#,
            "a\n \t\nb\n",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let own = parse(r#"{"contexts":[{"name":"","scope":"user"},{"name":"b"}]}"#).unwrap();
        assert_eq!(own.len(), 2);
    }
}
