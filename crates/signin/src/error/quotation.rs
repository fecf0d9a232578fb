//! Text from outside as it may be shown: bounded, without what we sent, and a quotation.

/// Longest text of a provider that is kept, in characters.
const MAX_TEXT: usize = 600;

/// Longest code of a provider that is kept.
const MAX_CODE: usize = 64;

/// A provider's text as it may be shown: what we sent is taken out, so are control characters and
/// Entra's tail of ids and times.
pub(crate) fn sanitised(text: &str, sent: &[&[u8]]) -> String {
    let text = without_secrets(text, sent);
    let end =
        [" Trace ID:", "\r\nTrace ID:", "\nTrace ID:"].iter().filter_map(|m| text.find(m)).min();
    let mut out = String::new();
    for word in text[..end.unwrap_or(text.len())].split(|c: char| c.is_control() || c == ' ') {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        // No explanation needs a JSON Web Token.
        out.push_str(if is_jwt(word) { "(token)" } else { word });
    }
    match out.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => format!("{}…", &out[..end]),
        None => out,
    }
}

/// Text in quotation marks that it cannot close, with addresses that no terminal makes a link of.
pub(crate) fn quoted(text: &str) -> String {
    let inner: String = text
        .chars()
        .map(|c| {
            if matches!(c, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂') {
                '\''
            } else {
                c
            }
        })
        .collect();
    format!("\"{}\"", inner.replace("://", "[:]//").replace("www.", "www[.]"))
}

/// Whether it is a word that a program compares, and no sentence: codes, ids.
pub(crate) fn is_code(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    (1..=MAX_CODE).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('-')
}

fn is_jwt(word: &str) -> bool {
    word.find("eyJ").is_some_and(|at| word[at..].len() > 40 && word[at..].contains('.'))
}

/// Takes out every secret of ours that a provider repeats, as sent and as percent-encoded.
pub(super) fn without_secrets(text: &str, sent: &[&[u8]]) -> String {
    let mut out = text.to_owned();
    for secret in sent {
        let Ok(secret) = std::str::from_utf8(secret) else { continue };
        // Of very short ones, taking them out would tell more than it hides.
        if secret.len() < 4 {
            continue;
        }
        out = out.replace(secret, "(secret)");
        let encoded: zeroize::Zeroizing<String> =
            zeroize::Zeroizing::new(form_urlencoded::byte_serialize(secret.as_bytes()).collect());
        out = out.replace(encoded.as_str(), "(secret)");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{MAX_TEXT, is_code, quoted, sanitised};

    #[test]
    fn a_text_is_shown_without_secrets_and_control_characters() {
        let jwt = format!("eyJ{}.eyJ{}.sig", "a".repeat(30), "b".repeat(30));
        for (text, shown) in [
            ("plain", "plain"),
            ("a\u{1b}[31m\r\nb\0c", "a [31m b c"),
            ("the secret 'hunter2+x' is wrong", "the secret '(secret)' is wrong"),
            ("client_secret=hunter2%2Bx&x", "client_secret=(secret)&x"),
            ("bad\r\nTrace ID: 1\r\nCorrelation ID: 2", "bad"),
            (&format!("token {jwt} end"), "token (token) end"),
        ] {
            assert_eq!(sanitised(text, &[b"hunter2+x"]), shown);
        }
        let long = sanitised(&"ä".repeat(5000), &[]);
        assert_eq!((long.chars().count(), long.ends_with('…')), (MAX_TEXT + 1, true));
        assert_eq!(sanitised(&"ä".repeat(MAX_TEXT), &[]), "ä".repeat(MAX_TEXT));
    }

    #[test]
    fn a_quotation_is_not_left_and_holds_no_link() {
        for (text, shown) in [
            ("plain", "\"plain\""),
            ("a\" try: b", "\"a' try: b\""),
            ("“a” «b»", "\"'a' 'b'\""),
            (
                "see https://a.example or www.b.example",
                "\"see https[:]//a.example or www[.]b.example\"",
            ),
        ] {
            assert_eq!(quoted(text), shown);
        }
    }

    #[test]
    fn a_code_is_one_short_word() {
        for (text, is_one) in [
            ("invalid_grant", true),
            ("AADSTS50076", true),
            ("0f3-9.a", true),
            ("", false),
            ("two words", false),
            ("a;b", false),
            ("--yes", false),
            ("a\u{202e}", false),
            (&"a".repeat(65), false),
        ] {
            assert_eq!(is_code(text), is_one, "{text}");
        }
    }
}
