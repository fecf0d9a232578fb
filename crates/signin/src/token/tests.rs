//! Replies as data.

use data_encoding::BASE64URL_NOPAD;
use proptest::prelude::*;

use super::{Expected, read, read_reply};

const NOW: i64 = 1_790_000_000;

fn jwt(payload: &str) -> String {
    let part = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(payload), part("signature"))
}

fn claims(extra: &str) -> String {
    let end = NOW + 3600;
    format!(r#"{{"iss":"https://i","sub":"s","aud":"client","exp":{end}{extra}}}"#)
}

#[test]
fn a_whole_reply_is_read_to_the_last_member() {
    let info = BASE64URL_NOPAD.encode(br#"{"uid":"u","utid":"t"}"#);
    let id =
        jwt(&claims(r#","tid":"T","oid":"O","name":"N","preferred_username":"p@x","nonce":"n""#));
    let text = format!(
        r#"{{"token_type":"Bearer","scope":"a//.default openid","expires_in":"3599","ext_expires_in":7200,
        "refresh_in":1800,"access_token":"AT","refresh_token":"RT","foci":"1","id_token":"{id}",
        "client_info":"{info}","unknown":[1]}}"#
    );
    let expected = Expected {
        client_id: "client",
        tenant: Some("t"),
        issuer: Some("https://i"),
        nonce: Some("n"),
        now: NOW,
    };
    let tokens = read(&text, NOW, &expected).map_err(|e| panic!("{e}")).unwrap();
    assert_eq!((tokens.expires_on, tokens.extended_expires_on), (NOW + 3599, Some(NOW + 7200)));
    assert_eq!(tokens.refresh_on, Some(NOW + 1800));
    assert_eq!(tokens.family_id.as_deref(), Some("1"));
    assert_eq!(tokens.home_account_id.as_deref(), Some("u.t"));
    assert_eq!(tokens.scopes, ["a//.default", "openid"]);
    let claims = tokens.claims.as_ref().unwrap();
    assert_eq!(claims.user_name.as_deref(), Some("p@x"));
    assert_eq!(claims.object_id.as_deref(), Some("O"));
    // EXPOSE: a test compares.
    assert_eq!(
        (tokens.access_token.expose(), tokens.refresh_token.unwrap().len()),
        (&b"AT"[..], 2)
    );
    let long = Expected { nonce: None, ..expected };
    assert!(read(&text, NOW, &long).unwrap().lives_longer_than(3598, NOW));
    assert!(!read(&text, NOW, &long).unwrap().lives_longer_than(3599, NOW));
}

#[test]
fn tokens_are_of_the_account_that_a_tenant_names_and_of_no_other() {
    let info = BASE64URL_NOPAD.encode(br#"{"uid":"U-1","utid":"T-1"}"#);
    let ada = r#","preferred_username":"Ada@Contoso.example""#;
    for (names, account, is_of) in [
        (ada, "ada@contoso.example", true),
        (ada, " ADA@CONTOSO.EXAMPLE ", true),
        (ada, "u-1.t-1", true),
        (ada, "ada@contoso.example.evil.example", false),
        (ada, "ada", false),
        (ada, "", false),
        (r#","upn":"STRAẞE@x.example""#, "straße@x.example", true),
        (r#","preferred_username":"a@x","upn":"b@x""#, "b@x", true),
        // An administrator of any tenant can write these two as they like.
        (r#","preferred_username":"eve@evil.example","email":"ada@x""#, "ada@x", false),
        (r#","unique_name":"ada@x""#, "ada@x", false),
        ("", "ada@x", false),
        ("", "", false),
    ] {
        let id = jwt(&claims(names));
        let text = format!(
            r#"{{"token_type":"Bearer","access_token":"A","expires_in":9,"id_token":"{id}","client_info":"{info}"}}"#
        );
        let tokens = read(&text, NOW, &Expected::nothing(NOW)).unwrap();
        assert_eq!(tokens.is_of(account), is_of, "{names} {account:?}");
    }
    let without = r#"{"token_type":"Bearer","access_token":"A","expires_in":9}"#;
    assert!(!read(without, NOW, &Expected::nothing(NOW)).unwrap().is_of("ada@x"));
}

#[test]
fn what_is_no_token_reply_is_none() {
    let good = r#""token_type":"Bearer","access_token":"AT""#;
    for (members, what) in [
        (good.to_owned(), "it does not say when the token expires"),
        (format!(r#"{good},"expires_in":0"#), "the token has expired already"),
        (format!(r#"{good},"expires_in":-5"#), "the token has expired already"),
        (format!(r#"{good},"expires_in":"soon""#), "it does not say when the token expires"),
        (format!(r#"{good},"expires_in":9223372036854775807"#), "its expiry is out of bounds"),
        (format!(r#"{good},"expires_on":"{}""#, NOW - 1), "the token has expired already"),
        (format!(r#"{good},"expires_on":"-9223372036854775808""#), "its expiry is out of bounds"),
        (format!(r#"{good},"expires_in":1,"expires_in":2"#), "this is not a token reply"),
        (
            r#""token_type":"pop","access_token":"AT","expires_in":9"#.into(),
            "the token is of another type than Bearer",
        ),
        (r#""access_token":"AT","expires_in":9"#.into(), "the type of the token is missing"),
        (r#""token_type":"Bearer","expires_in":9"#.into(), "there is no access token in it"),
        (
            r#""token_type":"Bearer","access_token":"","expires_in":9"#.into(),
            "there is no access token in it",
        ),
        (
            r#""token_type":"Bearer","access_token":"a\r\nb","expires_in":9"#.into(),
            "there is no access token in it",
        ),
        (format!(r#"{good},"expires_in":9,"refresh_token":7"#), "the refresh token cannot be read"),
        (format!(r#"{good},"expires_in":9,"id_token":"a.b""#), "the id token is not a signed JWT"),
        (format!(r#"{good},"expires_in":9,"id_token":"a.%%.c""#), "the id token is not Base64"),
        (format!(r#"{good},"expires_in":9,"client_info":"e30""#), "client_info is not one"),
    ] {
        let text = format!("{{{members}}}");
        assert_eq!(read_reply(text.as_bytes(), NOW).err(), Some(what), "{text}");
    }
    assert!(read_reply(b"\xff", NOW).is_err());
}

#[test]
fn an_id_token_of_somebody_else_is_refused() {
    let nothing = Expected::nothing(NOW);
    for (payload, expected, what) in [
        (
            claims(""),
            Expected { client_id: "other", ..nothing },
            "the id token is for another client",
        ),
        (
            claims(""),
            Expected { issuer: Some("https://j"), ..Expected::nothing(NOW) },
            "the id token is of another issuer",
        ),
        (
            claims(r#","tid":"a""#),
            Expected { tenant: Some("b"), ..Expected::nothing(NOW) },
            "the id token is of another tenant",
        ),
        (
            claims(r#","nonce":"a""#),
            Expected { nonce: Some("b"), ..Expected::nothing(NOW) },
            "the id token answers another sign-in",
        ),
        (
            claims(""),
            Expected { nonce: Some("b"), ..Expected::nothing(NOW) },
            "the id token answers another sign-in",
        ),
        (claims(""), Expected::nothing(NOW + 3600 + 301), "the id token has expired"),
        (r#"{"sub":"s"}"#.into(), Expected::nothing(NOW), "the id token has no issuer"),
    ] {
        let text = format!(
            r#"{{"token_type":"Bearer","access_token":"A","expires_in":9,"id_token":"{}"}}"#,
            jwt(&payload)
        );
        assert_eq!(read(&text, NOW, &expected).err(), Some(what), "{payload}");
    }
    let without = r#"{"token_type":"Bearer","access_token":"A","expires_in":9}"#;
    let expected = Expected { nonce: Some("n"), ..Expected::nothing(NOW) };
    assert_eq!(read(without, NOW, &expected).err(), Some("there is no id token in it"));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), now in any::<i64>()) {
        let _ = read_reply(&bytes, now);
    }

    #[test]
    fn no_reply_gives_a_token_that_does_not_expire(
        token in "[ -~]{0,20}", kind in "(?i)bearer|mac|", life in any::<i64>(), end in any::<i64>(),
        which in 0..4, now in 0..4_000_000_000_i64,
    ) {
        let token = token.replace(['"', '\\'], "");
        let expiry = match which {
            0 => String::new(),
            1 => format!(r#","expires_in":{life}"#),
            2 => format!(r#","expires_on":"{end}""#),
            _ => format!(r#","expires_in":"{life}","expires_on":{end}"#),
        };
        let text = format!(r#"{{"access_token":"{token}","token_type":"{kind}"{expiry}}}"#);
        if let Ok(tokens) = read_reply(text.as_bytes(), now) {
            prop_assert!(which != 0 && kind.eq_ignore_ascii_case("bearer") && !token.is_empty());
            prop_assert!(tokens.expires_on > now && tokens.expires_on <= now + super::MAX_LIFE);
        }
    }

    #[test]
    fn no_id_token_makes_the_reader_panic(payload in "\\PC{0,80}") {
        let text = format!(
            r#"{{"token_type":"Bearer","access_token":"A","expires_in":9,"id_token":"{}"}}"#,
            jwt(&payload)
        );
        prop_assert!(read_reply(text.as_bytes(), NOW).is_err());
    }
}
