//! The loopback interface of the network that this thread is in, by rtnetlink(7).
//!
//! `struct ifinfomsg` of linux/rtnetlink.h and `struct ifaddrmsg` of linux/if_addr.h, in the byte order of this machine
//! but for addresses.

use std::io;
use std::net::Ipv4Addr;

use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};

const RTM_NEWLINK: u16 = 16;
const RTM_NEWADDR: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_CREATE: u16 = 0x400;
const NLMSG_ERROR: u16 = 2;
const IFF_UP: u32 = 1;
const IFA_LOCAL: u16 = 2;
const RT_SCOPE_HOST: u8 = 254;

/// The first interface of every network.
const LOOPBACK: u32 = 1;

/// Of `struct nlmsghdr`.
const HEADER: usize = 16;

pub(super) fn raise_loopback() -> io::Result<()> {
    let mut message = vec![AddressFamily::UNSPEC.as_raw().to_le_bytes()[0], 0, 0, 0];
    message.extend(LOOPBACK.to_ne_bytes());
    message.extend(IFF_UP.to_ne_bytes());
    // Which of the flags are changed.
    message.extend(IFF_UP.to_ne_bytes());
    ask(RTM_NEWLINK, 0, &message)
}

pub(super) fn add_to_loopback(address: Ipv4Addr) -> io::Result<()> {
    let family = AddressFamily::INET.as_raw().to_le_bytes()[0];
    let mut message = vec![family, 32, 0, RT_SCOPE_HOST];
    message.extend(LOOPBACK.to_ne_bytes());
    // An attribute: its length, its name, its value.
    message.extend(8_u16.to_ne_bytes());
    message.extend(IFA_LOCAL.to_ne_bytes());
    message.extend(address.octets());
    ask(RTM_NEWADDR, NLM_F_CREATE, &message)
}

fn ask(what: u16, flags: u16, message: &[u8]) -> io::Result<()> {
    let length = u32::try_from(HEADER + message.len()).map_err(io::Error::other)?;
    let mut request = Vec::with_capacity(HEADER + message.len());
    request.extend(length.to_ne_bytes());
    request.extend(what.to_ne_bytes());
    request.extend((NLM_F_REQUEST | NLM_F_ACK | flags).to_ne_bytes());
    // Its number, and who asks.
    request.extend([0; 8]);
    request.extend(message);
    let close = SocketFlags::CLOEXEC;
    // NETLINK_ROUTE is 0, and so the protocol that is meant where none is named.
    let socket = rustix::net::socket_with(AddressFamily::NETLINK, SocketType::RAW, close, None)?;
    rustix::net::send(&socket, &request, SendFlags::empty())?;
    let mut reply = [0; 1024];
    let (_, length) = rustix::net::recv(&socket, &mut reply, RecvFlags::empty())?;
    read(reply.get(..length).unwrap_or_default())
}

/// An acknowledgement is an error that is none.
fn read(reply: &[u8]) -> io::Result<()> {
    let kind = reply.get(4..6).map(|bytes| u16::from_ne_bytes([bytes[0], bytes[1]]));
    match (kind, reply.get(HEADER..HEADER + 4)) {
        (Some(NLMSG_ERROR), Some(&[0, 0, 0, 0])) => Ok(()),
        (Some(NLMSG_ERROR), Some(&[a, b, c, d])) => {
            Err(io::Error::from_raw_os_error(-i32::from_ne_bytes([a, b, c, d])))
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::{NLMSG_ERROR, read};

    #[test]
    fn an_acknowledgement_is_told_from_a_refusal_and_from_anything_else() {
        let reply = |kind: u16, number: i32| {
            let mut bytes = vec![0; 4];
            bytes.extend(kind.to_ne_bytes());
            bytes.extend([0; 10]);
            bytes.extend(number.to_ne_bytes());
            bytes
        };
        assert!(read(&reply(NLMSG_ERROR, 0)).is_ok());
        let refused = read(&reply(NLMSG_ERROR, -1)).unwrap_err();
        assert_eq!(refused.raw_os_error(), Some(1));
        assert!(read(&reply(3, 0)).is_err());
        for length in 0..20 {
            assert!(read(&reply(NLMSG_ERROR, 0)[..length]).is_err(), "{length}");
        }
    }
}
