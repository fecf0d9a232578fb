//! Windows lends nobody a network of their own.

use std::io::{self, Read};
use std::net::{SocketAddrV4, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

/// There is none.
pub const RESOLVERS: &str = "";

/// A network, and who listens in it: there is none.
pub enum PrivateNetwork {}

/// There is none.
pub fn enter(_addresses: &[SocketAddrV4], _resolvers: Option<&Path>) -> io::Result<PrivateNetwork> {
    Err(io::ErrorKind::Unsupported.into())
}

/// An end of a pipe to a process that would serve there.
pub enum Channel {}

/// There is none.
pub fn channel() -> io::Result<(Channel, Stdio)> {
    Err(io::ErrorKind::Unsupported.into())
}

impl Channel {
    /// There is none.
    pub fn hand_over(&self, network: PrivateNetwork) -> io::Result<()> {
        match network {}
    }
}

impl Read for Channel {
    fn read(&mut self, _to: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }
}

/// There is none.
pub fn handed_over() -> io::Result<PrivateNetwork> {
    Err(io::ErrorKind::Unsupported.into())
}

impl PrivateNetwork {
    /// Nobody.
    pub fn take_listeners(&mut self) -> Vec<TcpListener> {
        match *self {}
    }

    /// There is none.
    pub fn program(&self, _path: &Path, _name: &str) -> io::Result<Command> {
        match *self {}
    }
}
