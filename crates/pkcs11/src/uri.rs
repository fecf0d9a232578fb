//! PKCS#11 URIs (RFC 7512): which key on which token.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// A private key on a token. What is left out fits any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyUri {
    /// Label of the token.
    pub token: Option<String>,
    /// Who made the token.
    pub manufacturer: Option<String>,
    /// Model of the token.
    pub model: Option<String>,
    /// Serial number of the token.
    pub serial: Option<String>,
    /// Number of the slot that the token is in.
    pub slot_id: Option<u64>,
    /// Label of the key (`CKA_LABEL`).
    pub object: Option<String>,
    /// Id of the key (`CKA_ID`), in bytes.
    pub id: Option<Vec<u8>>,
}

/// Why a text is no URI of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAKeyUri {
    /// It begins in another way.
    #[error("a PKCS#11 URI begins with pkcs11:")]
    OtherScheme,
    /// A part has no name, no value, or one that is no text.
    #[error("a part of it is not name=value: {0}")]
    Malformed(String),
    /// A name that is not one of a key, or not known.
    #[error("{0} is not a part of it that says which key")]
    Unknown(String),
    /// A name that stands there twice.
    #[error("{0} stands in it twice")]
    Twice(String),
    /// A PIN in an argument is seen by every process of the machine.
    #[error("a PIN does not belong into it: arguments are seen by every process")]
    Pin,
    /// Where the module is, is said in another way.
    #[error("the module is named beside it, and not in it")]
    Module,
}

/// What stands in a value as it is (RFC 7512 section 2.3).
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl FromStr for KeyUri {
    type Err = NotAKeyUri;

    fn from_str(text: &str) -> Result<Self, NotAKeyUri> {
        let rest = text.strip_prefix("pkcs11:").ok_or(NotAKeyUri::OtherScheme)?;
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, q)| (path, Some(q)));
        if let Some(part) = query.into_iter().flat_map(|query| query.split('&')).next() {
            return Err(match part.split_once('=').map_or(part, |(name, _)| name) {
                "pin-value" | "pin-source" => NotAKeyUri::Pin,
                "module-path" | "module-name" => NotAKeyUri::Module,
                other => NotAKeyUri::Unknown(other.to_owned()),
            });
        }
        let mut uri = Self::default();
        for part in path.split(';').filter(|part| !part.is_empty()) {
            let malformed = || NotAKeyUri::Malformed(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(malformed)?;
            let bytes: Vec<u8> = percent_decode_str(value).collect();
            let is_twice = match name {
                "id" => uri.id.replace(bytes).is_some(),
                _ => {
                    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
                    uri.set(name, text, part)?
                }
            };
            if is_twice {
                return Err(NotAKeyUri::Twice(name.to_owned()));
            }
        }
        Ok(uri)
    }
}

impl KeyUri {
    /// Sets a part that is a text; says whether it was there already.
    fn set(&mut self, name: &str, text: String, part: &str) -> Result<bool, NotAKeyUri> {
        let place = match name {
            "token" => &mut self.token,
            "manufacturer" => &mut self.manufacturer,
            "model" => &mut self.model,
            "serial" => &mut self.serial,
            "object" => &mut self.object,
            "slot-id" => {
                let number = text.parse().map_err(|_| NotAKeyUri::Malformed(part.to_owned()))?;
                return Ok(self.slot_id.replace(number).is_some());
            }
            "type" if text == "private" => return Ok(false),
            "type" => return Err(NotAKeyUri::Unknown(part.to_owned())),
            // Of the library, which is named by its path.
            "library-manufacturer" | "library-description" | "library-version" => return Ok(false),
            "slot-description" | "slot-manufacturer" => return Ok(false),
            other => return Err(NotAKeyUri::Unknown(other.to_owned())),
        };
        Ok(place.replace(text).is_some())
    }

    /// The token in words: its label, else what else is known of it.
    pub fn token_in_words(&self) -> Cow<'_, str> {
        match [&self.token, &self.serial, &self.model].into_iter().flatten().next() {
            Some(name) => Cow::Borrowed(name),
            None => Cow::Borrowed("the only one"),
        }
    }
}

impl fmt::Display for KeyUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |text: &Option<String>| {
            text.as_ref().map(|text| utf8_percent_encode(text, ESCAPED).to_string())
        };
        let hex = |id: &Vec<u8>| id.iter().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let parts = [
            ("token", text(&self.token)),
            ("manufacturer", text(&self.manufacturer)),
            ("model", text(&self.model)),
            ("serial", text(&self.serial)),
            ("slot-id", self.slot_id.map(|number| number.to_string())),
            ("object", text(&self.object)),
            ("id", self.id.as_ref().map(hex)),
        ];
        let parts =
            parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        write!(f, "pkcs11:{}", parts.collect::<Vec<_>>().join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeyUri, NotAKeyUri};

    #[test]
    fn a_uri_says_which_key_and_nothing_else() {
        let text = "pkcs11:token=My%20token;serial=1;object=azvault;id=%01%AB;type=private";
        let uri: KeyUri = text.parse().unwrap();
        assert_eq!(uri.token.as_deref(), Some("My token"));
        assert_eq!(uri.id.as_deref(), Some(&[1, 0xAB][..]));
        let own = "pkcs11:token=My%20token;serial=1;object=azvault;id=%01%AB";
        assert_eq!(uri.to_string(), own);
        assert_eq!(own.parse::<KeyUri>().unwrap(), uri);
        assert_eq!("pkcs11:".parse::<KeyUri>().unwrap(), KeyUri::default());
    }

    #[test]
    fn what_does_not_say_which_key_is_refused() {
        for (text, wanted) in [
            ("PKCS11:token=a", NotAKeyUri::OtherScheme),
            ("https://example", NotAKeyUri::OtherScheme),
            ("pkcs11:token", NotAKeyUri::Malformed("token".into())),
            ("pkcs11:token=%FF", NotAKeyUri::Malformed("token=%FF".into())),
            ("pkcs11:slot-id=x", NotAKeyUri::Malformed("slot-id=x".into())),
            ("pkcs11:tokn=a", NotAKeyUri::Unknown("tokn".into())),
            ("pkcs11:type=cert", NotAKeyUri::Unknown("type=cert".into())),
            ("pkcs11:token=a;token=b", NotAKeyUri::Twice("token".into())),
            ("pkcs11:token=a?pin-value=1234", NotAKeyUri::Pin),
            ("pkcs11:token=a?pin-source=/pin", NotAKeyUri::Pin),
            ("pkcs11:token=a?module-path=/lib/x.so", NotAKeyUri::Module),
        ] {
            assert_eq!(text.parse::<KeyUri>(), Err(wanted), "{text}");
        }
    }
}
