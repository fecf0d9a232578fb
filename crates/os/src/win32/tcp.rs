//! The connections of this machine, with the processes that own them.
#![allow(unsafe_code, reason = "a table comes in memory of its size")]

use std::io;
use std::net::SocketAddr;

use windows_sys::Win32::Foundation::{ERROR_INSUFFICIENT_BUFFER, NO_ERROR};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, MIB_TCP6ROW_OWNER_PID, MIB_TCPROW_OWNER_PID, TCP_TABLE_OWNER_PID_ALL,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

/// One end of a connection.
pub(crate) struct Row {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    pub(crate) state: u32,
    pub(crate) process: u32,
}

/// All of one version of IP, that of `like`.
pub(crate) fn table(like: SocketAddr) -> io::Result<Vec<Row>> {
    let family = u32::from(if like.is_ipv4() { AF_INET } else { AF_INET6 });
    let mut room: Vec<u64> = vec![0; 2048];
    loop {
        let mut size = u32::try_from(size_of_val(&room[..])).unwrap_or(u32::MAX);
        // SAFETY: the call writes at most `size` bytes to `room`.
        let done = unsafe {
            let to = room.as_mut_ptr().cast();
            GetExtendedTcpTable(to, &raw mut size, 0, family, TCP_TABLE_OWNER_PID_ALL, 0)
        };
        match done {
            NO_ERROR => break,
            ERROR_INSUFFICIENT_BUFFER => room.resize(size as usize / 8 + 512, 0),
            error => return Err(io::Error::from_raw_os_error(error.cast_signed())),
        }
    }
    let bytes: Vec<u8> = room.iter().flat_map(|word| word.to_ne_bytes()).collect();
    let count = u32::from_ne_bytes(bytes[..4].try_into().unwrap_or_default()) as usize;
    let row = if like.is_ipv4() { version_4 } else { version_6 };
    let size = if like.is_ipv4() {
        size_of::<MIB_TCPROW_OWNER_PID>()
    } else {
        size_of::<MIB_TCP6ROW_OWNER_PID>()
    };
    Ok(bytes[4..].chunks_exact(size).take(count).map(row).collect())
}

fn number(row: &[u8], at: usize) -> u32 {
    u32::from_ne_bytes(row[at..at + 4].try_into().unwrap_or_default())
}

/// The lower half of four bytes, in the order of the network.
fn port(row: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([row[at], row[at + 1]])
}

/// State, two addresses with their ports, process.
fn version_4(row: &[u8]) -> Row {
    let ip = |at: usize| [row[at], row[at + 1], row[at + 2], row[at + 3]];
    Row {
        state: number(row, 0),
        local: (ip(4), port(row, 8)).into(),
        remote: (ip(12), port(row, 16)).into(),
        process: number(row, 20),
    }
}

/// Two addresses with scope and port, state, process.
fn version_6(row: &[u8]) -> Row {
    let ip = |at: usize| <[u8; 16]>::try_from(&row[at..at + 16]).unwrap_or_default();
    Row {
        local: (ip(0), port(row, 20)).into(),
        remote: (ip(24), port(row, 44)).into(),
        state: number(row, 48),
        process: number(row, 52),
    }
}
