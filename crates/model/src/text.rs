//! Texts that many items say alike, as the tenant of 100,000 principals: each is there once.

use std::collections::HashSet;

/// A text that is copied by counting who has it. It is one pointer, so that an item of many parts is small
/// where most of them are left out.
pub type Text = arcstr::ArcStr;

/// Has equal texts share their memory.
#[derive(Debug, Default)]
pub struct Texts(HashSet<Text>);

impl Texts {
    /// Gives each text the memory of an equal one that came before.
    pub fn share<'t>(&mut self, texts: impl Iterator<Item = &'t mut Text>) {
        for own in texts {
            match self.0.get(own) {
                Some(known) => own.clone_from(known),
                None => {
                    self.0.insert(own.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Text, Texts};

    #[test]
    fn equal_texts_are_there_once_and_a_missing_one_takes_one_pointer() {
        let mut all = ["one", "other", "one"].map(Text::from);
        Texts::default().share(all.iter_mut());
        assert!(Text::ptr_eq(&all[0], &all[2]) && !Text::ptr_eq(&all[0], &all[1]));
        assert_eq!(all, ["one", "other", "one"]);
        assert_eq!(size_of::<Option<Text>>(), size_of::<usize>());
    }
}
