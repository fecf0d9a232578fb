//! The tables of sockets in /proc: where there is no diagnosis of sockets.

use std::net::{IpAddr, SocketAddr};

use super::Said;

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
        if let Some(uid) = tables.find_map(|table| uid_of(&table, peer, own)) {
            return Said::Uid(uid);
        }
    }
    Said::Absent
}

/// The column `uid` of the line with these two addresses (proc_pid_net(5)).
fn uid_of(table: &str, peer: SocketAddr, own: SocketAddr) -> Option<u32> {
    let (peer, own) = (names(peer), names(own));
    table.lines().find_map(|line| {
        let mut columns = line.split_ascii_whitespace().skip(1);
        let (local, remote) = (columns.next()?, columns.next()?);
        let is_it = peer.iter().zip(&own).any(|(peer, own)| local == peer && remote == own);
        if !is_it { None } else { columns.nth(4)?.parse().ok() }
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
    use super::uid_of;

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
        assert_eq!(uid_of(table, six(0xb76b), six(0x8bdf)), Some(8));
        assert_eq!(uid_of(table, at(0xb76b), at(0x8bdf)), None);
        for (peer, own, uid) in [
            (0xb75c, 0x8bdf, Some(65534)),
            (0x8bdf, 0xb75c, Some(0)),
            (0xb76a, 0x8bdf, Some(7)),
            (0xb75c, 0x8bde, None),
            (1, 2, None),
        ] {
            assert_eq!(uid_of(table, at(peer), at(own)), uid);
        }
        assert_eq!(uid_of("", at(1), at(2)), None);
    }
}
