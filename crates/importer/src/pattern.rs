//! Names of files with `*` for any characters and `?` for any one.

/// Whether a name is one of a pattern with `*` for any characters and `?` for any one, compared without
/// case.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut from) = (0, 0);
    // Where the last star stands, and up to where it reaches.
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if *byte == b'?' || byte.eq_ignore_ascii_case(&name[from]) => {
                (at, from) = (at + 1, from + 1);
            }
            _ => {
                let Some((stars, reach)) = star else { return false };
                star = Some((stars, reach + 1));
                (at, from) = (stars + 1, reach + 1);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_has_stars_for_any_characters() {
        for (pattern, name, wanted) in [
            ("cache*.json", "cache.json", true),
            ("cache*.json", "CACHE1234.JSON", true),
            ("cache*.json", "cache.json.bak", false),
            ("*", "", true),
            ("*", "anything", true),
            ("a*b*c", "aXbXbYc", true),
            ("a*b*c", "aXbXbY", false),
            ("", "", true),
            ("", "a", false),
            ("tmp????.pem", "tmpa1b2.pem", true),
            ("tmp????.pem", "tmpa1b2c.pem", false),
            ("msal.cache", "msal_cache", false),
            (".IdentityService", ".identityservice", true),
        ] {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
