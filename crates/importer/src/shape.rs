//! What a JSON object looks like: the members by which a format is recognised.

use crate::json::{JsonError, Node};

/// The members of an object: their names, compared without case, and what they are.
pub struct Shape(Vec<(String, Kind)>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    Text,
    Other,
}

impl Shape {
    pub(crate) fn of(object: &Node<'_>) -> Result<Self, JsonError> {
        let object = object.object()?;
        let kind = |node: &Node<'_>| match node {
            node if node.is_object() => Kind::Object,
            node if node.is_array() => Kind::Array,
            node if node.is_string() => Kind::Text,
            _ => Kind::Other,
        };
        Ok(Self(object.members().iter().map(|(name, node)| (name.clone(), kind(node))).collect()))
    }

    /// Whether it has a member of that name, whatever its value.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(member, _)| member.eq_ignore_ascii_case(name))
    }

    /// Whether it has all of these.
    pub fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// Whether it has one of these.
    pub fn has_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.has(name))
    }

    /// Whether that member is an object.
    pub fn has_object(&self, name: &str) -> bool {
        self.is(name, Kind::Object)
    }

    /// Whether that member is an array.
    pub fn has_array(&self, name: &str) -> bool {
        self.is(name, Kind::Array)
    }

    /// Whether that member is a text.
    pub fn has_text(&self, name: &str) -> bool {
        self.is(name, Kind::Text)
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of its members, as written.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    fn is(&self, name: &str, kind: Kind) -> bool {
        self.0.iter().any(|(member, own)| member.eq_ignore_ascii_case(name) && *own == kind)
    }
}
