//! `--query`: what of a document is printed, in JMESPath as Azure CLI has it.

use std::str::FromStr;

use jmespath::{Rcvar, Variable};
use serde::Serialize;

/// A query that can be read.
#[derive(Clone, Debug)]
pub(crate) struct Query(String);

impl FromStr for Query {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        jmespath::compile(text).map(|_| Self(text.to_owned())).map_err(|e| in_words(&e))
    }
}

impl Query {
    /// What it finds in a document.
    pub(crate) fn answer(&self, document: &impl Serialize) -> Result<Rcvar, String> {
        let document = Variable::from_serializable(document).map_err(|e| in_words(&e))?;
        let query = jmespath::compile(&self.0).map_err(|e| in_words(&e))?;
        query.search(document).map_err(|e| in_words(&e))
    }
}

/// The reason in one line, without the query once more.
pub(crate) fn in_words(error: &jmespath::JmespathError) -> String {
    let reason = error.reason.to_string().replace('\n', " ");
    format!("no JMESPath query: {reason} (at character {})", error.offset + 1)
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn a_query_is_read_before_anything_is_done_and_says_where_it_is_wrong() {
        for text in ["active", "contexts[].name", "contexts[?scope=='user'] | [0]", "length(@)"] {
            assert!(text.parse::<Query>().is_ok(), "{text}");
        }
        for text in ["", "contexts[", "a b", "'open", "no_function(@"] {
            let why = text.parse::<Query>().unwrap_err();
            assert!(why.contains("at character") && !why.contains('\n'), "{text}: {why}");
        }
    }
}
