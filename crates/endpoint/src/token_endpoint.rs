//! An endpoint: a port, and the keys to it.

use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};

use azvault_os::pipe::listen_on_loopback;
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::protocol::imds;

/// Callers that the kernel lets wait for a place. The standard library's 128 would let the rest of
/// a thousand try again a second later.
const BACKLOG: i32 = 4096;

/// Randomness for one endpoint, 256 bits a protocol: the key of one opens no other.
pub struct Keys {
    /// For `IDENTITY_HEADER`.
    pub identity_header: Zeroizing<[u8; 32]>,
    /// For `AZD_AUTH_KEY`.
    pub azd_key: Zeroizing<[u8; 32]>,
    /// For the path of `ARM_MSI_ENDPOINT`: that client sends no header of its own.
    pub azurerm_path: Zeroizing<[u8; 32]>,
    /// For the path of `MSI_ENDPOINT`: of its two protocols one has no header.
    pub msi_path: Zeroizing<[u8; 32]>,
    /// For `MSI_SECRET`, the header of the other.
    pub msi_secret: Zeroizing<[u8; 32]>,
}

/// An endpoint that listens, on a random port of 127.0.0.1.
pub struct TokenEndpoint {
    pub(crate) listener: TcpListener,
    /// Where callers come without a key: in a network that is theirs alone.
    pub(crate) metadata: Option<TcpListener>,
    pub(crate) port: u16,
    pub(crate) identity_header: Key,
    pub(crate) azd_key: Key,
    pub(crate) azurerm_path: Key,
    pub(crate) msi_path: Key,
    pub(crate) msi_secret: Key,
}

impl TokenEndpoint {
    /// Listens. Who connects before [`serve`](Self::serve) waits for it.
    pub fn open(keys: &Keys) -> io::Result<Self> {
        Self::of(keys, listen_on_loopback(BACKLOG)?, None)
    }

    /// The same in a network that its callers have to themselves: these listen there, at [`ADDRESSES`](Self::ADDRESSES).
    pub fn within(keys: &Keys, listeners: Vec<TcpListener>) -> io::Result<Self> {
        let mut listeners = listeners.into_iter();
        let (Some(listener), metadata) = (listeners.next(), listeners.next()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        Self::of(keys, listener, metadata)
    }

    /// Where an endpoint listens in such a network: at any port of 127.0.0.1, and where programs look for the
    /// metadata of a machine of Azure.
    pub const ADDRESSES: [SocketAddrV4; 2] = [SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0), imds::AT];

    /// Who listens there.
    pub(crate) fn listener(&self, entrance: Entrance) -> Option<&TcpListener> {
        match entrance {
            Entrance::Keyed => Some(&self.listener),
            Entrance::Metadata => self.metadata.as_ref(),
        }
    }

    /// Where callers come in.
    pub(crate) fn entrances(&self) -> Vec<(Entrance, &TcpListener)> {
        let both = [Entrance::Keyed, Entrance::Metadata].into_iter();
        both.filter_map(|entrance| Some((entrance, self.listener(entrance)?))).collect()
    }

    fn of(keys: &Keys, listener: TcpListener, metadata: Option<TcpListener>) -> io::Result<Self> {
        let port = listener.local_addr()?.port();
        Ok(Self {
            listener,
            metadata,
            port,
            identity_header: Key::of(&keys.identity_header),
            azd_key: Key::of(&keys.azd_key),
            azurerm_path: Key::of(&keys.azurerm_path),
            msi_path: Key::of(&keys.msi_path),
            msi_secret: Key::of(&keys.msi_secret),
        })
    }
}

/// Where a caller came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entrance {
    /// At a path for those who have its key.
    Keyed,
    /// Where there is none.
    Metadata,
}

/// A key as it stands in the environment and in requests.
pub(crate) struct Key(Zeroizing<String>);

impl Key {
    fn of(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(BASE64URL_NOPAD.encode(bytes)))
    }

    /// The text, which goes into the environment of the child and nowhere else.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether these bytes are the key, in time that depends on their length alone.
    pub(crate) fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}
