//! Whether a text looks as if dice had made it.

/// Length from which random text is a finding without a name that says so.
const MIN_RANDOM: usize = 24;

/// Whether the text is long and random: a key, or a token of an unknown make.
pub(crate) fn is_random(text: &str) -> bool {
    let rest = without_guids(text);
    let text = rest.as_deref().unwrap_or(text);
    text.len() >= MIN_RANDOM && is_dense(text, 0.26, 3.6)
}

/// Whether the text could be a key where the name half says so.
pub(crate) fn could_be_a_key(text: &str) -> bool {
    if text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return true;
    }
    text.len() >= 16 && !is_guid(text.as_bytes()) && is_dense(text, 0.2, 3.0)
}

/// Hex digits as many as a common hash has.
pub(crate) fn is_digest(text: &str) -> bool {
    matches!(text.len(), 32 | 40 | 48 | 56 | 64 | 96 | 128)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `8-4-4-4-12` hex digits.
pub(crate) fn is_guid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            // Ids in tests and of imagined objects are not always hex.
            _ => byte.is_ascii_alphanumeric(),
        })
        && bytes.iter().filter(|byte| byte.is_ascii_hexdigit()).count() >= 26
}

/// Letters and digits that change their class often, and no character too often.
fn is_dense(text: &str, least_changes: f64, least_entropy: f64) -> bool {
    let (mut digits, mut letters, mut changes) = (0_usize, 0_usize, 0_usize);
    let mut counts = [0_usize; 128];
    let mut before = 0;
    for byte in text.bytes() {
        let class = match byte {
            b'a'..=b'z' => 1,
            b'A'..=b'Z' => 2,
            b'0'..=b'9' => 3,
            b'+' | b'/' | b'=' | b'_' | b'-' | b'~' | b'.' | b'!' | b'@' | b'#' | b'$' | b'%'
            | b'^' | b'*' | b':' | b'&' | b'?' => 4,
            _ => return false,
        };
        digits += usize::from(class == 3);
        letters += usize::from(class < 3);
        // Separators do not count as a change: words with dashes have many.
        changes += usize::from(class != before && class != 4 && before != 4 && before != 0);
        before = class;
        counts[usize::from(byte & 0x7f)] += 1;
    }
    let length = text.len() as f64;
    if digits == 0 || letters * 3 < text.len() || (changes as f64) < length * least_changes {
        return false;
    }
    let entropy: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| *count as f64 / length)
        .map(|share| -share * share.log2())
        .sum();
    entropy >= least_entropy
}

/// The text without the GUIDs in it, where it has any: they are ids, and look random.
fn without_guids(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut rest: Option<String> = None;
    let (mut at, mut kept) = (0, 0);
    while at + 36 <= bytes.len() {
        if bytes[at + 8] == b'-' && is_guid(&bytes[at..at + 36]) {
            let rest = rest.get_or_insert_with(String::new);
            rest.push_str(text.get(kept..at).unwrap_or_default());
            at += 36;
            kept = at;
        } else {
            at += 1;
        }
    }
    let mut rest = rest?;
    rest.push_str(text.get(kept..).unwrap_or_default());
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::{could_be_a_key, is_guid, is_random};

    #[test]
    fn what_dice_made_is_told_from_ids_names_and_addresses() {
        for random in [
            "q8Q~uJ3kf9XbT2vLw0PzRn5yHcD7sE1aGm4B",
            "OAQABAAAAAAD--DLA3VO7QrddgJg7Wevr7nbX2kq9",
            "mF3xK9qLz2Vb8Tn4Rw6Yp1Hs5Jd7Gc0Ae",
            "vJ9/2kQx+Lm4Zt8Nw1Yb6Rc3Hd5Fg7Kp0Sa=",
        ] {
            assert!(is_random(random), "{random}");
        }
        for other in [
            "11111111-2222-3333-4444-555555555555",
            "0id00000-0000-4000-8000-00000000000a.11111111-2222-3333-4444-555555555555",
            "https://management.core.windows.net//.default",
            "Microsoft.Azure.Commands.Common.Authentication",
            "2026-11-28T20:44:31.123456Z+00:00:00",
            "AzureRmContextSettings.json.2024-01-01.bak",
            "/home/ada/certificates/production/app-2024.pem",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        ] {
            assert!(!is_random(other), "{other}");
        }
        assert!(could_be_a_key("0123456789abcdef0123456789abcdef"));
        assert!(!could_be_a_key("prod.terraform.tfstate"));
        assert!(!could_be_a_key("11111111-2222-3333-4444-555555555555"));
        assert!(is_guid(b"0id00000-0000-4000-8000-00000000000a"));
    }
}
