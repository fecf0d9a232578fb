//! Vault files with damaged pages, as bytes.

use super::Numbers;

const PAGE: usize = 4096;

/// Name and bytes of each: the good file with something else in it.
pub(super) fn damaged(good: &[u8], roots: &[(String, u32)]) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("nothing".to_owned(), Vec::new()),
        ("text".to_owned(), b"not a vault\n".repeat(50)),
        ("an archive".to_owned(), [b"PK\x03\x04", &[0; 4092][..]].concat()),
        ("zeros".to_owned(), vec![0; good.len()]),
        ("a header alone".to_owned(), good[..100].to_vec()),
        ("less than a header".to_owned(), good[..99].to_vec()),
    ];
    for page in 1..good.len() / PAGE {
        files.push((format!("cut behind page {page}"), good[..page * PAGE].to_vec()));
        files.push((format!("cut in page {page}"), good[..page * PAGE + 1000].to_vec()));
    }
    let mut edit = |what: String, at: usize, bytes: &[u8]| {
        let mut file = good.to_vec();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        files.push((what, file));
    };
    for size in [0_u16, 1, 3, 512, 1024, 8192, 32768] {
        edit(format!("pages of {size}"), 16, &size.to_be_bytes());
    }
    for (what, at, bytes) in [
        ("the header of a write-ahead log", 18, &[2, 2][..]),
        ("another format for readers", 19, &[9]),
        ("reserved bytes", 20, &[255]),
        ("other fractions", 21, &[1, 255, 0]),
        ("fewer pages than there are", 28, &[0, 0, 0, 1]),
        ("very many pages", 28, &[255, 255, 255, 255]),
        ("a free list that is the schema", 32, &[0, 0, 0, 1, 0, 0, 0, 9]),
        ("a free list beyond the end", 32, &[0x7f, 255, 255, 255, 0x7f, 255, 255, 255]),
        ("a schema of format 9", 44, &[0, 0, 0, 9]),
        ("UTF-16", 56, &[0, 0, 0, 2]),
        ("a newer version", 60, &[0x7f, 255, 255, 255]),
        ("no version", 60, &[0, 0, 0, 0]),
        ("another application", 68, &[0, 0, 0, 0]),
    ] {
        edit(what.to_owned(), at, bytes);
    }
    for (table, root) in roots {
        let start = (*root as usize - 1) * PAGE;
        // An inner page whose only child is itself, the schema, or nowhere.
        for (what, child) in [("itself", *root), ("the schema", 1), ("nowhere", u32::MAX)] {
            let mut page = vec![5, 0, 0, 0, 0, 0, 0, 0];
            page.extend(child.to_be_bytes());
            edit(format!("{table} is an inner page above {what}"), start, &page);
        }
        edit(format!("{table} says it has 65,535 cells"), start + 3, &[255, 255]);
        edit(format!("{table} is an index"), start, &[10]);
        edit(format!("{table} is of no kind"), start, &[0]);
        edit(format!("{table} has cells outside of its page"), start + 8, &[255; 64]);
    }
    let mut numbers = Numbers(0x0a2f_4157_5631);
    for page in 0..good.len() / PAGE {
        // The first 100 bytes say that it is a vault: without them nothing else is looked at.
        let start = (page * PAGE).max(100);
        edit(format!("random bytes in page {}", page + 1), start, &numbers.bytes(PAGE - 100));
    }
    for number in 0..40 {
        let mut file = good.to_vec();
        for _ in 0..8 {
            let at = 100 + numbers.below(good.len() - 100);
            file[at] = numbers.bytes(1)[0];
        }
        files.push((format!("eight random bytes, {number}"), file));
    }
    files
}
