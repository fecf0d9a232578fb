//! The keys of a device, and what others know of them.

use azvault_vault::{fill_random, with_stack_wiped};
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal,
};
use ring::signature::{Ed25519KeyPair, KeyPair};
use zeroize::Zeroizing;

use crate::bytes::{Misshapen, Reader, Writer};
use crate::id::DeviceId;

/// HPKE (RFC 9180): DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
type Suite = X25519HkdfSha256;

/// Length of a wrapped key: the encapsulated one, the key, the tag.
pub(crate) const WRAPPED: usize = 32 + 32 + 16;

/// What others know of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKeys {
    /// By which records name it.
    pub device: DeviceId,
    /// Ed25519.
    pub signing: [u8; 32],
    /// X25519.
    pub wrapping: [u8; 32],
}

/// The private keys of a device. They never leave the vault of the device.
pub struct DeviceKeys {
    device: DeviceId,
    seed: Box<Zeroizing<[u8; 32]>>,
    unwrapping: Box<Zeroizing<[u8; 32]>>,
    public: PublicKeys,
}

impl DeviceKeys {
    /// New keys, for a device that has none.
    pub fn generate() -> Self {
        let mut seed = Box::new(Zeroizing::new([0; 32]));
        fill_random(&mut seed[..]);
        let mut material = Box::new(Zeroizing::new([0; 32]));
        fill_random(&mut material[..]);
        let unwrapping = with_stack_wiped(|| {
            let (private, _) = Suite::derive_keypair(&material[..]);
            Box::new(Zeroizing::new(private.to_bytes().into()))
        });
        Self::of(DeviceId::random(), seed, unwrapping).expect("keys that were just made fit")
    }

    fn of(
        device: DeviceId,
        seed: Box<Zeroizing<[u8; 32]>>,
        unwrapping: Box<Zeroizing<[u8; 32]>>,
    ) -> Result<Self, Misshapen> {
        let (signing, wrapping) = with_stack_wiped(|| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed[..]).map_err(|_| Misshapen)?;
            let private = <Suite as Kem>::PrivateKey::from_bytes(&unwrapping[..]);
            let public = Suite::sk_to_pk(&private.map_err(|_| Misshapen)?);
            let signing = pair.public_key().as_ref().try_into().map_err(|_| Misshapen)?;
            Ok((signing, public.to_bytes().into()))
        })?;
        let public = PublicKeys { device, signing, wrapping };
        Ok(Self { device, seed, unwrapping, public })
    }

    /// What others may know.
    pub fn public(&self) -> &PublicKeys {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        with_stack_wiped(|| {
            let pair = Ed25519KeyPair::from_seed_unchecked(&self.seed[..]);
            let signature = pair.expect("the seed was checked").sign(message);
            signature.as_ref().try_into().expect("an Ed25519 signature has 64 bytes")
        })
    }

    /// The key in what [`PublicKeys::wrap`] made for this device; `None` in what it made for another.
    pub(crate) fn unwrap(&self, info: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (encapsulated, sealed) = wrapped.split_at_checked(32)?;
        with_stack_wiped(|| {
            let private = <Suite as Kem>::PrivateKey::from_bytes(&self.unwrapping[..]).ok()?;
            let encapsulated = <Suite as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
            single_shot_open::<AesGcm256, HkdfSha256, Suite>(
                &OpModeR::Base,
                &private,
                &encapsulated,
                info,
                sealed,
                &self.public.wrapping,
            )
            .ok()
            .map(Zeroizing::new)
        })
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.raw(&self.device.0);
        writer.raw(&self.seed[..]);
        writer.raw(&self.unwrapping[..]);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        let device = DeviceId(reader.array()?);
        let mut key = || -> Result<_, Misshapen> {
            let mut key = Box::new(Zeroizing::new([0; 32]));
            key.copy_from_slice(reader.raw(32)?);
            Ok(key)
        };
        let (seed, unwrapping) = (key()?, key()?);
        Self::of(device, seed, unwrapping)
    }
}

impl PublicKeys {
    /// Wraps a key so that this device alone gets it back. `None` where its public key is none.
    pub(crate) fn wrap(&self, info: &[u8], key: &[u8]) -> Option<Vec<u8>> {
        let public = <Suite as Kem>::PublicKey::from_bytes(&self.wrapping).ok()?;
        with_stack_wiped(|| {
            let (encapsulated, sealed) = single_shot_seal::<AesGcm256, HkdfSha256, Suite>(
                &OpModeS::Base,
                &public,
                info,
                key,
                &self.wrapping,
            )
            .ok()?;
            Some([&encapsulated.to_bytes()[..], &sealed].concat())
        })
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.raw(&self.device.0);
        writer.raw(&self.signing);
        writer.raw(&self.wrapping);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Misshapen> {
        Ok(Self {
            device: DeviceId(reader.array()?),
            signing: reader.array()?,
            wrapping: reader.array()?,
        })
    }
}
