//! A claims challenge, as a person or a tool hands it on.

use std::path::Path;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use serde::de::IgnoredAny;

use crate::descriptor;
use crate::failure::{Failure, Kind};
use crate::text::shown_path;

/// Longest challenge in bytes; those of Entra have some hundred.
const MAX_SIZE: usize = 16 * 1024;

/// The JSON of a challenge: as it is, in Base64 as `WWW-Authenticate` has it, or in a file (`@FILE`).
pub fn read(text: &str) -> Result<String, Failure> {
    let text = text.trim();
    let Some(path) = text.strip_prefix('@') else { return json(text) };
    let path = Path::new(path);
    let failed = |e: std::io::Error| {
        Failure::new(Kind::Usage, format!("{}: {e}", shown_path(path)))
            .hint("name a file with the claims challenge: @FILE")
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let bytes = descriptor::read_to_end(file, MAX_SIZE).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8"))?;
    json(text.trim())
}

fn json(text: &str) -> Result<String, Failure> {
    if text.len() > MAX_SIZE {
        return Err(wrong("it is too long"));
    }
    let json = match text.starts_with('{') {
        true => text.to_owned(),
        false => decoded(text).ok_or_else(|| wrong("it is neither JSON nor Base64 of it"))?,
    };
    match json.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(&json).is_ok() {
        true => Ok(json),
        false => Err(wrong("it is no object of JSON")),
    }
}

fn decoded(text: &str) -> Option<String> {
    let plain = text.trim_end_matches('=').as_bytes();
    let bytes = BASE64_NOPAD.decode(plain).or_else(|_| BASE64URL_NOPAD.decode(plain)).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.is_empty())
}

fn wrong(because: &str) -> Failure {
    Failure::new(Kind::Usage, format!("this is no claims challenge: {because}"))
        .hint("the value of claims in the service's WWW-Authenticate, as it stands there, or @FILE")
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD};

    use super::read;

    #[test]
    fn a_challenge_is_json_or_its_base64_and_nothing_else() {
        let json = r#"{"access_token":{"acrs":{"essential":true,"value":"c1?>"}}}"#;
        let (padded, url) =
            (BASE64.encode(json.as_bytes()), BASE64URL_NOPAD.encode(json.as_bytes()));
        let blanks = format!(" {json}\n");
        for text in [json, blanks.as_str(), padded.as_str(), url.as_str()] {
            assert_eq!(read(text).ok().as_deref(), Some(json), "{text}");
        }
        for text in ["", "{", "[]", "null", "c1", "eyJhIjoxfQ.x", "W10", "@", "@/no/such/file"] {
            let refused = read(text).unwrap_err();
            assert!(refused.hint.is_some(), "{text}");
        }
        assert!(read(&format!("{{\"a\":\"{}\"}}", "x".repeat(20_000))).is_err());
    }
}
