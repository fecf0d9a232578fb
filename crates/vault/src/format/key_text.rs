//! Keys as text: 32 bytes with a checksum, so that a slip of the pen is a slip and no wrong key.

use azvault_model::Secret;
use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use crate::digest::sha256;
use crate::format::key::Key;
use crate::random;

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// It has not the form of such a key.
    #[error("it has not the form of such a key")]
    Form,
    /// Form and length fit; the checksum does not.
    #[error("its checksum does not fit: a character is wrong")]
    Checksum,
}

/// The second factor beside a passphrase: a file of one line.
pub struct KeyFile(pub(crate) Key);

/// A key that opens a vault alone, for CI and system credentials: a file of one line.
pub struct RawKey(pub(crate) Key);

/// A key that is written down: 14 groups of 4 letters and digits.
pub struct RecoveryCode(pub(crate) Key);

const KEY_FILE: &[u8] = b"azvault-key-file-v1:";
const RAW_KEY: &[u8] = b"azvault-raw-key-v1:";

impl KeyFile {
    /// Generates one from the system's randomness.
    pub fn generate() -> Self {
        Self(Key::random())
    }

    /// Reads the text of [`KeyFile::to_text`]; white space around it does not count.
    pub fn parse(text: &[u8]) -> Result<Self, KeyTextError> {
        parse_line(KEY_FILE, text).map(Self)
    }

    /// One line, without its end.
    pub fn to_text(&self) -> Zeroizing<String> {
        line(KEY_FILE, &self.0)
    }
}

impl RawKey {
    /// Generates one from the system's randomness.
    pub fn generate() -> Self {
        Self(Key::random())
    }

    /// Reads the text of [`RawKey::to_text`]; white space around it does not count.
    pub fn parse(text: &[u8]) -> Result<Self, KeyTextError> {
        parse_line(RAW_KEY, text).map(Self)
    }

    /// One line, without its end.
    pub fn to_text(&self) -> Zeroizing<String> {
        line(RAW_KEY, &self.0)
    }

    /// Its 32 bytes.
    pub fn to_secret(&self) -> Secret {
        Secret::copied_from(self.0.bytes())
    }

    /// The key of 32 bytes; `None` for any other number of them.
    pub fn of_secret(secret: &Secret) -> Option<Self> {
        // EXPOSE: copied into memory that is a key's.
        let bytes: &[u8; 32] = secret.expose().try_into().ok()?;
        let mut key = Key::empty();
        key.bytes_mut().copy_from_slice(bytes);
        Some(Self(key))
    }
}

impl RecoveryCode {
    /// Generates one from the system's randomness.
    pub fn generate() -> Self {
        Self(Key::random())
    }

    /// Reads a code in any case, with or without its dashes and blanks.
    pub fn parse(text: &[u8]) -> Result<Self, KeyTextError> {
        let mut symbols = Zeroizing::new(Vec::with_capacity(text.len()));
        for byte in text {
            match byte {
                b'-' | b' ' | b'\t' | b'\r' | b'\n' => {}
                byte => symbols.push(byte.to_ascii_uppercase()),
            }
        }
        decode(&symbols).map(Self)
    }

    /// 14 groups of 4, with dashes between.
    pub fn to_text(&self) -> Zeroizing<String> {
        let symbols = encode(&self.0);
        let mut text = Zeroizing::new(String::with_capacity(69));
        for (at, symbol) in symbols.iter().enumerate() {
            if at > 0 && at % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(*symbol));
        }
        text
    }
}

/// A passphrase of 100 random bits: 5 groups of 4 lower-case letters and digits.
pub fn generate_passphrase() -> Secret {
    const SYMBOLS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bits = Zeroizing::new([0_u8; 20]);
    random::fill(&mut bits[..]);
    let mut text = Zeroizing::new(Vec::with_capacity(24));
    for (at, byte) in bits.iter().enumerate() {
        if at > 0 && at % 4 == 0 {
            text.push(b'-');
        }
        text.push(SYMBOLS[usize::from(byte & 31)]);
    }
    Secret::new(text)
}

fn line(label: &[u8], key: &Key) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(label.len() + 56));
    text.extend(label.iter().map(|byte| char::from(*byte)));
    text.extend(encode(key).iter().map(|byte| char::from(*byte)));
    text
}

fn parse_line(label: &[u8], text: &[u8]) -> Result<Key, KeyTextError> {
    decode(text.trim_ascii().strip_prefix(label).ok_or(KeyTextError::Form)?)
}

/// 56 symbols of base32 (RFC 4648): the key, then 3 bytes of SHA-256 over it.
fn encode(key: &Key) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(35));
    bytes.extend_from_slice(key.bytes());
    bytes.extend_from_slice(&sha256(key.bytes())[..3]);
    let mut symbols = Zeroizing::new(vec![0; BASE32_NOPAD.encode_len(bytes.len())]);
    BASE32_NOPAD.encode_mut(&bytes, &mut symbols);
    symbols
}

fn decode(symbols: &[u8]) -> Result<Key, KeyTextError> {
    if symbols.len() != 56 {
        return Err(KeyTextError::Form);
    }
    let mut bytes = Zeroizing::new(vec![0; 35]);
    let length = BASE32_NOPAD.decode_mut(symbols, &mut bytes).map_err(|_| KeyTextError::Form)?;
    if length != 35 {
        return Err(KeyTextError::Form);
    }
    let mut key = Key::empty();
    key.bytes_mut().copy_from_slice(&bytes[..32]);
    if sha256(key.bytes())[..3] != bytes[32..] {
        return Err(KeyTextError::Checksum);
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::{KeyFile, KeyTextError, RawKey, RecoveryCode, generate_passphrase};

    #[test]
    fn a_key_survives_its_text() {
        let code = RecoveryCode::generate();
        let text = code.to_text();
        assert_eq!(text.split('-').count(), 14);
        assert!(text.split('-').all(|group| group.len() == 4));
        let typed = text.to_lowercase().replace('-', " ");
        let read = RecoveryCode::parse(typed.as_bytes()).ok().unwrap();
        assert_eq!(read.0.bytes(), code.0.bytes());

        let key = KeyFile::generate();
        let with_end = format!("{}\r\n", key.to_text().as_str());
        let read = KeyFile::parse(with_end.as_bytes()).ok().unwrap();
        assert_eq!(read.0.bytes(), key.0.bytes());
        assert!(RawKey::parse(key.to_text().as_bytes()).is_err());
    }

    #[test]
    fn one_wrong_character_is_found() {
        let code = RecoveryCode::generate();
        let text = code.to_text();
        for at in (0..text.len()).filter(|at| at % 5 != 4) {
            let mut wrong = text.as_bytes().to_vec();
            wrong[at] = if wrong[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(RecoveryCode::parse(&wrong).err(), Some(KeyTextError::Checksum), "{at}");
        }
        for text in ["", "AAAA", "correct horse battery staple"] {
            assert_eq!(RecoveryCode::parse(text.as_bytes()).err(), Some(KeyTextError::Form));
        }
    }

    #[test]
    fn a_generated_passphrase_has_five_groups() {
        let passphrase = generate_passphrase();
        assert_eq!(passphrase.len(), 24);
        assert!(!passphrase.same_as(&generate_passphrase()));
    }
}
