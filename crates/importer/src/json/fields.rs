//! An object whose members are asked for by name and type, and what came of it.
//!
//! Names are compared without case, as Azure PowerShell does. Where one stands more than once the
//! last counts, as for Newtonsoft and for Python, and the others are not lost without a word.

use std::borrow::Cow;
use std::cell::RefCell;

use azvault_model::Text;
use zeroize::Zeroizing;

use super::{JsonError, Node, Parts, escape_pointer, unescape};

/// Most members of one object that a reader asks by name: no product writes a hundredth of that.
const MAX_MEMBERS: usize = 100_000;

const REPEATED: &str = "the same member stands here again, and the last one counts";

/// What readers could not use, gathered while they continue.
#[derive(Default)]
pub struct Unread<'a> {
    nodes: RefCell<Vec<(Node<'a>, &'static str)>>,
    remarks: RefCell<Vec<(String, &'static str)>>,
    unknown: RefCell<Vec<String>>,
}

/// What [`Unread`] gathered.
pub struct Parted<'a> {
    /// What could not be used, each with the reason.
    pub nodes: Vec<(Node<'a>, &'static str)>,
    /// Places of what was read although it is odd, and why it is.
    pub remarks: Vec<(String, &'static str)>,
    /// Places of members that no reader knows.
    pub unknown: Vec<String>,
}

/// A text that may be a secret, and where it stands.
pub struct Value {
    /// A JSON pointer.
    pub place: String,
    /// The text, in memory that is wiped.
    pub text: Zeroizing<String>,
}

/// The members of an object.
pub struct Fields<'a, 'u> {
    place: String,
    members: Vec<Member<'a>>,
    unread: &'u Unread<'a>,
}

struct Member<'a> {
    name: Cow<'a, str>,
    raw: &'a str,
    is_taken: bool,
}

impl<'a> Unread<'a> {
    /// A value that a reader could not use, and why.
    pub fn add(&self, node: Node<'a>, what: &'static str) {
        self.nodes.borrow_mut().push((node, what));
    }

    /// A value that was read although it is odd, and why it is.
    pub fn remark(&self, place: impl Into<String>, what: &'static str) {
        self.remarks.borrow_mut().push((place.into(), what));
    }

    /// A member that no reader knows; its reader keeps it. One that says nothing is none.
    pub fn unknown(&self, node: &Node<'a>) {
        if !node.says_nothing() {
            self.unknown.borrow_mut().push(node.place.clone());
        }
    }

    /// All of it, to be named in the notes of a file.
    pub fn into_parts(self) -> Parted<'a> {
        Parted {
            nodes: self.nodes.into_inner(),
            remarks: self.remarks.into_inner(),
            unknown: self.unknown.into_inner(),
        }
    }
}

impl<'a, 'u> Fields<'a, 'u> {
    pub(super) fn of(node: &Node<'a>, unread: &'u Unread<'a>) -> Result<Self, JsonError> {
        let mut members = Vec::new();
        for (name, raw) in Parts(node.inside('{', "an object was expected here")?) {
            let name = unescape::name(name.unwrap_or_default());
            members.push(Member { name, raw, is_taken: false });
            if members.len() > MAX_MEMBERS {
                return Err(node.error("an object of more than 100,000 members"));
            }
        }
        Ok(Self { place: node.place.clone(), members, unread })
    }

    /// The pointer that leads here.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The pointer that leads to a member.
    pub fn place_of(&self, name: &str) -> String {
        format!("{}/{}", self.place, escape_pointer(name))
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name.eq_ignore_ascii_case(name))
    }

    /// Every value under that name, the last one first: it counts. The `null` ones are left out.
    pub fn take_all(&mut self, name: &str) -> Vec<Node<'a>> {
        let all: Vec<_> =
            self.take_with_null(name).into_iter().filter(|node| !node.is_null()).collect();
        if let [last, _, ..] = &all[..] {
            self.unread.remark(last.place(), "stands here more than once: each of them is read");
        }
        all
    }

    /// The last value under that name; `None` if it is missing or `null`.
    pub fn take(&mut self, name: &str) -> Option<Node<'a>> {
        self.take_written(name).filter(|node| !node.is_null())
    }

    /// As [`Fields::take`], for members that `null` says something of.
    pub fn take_written(&mut self, name: &str) -> Option<Node<'a>> {
        let mut all = self.take_with_null(name).into_iter();
        let last = all.next();
        for node in all.filter(|node| !node.is_null()) {
            self.unread.add(node, REPEATED);
        }
        last
    }

    fn take_with_null(&mut self, name: &str) -> Vec<Node<'a>> {
        let place = &self.place;
        let is_it = |member: &&mut Member<'a>| member.name.eq_ignore_ascii_case(name);
        let taken = self.members.iter_mut().rev().filter(is_it).map(|member| {
            member.is_taken = true;
            node(place, member)
        });
        taken.collect()
    }

    /// The text of a member where nothing secret is expected.
    pub fn text(&mut self, name: &str) -> Option<Text> {
        let node = self.take(name)?;
        self.text_of(&node).map(|text| text.as_str().into())
    }

    /// The text of a member where nothing secret is expected, unless it is empty.
    pub fn some_text(&mut self, name: &str) -> Option<Text> {
        self.text(name).filter(|text| !text.is_empty())
    }

    /// The texts of a member that is a secret, the one that counts first: where it stands more than
    /// once, each may be one.
    pub fn secrets(&mut self, name: &str) -> Vec<Value> {
        let nodes = self.take_all(name);
        let value = |node: &Node<'a>| {
            let text = self.text_of(node).filter(|text| !text.is_empty())?;
            Some(Value { place: node.place.clone(), text })
        };
        nodes.iter().filter_map(value).collect()
    }

    /// The truth value of a member.
    pub fn truth(&mut self, name: &str) -> Option<bool> {
        let node = self.take(name)?;
        if node.is_string() {
            self.unread.remark(node.place(), "a text where true or false is expected");
        }
        self.or_unread(node.truth(), &node)
    }

    /// The whole number of a member.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let node = self.take(name)?;
        self.or_unread(node.integer(), &node)
    }

    /// The object under that name.
    pub fn object(&mut self, name: &str) -> Option<Self> {
        let node = self.take(name)?;
        self.or_unread(node.fields(self.unread), &node)
    }

    /// Every object under that name, the last one first.
    pub fn objects(&mut self, name: &str) -> Vec<Self> {
        let nodes = self.take_all(name);
        nodes.iter().filter_map(|node| self.or_unread(node.fields(self.unread), node)).collect()
    }

    /// Says that a member is known and says nothing beyond what was read.
    pub fn pass(&mut self, names: &[&str]) {
        for member in &mut self.members {
            member.is_taken |= names.iter().any(|name| member.name.eq_ignore_ascii_case(name));
        }
    }

    /// As [`Fields::pass`], for members that are texts or numbers; another value may hold anything.
    pub fn pass_texts(&mut self, names: &[&str]) {
        for name in names {
            let odd = self.take_all(name).into_iter().filter(|n| n.is_object() || n.is_array());
            odd.for_each(|node| self.unread.add(node, "no text, where one is expected"));
        }
    }

    /// What was not asked for, under the names as written, in file order.
    pub fn remaining(&self) -> impl Iterator<Item = (&str, Node<'a>)> {
        let not_taken = self.members.iter().filter(|member| !member.is_taken);
        not_taken.map(|member| (&*member.name, node(&self.place, member)))
    }

    /// A value that could not be used: counted as unread, with the reason.
    pub fn or_unread<T>(&self, read: Result<T, JsonError>, node: &Node<'a>) -> Option<T> {
        read.map_err(|error| self.unread.add(node.clone(), error.what)).ok()
    }

    /// The text of one of the members, where any was asked for.
    pub fn text_of(&self, node: &Node<'a>) -> Option<Zeroizing<String>> {
        let text = self.or_unread(node.text(), node)?;
        if !node.is_string() {
            let what = "a number or a truth value where a text is expected: read as a text";
            self.unread.remark(node.place(), what);
        }
        Some(text)
    }

    /// Where its readers leave what they could not use.
    pub fn unread(&self) -> &'u Unread<'a> {
        self.unread
    }
}

fn node<'a>(place: &str, member: &Member<'a>) -> Node<'a> {
    Node { raw: member.raw, place: format!("{place}/{}", escape_pointer(&member.name)) }
}
