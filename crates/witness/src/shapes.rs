//! The shapes of credentials, and of what is often taken for one. Pure rules.

use zeroize::Zeroizing;

use crate::entropy::is_guid;
use crate::finding::Kind;

/// First letters by which services mark their tokens.
const SERVICE_PREFIXES: [(&str, usize); 13] = [
    ("ghp_", 24),
    ("gho_", 24),
    ("ghu_", 24),
    ("ghs_", 24),
    ("ghr_", 24),
    ("github_pat_", 60),
    ("glpat-", 26),
    ("npm_", 40),
    ("pypi-", 60),
    ("dapi", 36),
    ("dckr_pat_", 30),
    ("xoxb-", 40),
    ("AGE-SECRET-KEY-1", 60),
];

/// A credential by its shape alone.
pub(crate) fn whole(value: &str) -> Option<Kind> {
    let length = value.len();
    if !(24..=64 * 1024).contains(&length) || value.contains(char::is_whitespace) {
        return None;
    }
    if value.starts_with("eyJ") {
        return jwt(value);
    }
    let is_token = |c: u8| c.is_ascii_alphanumeric() || b"-_.!*$".contains(&c);
    if length >= 60 && value.bytes().all(is_token) {
        let starts = |prefix: &str| value.starts_with(prefix);
        let of_entra = starts("0.A") || starts("1.A") || starts("AQABAAAA") || starts("OAQABAAAA");
        let of_live = starts("M.C") || starts("M.R") || starts("EwA");
        if of_entra || of_live {
            return Some(Kind::RefreshToken);
        }
    }
    if is_client_secret(value.as_bytes()) {
        return Some(Kind::ClientSecret);
    }
    if SERVICE_PREFIXES.iter().any(|(prefix, least)| {
        let is_sure = prefix.starts_with("gh") || value.bytes().any(|b| b.is_ascii_digit());
        value.starts_with(prefix) && length >= *least && is_sure
    }) {
        return Some(Kind::ServiceToken);
    }
    let bytes = value.as_bytes();
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
    if length == 88 && value.ends_with("==") && bytes.iter().all(is_base64) {
        return Some(Kind::StorageKey);
    }
    // Personal access tokens of Azure DevOps: 84 characters with a mark, or 52 in base32.
    if length == 84 && bytes[76..80] == *b"AZDO" {
        return Some(Kind::ServiceToken);
    }
    let base32 = |b: &u8| matches!(b, b'a'..=b'z' | b'2'..=b'7');
    let digits = bytes.iter().filter(|b| b.is_ascii_digit()).count();
    (length == 52 && digits >= 4 && bytes.iter().all(base32)).then_some(Kind::ServiceToken)
}

/// `header.claims.signature`, of which each part is base64url; the signature may be empty.
fn jwt(value: &str) -> Option<Kind> {
    let is_base64 = |b: u8| b.is_ascii_alphanumeric() || b"-_=".contains(&b);
    let mut parts = 0;
    for part in value.split('.') {
        if !part.bytes().all(is_base64) {
            return None;
        }
        parts += 1;
    }
    match parts {
        3..=5 => Some(Kind::Jwt),
        2 => Some(Kind::JwtPart),
        _ => None,
    }
}

/// A token that someone broke into lines.
pub(crate) fn broken_jwt(value: &str) -> Option<Kind> {
    if !value.starts_with("eyJ") || value.len() > 64 * 1024 || !value.contains('\n') {
        return None;
    }
    // The parts are judged one by one: no copy of the token is made.
    let mut parts = 0;
    for part in value.split('.') {
        let is_base64 = |b: u8| b.is_ascii_alphanumeric() || b"-_=\r\n \t".contains(&b);
        if !part.bytes().all(is_base64) {
            return None;
        }
        parts += 1;
    }
    matches!(parts, 3..=5).then_some(Kind::Jwt)
}

/// A credential of an unmistakable shape inside a word, with nothing that sets it off: databases
/// and dumps put values beside each other.
pub(crate) fn within(word: &str) -> Option<(Kind, std::ops::Range<usize>)> {
    if word.len() > 64 * 1024 {
        return None;
    }
    let jwts = word.match_indices("eyJ").filter(|(at, _)| *at > 0).take(4);
    for (at, _) in jwts {
        let rest = &word[at..];
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_=.".contains(c);
        let token = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        if token.len() >= 60 && jwt(token) == Some(Kind::Jwt) {
            return Some((Kind::Jwt, at..at + token.len()));
        }
    }
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"~_-.".contains(byte);
    let bytes = word.as_bytes();
    for (at, _) in word.match_indices("Q~").filter(|(at, _)| *at >= 4).take(4) {
        let start = at - 4;
        let length = bytes[start..].iter().take_while(|byte| is_part(byte)).count();
        if bytes[at - 1].is_ascii_digit() && bytes[start..at].iter().all(is_part) && length >= 37 {
            return Some((Kind::ClientSecret, start..start + length.min(40)));
        }
    }
    None
}

/// `xxx8Q~…`: three characters, a digit, `Q~`, 31 to 34 more (Entra ID since 2021); before that 34
/// characters with `~`, `_`, `-` and `.` among them.
fn is_client_secret(value: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"~_-.".contains(byte);
    if !(34..=44).contains(&value.len()) || !value.iter().all(is_part) {
        return false;
    }
    let has = |test: fn(&u8) -> bool| value.iter().any(test);
    let marked = value[3].is_ascii_digit() && value[4..6] == *b"Q~";
    let mixed =
        has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit);
    marked || (value.contains(&b'~') && mixed)
}

/// One word with a tilde inside, letters and digits: secrets of Entra ID have one, paths have slashes, and
/// versions of packages begin with a digit.
pub(crate) fn could_be_a_client_secret(value: &str) -> bool {
    let bytes = value.as_bytes();
    let has = |test: fn(&u8) -> bool| bytes.iter().any(test);
    value.trim_matches('~').contains('~')
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"~_-.".contains(byte))
}

/// A credential inside a longer value of a known shape.
pub(crate) fn inside(value: &str) -> Option<Kind> {
    if value.len() < 12 || value.len() > 64 * 1024 {
        return None;
    }
    let lower = without_space_at_signs(value);
    let has_value = |name: &str| {
        lower.match_indices(name).any(|(at, _)| {
            let rest = &lower[at + name.len()..];
            let is_name = lower[..at].ends_with([';', '"', '\'', ' ', '&', '?']) || at == 0;
            let is_value = !rest.is_empty() && !rest.starts_with([';', '*', '<', '$', '{', '&']);
            is_name && is_value
        })
    };
    let connects = lower.contains(';') || lower.contains('=');
    let names = ["accountkey=", "sharedaccesskey=", "sharedaccesssignature=", "password=", "pwd="];
    if connects && lower.contains(';') && names.iter().any(|name| has_value(name)) {
        return Some(Kind::ConnectionString);
    }
    let signed = has_value("sig=");
    if signed && ["se=", "sv=", "sr=", "sp=", "skn="].iter().any(|name| has_value(name)) {
        return Some(Kind::Sas);
    }
    has_user_info(value).then_some(Kind::UrlPassword)
}

/// In lower case, and without the blanks on either side of an equals sign.
fn without_space_at_signs(value: &str) -> Zeroizing<String> {
    // As long as the value: no copy is left behind by growing.
    let mut text = Zeroizing::new(String::with_capacity(value.len()));
    for (number, part) in value.split('=').enumerate() {
        if number > 0 {
            let end = text.trim_end_matches(' ').len();
            text.truncate(end);
            text.push('=');
        }
        let part = if number > 0 { part.trim_start_matches(' ') } else { part };
        text.extend(part.chars().map(|c| c.to_ascii_lowercase()));
    }
    text
}

/// `scheme://user:password@host`, or a long token in the place of the user.
fn has_user_info(value: &str) -> bool {
    value.match_indices("://").any(|(at, _)| {
        let rest = &value[at + 3..];
        let authority = &rest[..rest.find(['/', '?', '#', ' ', '"', '\'']).unwrap_or(rest.len())];
        let Some((user, _)) = authority.rsplit_once('@') else { return false };
        match user.split_once(':') {
            Some((_, password)) => !password.is_empty() && !is_placeholder(password),
            None => user.len() >= 20 && crate::entropy::could_be_a_key(user),
        }
    })
}

/// Without the scheme of an Authorization header.
pub(crate) fn without_scheme(value: &str) -> &str {
    for scheme in ["bearer ", "basic ", "pop "] {
        if let Some(head) = value.get(..scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            return value[scheme.len()..].trim_start();
        }
    }
    value
}

/// A word that is no value of its own.
pub(crate) fn is_literal(value: &str) -> bool {
    let words =
        ["true", "false", "null", "none", "nil", "undefined", "yes", "no", "{}", "[]", "\"\""];
    words.iter().any(|word| word.eq_ignore_ascii_case(value))
}

/// A reference to a variable, or what stands for a value that was taken out.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let bytes = value.as_bytes();
    let is_name = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_.:[]'\"-> ".contains(c))
    };
    let is_masked = bytes.iter().all(|byte| b"*x.-_#".contains(byte));
    let wrapped = |open: &str, close: &str| {
        value.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).is_some_and(is_name)
    };
    let named = value.strip_prefix('$').is_some_and(|rest| {
        is_name(rest)
            && !rest.starts_with(|c: char| c.is_ascii_digit())
            && !rest.contains(['-', '.'])
            || rest.starts_with(['{', '('])
    });
    // References of Terraform and Bicep.
    let refers = ["var.", "local.", "data.", "module.", "parameters("].iter().any(|start| {
        value.strip_prefix(start).is_some_and(|rest| is_name(rest.trim_end_matches(')')))
    });
    is_masked
        || refers
        || named
        || wrapped("<", ">")
        || wrapped("%", "%")
        || value.starts_with("{{") && value.ends_with("}}")
        || ["redacted", "hidden", "changeme", "placeholder"]
            .iter()
            .any(|word| value.trim_matches(['[', ']', '<', '>', '*']).eq_ignore_ascii_case(word))
}

/// A URL without a credential in it, or a host.
pub(crate) fn is_address(value: &str) -> bool {
    let is_url =
        ["https://", "http://", "urn:", "api://", "ms-appx", "ldap://"].iter().any(|scheme| {
            value.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
        });
    is_url && inside(value).is_none()
}

/// A path of any system.
pub(crate) fn is_path(value: &str) -> bool {
    let bytes = value.as_bytes();
    let rooted = matches!(bytes, [b'/', ..] | [b'~', b'/' | b'\\', ..] | [b'.', b'/' | b'\\', ..])
        || matches!(bytes, [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    rooted || value.contains("\\") && !value.contains(char::is_whitespace)
}

/// The path of a file that holds a private key, by its ending.
pub(crate) fn is_key_path(value: &str) -> bool {
    let end = value.rsplit('.').next().unwrap_or_default();
    let is_key = ["pem", "pfx", "p12", "key"].iter().any(|ending| end.eq_ignore_ascii_case(ending));
    is_key
        && value.len() > 4
        && value.len() < 4096
        && !value.contains(['\n', '=', '"', '<'])
        && !value.contains("://")
        && !value.starts_with('-')
        && !is_guid(value.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{inside, is_key_path, is_placeholder, whole};
    use crate::finding::Kind;

    #[test]
    fn shapes_are_told_apart() {
        let long = "0.AXoAq8mZ1kZ9_0yCkYfZ2Rk3Jb1n7Q4wXv6s5T2u8r0pLmNoKjIhGfEdCbA9876543210-abc";
        let pat = "abcdefgh2ijklmno3pqrstuv4wxyzabc5defghijk6lmnopqrst7";
        for (value, wanted) in [
            ("eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.c2ln", Some(Kind::Jwt)),
            ("eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0.", Some(Kind::Jwt)),
            ("eyJhbGciOiJub25lIn0.eyJhdWQiOiJhIn0", Some(Kind::JwtPart)),
            (long, Some(Kind::RefreshToken)),
            ("abc8Q~uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4B.x", Some(Kind::ClientSecret)),
            ("fAK~nordlys.ci-2026_notReal.zzQ0a~b", Some(Kind::ClientSecret)),
            (pat, Some(Kind::ServiceToken)),
            ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", Some(Kind::ServiceToken)),
            ("npm_config_cache_folder_of_the_whole_machine", None),
            ("11111111-2222-3333-4444-555555555555", None),
            ("https://management.core.windows.net//.default", None),
            ("Microsoft.Azure.Commands.Profile.Models.Core", None),
        ] {
            assert_eq!(whole(value), wanted, "{value}");
        }
    }

    #[test]
    fn credentials_in_longer_values_are_found() {
        for (value, wanted) in [
            (
                "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bm90LWE=;EndpointSuffix=b",
                Some(Kind::ConnectionString),
            ),
            ("Server=tcp:a;User ID=b;Password=c;", Some(Kind::ConnectionString)),
            ("Server=tcp:a;User ID=b;Password=;", None),
            ("https://a.blob.core.windows.net/c?sv=2024-01-01&se=2030&sig=ab%3D", Some(Kind::Sas)),
            ("https://ada:p4ss@dev.azure.com/org", Some(Kind::UrlPassword)),
            ("https://ada@dev.azure.com/org", None),
            ("https://dev.azure.com/org?a=b", None),
        ] {
            assert_eq!(inside(value), wanted, "{value}");
        }
    }

    #[test]
    fn placeholders_and_key_paths_are_known() {
        for text in [
            "${SECRET}",
            "$env:ARM_CLIENT_SECRET",
            "$secret",
            "<your secret>",
            "****",
            "{{ a }}",
            "var.client_secret",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["$3cret-Pa55.word", "S3cret", "pa$$word1"] {
            assert!(!is_placeholder(text), "{text}");
        }
        assert!(is_key_path("/home/ada/app.pem") && is_key_path("C:\\a\\app.PFX"));
        assert!(!is_key_path("https://a/b.key") && !is_key_path("pem"));
    }
}
