//! A team's log on a real PostgreSQL, beside plain SQL and git with the same bytes: `cargo bench -p azvault-team`.
//!
//! Everything goes through a relay that counts bytes. `AZVAULT_BENCH_RECORDS` is the length of the long log, a
//! million where it is not given.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a benchmark prints")]

mod git;
mod place;
mod relay;
mod team;

use std::io::Write;
use std::time::{Duration, Instant};

use azvault_team::{Edit, Record, SCHEMA};
use azvault_test_support::postgres::Postgres;
use postgres::Client;

use self::git::Git;
use self::place::Place;
use self::relay::Relay;
use self::team::{Team, admit, change, context, start, sync};

const APPENDS: usize = 200;
/// git starts programs, and is slower.
const COMMITS: usize = 40;

fn main() {
    // `cargo test --benches` runs this too: it has nothing to say there.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let Some(postgres) = Postgres::start() else { return };
    postgres.quiet();
    postgres.prepare(SCHEMA, &["ada"]);
    let relay = Relay::to(postgres.port);
    let place = Place { url: postgres.url_at("ada", relay.port), relay };
    postgres.sql(
        "CREATE TABLE plain (seq bigint PRIMARY KEY, body bytea NOT NULL);
         ALTER TABLE plain ALTER COLUMN body SET STORAGE EXTERNAL;
         GRANT ALL ON plain TO ada",
    );
    let mut team = Team::begun(&place);
    appends(&place, &mut team);
    let all: Vec<_> = [100, 1_000, 10_000].into_iter().map(|size| first(&place, size)).collect();
    for pair in all.windows(2) {
        let [less, more] = pair else { continue };
        let (time, bytes) = (exponent(less.0, more.0), exponent(less.1, more.1));
        println!("  growth exponents over ten times as many: time {time:.2}, bytes {bytes:.2}");
    }
    long(&postgres, &place, &mut team);
}

/// By which power something grows over ten times as much.
fn exponent(less: f64, more: f64) -> f64 {
    (more / less).log10()
}

fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

fn median(all: &[Duration]) -> Duration {
    let mut all = all.to_vec();
    all.sort();
    all[all.len() / 2]
}

/// Times of one thing, and what went over the wire for it.
#[derive(Default)]
struct Measured {
    times: Vec<Duration>,
    bytes: u64,
}

impl Measured {
    fn measure<T>(&mut self, place: &Place, one: impl FnOnce() -> T) -> T {
        let (begun, before) = (Instant::now(), place.relay.bytes());
        let what = one();
        self.times.push(begun.elapsed());
        self.bytes += place.relay.bytes() - before;
        what
    }

    fn median(&self) -> Duration {
        median(&self.times)
    }

    fn each(&self) -> u64 {
        self.bytes / self.times.len() as u64
    }
}

/// One change at a time: written by one member, taken by the other.
fn appends(place: &Place, team: &mut Team) {
    let id = team.ada.team();
    let (mut database, mut other) = (place.connect(id), place.connect(id));
    let (mut plain, mut reader) = (place.plain(), place.plain());
    let git = Git::begun();
    let [mut append, mut taking, mut insert, mut select] = [(); 4].map(|()| Measured::default());
    let [mut commit, mut pull] = [(); 2].map(|()| Measured::default());
    for number in 0..APPENDS {
        let raw = append.measure(place, || {
            let records = team.ada.draft_change(&[change(number)], 1);
            database.append(&records).unwrap();
            records[0].to_bytes()
        });
        taking.measure(place, || sync(&mut team.bob, &mut other));
        sync(&mut team.ada, &mut database);
        let seq = i64::try_from(number).unwrap();
        insert.measure(place, || {
            plain.execute("INSERT INTO plain VALUES ($1, $2)", &[&seq, &raw]).unwrap()
        });
        select.measure(place, || {
            reader.query("SELECT seq, body FROM plain WHERE seq >= $1", &[&seq]).unwrap()
        });
        if number < COMMITS {
            commit.measure(place, || git.append(number, &raw));
            pull.measure(place, || git.pull());
        }
    }
    println!("append of 1 change: {:?}, {} bytes on the wire", append.median(), append.each());
    let times = ratio(append.median(), insert.median());
    let (theirs, bytes) = (insert.median(), insert.each());
    println!(
        "  INSERT of the same bytes: {theirs:?}, {bytes} bytes; ours is {times:.2} times that"
    );
    let times = ratio(append.median(), commit.median());
    println!("  git commit and push: {:?}; ours is {times:.2} times that", commit.median());
    println!("sync of 1 change: {:?}, {} bytes on the wire", taking.median(), taking.each());
    let times = ratio(taking.median(), select.median());
    let (theirs, bytes) = (select.median(), select.each());
    println!(
        "  SELECT of the same bytes: {theirs:?}, {bytes} bytes; ours is {times:.2} times that"
    );
    let times = ratio(taking.median(), pull.median());
    println!("  git pull: {:?}; ours is {times:.2} times that", pull.median());
}

/// The first sync of a new device, with so many contexts: seconds and bytes.
fn first(place: &Place, size: usize) -> (f64, f64) {
    let mut team = Team::begun(place);
    let mut database = place.connect(team.ada.team());
    let edits: Vec<Edit> = (0..size).map(context).collect();
    for some in edits.chunks(500) {
        database.append(&team.ada.draft_change(some, 1)).unwrap();
        sync(&mut team.ada, &mut database);
    }
    let device = admit(&mut team.ada, &mut database, "cleo");
    let (mut ours, mut theirs, mut cloned) =
        (Measured::default(), Measured::default(), Measured::default());
    let cleo = ours.measure(place, || {
        let mut new = place.connect(team.ada.team());
        start(&team.ada, device, &mut new)
    });
    assert_eq!(cleo.state().items().count(), size);

    let raw: Vec<Vec<u8>> = (0..size).map(|number| format!("{number:0600}").into_bytes()).collect();
    let mut plain = place.plain();
    plain.batch_execute("TRUNCATE plain").unwrap();
    copy(&mut plain, &raw);
    let git = Git::begun();
    git.append_all(&raw);
    let rows = theirs.measure(place, || {
        place.plain().query("SELECT seq, body FROM plain ORDER BY seq", &[]).unwrap()
    });
    assert_eq!(rows.len(), size);
    cloned.measure(place, || git.clone_whole());
    let (time, bytes) = (ours.median(), ours.each());
    println!("first sync of {size} contexts, with sign-in: {time:?}, {bytes} bytes on the wire");
    let (select, selected, times) = (theirs.median(), theirs.each(), ratio(time, theirs.median()));
    println!("  SELECT of as much: {select:?}, {selected} bytes; ours is {times:.2} times that");
    let times = ratio(time, cloned.median());
    println!("  git clone: {:?}; ours is {times:.2} times that", cloned.median());
    (time.as_secs_f64(), bytes as f64)
}

fn copy(plain: &mut Client, raw: &[Vec<u8>]) {
    let mut to = plain.copy_in("COPY plain FROM STDIN").unwrap();
    for (seq, body) in raw.iter().enumerate() {
        writeln!(to, "{seq}\t\\\\x{}", hex(body)).unwrap();
    }
    to.finish().unwrap();
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// A log of a million records, each signed and verified: a member takes all of it, a new device starts from a
/// snapshot.
fn long(postgres: &Postgres, place: &Place, team: &mut Team) {
    let wanted = std::env::var("AZVAULT_BENCH_RECORDS").ok().and_then(|text| text.parse().ok());
    let wanted: usize = wanted.unwrap_or(1_000_000);
    let mut database = place.connect(team.ada.team());
    fill(postgres, team, wanted, &mut database);
    let [mut all, mut append, mut new] = [(); 3].map(|()| Measured::default());
    let taken = all.measure(place, || sync(&mut team.bob, &mut database));
    let (time, bytes) = (all.median(), all.each());
    println!("  a member who lacks them takes {taken}: {time:?}, {bytes} bytes on the wire");
    for number in 0..APPENDS {
        append.measure(place, || {
            database.append(&team.ada.draft_change(&[change(number)], 1)).unwrap();
        });
        sync(&mut team.ada, &mut database);
    }
    println!("  append of 1 change behind them: {:?}", append.median());
    let device = admit(&mut team.ada, &mut database, "dan");
    new.measure(place, || {
        let mut connection = place.connect(team.ada.team());
        start(&team.ada, device, &mut connection)
    });
    let (time, bytes) = (new.median(), new.each());
    println!("  first sync from the snapshot, with sign-in: {time:?}, {bytes} bytes on the wire");
}

/// Makes a log longer, by files: one append after the other would measure the disk.
fn fill(
    postgres: &Postgres,
    team: &mut Team,
    wanted: usize,
    database: &mut azvault_team::Database,
) {
    let last = database.last().unwrap();
    let mut before = database.some_from(last, 1).unwrap().remove(0);
    let mut rows = String::new();
    let (mut drafting, mut taking) = (Duration::ZERO, Duration::ZERO);
    for number in 0..wanted {
        let begun = Instant::now();
        let record = team.ada.draft_change(&[change(number)], 1).remove(0);
        drafting += begun.elapsed();
        let begun = Instant::now();
        let shown = [before, record];
        let taken = team.ada.take(&shown, shown[1].seq);
        taking += begun.elapsed();
        assert!(taken.fault.is_none() && taken.refused.is_empty());
        let [_, record] = shown;
        rows.push_str(&row(&record));
        before = record;
        if (number + 1) % 50_000 == 0 || number + 1 == wanted {
            postgres.copy_in("COPY azvault_team.log FROM STDIN", &rows);
            rows.clear();
        }
    }
    let (head, id) = (team.ada.head(), team.ada.team());
    postgres.sql(&format!(
        "UPDATE azvault_team.head SET seq = {}, hash = '\\x{}' WHERE team = '\\x{id}'",
        head.seq, head.hash
    ));
    postgres.sql("ANALYZE azvault_team.log");
    let per = |time: Duration| time.as_secs_f64() * 1e6 / wanted as f64;
    let (drafting, taking) = (per(drafting), per(taking));
    println!(
        "{wanted} records: {drafting:.0} µs to seal and sign each, {taking:.0} µs to verify each"
    );
}

/// A record as `COPY` takes it, in the order of the table's columns.
fn row(record: &Record) -> String {
    let (body, signature) = (hex(&record.body), hex(&record.signature));
    let Record { team, seq, device, device_seq, prev, epoch, kind, .. } = record;
    format!(
        "\\\\x{team}\t{seq}\t\\\\x{device}\t{device_seq}\t\\\\x{prev}\t{epoch}\t{kind}\t\\\\x{body}\t\\\\x{signature}\n"
    )
}
