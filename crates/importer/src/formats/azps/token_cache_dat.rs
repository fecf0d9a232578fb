//! `TokenCache.dat`, and `CacheData` of Az 1-4 and AzureRM: the ADAL cache.
//!
//! ```text
//! int32 version (2: ADAL 2, 3: ADAL 3) ; int32 count ; count × { string key ; string json }
//! string = length in bytes as 7-bit varint, low bits first ; UTF-8          all little-endian
//! key    = authority ":::" resource ":::" client id ":::" subject type (0 user, 1 client, 2 both)
//! ```
//!
//! ADAL v2.28.3 src/ADAL.Common/TokenCache.cs, AuthenticationResult.cs; v3.19.8
//! Internal/AuthenticationResultEx.cs. The JSON is DataContractJsonSerializer's: `\/Date(ms)\/`.

use azvault_contexts::{
    KnownAccountType, Secret, SecretDescription, SecretKind, cloud_of_authority,
};

use data_encoding::BASE64URL_NOPAD;

use crate::found::account;
use crate::json::{self, JsonError, Node, Object};
use crate::{Format, Found, Product};

/// What is wrong with a cache, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct CacheError {
    /// `byte 17`, or `item 3` with a pointer into its JSON.
    pub place: String,
    /// In our own words.
    pub what: &'static str,
}

/// Reads a file.
pub fn read(format: Format, bytes: &[u8]) -> Found {
    let mut found = Found::new(format, Product::AzurePowerShell);
    match read_into(bytes, &mut found) {
        Ok(()) => found,
        Err(CacheError { place, what }) => {
            let text = format!("{what}; the file holds tokens in clear and is left as it is");
            Found::rejected(format, Product::AzurePowerShell, place, text)
        }
    }
}

/// Adds what a cache holds to `found`. An error says that the cache is damaged; then nothing of
/// it should be used.
pub fn read_into(bytes: &[u8], found: &mut Found) -> Result<(), CacheError> {
    let mut rest = Bytes { all: bytes, at: 0 };
    let version = rest.int32()?;
    if !matches!(version, 2 | 3) {
        return Err(rest.error("a version that nobody documents"));
    }
    let count = rest.int32()?;
    let Ok(count) = u32::try_from(count) else {
        return Err(rest.error("a negative number of items"));
    };
    for number in 0..count {
        let key = rest.string()?;
        let json = rest.string()?;
        read_item(key, json, found).map_err(|JsonError { place, what }| CacheError {
            place: format!("item {number} {place}"),
            what,
        })?;
    }
    if rest.at == bytes.len() { Ok(()) } else { Err(rest.error("bytes after the last item")) }
}

fn read_item(key: &str, json: &str, found: &mut Found) -> Result<(), JsonError> {
    let mut parts = key.split(":::");
    let mut part = || parts.next().unwrap_or_default();
    let (authority, resource, client_id, subject) = (part(), part(), part(), part());
    let root = json::document(json)?;
    let item = root.object()?;
    // ADAL 3 puts the tokens one level deeper; the refresh token stays on top.
    let nested = item.get_some("Result")?.map(Node::object).transpose()?;
    let result = nested.as_ref().unwrap_or(&item);
    let user = result.get_some("UserInfo")?.map(Node::object).transpose()?;
    let user_name = text(user.as_ref(), "DisplayableId")?;
    let unique_id = text(user.as_ref(), "UniqueId")?;
    let tenant = text(Some(result), "TenantId")?
        .or_else(|| authority.trim_end_matches('/').rsplit('/').next().map(str::to_owned));
    let environment = host(authority)
        .map(|host| cloud_of_authority(host).map_or_else(|| host.to_owned(), str::to_owned));
    let owner = user_name.clone().or_else(|| Some(client_id.to_owned()).filter(|c| !c.is_empty()));
    // Of a user alone: an application's tokens have no home account.
    let client_info = text(Some(&item), "RawClientInfo")?.filter(|_| user_name.is_some());
    let home = client_info.as_deref().and_then(home_account);
    if let Some(owner) = &owner {
        let kind = match (&user_name, subject) {
            (None, "1") => KnownAccountType::ServicePrincipal,
            _ => KnownAccountType::User,
        };
        let mut known = account(owner, kind, environment.clone(), tenant.as_deref());
        known.home_account_id.clone_from(&home);
        if let Some(id) = unique_id {
            known.properties.insert("local_account_id".to_owned(), id);
        }
        found.know(known);
    }
    let expires_on = match result.get_some("ExpiresOn")? {
        Some(node) => Some(date(node)?),
        None => None,
    };
    let token_type = text(Some(result), "AccessTokenType")?;
    let about = SecretDescription {
        account: owner,
        tenant,
        client_id: Some(client_id.to_owned()).filter(|c| !c.is_empty()),
        environment,
        target: Some(resource.to_owned()).filter(|r| !r.is_empty()),
        home_account_id: home,
        // The cache keeps no other date. The later a token ends, the later it was got.
        dated: expires_on,
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    for (object, name, kind, expires_on) in [
        (result, "AccessToken", SecretKind::AccessToken, expires_on),
        (&item, "RefreshToken", SecretKind::RefreshToken, None),
        (result, "IdToken", SecretKind::IdToken, None),
    ] {
        if let Some(node) = object.get_some(name)? {
            let own_type = token_type.clone().filter(|_| kind == SecretKind::AccessToken);
            let token_type = own_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
            let description = SecretDescription { kind, expires_on, token_type, ..about.clone() };
            found.hold(description, Secret::copied_from(node.text()?.as_bytes()));
        }
    }
    Ok(())
}

/// `{"uid":…,"utid":…}` in base64url, which the service sent beside the tokens: the halves of the home
/// account. Anything else says nothing.
fn home_account(client_info: &str) -> Option<String> {
    let bytes = BASE64URL_NOPAD.decode(client_info.trim_end_matches('=').as_bytes()).ok()?;
    let document = json::document(std::str::from_utf8(&bytes).ok()?).ok()?;
    let fields = document.object().ok()?;
    let part = |name| fields.text(name).ok().flatten().filter(|text| !text.is_empty());
    Some(format!("{}.{}", part("uid")?, part("utid")?))
}

fn text(object: Option<&Object<'_>>, name: &str) -> Result<Option<String>, JsonError> {
    match object.map(|object| object.get_some(name)).transpose()?.flatten() {
        Some(node) => node.optional_text(),
        None => Ok(None),
    }
}

/// `{"DateTime":"\/Date(<ms since 1970 UTC>)\/","OffsetMinutes":n}` in seconds since 1970.
fn date(node: &Node<'_>) -> Result<i64, JsonError> {
    let wrong = || node.error("not a date of DataContractJsonSerializer");
    let object = node.object()?;
    let text = object.get_some("DateTime")?.ok_or_else(wrong)?.text()?;
    let digits = text.strip_prefix("/Date(").and_then(|t| t.strip_suffix(")/"));
    let digits = digits.ok_or_else(wrong)?;
    // A zone may follow (`+0200`): the milliseconds are UTC all the same.
    let end = digits.get(1..).and_then(|t| t.find(['+', '-'])).map_or(digits.len(), |at| at + 1);
    let milliseconds: i64 = digits[..end].parse().map_err(|_| wrong())?;
    Ok(milliseconds.div_euclid(1000))
}

fn host(authority: &str) -> Option<&str> {
    let rest = authority.split_once("://").map_or(authority, |(_, rest)| rest);
    rest.split('/').next().filter(|host| !host.is_empty())
}

struct Bytes<'a> {
    all: &'a [u8],
    at: usize,
}

impl<'a> Bytes<'a> {
    fn error(&self, what: &'static str) -> CacheError {
        CacheError { place: format!("byte {}", self.at), what }
    }

    /// The next bytes; a length is believed only as far as there are bytes, so that a claimed one
    /// of 2 GB costs nothing.
    fn take(&mut self, length: usize) -> Result<&'a [u8], CacheError> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.all.len());
        let Some(end) = end else {
            return Err(self.error("the file ends too early"));
        };
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn int32(&mut self) -> Result<i32, CacheError> {
        let mut number = [0; 4];
        number.copy_from_slice(self.take(4)?);
        Ok(i32::from_le_bytes(number))
    }

    fn string(&mut self) -> Result<&'a str, CacheError> {
        let length = self.varint()?;
        let at = self.at;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| CacheError {
            place: format!("byte {at}"),
            what: "a string that is not UTF-8",
        })
    }

    /// BinaryReader.Read7BitEncodedInt: at most five bytes, at most 2,147,483,647.
    fn varint(&mut self) -> Result<usize, CacheError> {
        let mut value = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if value > 0x7fff_ffff {
                    return Err(self.error("a length over 2,147,483,647"));
                }
                return usize::try_from(value).map_err(|_| self.error("a length too large"));
            }
        }
        Err(self.error("a length of more than five bytes"))
    }
}

#[cfg(test)]
mod tests {
    use super::read_into;
    use crate::{Format, Found, Product};

    fn place(bytes: &[u8]) -> String {
        let mut found = Found::new(Format::AdalCacheV3, Product::AzurePowerShell);
        read_into(bytes, &mut found).err().map_or_else(String::new, |e| e.place)
    }

    #[test]
    fn damage_is_named_by_its_byte() {
        for (bytes, wanted) in [
            (&[3, 0, 0, 0, 0, 0, 0, 0][..], ""),
            (&[3, 0, 0, 0, 0, 0, 0, 0, 1], "byte 8"),
            (&[9, 0, 0, 0, 0, 0, 0, 0], "byte 4"),
            (&[3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], "byte 8"),
            (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x07], "byte 13"),
            (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x0f], "byte 13"),
            (&[3, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0], "byte 13"),
            (&[3, 0, 0, 0, 1, 0, 0, 0, 1, 0xff], "byte 9"),
            (&[3, 0, 0, 0, 1, 0, 0, 0, 1, b'k', 2, b'{', b'}'], ""),
            (&[3, 0], "byte 0"),
        ] {
            assert_eq!(place(bytes), wanted, "{bytes:?}");
        }
    }
}
