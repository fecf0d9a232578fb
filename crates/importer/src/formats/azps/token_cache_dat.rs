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

use azvault_model::{
    KnownAccountType, Secret, SecretDescription, SecretKind, Text, cloud_of_authority,
};

use data_encoding::BASE64URL_NOPAD;

use crate::found::account;
use crate::json::{self, Fields, JsonError, Node, Unread, keep_by_place};
use crate::{Format, Found, Product};

/// What ADAL writes beside what is read here; it says nothing beyond that.
const SILENT: [&str; 14] = [
    "Authority",
    "ExtendedExpiresOn",
    "ExtendedLifeTimeToken",
    "FamilyName",
    "GivenName",
    "IdentityProvider",
    "IsMultipleResourceRefreshToken",
    "PasswordChangeUrl",
    "PasswordExpiresOn",
    "ResourceInResponse",
    "Resource",
    "ExpiresIn",
    "Status",
    "Error",
];

/// What is wrong with a cache, and at which byte.
struct Damage {
    at: usize,
    what: &'static str,
}

/// Reads a file.
pub fn read(format: Format, bytes: &[u8]) -> Found {
    let mut found = Found::new(format, Product::AzurePowerShell);
    read_into(bytes, &mut found);
    let is_nothing = found.profile.secrets.is_empty() && found.profile.accounts.is_empty();
    if found.unread == 0 || !is_nothing {
        return found;
    }
    let mut nothing = Found::new(format, Product::AzurePowerShell);
    nothing.outcome = crate::Outcome::Reject;
    nothing.unread = found.unread;
    for note in found.notes {
        let text = format!("{}; the file holds plaintext tokens and is left as it is", note.text);
        nothing.remark(note.place, text);
    }
    nothing
}

/// Adds what a cache holds to `found`. Damage costs what cannot be told any more: an item whose length
/// is wrong costs all bytes up to the next ones that look like an item.
pub(super) fn read_into(bytes: &[u8], found: &mut Found) {
    let mut rest = Bytes { all: bytes, at: 0 };
    let count = match rest.header() {
        Ok(count) => count,
        Err(damage) => return found.miss(damage.place(), damage.what),
    };
    let mut kept = Vec::new();
    let mut number = 0;
    while number < count || rest.at < bytes.len() {
        if number == count {
            found.miss(rest.place(), "bytes after the last item");
            // More items than the file says it has are read all the same.
            let Some(at) = rest.next_item(rest.at) else { break };
            rest.at = at;
        }
        let start = rest.at;
        match rest.item() {
            Ok([key, json]) => {
                read_item(number, key, json, &mut kept, found);
                if !json.starts_with(b"{") || !json.ends_with(b"}") {
                    // Its length may be wrong: then the next item begins within it.
                    rest.at = rest.next_item(start + 1).unwrap_or(rest.at);
                }
            }
            Err(damage) => {
                found.miss(damage.place(), damage.what);
                let Some(at) = rest.next_item(start + 1) else { break };
                rest.at = at;
            }
        }
        number = number.saturating_add(1);
    }
    found.profile.kept = keep_by_place(&kept);
}

fn read_item<'a>(
    number: u32,
    key: &'a [u8],
    json: &'a [u8],
    kept: &mut Vec<Node<'a>>,
    found: &mut Found,
) {
    let place = |inside: &str| format!("item {number}{inside}");
    let (Ok(key), Ok(json)) = (std::str::from_utf8(key), std::str::from_utf8(json)) else {
        return found.miss(place(""), "a text that is not UTF-8: this item was not imported");
    };
    let unread = Unread::default();
    let read = json::document(json).and_then(|root| root.fields(&unread));
    match read {
        Ok(mut item) => read_entry(key, &mut item, kept, found),
        Err(JsonError { place: inside, what }) => {
            let text = format!("{what}: this item was not imported");
            found.miss(place(&format!(" {inside}")), text);
        }
    }
    let odd = found.settle_below(unread, &place(""));
    kept.extend(odd);
    for node in kept.iter_mut().filter(|node| node.place().starts_with('/')) {
        *node = node.below(&place(""));
    }
}

fn read_entry<'a>(
    key: &str,
    item: &mut Fields<'a, '_>,
    kept: &mut Vec<Node<'a>>,
    found: &mut Found,
) {
    let mut parts = key.split(":::");
    let mut part = || parts.next().unwrap_or_default();
    let (authority, resource, client_id, subject) = (part(), part(), part(), part());
    let refresh = item.secrets("RefreshToken");
    let raw_client_info = item.some_text("RawClientInfo");
    let on_behalf_of = item.some_text("UserAssertionHash");
    // ADAL 3 puts the tokens one level deeper; the refresh token stays on top.
    let mut nested = item.object("Result");
    let is_nested = nested.is_some();
    let result = nested.as_mut().unwrap_or(item);
    let mut user = result.object("UserInfo");
    let user_name = user.as_mut().and_then(|user| user.text("DisplayableId"));
    let unique_id = user.as_mut().and_then(|user| user.text("UniqueId"));
    let of_authority = || authority.trim_end_matches('/').rsplit('/').next().map(Text::from);
    let tenant = result.text("TenantId").or_else(of_authority);
    let environment =
        host(authority).map(|host| Text::from(cloud_of_authority(host).unwrap_or(host)));
    let some = |text: &str| Some(Text::from(text)).filter(|text| !text.is_empty());
    let owner = user_name.clone().or_else(|| some(client_id));
    // Of a user alone: an application's tokens have no home account.
    let client_info = raw_client_info.filter(|_| user_name.is_some());
    let home = client_info.as_deref().and_then(home_account);
    if let Some(owner) = &owner {
        let kind = match (&user_name, subject) {
            (None, "1") => KnownAccountType::ServicePrincipal,
            _ => KnownAccountType::User,
        };
        let mut known = account(owner, kind, environment.clone(), tenant.as_deref());
        known.home_account_id.clone_from(&home);
        if let Some(id) = unique_id {
            known.properties.insert("local_account_id".to_owned(), id.to_string());
        }
        found.know(known);
    }
    // A token is worth more than its date.
    let expires_on = result.take("ExpiresOn").and_then(|node| {
        let read = date(&node);
        result.or_unread(read, &node)
    });
    let token_type = result.some_text("AccessTokenType");
    let token_type = token_type.filter(|kind| !kind.eq_ignore_ascii_case("bearer"));
    let about = SecretDescription {
        account: owner,
        tenant,
        client_id: some(client_id),
        environment,
        target: some(resource),
        home_account_id: home,
        on_behalf_of,
        // The cache keeps no other date. The later a token ends, the later it was got.
        dated: expires_on,
        ..SecretDescription::of(SecretKind::AccessToken)
    };
    let inner = if is_nested { result.secrets("RefreshToken") } else { Vec::new() };
    let access = result.secrets("AccessToken");
    let id = result.secrets("IdToken");
    for (values, kind, expires_on) in [
        (access, SecretKind::AccessToken, expires_on),
        (refresh, SecretKind::RefreshToken, None),
        (inner, SecretKind::RefreshToken, None),
        (id, SecretKind::IdToken, None),
    ] {
        for value in values {
            let token_type = token_type.clone().filter(|_| kind == SecretKind::AccessToken);
            let description = SecretDescription { kind, expires_on, token_type, ..about.clone() };
            found.hold(description, Secret::copied_from(value.text.as_bytes()));
        }
    }
    let mut leave = |fields: &mut Fields<'a, '_>| {
        fields.pass(&SILENT);
        for (_, node) in fields.remaining().filter(|(_, node)| !node.is_null()) {
            fields.unread().unknown(&node);
            kept.push(node);
        }
    };
    if let Some(user) = &mut user {
        leave(user);
    }
    leave(result);
    if is_nested {
        leave(item);
    }
}

/// `{"uid":…,"utid":…}` in base64url, which the service sent beside the tokens: the halves of the home
/// account. Anything else says nothing.
fn home_account(client_info: &str) -> Option<Text> {
    let bytes = BASE64URL_NOPAD.decode(client_info.trim_end_matches('=').as_bytes()).ok()?;
    let document = json::document(std::str::from_utf8(&bytes).ok()?).ok()?;
    let fields = document.object().ok()?;
    let part = |name| fields.text(name).ok().flatten().filter(|text| !text.is_empty());
    Some(Text::from(format!("{}.{}", part("uid")?, part("utid")?)))
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

impl Damage {
    fn place(&self) -> String {
        format!("byte {}", self.at)
    }
}

/// Longest key that an item is known again by: four short texts.
const MAX_KEY: usize = 4096;

impl<'a> Bytes<'a> {
    fn place(&self) -> String {
        format!("byte {}", self.at)
    }

    fn damage(&self, what: &'static str) -> Damage {
        Damage { at: self.at, what }
    }

    /// The number of items.
    fn header(&mut self) -> Result<u32, Damage> {
        if !matches!(self.int32()?, 2 | 3) {
            return Err(self.damage("a version that nobody documents"));
        }
        u32::try_from(self.int32()?).map_err(|_| self.damage("a negative number of items"))
    }

    /// Key and JSON of an item.
    fn item(&mut self) -> Result<[&'a [u8]; 2], Damage> {
        Ok([self.string()?, self.string()?])
    }

    /// Where, from a byte on, the next bytes are that look like an item: lengths that fit, around a key
    /// of an authority and a JSON object.
    fn next_item(&self, from: usize) -> Option<usize> {
        let found = memchr::memmem::find_iter(self.all.get(from..)?, b"http");
        found.map(|at| from + at).find_map(|key| {
            // Up to 127 bytes take one byte of length, up to 16,383 two.
            let starts = [key.checked_sub(1), key.checked_sub(2)].into_iter().flatten();
            starts.filter(|start| *start >= from).find(|start| {
                let item = Bytes { all: self.all, at: *start }.item();
                item.is_ok_and(|[key, json]| {
                    key.len() <= MAX_KEY
                        && key.starts_with(b"http")
                        && memchr::memmem::find(key, b":::").is_some()
                        && json.starts_with(b"{")
                        && json.ends_with(b"}")
                })
            })
        })
    }

    /// The next bytes; a length is believed only as far as there are bytes, so that a claimed one
    /// of 2 GB costs nothing.
    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.all.len());
        let Some(end) = end else {
            return Err(self.damage("the file ends too early"));
        };
        let taken = &self.all[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn int32(&mut self) -> Result<i32, Damage> {
        let mut number = [0; 4];
        number.copy_from_slice(self.take(4)?);
        Ok(i32::from_le_bytes(number))
    }

    fn string(&mut self) -> Result<&'a [u8], Damage> {
        let length = self.varint()?;
        self.take(length)
    }

    /// BinaryReader.Read7BitEncodedInt: at most five bytes, at most 2,147,483,647.
    fn varint(&mut self) -> Result<usize, Damage> {
        let mut value = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                if value > 0x7fff_ffff {
                    return Err(self.damage("a length over 2,147,483,647"));
                }
                return usize::try_from(value).map_err(|_| self.damage("a length too large"));
            }
        }
        Err(self.damage("a length of more than five bytes"))
    }
}

#[cfg(test)]
mod tests;
