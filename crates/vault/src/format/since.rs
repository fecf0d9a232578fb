//! What became of imported things since, by azvault's own doing: a token that was renewed is no
//! token that was lost.
//!
//! Each import whose originals are sealed remembers it, in the transaction that does it. Values are
//! remembered by a digest, so that they stay gone. What never was imported is not remembered: a
//! secret that came later than the import is none of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use azvault_model::{AutosaveMode, ContextName, Secret, SecretKind};
use serde::{Deserialize, Serialize};

/// The most names of contexts that an import remembers: beyond them a change counts as a difference.
const MAX_CONTEXTS: usize = 10_000;

/// A value that is not here any more: the first half of the SHA-256 of its kind and its bytes, in
/// hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ValueDigest(String);

impl ValueDigest {
    /// Of a value of that kind.
    pub fn of(kind: SecretKind, value: &Secret) -> Self {
        let kind = kind.as_str().as_bytes();
        let mut context = ring::digest::Context::new(&ring::digest::SHA256);
        context.update(kind);
        context.update(&[0]);
        // EXPOSE: hashed, to know the value again where it lies in an original.
        context.update(value.expose());
        Self(crate::digest::hex(&context.finish().as_ref()[..16]))
    }
}

/// Why a secret leaves the vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// A newer one takes its place, or its time is over.
    Renewed,
    /// The user signed out, or removed what it belongs to.
    SignedOut,
}

/// What became of what an import brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// Values that newer ones have replaced.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub renewed: BTreeSet<ValueDigest>,
    /// Values that went when the user signed out.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub signed_out: BTreeSet<ValueDigest>,
    /// What became of contexts, by the names that they were imported under, without case.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub contexts: BTreeMap<String, Became>,
    /// Accounts that were removed, ids without case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub accounts: BTreeSet<String>,
    /// Environments that were changed, names without case.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub environments: BTreeSet<String>,
    /// The default is another one than at the end of the import.
    #[serde(default, skip_serializing_if = "is_as_it_was")]
    pub default: Course,
    /// The autosave mode is another one.
    #[serde(default, skip_serializing_if = "is_as_it_was")]
    pub autosave: Course,
}

/// What became of a context.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Became {
    /// Its name now; `None` if it was removed.
    pub name: Option<ContextName>,
    /// Whether it says something else than it did, its name aside.
    pub content: Course,
}

/// Whether something was changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// It was not.
    #[default]
    AsItWas,
    /// It was.
    Changed,
}

fn is_as_it_was(course: &Course) -> bool {
    *course == Course::AsItWas
}

/// What an import decided, that its files alone do not say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The default context when it ended.
    pub default: Option<ContextName>,
    /// The autosave mode when it ended.
    pub autosave: Option<AutosaveMode>,
    /// Contexts that have another name in the vault than in their file.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<TakenName>,
}

/// The name that a context of a file got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenName {
    /// Number of the file in the import, from 0.
    pub file: usize,
    /// Number of the context in the file, from 0.
    pub at: usize,
    /// Its name in the vault.
    pub name: ContextName,
}

/// One thing that became of a context.
#[derive(Clone)]
pub(crate) struct Step {
    /// Its name before.
    pub(crate) from: ContextName,
    pub(crate) became: Became,
}

impl Since {
    /// Whether nothing became of anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What became of the context that was imported under that name; `None` if nothing did.
    pub fn of_context(&self, imported: &ContextName) -> Option<&Became> {
        self.contexts.get(&imported.key())
    }

    /// Takes over what became of contexts, in the order in which it did.
    pub(crate) fn note_contexts(&mut self, steps: impl Iterator<Item = Step>) {
        let mut names_now: HashMap<String, String> = HashMap::new();
        for (imported, became) in &self.contexts {
            if let Some(name) = &became.name {
                names_now.insert(name.key(), imported.clone());
            }
        }
        for Step { from, became } in steps {
            let imported = match names_now.remove(&from.key()) {
                Some(imported) => imported,
                // It has the name of one that had left it: it came later.
                None if self.contexts.contains_key(&from.key()) => continue,
                None if self.contexts.len() >= MAX_CONTEXTS => continue,
                None => from.key(),
            };
            if let Some(name) = &became.name {
                names_now.insert(name.key(), imported.clone());
            }
            let before = self.contexts.get(&imported).map(|before| before.content);
            let content = match before {
                Some(Course::Changed) => Course::Changed,
                Some(Course::AsItWas) | None => became.content,
            };
            self.contexts.insert(imported, Became { content, ..became });
        }
    }

    pub(crate) fn part(&mut self, digest: ValueDigest, why: Parting) {
        match why {
            Parting::Renewed => self.renewed.insert(digest),
            Parting::SignedOut => self.signed_out.insert(digest),
        };
    }
}

#[cfg(test)]
mod tests {
    use azvault_model::{ContextName, Secret, SecretKind};

    use super::{Became, Course, Since, Step, ValueDigest};

    #[test]
    fn a_value_is_known_again_by_its_kind_and_bytes() {
        let of = |kind, value: &str| ValueDigest::of(kind, &Secret::copied_from(value.as_bytes()));
        let token = of(SecretKind::RefreshToken, "token");
        assert_eq!(token, of(SecretKind::RefreshToken, "token"));
        assert_ne!(token, of(SecretKind::RefreshToken, "Token"));
        assert_ne!(token, of(SecretKind::AccessToken, "token"));
        assert_eq!(serde_json::to_string(&token).unwrap().len(), 34);
    }

    fn step(from: &str, name: Option<&str>, content: Course) -> Step {
        let became = Became { name: name.map(ContextName::new), content };
        Step { from: ContextName::new(from), became }
    }

    #[test]
    fn a_context_is_followed_through_every_name_that_it_had() {
        use Course::{AsItWas, Changed};
        for (steps, asked, wanted) in [
            (&[][..], "a", None),
            (&[("a", Some("b"), AsItWas)], "A", Some((Some("b"), AsItWas))),
            (
                &[("a", Some("b"), AsItWas), ("B", Some("c"), AsItWas)],
                "a",
                Some((Some("c"), AsItWas)),
            ),
            (&[("a", Some("b"), AsItWas), ("b", None, AsItWas)], "a", Some((None, AsItWas))),
            (&[("a", Some("a"), Changed)], "a", Some((Some("a"), Changed))),
            // What was changed before it got another name is changed.
            (
                &[("a", Some("a"), Changed), ("a", Some("b"), AsItWas)],
                "a",
                Some((Some("b"), Changed)),
            ),
            (
                &[("a", Some("b"), AsItWas), ("b", Some("a"), AsItWas)],
                "a",
                Some((Some("a"), AsItWas)),
            ),
            // A name that is free again is that of another context.
            (&[("b", None, AsItWas), ("a", Some("b"), AsItWas)], "a", Some((Some("b"), AsItWas))),
            (&[("b", None, AsItWas), ("a", Some("b"), AsItWas)], "b", Some((None, AsItWas))),
            (&[("a", None, AsItWas), ("a", Some("a"), Changed)], "a", Some((None, AsItWas))),
            (&[("b", None, AsItWas)], "a", None),
        ] {
            let mut since = Since::default();
            // In one transaction or in several: the same.
            let mut one_by_one = Since::default();
            let steps: Vec<Step> = steps.iter().map(|(f, n, c)| step(f, *n, *c)).collect();
            since.note_contexts(steps.iter().cloned());
            for step in steps {
                one_by_one.note_contexts(std::iter::once(step));
            }
            assert_eq!(since, one_by_one);
            let found = since.of_context(&ContextName::new(asked));
            let found = found.map(|now| (now.name.as_ref().map(ContextName::as_str), now.content));
            assert_eq!(found, wanted, "{asked}");
        }
    }

    #[test]
    fn what_is_remembered_of_contexts_is_bounded() {
        let mut since = Since::default();
        let names = (0..super::MAX_CONTEXTS + 10).map(|number| number.to_string());
        since.note_contexts(names.map(|name| step(&name, None, Course::AsItWas)));
        assert_eq!(since.contexts.len(), super::MAX_CONTEXTS);
    }
}
