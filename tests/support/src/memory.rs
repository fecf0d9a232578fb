//! The memory of a process, and what is found in it. Needs root, for whom alone it can be opened.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// A text in the forms in which it could lie about.
pub fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let wide: Vec<u8> = bytes.iter().flat_map(|byte| [*byte, 0]).collect();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    let mut forms = vec![bytes.to_vec(), wide, reversed];
    for text in [
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
        BASE64.encode(bytes).trim_end_matches('=').to_owned(),
        BASE64URL_NOPAD.encode(bytes),
    ] {
        // The last characters of base64 hang together with what follows.
        forms.push(text.as_bytes()[..text.len() - 1].to_vec());
    }
    // Half of a key is too much as well.
    forms.extend(bytes.chunks_exact(16).filter(|_| bytes.len() == 32).map(<[u8]>::to_vec));
    forms
}

/// What is looked for, and what it is called.
pub struct Searched {
    what: String,
    forms: Vec<Vec<u8>>,
}

impl Searched {
    pub fn new(what: String, bytes: &[u8]) -> Self {
        Self { what, forms: forms(bytes) }
    }
}

/// What of it is found, each with the form's number.
pub fn found(process: u32, searched: &[Searched]) -> Vec<String> {
    let memory = memory(process);
    let mut found = Vec::new();
    for one in searched {
        for (number, form) in one.forms.iter().enumerate() {
            let count: usize =
                memory.iter().map(|bytes| memchr::memmem::find_iter(bytes, form).count()).sum();
            if count > 0 {
                found.push(format!("{} as form {number}, {count} times", one.what));
            }
        }
    }
    found
}

/// All memory of a process that can be read.
fn memory(process: u32) -> Vec<Vec<u8>> {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (range, mode) = (words.next().unwrap(), words.next().unwrap());
        if !mode.starts_with('r') || line.ends_with("[vvar]") || line.ends_with("[vsyscall]") {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let number = |text| u64::from_str_radix(text, 16).unwrap();
        let (start, end) = (number(start), number(end));
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        if memory.read_exact_at(&mut bytes, start).is_ok() {
            found.push(bytes);
        }
    }
    assert!(found.iter().map(Vec::len).sum::<usize>() > 1024 * 1024);
    found
}
