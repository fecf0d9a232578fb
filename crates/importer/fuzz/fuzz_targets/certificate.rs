//! A file beside a service principal: taken for a certificate or not, and opened as .NET's store protects its own.
#![no_main]

use azvault_importer::Format;
use azvault_importer_fuzz::{Reader, read};

const CERTIFICATE: Reader = Reader { format: Format::Certificate, file_name: "tmpw3x9qk2f.pem" };

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    read(&CERTIFICATE, data);
    let archive = azvault_pfx::open(data, "");
    for certificate in archive.iter().flat_map(|archive| &archive.certificates) {
        assert_eq!(azvault_pfx::thumbprint(certificate).len(), 40);
    }
});
