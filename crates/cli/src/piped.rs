//! Names of contexts on standard input: what `context list -o json` prints, whole or in pieces, or
//! one name a line.

use azvault_contexts::ContextName;
use serde::Deserialize;

use crate::descriptor;
use crate::failure::{Code, Failure};

/// Longest input that is taken.
const LONGEST: usize = 64 * 1024 * 1024;

/// What JSON may hold.
#[derive(Deserialize)]
#[serde(untagged)]
enum Piped {
    Name(String),
    Several(Vec<Self>),
    Document { contexts: Vec<Self> },
    Context { name: String },
}

impl Piped {
    fn add_to(self, names: &mut Vec<ContextName>) {
        match self {
            Self::Name(name) | Self::Context { name } => names.push(ContextName::new(name)),
            Self::Several(inner) | Self::Document { contexts: inner } => {
                for piped in inner {
                    piped.add_to(names);
                }
            }
        }
    }
}

/// All names that come in; at least one.
pub(crate) fn names() -> Result<Vec<ContextName>, Failure> {
    let bytes = descriptor::read_to_end(rustix::stdio::stdin(), LONGEST)
        .map_err(|e| Failure::new(Code::Other, format!("standard input: {e}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Code::Usage, "standard input is no text"))?;
    let names = parse(&text);
    if names.is_empty() {
        return Err(Failure::new(Code::Usage, "no name of a context came in")
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
            Err(Failure::new(Code::Usage, what))
        }
    }
}

/// JSON if all of it is JSON; else lines. A name can begin with a bracket.
fn parse(text: &str) -> Vec<ContextName> {
    let values: Result<Vec<Piped>, _> =
        serde_json::Deserializer::from_str(text).into_iter::<Piped>().collect();
    let mut names = Vec::new();
    match values {
        Ok(values) => values.into_iter().for_each(|value| value.add_to(&mut names)),
        Err(_) => {
            let lines = text.lines().filter(|line| !line.is_empty());
            names.extend(lines.map(ContextName::new));
        }
    }
    names
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
            let names = parse(text);
            let found: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
            assert_eq!(found, wanted, "{text}");
        }
    }
}
