//! What PowerShell writes of secrets: `Export-Clixml` (PowerShell `serialization.cs`, MS-PSRP) and
//! `ConvertFrom-SecureString`. Outside Windows a SecureString is UTF-16 in hex: no encryption at
//! all. On Windows it is encrypted for one user (DPAPI) and no finding.

use super::kinds::{self, Kind};
use super::{values, xml};
use crate::Found;
use crate::json::JsonError;

/// Whether a text is one of Export-Clixml.
pub(crate) fn is_clixml(text: &str) -> bool {
    text.contains("<Objs ") && text.contains("http://schemas.microsoft.com/powershell/2004/04")
}

/// Whether a text is nothing but a SecureString that is not encrypted.
pub(crate) fn is_secure_string(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 32 && is_plain(text)
}

/// Names credentials whose user may be one of Azure, secrets without a user, and tokens.
pub(crate) fn read_clixml(text: &str, found: &mut Found) -> Result<(), JsonError> {
    let mut user = None;
    for element in &xml::elements(text)? {
        let name = element.attribute("N").unwrap_or_default();
        let kind = match element.name() {
            "S" if name == "UserName" => {
                user = Some(element.text.clone());
                None
            }
            "SS" if is_plain(&element.text) => of_user(user.as_deref().map(String::as_str)),
            "S" => of_text(name, &element.text),
            _ => None,
        };
        if element.name() == "Obj" {
            user = None;
        }
        if let Some(kind) = kind {
            kind.at(element.place(), found);
        }
    }
    Ok(())
}

/// Names the one secret.
pub(crate) fn read_secure_string(text: &str, found: &mut Found) {
    if is_secure_string(text) {
        kinds::TYPED_SECRET.at("line 1", found);
    }
}

/// An application id, a user of Microsoft Entra, or nobody's; an account of a machine or domain is
/// no account of Azure.
fn of_user(user: Option<&str>) -> Option<&'static Kind> {
    match user {
        None => Some(&kinds::TYPED_SECRET),
        Some(user) if values::is_guid(user) => Some(&kinds::CLIENT_SECRET),
        Some(user) if user.contains('@') => Some(&kinds::USER_PASSWORD),
        Some(_) => None,
    }
}

/// `Token` of Get-AzAccessToken, or a value that says by itself what it is.
fn of_text(name: &str, text: &str) -> Option<&'static Kind> {
    if matches!(name, "Token" | "AccessToken") && text.starts_with("eyJ") {
        return Some(&kinds::ACCESS_TOKEN);
    }
    if matches!(name, "RefreshToken") && values::is_literal(text) {
        return Some(&kinds::REFRESH_TOKEN);
    }
    values::by_shape(text)
}

/// Whether hex stands for UTF-16 of the letters, digits and signs of ASCII.
fn is_plain(hex: &str) -> bool {
    let bytes = hex.as_bytes();
    !bytes.is_empty()
        && bytes.len().is_multiple_of(4)
        && bytes.chunks_exact(4).all(|unit| {
            matches!(unit[0], b'2'..=b'7') && unit[1].is_ascii_hexdigit() && &unit[2..] == b"00"
        })
}

#[cfg(test)]
mod tests {
    use super::{is_clixml, is_secure_string, read_clixml};
    use crate::reported::tests::whats;

    const HEX: &str = "680075006e0074006500720032006800";

    fn clixml(inside: &str) -> String {
        format!(
            "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\
             <Obj RefId=\"0\"><Props>{inside}</Props></Obj></Objs>"
        )
    }

    #[test]
    fn a_saved_credential_counts_by_its_user() {
        let secret = format!("<SS N=\"Password\">{HEX}</SS>");
        let user = |name: &str| format!("<S N=\"UserName\">{name}</S>{secret}");
        let dpapi = "<SS N=\"Password\">01000000d08c9ddf0115d1118c7a00c04fc297eb</SS>";
        for (inside, wanted) in [
            (
                user("aaaaaaaa-0000-0000-0000-000000000001"),
                vec!["client secret of a service principal"],
            ),
            (user("megan@contoso.example"), vec!["password"]),
            (user("root"), vec![]),
            (user("CONTOSO\\megan"), vec![]),
            (secret.clone(), vec!["secret without encryption (SecureString of PowerShell)"]),
            (dpapi.to_owned(), vec![]),
            ("<S N=\"Token\">eyJ0eXAi.e.s</S>".to_owned(), vec!["access token of Microsoft Entra"]),
            ("<S N=\"Name\">eyJ0eXAi.e.s</S>".to_owned(), vec![]),
        ] {
            let text = clixml(&inside);
            assert!(is_clixml(&text));
            assert_eq!(whats(read_clixml, &text), wanted, "{text}");
        }
        let second = format!("{}{}", user("root"), "");
        assert!(whats(read_clixml, &clixml(&second)).is_empty());
    }

    #[test]
    fn hex_of_text_is_told_from_other_hex() {
        assert!(is_secure_string(HEX));
        assert!(is_secure_string(&format!("{HEX}\r\n")));
        for other in
            ["", "6800", "d41d8cd98f00b204e9800998ecf8427e", &HEX[1..], &format!("{HEX}{HEX}zz00")]
        {
            assert!(!is_secure_string(other), "{other}");
        }
    }
}
