//! What stays in memory after a token was sent and another received, once both were dropped.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};

use azvault_model::Secret;
use azvault_signin::{Client, refresh};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use crate::peers::{ARM, authority, http, now};

const MASK: u8 = 0x55;
const STEP: usize = 1 << 20;

/// How often a value stands in what this process can write to. It is looked for by its masked form,
/// through one buffer that is not looked at itself, so that looking makes no copies.
fn copies(masked: &[u8]) -> usize {
    let mut buffer = Zeroizing::new(vec![0_u8; STEP + masked.len()]);
    let own = buffer.as_ptr() as usize..buffer.as_ptr() as usize + buffer.len();
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut count = 0;
    for line in maps.lines().filter(|line| line.contains(" rw") && !line.contains("[v")) {
        let (start, rest) = line.split_once('-').unwrap();
        let start = usize::from_str_radix(start, 16).unwrap();
        let end = usize::from_str_radix(rest.split_once(' ').unwrap().0, 16).unwrap();
        for at in (start..end).step_by(STEP) {
            let length = (end - at).min(buffer.len());
            let found = &mut buffer[..length];
            memory.seek(SeekFrom::Start(at as u64)).unwrap();
            if memory.read_exact(found).is_err() {
                continue;
            }
            let hits =
                found.windows(masked.len()).take(STEP).enumerate().filter(|(offset, window)| {
                    window[0] == masked[0] ^ MASK
                        && !own.contains(&(at + offset))
                        && window.iter().zip(masked).all(|(a, b)| *a == *b ^ MASK)
                });
            count += hits.count();
        }
    }
    count
}

fn masked(secret: &Secret) -> Vec<u8> {
    // EXPOSE: to be looked for, without making a copy of it.
    secret.expose().iter().map(|byte| byte ^ MASK).collect()
}

#[test]
fn no_more_stays_than_the_buffers_of_the_http_and_tls_crates() {
    let (http, authority) = (http(), authority("good-residue.example"));
    let client = Client::public(&http, &authority);
    let mut random = Zeroizing::new([0_u8; 300]);
    SystemRandom::new().fill(random.as_mut()).unwrap();
    let mut text = Zeroizing::new(vec![0; 600]);
    data_encoding::HEXLOWER.encode_mut(random.as_ref(), &mut text);
    let token = Secret::new(text);
    let sent = masked(&token);
    assert_eq!(copies(&sent), 1, "looking finds what is there");
    let tokens = refresh::redeem(&client, &token, &[ARM], None, now()).unwrap();
    let received = masked(&tokens.access_token);
    assert!(copies(&received) >= 1);
    drop((token, tokens));
    let left = (copies(&sent), copies(&received));
    // One is ureq's, one rustls's; whether memory has been used again by now is chance.
    assert!(left.0 <= 2 && left.1 <= 2, "copies of what was sent and received: {left:?}");
}
