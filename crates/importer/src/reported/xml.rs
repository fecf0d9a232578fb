//! Elements of an XML document, with the names that lead to them.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use crate::json::{JsonError, MAX_DEPTH};

/// One element that has ended, with its text.
pub(super) struct Element {
    /// Names from the root to this one, without prefixes.
    pub(super) path: Vec<String>,
    /// Its attributes, in file order.
    pub(super) attributes: Vec<(String, Zeroizing<String>)>,
    /// Its own text, without white space around it.
    pub(super) text: Zeroizing<String>,
    /// The line where it begins, counted from one.
    pub(super) line: usize,
}

impl Element {
    /// An attribute's value, by its name without case.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let own = self.attributes.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_str())
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        self.path.last().map_or("", String::as_str)
    }

    /// Whether the names that lead to it end so, without case.
    pub(super) fn ends(&self, path: &[&str]) -> bool {
        self.path.len() >= path.len()
            && path
                .iter()
                .zip(&self.path[self.path.len() - path.len()..])
                .all(|(wanted, own)| *wanted == "*" || wanted.eq_ignore_ascii_case(own))
    }

    /// Where it stands.
    pub(super) fn place(&self) -> String {
        format!("line {}", self.line)
    }
}

/// The elements of a document, each when it ends: children before their parents.
pub(super) fn elements(text: &str) -> Result<Vec<Element>, JsonError> {
    let mut reader = Reader::from_str(text);
    let mut lines = Lines { text, at: 0, line: 1 };
    let (mut ended, mut open): (Vec<Element>, Vec<Element>) = (Vec::new(), Vec::new());
    loop {
        let begin = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        let line = lines.at(begin);
        let error = |what| JsonError { place: format!("line {line}"), what };
        match reader.read_event().map_err(|_| error("this is not XML"))? {
            Event::Start(start) => {
                if open.len() == MAX_DEPTH {
                    return Err(error("nested too deeply"));
                }
                open.push(element(&start, &open, line).ok_or_else(|| error("this is not XML"))?);
            }
            Event::Empty(start) => {
                ended.push(element(&start, &open, line).ok_or_else(|| error("this is not XML"))?);
            }
            Event::End(_) => ended.extend(open.pop()),
            Event::Text(words) => add(&mut open, &words),
            Event::CData(words) => add(&mut open, &words),
            Event::GeneralRef(reference) => {
                if let (Some(element), Some(c)) = (open.last_mut(), character(&reference)) {
                    element.text.push(c);
                }
            }
            Event::Eof if open.is_empty() => break,
            Event::Eof => return Err(error("the document ends too early")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    for element in &mut ended {
        let trimmed = element.text.trim();
        if trimmed.len() < element.text.len() {
            element.text = Zeroizing::new(trimmed.to_owned());
        }
    }
    Ok(ended)
}

fn add(open: &mut [Element], words: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(words);
    }
}

fn element(start: &BytesStart<'_>, open: &[Element], line: usize) -> Option<Element> {
    let mut path = open.last().map(|parent| parent.path.clone()).unwrap_or_default();
    path.push(start.local_name().as_ref().to_owned());
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = quick_xml::escape::unescape(&attribute.value).ok()?;
        let key = attribute.key.local_name().as_ref().to_owned();
        attributes.push((key, Zeroizing::new(value.into_owned())));
    }
    Some(Element { path, attributes, text: Zeroizing::default(), line })
}

/// A character by its number, or one of the five that XML names.
fn character(reference: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    match &**reference {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "apos" => Some('\''),
        "quot" => Some('"'),
        _ => None,
    }
}

/// Counts lines once on the way through a text.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, to: usize) -> usize {
        let between = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', between).count();
        self.at = to.max(self.at);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::elements;

    #[test]
    fn elements_have_their_path_text_and_line() {
        let text = "<?xml version=\"1.0\"?>\n<a xmlns=\"x\">\n <n:b key=\"k&amp;1\"/>\n <c> t&lt;&#65;<![CDATA[<]]> \
                    </c>\n</a>";
        let found = elements(text).unwrap();
        let found: Vec<_> =
            found.iter().map(|e| (e.path.join("/"), e.text.to_string(), e.line)).collect();
        let wanted = [("a/b", "", 3), ("a/c", "t<A<", 4), ("a", "", 2)];
        let wanted: Vec<_> =
            wanted.iter().map(|(p, t, l)| ((*p).to_owned(), (*t).to_owned(), *l)).collect();
        assert_eq!(found, wanted);
        assert_eq!(elements(text).unwrap()[0].attribute("KEY"), Some("k&1"));
    }

    #[test]
    fn what_is_no_document_is_refused() {
        for text in ["<a>", "<a></b>", "<a b=1>", "</a>", "<a b='1' b='2'/>"] {
            assert!(elements(text).is_err(), "{text}");
        }
        assert!(elements(&"<a>".repeat(1000)).is_err());
        assert!(elements("").unwrap().is_empty());
    }
}
