//! Diagnosis of sockets (sock_diag(7)): one socket is asked for by its two addresses.
//!
//! `struct inet_diag_req_v2` and `struct inet_diag_msg` of linux/inet_diag.h, in the byte order of
//! this machine but for addresses and ports.

use std::net::{IpAddr, SocketAddr};

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink};

use super::system::Said;

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLMSG_ERROR: u16 = 2;
const IPPROTO_TCP: u8 = 6;
const ENOENT: i32 = 2;

/// `TCP_ESTABLISHED`, `TCP_FIN_WAIT1`, `TCP_FIN_WAIT2`, `TCP_CLOSE_WAIT`: a caller that is there,
/// one that has said all it will say included. The kernel also finds sockets that only listen.
const CONNECTED: [u8; 4] = [1, 4, 5, 8];

/// Of `struct nlmsghdr`, and of the request behind it.
const HEADER: usize = 16;
const REQUEST: usize = HEADER + 56;

pub(super) fn owner(peer: SocketAddr, own: SocketAddr) -> Said {
    let mut reply = [0; 1024];
    match ask(&request(peer, own), &mut reply) {
        Ok(length) => read(reply.get(..length).unwrap_or_default(), peer, own),
        Err(_) => Said::Nothing,
    }
}

fn ask(request: &[u8], reply: &mut [u8]) -> rustix::io::Result<usize> {
    let flags = SocketFlags::CLOEXEC;
    let diagnosis = Some(netlink::SOCK_DIAG);
    let socket =
        rustix::net::socket_with(AddressFamily::NETLINK, SocketType::DGRAM, flags, diagnosis)?;
    rustix::net::send(&socket, request, SendFlags::empty())?;
    // The kernel answers before `send` returns.
    let (_, length) = rustix::net::recv(&socket, reply, RecvFlags::DONTWAIT)?;
    Ok(length)
}

/// An address as it stands in four words, the first of which IPv4 fills.
fn words(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&ip.octets());
            bytes
        }
        IpAddr::V6(ip) => ip.octets(),
    }
}

/// Both addresses, as `struct inet_diag_sockid` begins.
fn addresses(peer: SocketAddr, own: SocketAddr, words: fn(IpAddr) -> [u8; 16]) -> [u8; 36] {
    let mut bytes = [0; 36];
    bytes[0..2].copy_from_slice(&peer.port().to_be_bytes());
    bytes[2..4].copy_from_slice(&own.port().to_be_bytes());
    bytes[4..20].copy_from_slice(&words(peer.ip()));
    bytes[20..36].copy_from_slice(&words(own.ip()));
    bytes
}

fn request(peer: SocketAddr, own: SocketAddr) -> [u8; REQUEST] {
    let mut bytes = [0; REQUEST];
    bytes[0..4].copy_from_slice(&72_u32.to_ne_bytes());
    bytes[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes[6..8].copy_from_slice(&NLM_F_REQUEST.to_ne_bytes());
    // AF_INET finds sockets that speak both versions of IP as well.
    let family = if peer.is_ipv4() { AddressFamily::INET } else { AddressFamily::INET6 };
    bytes[16] = family.as_raw().to_le_bytes()[0];
    bytes[17] = IPPROTO_TCP;
    bytes[20..24].fill(0xff);
    bytes[24..60].copy_from_slice(&addresses(peer, own, words));
    // INET_DIAG_NOCOOKIE.
    bytes[64..72].fill(0xff);
    bytes
}

fn read(reply: &[u8], peer: SocketAddr, own: SocketAddr) -> Said {
    let Some((header, message)) = reply.split_at_checked(HEADER) else { return Said::Nothing };
    let kind = u16::from_ne_bytes([header[4], header[5]]);
    match (kind, message) {
        (NLMSG_ERROR, [a, b, c, d, ..]) if i32::from_ne_bytes([*a, *b, *c, *d]) == -ENOENT => {
            Said::Absent
        }
        (SOCK_DIAG_BY_FAMILY, message) if message.len() >= 72 => {
            let number =
                |at: usize| u32::from_ne_bytes([0, 1, 2, 3].map(|of: usize| message[at + of]));
            let (state, found) = (message[1], &message[4..40]);
            let is_it = CONNECTED.contains(&state) && is_between(found, peer, own);
            let owned = || Said::Owned { uid: number(64), inode: number(68).into() };
            if is_it { owned() } else { Said::Absent }
        }
        _ => Said::Nothing,
    }
}

/// Whether a socket is between these two; one of version 6 may have mapped addresses.
fn is_between(found: &[u8], peer: SocketAddr, own: SocketAddr) -> bool {
    let mapped = |ip: IpAddr| match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    };
    found == addresses(peer, own, words) || found == addresses(peer, own, mapped)
}
