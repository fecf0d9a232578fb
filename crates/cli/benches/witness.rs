//! The witness beside the reader: `cargo bench -p azvault --bench witness`. For context files of 1,000,
//! 10,000 and 100,000 service principals, for a token cache, and for one inside base64 and gzip inside
//! contexts: how long it takes to read and parse the file, and how long the witness takes to look at it
//! and to account for every finding. Prints times, the ratio (at most 1 is meant) and the exponent of
//! the growth (1 is linear); asserts nothing.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

use std::alloc::System;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::io::Write as _;
use std::time::{Duration, Instant};

use azvault_importer::open::read_once;
use azvault_importer::{Found, Reading};
use azvault_witness::Ledger;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::tz::TimeZone;
use zeroizing_alloc::ZeroAlloc;

use azvault_test_support::principals::contexts;

// As the command: what is freed is wiped, and that is a part of every time.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

const RUNS: u32 = 5;

fn main() {
    // `cargo test --benches` runs this too: it has nothing to say there.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let mut smaller: Option<(f64, f64)> = None;
    for principals in [1_000, 10_000, 100_000] {
        let witness =
            report(&format!("{principals:7} principals"), contexts(principals).as_bytes());
        let (number, time) = (f64::from(principals), witness.as_secs_f64());
        if let Some((fewer, before)) = smaller {
            print!("   exponent {:.2}", (time / before).ln() / (number / fewer).ln());
        }
        println!();
        smaller = Some((number, time));
    }
    let cache = cache(2_000);
    report("a token cache", cache.as_bytes());
    println!();
    report("one in base64", nested(&BASE64.encode(cache.as_bytes())).as_bytes());
    println!();
    report("and in gzip", nested(&BASE64.encode(&packed(cache.as_bytes()))).as_bytes());
    println!();
}

/// Prints both times of one file; says that of the witness.
fn report(name: &str, bytes: &[u8]) -> Duration {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("msal.json");
    fs::write(&path, bytes).unwrap();
    let reading = Reading { file_name: "msal.json", time_zone: &TimeZone::UTC };
    let mut found = None;
    let reader = best(|| {
        found = None;
        let opened = read_once(&path).unwrap();
        found = Some(azvault_importer::read(&opened.bytes, &reading));
    });
    let found = found.unwrap();
    let (mut held, mut lost) = (0, 0);
    let witness = best(|| {
        let testimony = ledger(&found).hear(bytes, "msal.json", &|_| None);
        (held, lost) = (testimony.held, testimony.unaccounted.len());
    });
    let mut number = 0;
    let look = best(|| {
        number = 0;
        black_box(azvault_witness::each(bytes, "msal.json", &mut |_| number += 1));
    });
    let megabytes = bytes.len() as f64 / f64::from(1 << 20);
    let [reader_ms, look_ms, witness_ms] = [reader, look, witness].map(|t| t.as_secs_f64() * 1e3);
    let ratio = witness_ms / reader_ms;
    print!("{name:>18} {megabytes:5.1} MiB: read and parse {reader_ms:7.1} ms");
    print!("   look {look_ms:7.1}, with accounting {witness_ms:7.1} ms ({held} held, {lost} not)");
    print!("   ratio {ratio:.2}");
    witness
}

fn best(mut run: impl FnMut()) -> Duration {
    let one = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_with(one).take(RUNS as usize).min().unwrap_or_default()
}

/// What a vault holds of that file.
fn ledger(found: &Found) -> Ledger {
    let mut ledger = Ledger::default();
    for held in &found.profile.secrets {
        // EXPOSE: hashed, as the proof does it.
        ledger.hold(held.value.expose());
    }
    for context in &found.profile.contexts {
        ledger.hold_texts(context.kept.as_json().as_bytes());
    }
    ledger.hold_texts(found.profile.kept.as_json().as_bytes());
    ledger
}

/// A token cache of MSAL with that many users, each with a refresh token, an access token and an ID token.
fn cache(users: u32) -> String {
    let mut dice = Dice(0x5DEE_CE66_D1CE_4E5B);
    let (mut accounts, mut refresh) = (String::new(), String::new());
    let (mut access, mut ids) = (String::new(), String::new());
    for n in 0..users {
        let comma = if n == 0 { "" } else { "," };
        let home =
            format!("0{n:07}-0000-4000-8000-000000000001.72f00000-0000-4000-8000-000000000001");
        let place = format!(
            "\"home_account_id\":\"{home}\",\"environment\":\"login.microsoftonline.com\",\
             \"client_id\":\"1950a258-227b-4e31-a9cf-717495945fc2\""
        );
        write!(accounts, "{comma}\"{home}-login\":{{{place},\"local_account_id\":\"0{n:07}-0000-4000-8000-000000000001\",\"username\":\"ada{n}@nordlys.example\",\"authority_type\":\"MSSTS\",\"realm\":\"72f00000-0000-4000-8000-000000000001\"}}").unwrap();
        write!(refresh, "{comma}\"{home}-refresh\":{{{place},\"credential_type\":\"RefreshToken\",\"family_id\":\"1\",\"secret\":\"1.AX{}\"}}", dice.text(1_400)).unwrap();
        write!(access, "{comma}\"{home}-access\":{{{place},\"credential_type\":\"AccessToken\",\"realm\":\"72f00000-0000-4000-8000-000000000001\",\"target\":\"https://management.core.windows.net//.default\",\"cached_at\":\"1795000000\",\"expires_on\":\"4102444800\",\"secret\":\"{}\"}}", dice.token(n)).unwrap();
        write!(ids, "{comma}\"{home}-id\":{{{place},\"credential_type\":\"IdToken\",\"realm\":\"72f00000-0000-4000-8000-000000000001\",\"secret\":\"{}\"}}", dice.token(n)).unwrap();
    }
    format!(
        "{{\"Account\":{{{accounts}}},\"RefreshToken\":{{{refresh}}},\"AccessToken\":{{{access}}},\"IdToken\":{{{ids}}},\"AppMetadata\":{{}}}}"
    )
}

/// A saved file: every context has the whole cache.
fn nested(cache: &str) -> String {
    let mut text =
        String::from("{\"DefaultContextKey\":\"a\",\"EnvironmentTable\":{},\"Contexts\":{");
    for name in ["a", "b"] {
        let comma = if name == "a" { "" } else { "," };
        write!(text, "{comma}\"{name}\":{{\"Account\":{{\"Id\":\"ada1@nordlys.example\",\"Type\":\"User\"}},\"Tenant\":{{\"Id\":\"72f00000-0000-4000-8000-000000000001\"}},\"Environment\":{{\"Name\":\"AzureCloud\"}},\"TokenCache\":{{\"CacheData\":\"{cache}\"}}}}").unwrap();
    }
    text.push_str("}}");
    text
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Random text, the same in each run.
struct Dice(u64);

impl Dice {
    fn text(&mut self, length: usize) -> String {
        const SIGNS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut sign = || {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            char::from(SIGNS[(self.0 >> 58) as usize])
        };
        std::iter::repeat_with(&mut sign).take(length).collect()
    }

    fn token(&mut self, user: u32) -> String {
        let head =
            BASE64URL_NOPAD.encode(b"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"nOtrEaL\"}");
        let claims = format!(
            "{{\"aud\":\"https://management.core.windows.net/\",\"exp\":4102444800,\"oid\":\"0{user:07}\",\"x\":\"{}\"}}",
            self.text(900)
        );
        format!("{head}.{}.{}", BASE64URL_NOPAD.encode(claims.as_bytes()), self.text(342))
    }
}
