//! The parameters of a query: each at most once, percent-decoded.

/// The values of these names, in their order. `None`: the query is malformed, has one of them
/// twice, or a value that is empty or not printable.
pub(crate) fn read<const N: usize>(query: &str, names: [&str; N]) -> Option<[Option<String>; N]> {
    let mut found = [const { None }; N];
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decoded(name)?;
        let value = decoded(value)?;
        let Some(place) = names.iter().position(|known| *known == name) else { continue };
        if value.is_empty() || found[place].is_some() {
            return None;
        }
        found[place] = Some(value);
    }
    Some(found)
}

/// Resources, versions and ids are plain ASCII: what decodes to anything else is refused.
fn decoded(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let value = digit(rest.next()?)? * 16 + digit(rest.next()?)?;
                u8::try_from(value).ok()?
            }
            b'+' => b' ',
            other => other,
        };
        if !(byte.is_ascii_graphic() || byte == b' ') {
            return None;
        }
        out.push(char::from(byte));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_query_is_read_once_and_strictly() {
        for (query, expected) in [
            ("a=1&b=2", Some((Some("1"), Some("2")))),
            ("b=https%3A%2F%2Fx%2F&c=3", Some((None, Some("https://x/")))),
            ("", Some((None, None))),
            ("a=1&a=1", None),
            ("a=1&%61=2", None),
            ("a=", None),
            ("a", None),
            ("a=%", None),
            ("a=%4", None),
            ("a=%zz", None),
            ("a=%+1", None),
            ("a=%00", None),
            ("a=%0d%0a", None),
            ("a=%ff", None),
            ("a=ü", None),
        ] {
            let found = read(query, ["a", "b"]);
            let found = found.as_ref().map(|[a, b]| (a.as_deref(), b.as_deref()));
            assert_eq!(found, expected, "{query}");
        }
    }
}
