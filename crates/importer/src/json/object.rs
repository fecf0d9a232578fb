//! An object that is read in one piece: any member of another type is an error of the whole.
//!
//! Readers whose entries must not be lost for one odd member ask [`super::Fields`] instead.

use azvault_model::Text;

use super::{JsonError, Node};

/// A parsed object.
pub struct Object<'a> {
    place: String,
    members: Vec<(String, Node<'a>)>,
}

impl<'a> Object<'a> {
    pub(super) fn of(node: &Node<'a>) -> Result<Self, JsonError> {
        Ok(Self { place: node.place().to_owned(), members: node.members()?.collect() })
    }

    /// The pointer that leads here.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The member of that name, compared without case; of several the last, which counts.
    pub fn get(&self, name: &str) -> Result<Option<&Node<'a>>, JsonError> {
        let mut last_first = self.members.iter().rev();
        let hit = last_first.find(|(key, _)| key.eq_ignore_ascii_case(name));
        Ok(hit.map(|(_, node)| node))
    }

    /// As [`Object::get`], with a missing member and a `null` one both `None`.
    pub fn get_some(&self, name: &str) -> Result<Option<&Node<'a>>, JsonError> {
        Ok(self.get(name)?.filter(|node| !node.is_null()))
    }

    /// The text of a member where nothing secret is expected; `None` if it is missing or `null`.
    pub fn text(&self, name: &str) -> Result<Option<Text>, JsonError> {
        match self.get(name)? {
            Some(node) => node.optional_text(),
            None => Ok(None),
        }
    }

    /// All members in file order, under their names as written.
    pub fn members(&self) -> &[(String, Node<'a>)] {
        &self.members
    }

    /// The members under other names than these, compared without case; `null` ones left out,
    /// because they say nothing.
    pub fn except(&self, known: &[&str]) -> impl Iterator<Item = &Node<'a>> {
        self.members
            .iter()
            .filter(|(key, _)| !known.iter().any(|known| known.eq_ignore_ascii_case(key)))
            .map(|(_, node)| node)
            .filter(|node| !node.is_null())
    }
}
