//! Claims challenges in `WWW-Authenticate`: what continuous access evaluation asks for.

use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD};

/// The JSON of the `claims` parameter of a `Bearer` challenge, decoded; `None` if there is none
/// that can be read.
pub fn claims_of(challenge: &str) -> Option<String> {
    let start = challenge.trim_start();
    if !start.get(..7)?.eq_ignore_ascii_case("bearer ") {
        return None;
    }
    let value = parameter(&start[7..], "claims")?;
    let encodings = [&BASE64, &BASE64_NOPAD, &BASE64URL, &BASE64URL_NOPAD];
    let bytes = encodings.iter().find_map(|encoding| encoding.decode(value.as_bytes()).ok())?;
    let text = String::from_utf8(bytes).ok()?;
    let is_object = text.trim_start().starts_with('{');
    let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
    (is_object && is_json).then_some(text)
}

/// A parameter of RFC 9110 section 11.2, quoted or not; its name is compared without case.
fn parameter<'a>(mut rest: &'a str, name: &str) -> Option<&'a str> {
    loop {
        rest = rest.trim_start_matches([' ', ',', '\t']);
        let (key, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => {
                let end = after.find([',', ' ']).unwrap_or(after.len());
                after.split_at(end)
            }
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::claims_of;

    #[test]
    fn a_challenge_gives_its_claims() {
        let json = r#"{"access_token":{"nbf":{"essential":true,"value":"1"}}}"#;
        let claims = data_encoding::BASE64.encode(json.as_bytes());
        let bare = claims.trim_end_matches('=').to_owned();
        let list = data_encoding::BASE64.encode(b"[1]");
        for (challenge, expected) in [
            (
                format!(
                    r#"Bearer realm="", authorization_uri="https://x/a=b", error="insufficient_claims", claims="{claims}""#
                ),
                Some(json),
            ),
            (format!(r#"bearer claims="{bare}", error="x""#), Some(json)),
            (format!("Bearer Claims={claims}"), Some(json)),
            (format!(r#"Basic claims="{claims}""#), None),
            (format!(r#"Bearer xclaims="{claims}""#), None),
            (format!(r#"Bearer realm=", claims=x", claims="{claims}""#), Some(json)),
            (r#"Bearer claims="%%%""#.into(), None),
            (format!(r#"Bearer claims="{list}""#), None),
            (r#"Bearer claims="e30"#.into(), None),
            ("Bearer".into(), None),
            ("é".into(), None),
            (String::new(), None),
        ] {
            assert_eq!(claims_of(&challenge).as_deref(), expected, "{challenge}");
        }
    }
}
