//! Bytes of the file, whatever they belong to.

use std::collections::BTreeSet;

use rusqlite::types::Value;

use super::{Matrix, content, tables};
use azvault_test_support::vault::{SMALL, World, count, fill};

/// A byte that nothing is read from (free room in a page, fields of SQLite's header) changes
/// nothing, and nobody need notice: what must not be is another content, or a box with another
/// byte that opens.
#[test]
fn no_changed_byte_of_the_file_changes_what_is_read() {
    let world = World::new();
    fill(&mut world.create(&world.path(), &world.join("anchors")), SMALL).unwrap();
    let matrix = Matrix::of(&world, std::fs::read(world.path()).unwrap());
    let boxes = boxes(&matrix);
    let length = matrix.whole.len();
    let step = (length / count("AZVAULT_PROOF_BYTES", 500)).max(1);
    // SQLite's header and one commitment byte by byte, the rest at intervals.
    let commitment = boxes.first().unwrap() + 24..boxes.first().unwrap() + 56;
    let (mut flipped, mut refused) = (0, 0);
    for at in (0..100).chain(commitment).chain((0..length).step_by(step)) {
        for bit in [0x01, 0x80] {
            let mut file = matrix.whole.clone();
            file[at] ^= bit;
            std::fs::write(world.path(), &file).unwrap();
            let is_refused = is_refused(&matrix, at);
            assert!(is_refused || !boxes.contains(&at), "bit {bit:02x} of byte {at}, in a box");
            flipped += 1;
            refused += usize::from(is_refused);
        }
    }
    println!(
        "figure: {flipped} flipped bits of the file: {refused} refused, {} of no meaning, 0 with \
         another content",
        flipped - refused
    );
}

/// The places of all bytes of boxes that lie in one piece in the file.
fn boxes(matrix: &Matrix<'_>) -> BTreeSet<usize> {
    let mut places = BTreeSet::new();
    for value in tables(&matrix.world.path()).into_iter().flat_map(|t| t.rows).flatten() {
        let Value::Blob(bytes) = value else { continue };
        let found = matrix.whole.windows(bytes.len()).position(|part| part == bytes);
        if let Some(start) = found.filter(|_| bytes.len() >= 72) {
            places.extend(start..start + bytes.len());
        }
    }
    assert!(places.len() > 5_000);
    places
}

fn is_refused(matrix: &Matrix<'_>, at: usize) -> bool {
    let world = matrix.world;
    let anchors = world.join("fresh");
    let _ = std::fs::remove_dir_all(&anchors);
    let Ok(vault) = world.open(&world.path(), &anchors) else { return true };
    let Ok(found) = content(&vault) else { return true };
    assert!(found == matrix.content, "byte {at} changes what is read");
    vault.verify_all().is_err()
}
