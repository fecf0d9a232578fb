//! Names and ids, as they are typed.

/// Takes a name or an id as it is. An empty one is what a variable leaves that was not set, and never
/// means the one that acts.
pub(crate) fn name(text: &str) -> Result<String, &'static str> {
    match text.trim().is_empty() {
        true => Err("a name or an id must not be empty"),
        false => Ok(text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn a_name_has_a_letter_and_is_kept_as_it_is() {
        for text in ["", " ", "\t", "\u{a0}", "\n \r"] {
            assert!(name(text).is_err(), "{text:?}");
        }
        for text in ["a", " a ", "-", "\u{200b}", "''"] {
            assert_eq!(name(text).as_deref(), Ok(text));
        }
    }
}
