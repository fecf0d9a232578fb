//! Fills the corpus of each target with the fixtures that are of its format.

use std::fs;
use std::path::{Path, PathBuf};

use azvault_importer::Format;
use azvault_importer::formats::table::FORMATS;
use azvault_importer_fuzz::READERS;

/// Larger files make a minute of runs too few.
const MAX_SEED: usize = 64 << 10;

fn main() -> std::io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    walk(&fuzz.join("../../../tests/fixtures"), &mut files)?;
    files.sort();
    let mut seeds = Vec::new();
    for path in &files {
        let bytes = fs::read(path)?;
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let format = match azvault_importer::recognise(&bytes, name) {
            // It is one where an entry points to it.
            Format::NotAContextFile if is_certificate(name) => Format::Certificate,
            format => format,
        };
        if bytes.len() <= MAX_SEED {
            seeds.push((format, bytes));
        }
    }
    for row in &FORMATS {
        let target = row.name.replace('-', "_");
        let is_read = READERS.iter().any(|reader| reader.format == row.format);
        if !is_read && row.format != Format::Certificate {
            continue;
        }
        let of_it = || seeds.iter().filter(|(format, _)| *format == row.format);
        let bytes: Vec<&[u8]> = of_it().map(|(_, bytes)| bytes.as_slice()).collect();
        assert!(!bytes.is_empty(), "no fixture is {}", row.name);
        fill(&fuzz.join("corpus").join(&target), bytes.into_iter().map(<[u8]>::to_vec))?;
    }
    // The first byte chooses the name under which the rest is read.
    let named = seeds.iter().enumerate().map(|(at, (_, bytes))| {
        let choice = u8::try_from(at % 8).unwrap_or_default();
        [&[choice], bytes.as_slice()].concat()
    });
    fill(&fuzz.join("corpus/recognise"), named)
}

fn is_certificate(name: &str) -> bool {
    [".pem", ".pfx", ".p12"].iter().any(|end| name.ends_with(end))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            walk(&entry.path(), files)?;
        } else if entry.file_type()?.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn fill(folder: &Path, contents: impl Iterator<Item = Vec<u8>>) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for (at, bytes) in contents.enumerate() {
        fs::write(folder.join(format!("seed-{at}")), bytes)?;
    }
    Ok(())
}
