//! What a token says of itself. Who takes it may judge it alone; here its words say until when it is
//! worth showing, and for which tenant it is where the person does not.

use azvault_model::Secret;
use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Claims of access tokens and of federated tokens.
#[derive(Default, Deserialize)]
pub struct Claims {
    /// Unix seconds.
    pub exp: Option<i64>,
    /// The tenant.
    pub tid: Option<String>,
}

/// Reads them; nothing where the token is none that can be read.
pub fn claims(token: &Secret) -> Claims {
    // EXPOSE: it is taken apart; claims are names, not keys.
    let mut parts = token.expose().split(|byte| *byte == b'.');
    let (Some(_), Some(payload), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return Claims::default();
    };
    let payload = payload.strip_suffix(b"==").or(payload.strip_suffix(b"=")).unwrap_or(payload);
    let Ok(length) = BASE64URL_NOPAD.decode_len(payload.len()) else { return Claims::default() };
    let mut text = Zeroizing::new(vec![0; length]);
    match BASE64URL_NOPAD.decode_mut(payload, &mut text) {
        Ok(length) => serde_json::from_slice(&text[..length]).unwrap_or_default(),
        Err(_) => Claims::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::claims;
    use azvault_model::Secret;
    use data_encoding::{BASE64URL, BASE64URL_NOPAD};

    #[test]
    fn a_token_says_until_when_and_where_or_nothing() {
        let payload = br#"{"exp":7,"tid":"t","aud":["x"]}"#;
        let (bare, padded) = (BASE64URL_NOPAD.encode(payload), BASE64URL.encode(payload));
        for (token, exp) in [
            (format!("h.{bare}.s"), Some(7)),
            (format!("h.{padded}.s"), Some(7)),
            (format!("h.{bare}"), None),
            ("opaque".to_owned(), None),
            ("a.b!.c".to_owned(), None),
            (format!("h.{}.s", BASE64URL_NOPAD.encode(b"[]")), None),
            (String::new(), None),
        ] {
            let found = claims(&Secret::copied_from(token.as_bytes()));
            assert_eq!((found.exp, found.tid), (exp, exp.map(|_| "t".to_owned())), "{token}");
        }
    }
}
