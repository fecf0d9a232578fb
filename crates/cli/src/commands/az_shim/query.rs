//! `--query` as az has it: the members of an object that it makes stay in the order in which they were
//! typed, which is that of the columns of a table.

use std::str::FromStr;

use jmespath::ast::Ast;
use jmespath::{DEFAULT_RUNTIME, Expression, Rcvar, Variable};
use serde::Serialize;

use crate::options::query::in_words;

/// Stands around the number of a member, before its name.
const AROUND_NUMBER: char = '\u{0}';

/// A query that can be read.
#[derive(Clone, Debug)]
pub(super) struct AzQuery(String);

impl FromStr for AzQuery {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        jmespath::parse(text).map_err(|e| in_words(&e))?;
        Ok(Self(text.to_owned()))
    }
}

impl AzQuery {
    /// What it finds in a document.
    pub(super) fn answer(&self, document: &impl Serialize) -> Result<Rcvar, String> {
        let document = Variable::from_serializable(document).map_err(|e| in_words(&e))?;
        let mut tree = self.tree()?;
        number(&mut tree);
        let query = Expression::new(&*self.0, tree, &DEFAULT_RUNTIME);
        query.search(document).map_err(|e| in_words(&e))
    }

    /// Whether it only takes values from their places: it computes nothing of them.
    pub(super) fn only_takes(&self) -> bool {
        self.tree().is_ok_and(|tree| only_takes(&tree))
    }

    fn tree(&self) -> Result<Ast, String> {
        jmespath::parse(&self.0).map_err(|e| in_words(&e))
    }
}

/// The name of a member without its number.
pub(super) fn member(name: &str) -> &str {
    name.rsplit(AROUND_NUMBER).next().unwrap_or(name)
}

/// Numbers the members of the objects that are the answer. Those that the query itself looks into keep
/// their names.
fn number(tree: &mut Ast) {
    match tree {
        Ast::MultiHash { elements, .. } => {
            for (at, element) in elements.iter_mut().enumerate() {
                element.key = format!("{AROUND_NUMBER}{at:04}{AROUND_NUMBER}{}", element.key);
                number(&mut element.value);
            }
        }
        Ast::MultiList { elements, .. } => elements.iter_mut().for_each(number),
        Ast::Subexpr { rhs, .. } | Ast::Projection { rhs, .. } | Ast::And { rhs, .. } => {
            number(rhs);
        }
        Ast::Condition { then, .. } => number(then),
        Ast::Or { lhs, rhs, .. } => {
            number(lhs);
            number(rhs);
        }
        Ast::Comparison { .. }
        | Ast::Identity { .. }
        | Ast::Expref { .. }
        | Ast::Flatten { .. }
        | Ast::Function { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Not { .. }
        | Ast::ObjectValues { .. }
        | Ast::Slice { .. } => {}
    }
}

fn only_takes(tree: &Ast) -> bool {
    match tree {
        Ast::Identity { .. } | Ast::Field { .. } | Ast::Index { .. } | Ast::Slice { .. } => true,
        Ast::Literal { .. } => true,
        Ast::MultiHash { elements, .. } => elements.iter().all(|own| only_takes(&own.value)),
        Ast::MultiList { elements, .. } => elements.iter().all(only_takes),
        Ast::Flatten { node, .. } | Ast::ObjectValues { node, .. } => only_takes(node),
        Ast::Subexpr { lhs, rhs, .. } | Ast::Projection { lhs, rhs, .. } => {
            only_takes(lhs) && only_takes(rhs)
        }
        Ast::Comparison { .. }
        | Ast::Condition { .. }
        | Ast::Expref { .. }
        | Ast::Function { .. }
        | Ast::Not { .. }
        | Ast::And { .. }
        | Ast::Or { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use jmespath::Variable;
    use serde_json::json;

    use super::{AzQuery, member};

    fn names(query: &str) -> Vec<String> {
        let document = json!([{"id": "1", "name": "n", "user": {"name": "u", "type": "user"}}]);
        let query: AzQuery = query.parse().unwrap();
        let found = query.answer(&document).unwrap();
        let object = match &*found {
            Variable::Array(items) => items[0].clone(),
            _ => found,
        };
        let Variable::Object(members) = &*object else { return Vec::new() };
        members.keys().map(|name| member(name).to_owned()).collect()
    }

    #[test]
    fn members_stay_in_the_order_in_which_they_were_typed() {
        for (query, wanted) in [
            ("[].{z: id, a: name}", &["z", "a"][..]),
            ("[0].{z: id, a: name}", &["z", "a"]),
            ("[?id=='1'].{z: id, a: name}", &["z", "a"]),
            ("[?id=='1'] | [0].{z: id, a: name}", &["z", "a"]),
            ("[].{z: id, a: name} | [0]", &["a", "z"]),
            ("[].{z: {b: id, a: name}, a: name} | [?a=='n']", &["a", "z"]),
            ("[0].user", &["name", "type"]),
            ("missing || [0].{z: id, a: name}", &["z", "a"]),
        ] {
            assert_eq!(names(query), wanted, "{query}");
        }
    }

    #[test]
    fn what_computes_is_told_from_what_takes() {
        for (query, takes) in [
            ("accessToken", true),
            ("[accessToken, expiresOn]", true),
            ("{token: accessToken, until: expires_on}", true),
            ("@", true),
            ("*", true),
            ("accessToken | @", true),
            ("length(accessToken)", false),
            ("starts_with(accessToken, 'a')", false),
            ("accessToken == 'a'", false),
            ("{t: length(accessToken)}", false),
            ("accessToken || 'none'", false),
        ] {
            assert_eq!(query.parse::<AzQuery>().unwrap().only_takes(), takes, "{query}");
        }
        for text in ["", "a[", "a b"] {
            assert!(text.parse::<AzQuery>().is_err(), "{text}");
        }
    }
}
