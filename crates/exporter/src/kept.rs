//! Members that nobody modelled, on their way back to the places they came from.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::Json;

/// A member as it was written, or an object of which only some members are known.
pub(crate) enum Member<'k> {
    /// Its JSON.
    Value(&'k str),
    /// What is known of its members, in the order in which they were kept.
    Object(Vec<(String, Self)>),
}

static ABSENT: Member<'static> = Member::Object(Vec::new());

impl<'k> Member<'k> {
    /// The tree below which every kept pointer (RFC 6901) is found again.
    pub(crate) fn tree(kept: &'k azvault_model::Kept) -> Self {
        let mut root = Self::Object(Vec::new());
        for (pointer, value) in members(kept.as_json()) {
            let Some(path) = pointer.strip_prefix('/') else { continue };
            let names = path.split('/').map(|name| name.replace("~1", "/").replace("~0", "~"));
            root.put(&names.collect::<Vec<_>>(), Self::Value(value));
        }
        root
    }

    /// Puts a member at a path; what lies there already stays, whatever its case.
    pub(crate) fn put(&mut self, path: &[String], member: Self) {
        let (Self::Object(members), [name, rest @ ..]) = (self, path) else { return };
        let known = members.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        match (known, rest) {
            (Some(at), [_, ..]) => members[at].1.put(rest, member),
            (Some(_), []) => {}
            (None, []) => members.push((name.clone(), member)),
            (None, _) => {
                let mut object = Self::Object(Vec::new());
                object.put(rest, member);
                members.push((name.clone(), object));
            }
        }
    }

    /// The member of that name, compared without case.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let own = |(known, _): &&(String, Self)| known.eq_ignore_ascii_case(name);
        self.members().iter().find(own).map(|(_, member)| member)
    }

    /// As [`Member::get`], with nothing in it where there is none.
    pub(crate) fn below(&self, name: &str) -> &Self {
        match self.get(name) {
            Some(member) => member,
            None => &ABSENT,
        }
    }

    /// Takes the member of that name out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Self> {
        let Self::Object(members) = self else { return None };
        let at = members.iter().position(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(members.remove(at).1)
    }

    /// Its JSON, if it was kept whole.
    pub(crate) fn value(&self) -> Option<&'k str> {
        match self {
            Self::Value(json) => Some(json),
            Self::Object(_) => None,
        }
    }

    /// What is known of its members; nothing for a value that was kept whole.
    pub(crate) fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Object(members) => members,
            Self::Value(_) => &[],
        }
    }

    /// Writes it.
    pub(crate) fn write(&self, json: &mut Json<'_>) {
        match self {
            Self::Value(value) => json.raw(value),
            Self::Object(_) => json.object(|json| self.write_except(&[], json)),
        }
    }

    /// Writes its members into the object that is open, without those of these names.
    pub(crate) fn write_except(&self, known: &[&str], json: &mut Json<'_>) {
        for (name, member) in self.members() {
            if !known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                member.write(json.member(name));
            }
        }
    }
}

/// Names and values of a JSON object; nothing if the text is another.
pub(crate) fn members(json: &str) -> Vec<(String, &str)> {
    let mut json = serde_json::Deserializer::from_str(json);
    json.deserialize_map(Members).unwrap_or_default()
}

/// The value of that name in a JSON object, compared without case.
pub(crate) fn member<'k>(json: &'k str, name: &str) -> Option<&'k str> {
    let own = |(known, _): &(String, _)| known.eq_ignore_ascii_case(name);
    members(json).into_iter().find(own).map(|(_, value)| value)
}

/// The text of a JSON string in which nothing secret is expected.
pub(crate) fn text(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

struct Members;

impl<'k> Visitor<'k> for Members {
    type Value = Vec<(String, &'k str)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'k>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            members.push((name, value.get()));
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::Kept;

    use super::Member;
    use crate::json::{Layout, document};

    #[test]
    fn every_pointer_is_found_again() {
        let kept = r#"{"/a~1b":{"c": 1.50},"/x/y~0z":[ ],"/X/w":"\u00e6"}"#;
        let kept = Kept::new(kept.to_owned().into());
        let tree = Member::tree(&kept);
        assert_eq!(tree.get("A/B").unwrap().value(), Some(r#"{"c": 1.50}"#));
        assert_eq!(tree.below("x").get("y~z").unwrap().value(), Some("[ ]"));
        let written = document(b"", Layout::Compact, |json| tree.write(json));
        let wanted = r#"{"a/b":{"c": 1.50},"x":{"y~z":[ ],"w":"\u00e6"}}"#;
        assert_eq!(std::str::from_utf8(&written).unwrap(), wanted);
    }
}
