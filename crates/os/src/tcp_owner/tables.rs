//! The tables of sockets in /proc: where there is no diagnosis of sockets.

use std::net::{IpAddr, SocketAddr};

use super::system::Said;

/// Both tables: a socket that speaks both versions of IP, as Java's do, stands in the second.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];

/// A table changes while it is read; a line that is there can be missed.
const LOOKS: usize = 3;

pub(super) fn owner(peer: SocketAddr, own: SocketAddr) -> Said {
    for _ in 0..LOOKS {
        let mut tables = TABLES.map(std::fs::read_to_string).into_iter().flatten().peekable();
        if tables.peek().is_none() {
            return Said::Nothing;
        }
        if let Some(owned) = tables.find_map(|table| owned(&table, peer, own)) {
            return owned;
        }
    }
    Said::Absent
}

/// The columns `uid` and `inode` of the line with these two addresses (proc_pid_net(5)).
fn owned(table: &str, peer: SocketAddr, own: SocketAddr) -> Option<Said> {
    let (peer, own) = (names(peer), names(own));
    table.lines().find_map(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (columns.next()?, columns.next()?);
        let is_it = peer.iter().zip(&own).any(|(peer, own)| local == peer && remote == own);
        let mut columns = is_it.then(|| columns.skip(4))?;
        let uid = columns.next()?.parse().ok()?;
        Some(Said::Owned { uid, inode: columns.nth(1)?.parse().ok()? })
    })
}

/// How an address may stand there: words of four bytes, printed as numbers of this machine.
fn names(address: SocketAddr) -> [String; 2] {
    let name = |octets: &[u8]| {
        let words = octets.as_chunks().0.iter();
        let words: String =
            words.map(|word| format!("{:08X}", u32::from_ne_bytes(*word))).collect();
        format!("{words}:{:04X}", address.port())
    };
    match address.ip() {
        IpAddr::V4(ip) => [name(&ip.octets()), name(&ip.to_ipv6_mapped().octets())],
        IpAddr::V6(ip) => [name(&ip.octets()), name(&ip.octets())],
    }
}

#[cfg(test)]
mod tests {
    use super::{Said, owned};

    #[test]
    #[cfg(target_endian = "little")]
    fn a_line_is_found_by_both_of_its_addresses() {
        use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
   3: 0100007F:B75C 0100007F:8BDF 01 00000000:00000000 00:00000000 00000000 65534        0 1074907 2\n\
   5: 0100007F:8BDF 0100007F:B75C 01 00000000:00000000 00:00000000 00000000     0        0 1074906 1\n\
   0: 0000000000000000FFFF00000100007F:B76A 0000000000000000FFFF00000100007F:8BDF 01 00000000:00000000 00:00000000 00000000     7        0 1074908 2\n\
   1: 00000000000000000000000001000000:B76B 00000000000000000000000001000000:8BDF 01 00000000:00000000 00:00000000 00000000     8        0 1074909 2\n";
        let at = |port| SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
        let six = |port| SocketAddr::new(Ipv6Addr::LOCALHOST.into(), port);
        let of = |uid, inode| Some(Said::Owned { uid, inode });
        assert_eq!(owned(table, six(0xb76b), six(0x8bdf)), of(8, 1_074_909));
        assert_eq!(owned(table, at(0xb76b), at(0x8bdf)), None);
        for (peer, own, said) in [
            (0xb75c, 0x8bdf, of(65534, 1_074_907)),
            (0x8bdf, 0xb75c, of(0, 1_074_906)),
            (0xb76a, 0x8bdf, of(7, 1_074_908)),
            (0xb75c, 0x8bde, None),
            (1, 2, None),
        ] {
            assert_eq!(owned(table, at(peer), at(own)), said);
        }
        assert_eq!(owned("", at(1), at(2)), None);
    }
}
