//! What a line says of the lines below it: in YAML and TOML a value can stand under its name.

use crate::leaf;
use crate::names::{Name, Sense, sense};
use crate::walk::Walk;

/// Signs in front of a text of several lines, in TOML and Python.
const FENCES: [&str; 2] = ["\"\"\"", "'''"];

/// What the lines above say of the one that comes.
#[derive(Default)]
pub(crate) struct Outline<'t> {
    below: Option<Below>,
    /// Name and value of the line above.
    above: Option<(&'t str, &'t str)>,
}

/// Where the value of a credential's name stands.
enum Below {
    /// In every line that stands deeper than this.
    Block(usize),
    /// In the items of a list that stand as deep, or deeper.
    Items(usize),
    /// Up to this sign.
    Fence(&'static str),
}

impl<'t> Outline<'t> {
    /// Looks at a line by what the lines above say of it.
    pub(crate) fn line(&mut self, walk: &mut Walk<'_>, line: &'t str) {
        let text = line.trim();
        let depth = line.len() - line.trim_start().len();
        let secret = Name { sense: Sense::Credential, ..Name::none() };
        match self.below {
            Some(Below::Fence(fence)) => {
                let (value, is_end) =
                    text.split_once(fence).map_or((text, false), |(value, _)| (value, true));
                leaf::read(walk, secret, value);
                if is_end {
                    self.below = None;
                }
                return;
            }
            Some(Below::Block(above)) if text.is_empty() || depth > above => {
                return leaf::read(walk, secret, text);
            }
            Some(Below::Items(above)) if depth >= above && text.starts_with("- ") => {
                let item = unquoted(&text[2..]);
                if !item.contains(": ") && !item.ends_with(':') {
                    leaf::read(walk, secret, item);
                }
                return;
            }
            Some(Below::Block(_) | Below::Items(_)) | None => self.below = None,
        }
        self.pair(walk, text);
        self.open(walk, text, depth);
    }

    /// `name: X` and `value: Y`, one under the other.
    fn pair(&mut self, walk: &mut Walk<'_>, text: &'t str) {
        let item = text.strip_prefix("- ");
        let pair = item.unwrap_or(text).split_once(':');
        let pair = pair.map(|(name, value)| (unquoted(name), unquoted(value)));
        let is_name = |name: &str| ["name", "key"].iter().any(|own| own.eq_ignore_ascii_case(name));
        let is_value = |name: &str| name.eq_ignore_ascii_case("value");
        match (self.above, pair) {
            (Some((first, label)), Some((second, value))) if is_name(first) && is_value(second) => {
                leaf::read(walk, Name::new(label), value);
            }
            (Some((first, value)), Some((second, label)))
                if is_value(first) && is_name(second) && item.is_none() =>
            {
                leaf::read(walk, Name::new(label), value);
            }
            _ => {}
        }
        self.above = pair;
    }

    /// Whether the value of this line's name stands below it.
    fn open(&mut self, walk: &mut Walk<'_>, text: &str, depth: usize) {
        let text = text.strip_prefix("- ").unwrap_or(text);
        let Some(at) = text.find([':', '=']) else { return };
        let name = unquoted(&text[..at]);
        if !matches!(sense(name), Sense::Credential | Sense::Doubtful) {
            return;
        }
        let rest = text[at + 1..].trim();
        let is_yaml = text.as_bytes()[at] == b':';
        if let Some(fence) = FENCES.into_iter().find(|fence| rest.starts_with(fence)) {
            let inside = &rest[fence.len()..];
            match inside.split_once(fence) {
                Some((value, _)) => leaf::read(walk, Name::new(name), value),
                None => {
                    leaf::read(walk, Name::new(name), inside);
                    self.below = Some(Below::Fence(fence));
                }
            }
        } else if is_yaml && rest.is_empty() {
            self.below = Some(Below::Items(depth));
        } else if is_yaml && matches!(rest, "|" | ">" | "|-" | ">-" | "|+" | ">+") {
            self.below = Some(Below::Block(depth));
        }
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}
