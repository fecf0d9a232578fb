//! The values of a JSON or YAML document, each under the names that lead to it.
//!
//! Readers of this module look for a few members in files of which they know little else, so a
//! document is a list of its texts and numbers. YAML is read by saphyr-parser; what it copies is
//! freed at once, and freed memory is wiped (`zeroizing-alloc`).

use saphyr_parser::{Event, Parser};
use zeroize::Zeroizing;

use crate::json::{self, JsonError, MAX_DEPTH, Node, escape_pointer};

/// One text or number.
pub(super) struct Leaf {
    /// The names and positions that lead to it.
    pub(super) path: Vec<String>,
    /// Its text.
    pub(super) value: Zeroizing<String>,
}

impl Leaf {
    /// The pointer that leads to it (RFC 6901).
    pub(super) fn place(&self) -> String {
        pointer(&self.path)
    }

    /// The name it has, or the position.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether its path is this one, where `*` is any name.
    pub(super) fn is_at(&self, path: &[&str]) -> bool {
        self.path.len() == path.len() && self.is_below(path)
    }

    /// Whether its path begins with this one, where `*` is any name.
    pub(super) fn is_below(&self, path: &[&str]) -> bool {
        self.path.len() >= path.len()
            && path.iter().zip(&self.path).all(|(wanted, own)| *wanted == "*" || wanted == own)
    }
}

/// The text at a path, if there is one.
pub(super) fn text_at<'a>(leaves: &'a [Leaf], path: &[&str]) -> Option<&'a str> {
    leaves.iter().find(|leaf| leaf.is_at(path)).map(|leaf| leaf.value.as_str())
}

/// The leaves of a document in JSON or YAML; the first document of several.
pub(super) fn read(text: &str) -> Result<Vec<Leaf>, JsonError> {
    if text.trim_start().starts_with(['{', '[']) { of_json(text) } else { of_yaml(text) }
}

/// The leaves of a JSON document.
pub(super) fn of_json(text: &str) -> Result<Vec<Leaf>, JsonError> {
    let mut leaves = Vec::new();
    add(&json::document(text)?, &mut Vec::new(), &mut leaves)?;
    Ok(leaves)
}

fn add(node: &Node<'_>, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) -> Result<(), JsonError> {
    if node.is_object() {
        for (name, member) in node.object()?.members() {
            path.push(name.clone());
            add(member, path, leaves)?;
            path.pop();
        }
    } else if node.is_array() {
        for (at, item) in node.array()?.iter().enumerate() {
            path.push(at.to_string());
            add(item, path, leaves)?;
            path.pop();
        }
    } else if !node.is_null() {
        let value =
            if node.is_string() { node.text()? } else { Zeroizing::new(node.raw().to_owned()) };
        leaves.push(Leaf { path: path.clone(), value });
    }
    Ok(())
}

/// What a level of a YAML document waits for.
enum Level {
    /// A name; the value of the one before is read.
    Name,
    /// The value of the name that is the last of the path.
    Value,
    /// The item at this position.
    Item(usize),
}

fn of_yaml(text: &str) -> Result<Vec<Leaf>, JsonError> {
    let error = |place: String| JsonError { place, what: "this is not YAML" };
    let mut leaves = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|e| error(format!("line {}", e.marker().line())))?;
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                if matches!(levels.last(), Some(Level::Name)) {
                    return Err(error(pointer(&path)));
                }
                enter(&mut levels, &mut path);
                let mapping = matches!(event, Event::MappingStart(..));
                levels.push(if mapping { Level::Name } else { Level::Item(0) });
                if levels.len() > MAX_DEPTH {
                    return Err(JsonError { place: String::new(), what: "nested too deeply" });
                }
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                leave(&mut levels, &mut path);
            }
            Event::Scalar(value, ..) => {
                if let Some(level @ Level::Name) = levels.last_mut() {
                    *level = Level::Value;
                    path.push(value.into_owned());
                    continue;
                }
                enter(&mut levels, &mut path);
                let value = Zeroizing::new(value.into_owned());
                leaves.push(Leaf { path: path.clone(), value });
                leave(&mut levels, &mut path);
            }
            // What it repeats is read where it stands first.
            Event::Alias(_) => {
                if let Some(level @ Level::Name) = levels.last_mut() {
                    *level = Level::Value;
                    path.push("*".to_owned());
                    continue;
                }
                enter(&mut levels, &mut path);
                leave(&mut levels, &mut path);
            }
            Event::DocumentEnd => break,
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
    }
    Ok(leaves)
}

/// A value begins: an item has its position for a name.
fn enter(levels: &mut [Level], path: &mut Vec<String>) {
    if let Some(Level::Item(at)) = levels.last_mut() {
        path.push(at.to_string());
        *at += 1;
    }
}

/// A value ends, and its name with it.
fn leave(levels: &mut [Level], path: &mut Vec<String>) {
    if let Some(level) = levels.last_mut() {
        path.pop();
        if matches!(level, Level::Value) {
            *level = Level::Name;
        }
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().map(|name| format!("/{}", escape_pointer(name))).collect()
}

#[cfg(test)]
mod tests {
    use super::read;

    fn leaves(text: &str) -> Result<Vec<(String, String)>, String> {
        read(text)
            .map(|leaves| leaves.iter().map(|l| (l.place(), l.value.to_string())).collect())
            .map_err(|error| error.place)
    }

    #[test]
    fn json_and_yaml_give_the_same_leaves() {
        let wanted = [("/a/0/b", "1"), ("/a/1", "x"), ("/c~1d/e", "y z")];
        let wanted: Vec<_> =
            wanted.iter().map(|(p, v)| ((*p).to_owned(), (*v).to_owned())).collect();
        for text in [
            r#"{"a":[{"b":1},"x"],"c/d":{"e":"y z"},"n":null}"#,
            "a:\n- b: 1\n- x\nc/d:\n  e: 'y z'\n",
            "a:\n  - {b: 1}\n  - \"x\"\nc/d: {e: y z}\n---\nsecond: document\n",
        ] {
            let found = leaves(text).unwrap();
            let found: Vec<_> = found.into_iter().filter(|(place, _)| place != "/n").collect();
            assert_eq!(found, wanted, "{text}");
        }
    }

    #[test]
    fn blocks_anchors_and_empty_values_keep_their_places() {
        let text = "a: |\n  one\n  two\nb: &x {c: d}\ne: *x\nf:\ng: >-\n  folded\n  text\n";
        let found = leaves(text).unwrap();
        let at = |place: &str| found.iter().find(|(p, _)| p == place).map(|(_, v)| v.as_str());
        assert_eq!(at("/a"), Some("one\ntwo\n"));
        assert_eq!(at("/b/c"), Some("d"));
        assert_eq!(at("/g"), Some("folded text"));
    }

    #[test]
    fn what_is_neither_is_refused_with_its_place() {
        for text in ["a: [1, 2", "a: 'x", "{", "a: b: c\n", "? [a]\n: b\n"] {
            assert!(leaves(text).is_err(), "{text}");
        }
        assert!(leaves(&"[".repeat(100_000)).is_err());
        assert!(leaves(&format!("a: {}", "[".repeat(1000))).is_err());
        // Of a member that stands twice each value is looked at.
        assert_eq!(leaves("{\"a\":1,\"a\":2}").unwrap().len(), 2);
        assert_eq!(leaves("").unwrap(), []);
        assert_eq!(leaves("# nothing\n").unwrap(), []);
    }
}
