//! Files for no password at all, as .NET writes them into its certificate store: until .NET 8 with
//! Triple-DES (runtime `UnixExportProvider.cs` `s_windowsPbe`), since then with AES.
//!
//! "None" is not the empty password: keys come from no bytes, and not from the two zeros that end an empty
//! BMPString (RFC 7292 appendix B.1). The checksum is not compared: without a password anybody can make
//! one.

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeDecrypt, KeyIvInit};
use pkcs8::pkcs5::pbes2;
use pkcs12::cms::content_info::ContentInfo;
use pkcs12::cms::encrypted_data::EncryptedData;
use pkcs12::kdf::{Pkcs12KeyType, derive_key};
use pkcs12::pbe_params::{EncryptedPrivateKeyInfo, Pkcs12PbeParams};
use pkcs12::safe_bag::SafeContents;
use pkcs12::{AuthenticatedSafe, CertBag, Pfx};
use x509_cert::der::asn1::{ContextSpecific, ObjectIdentifier, OctetString};
use x509_cert::der::{Any, Decode, Encode};
use x509_cert::spki::AlgorithmIdentifierOwned;
use zeroize::Zeroizing;

use crate::Archive;

/// `id-data` and `id-encryptedData` (RFC 5652), PBES2 (RFC 8018).
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const ENCRYPTED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.6");
const PBES2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13");

/// .NET makes 2,000 rounds at most where there is no password; a file with more would only cost time.
const MAX_ROUNDS: u32 = 10_000;

pub(crate) fn open(bytes: &[u8]) -> Option<Archive> {
    let pfx = Pfx::from_der(bytes).ok()?;
    let safes = AuthenticatedSafe::from_der(content(&pfx.auth_safe)?.as_bytes()).ok()?;
    let mut archive = Archive { key: None, certificates: Vec::new() };
    for safe in safes {
        let plain = match safe.content_type {
            DATA => Zeroizing::new(content(&safe)?.into_bytes().to_vec()),
            ENCRYPTED_DATA => {
                let sealed = EncryptedData::from_der(&safe.content.to_der().ok()?).ok()?;
                let sealed = sealed.enc_content_info;
                decrypt(&sealed.content_enc_alg, sealed.encrypted_content?.as_bytes())?
            }
            _ => return None,
        };
        for bag in SafeContents::from_der(&plain).ok()? {
            match bag.bag_id {
                pkcs12::PKCS_12_KEY_BAG_OID if archive.key.is_none() => {
                    let key = ContextSpecific::<Any>::from_der(&bag.bag_value).ok()?;
                    archive.key = Some(Zeroizing::new(key.value.to_der().ok()?));
                }
                pkcs12::PKCS_12_PKCS8_KEY_BAG_OID if archive.key.is_none() => {
                    let key = ContextSpecific::<EncryptedPrivateKeyInfo>::from_der(&bag.bag_value);
                    let key = key.ok()?.value;
                    let plain = decrypt(&key.encryption_algorithm, key.encrypted_data.as_bytes())?;
                    archive.key = Some(plain);
                }
                pkcs12::PKCS_12_CERT_BAG_OID => {
                    let bag = ContextSpecific::<CertBag>::from_der(&bag.bag_value).ok()?;
                    archive.certificates.push(bag.value.cert_value.as_bytes().to_vec());
                }
                _ => {}
            }
        }
    }
    Some(archive)
}

fn content(info: &ContentInfo) -> Option<OctetString> {
    OctetString::from_der(&info.content.to_der().ok()?).ok()
}

fn decrypt(algorithm: &AlgorithmIdentifierOwned, data: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let parameters = algorithm.parameters.as_ref()?.to_der().ok()?;
    match algorithm.oid {
        PBES2 => {
            let parameters = pbes2::Parameters::from_der(&parameters).ok()?;
            let rounds = parameters.kdf.pbkdf2()?.iteration_count;
            (rounds <= MAX_ROUNDS).then_some(())?;
            parameters.decrypt(b"", data).ok().map(Zeroizing::new)
        }
        pkcs12::PKCS_12_PBE_WITH_SHAAND3_KEY_TRIPLE_DES_CBC => {
            let Pkcs12PbeParams { salt, iterations } =
                Pkcs12PbeParams::from_der(&parameters).ok()?;
            u32::try_from(iterations).ok().filter(|rounds| (1..=MAX_ROUNDS).contains(rounds))?;
            let derive = |what, size| {
                Zeroizing::new(derive_key::<sha1::Sha1>(
                    b"",
                    salt.as_bytes(),
                    what,
                    iterations,
                    size,
                ))
            };
            let (key, iv) =
                (derive(Pkcs12KeyType::EncryptionKey, 24), derive(Pkcs12KeyType::Iv, 8));
            let cipher = cbc::Decryptor::<des::TdesEde3>::new_from_slices(&key, &iv).ok()?;
            cipher.decrypt_padded_vec::<Pkcs7>(data).ok().map(Zeroizing::new)
        }
        _ => None,
    }
}
