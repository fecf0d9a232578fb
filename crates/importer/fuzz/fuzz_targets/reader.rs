//! The reader of one format: the name of the target says which.
#![no_main]

use std::sync::LazyLock;

use azvault_importer_fuzz::{Reader, reader};

static READER: LazyLock<Reader> = LazyLock::new(|| reader(env!("CARGO_BIN_NAME")));

libfuzzer_sys::fuzz_target!(|data: &[u8]| azvault_importer_fuzz::read(&READER, data));
