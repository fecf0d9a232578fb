//! Twenty members write at once; members and the server are killed. What was acknowledged is there.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use azvault_team::{DatabaseError, Role, SCHEMA};
use azvault_test_support::Dice;
use azvault_test_support::postgres::Postgres;

use crate::member::{Member, assert_same};

const MEMBERS: usize = 20;
const WRITES: usize = 4;
const JOB: &str = "AZVAULT_TEST_TEAM_MEMBER";

/// Not a test of its own: a member in a process of its own, which the test below starts and kills.
#[test]
fn member_process() {
    let Some(job) = std::env::var_os(JOB) else { return };
    let job = PathBuf::from(job);
    let url = std::fs::read_to_string(job.join("url")).unwrap();
    let name = job.file_name().unwrap().to_str().unwrap().to_owned();
    let mut member = Member::stored(&job.join("replica"), &url);
    for number in 0..WRITES {
        let (item, value) = (format!("{name}-{number}"), format!("{name} {number}"));
        while let Err(e) = member.write(&item, "value", &value) {
            let is_passing = matches!(
                e,
                DatabaseError::Lost | DatabaseError::Unreachable(_) | DatabaseError::Refused(_)
            );
            assert!(is_passing, "{e}");
            std::thread::sleep(Duration::from_millis(50));
        }
        member.store(&job.join("replica"));
        println!("\nacknowledged {item} {value}");
    }
}

struct Running {
    process: Child,
    said: Receiver<String>,
}

fn start(job: &std::path::Path) -> Running {
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "at_once::member_process", "--nocapture", "--test-threads=1"])
        .env(JOB, job)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (sender, said) = channel();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    std::thread::spawn(move || {
        for line in lines.map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    Running { process, said }
}

/// What a member says that the log has.
fn acknowledgement(line: &str) -> Option<(String, String)> {
    let (item, value) = line.strip_prefix("acknowledged ")?.split_once(' ')?;
    Some((item.to_owned(), value.to_owned()))
}

#[test]
fn nothing_acknowledged_is_lost_when_members_and_the_server_are_killed() {
    let Some(mut postgres) = Postgres::start() else { return };
    let names: Vec<_> = (0..MEMBERS).map(|number| format!("member{number}")).collect();
    let users: Vec<_> = names.iter().map(String::as_str).collect();
    postgres.prepare(SCHEMA, &users);
    let folder = tempfile::tempdir().unwrap();
    let mut admin = Member::found(&postgres, &names[0]);
    let mut jobs = Vec::new();
    for name in &names {
        let job = folder.path().join(name);
        std::fs::create_dir(&job).unwrap();
        std::fs::write(job.join("url"), postgres.url(name)).unwrap();
        if *name == names[0] {
            jobs.push(job);
            continue;
        }
        admin.admit(&postgres, name, Role::Writer).store(&job.join("replica"));
        jobs.push(job);
    }
    admin.store(&jobs[0].join("replica"));

    let mut dice = Dice(20);
    let mut running: Vec<_> = jobs.iter().map(|job| (job, Some(start(job)))).collect();
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();
    let (mut kills, mut crashes) = (0, 0);
    let begun = Instant::now();
    while running.iter().any(|(_, member)| member.is_some()) {
        assert!(begun.elapsed() < Duration::from_secs(600), "{} acknowledged", acknowledged.len());
        for (job, slot) in &mut running {
            let Some(member) = slot else { continue };
            let ended = member.process.try_wait().unwrap();
            // One that ended has said all that it says.
            let lines: Vec<String> = match ended {
                Some(_) => member.said.iter().collect(),
                None => member.said.try_iter().collect(),
            };
            acknowledged.extend(lines.iter().filter_map(|line| acknowledgement(line)));
            if let Some(status) = ended {
                assert!(status.success(), "{status}: {lines:?}");
                *slot = None;
            } else if kills < 30 && dice.below(40) == 0 {
                member.process.kill().unwrap();
                member.process.wait().unwrap();
                // What it said before counts.
                let last: Vec<String> = member.said.iter().collect();
                acknowledged.extend(last.iter().filter_map(|line| acknowledgement(line)));
                kills += 1;
                *slot = Some(start(job));
            }
        }
        if crashes < 3 && acknowledged.len() > 20 * (crashes + 1) {
            postgres.kill();
            postgres.resume();
            crashes += 1;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut members: Vec<_> = jobs
        .iter()
        .zip(&names)
        .map(|(job, name)| Member::stored(&job.join("replica"), &postgres.url(name)))
        .collect();
    for member in &mut members {
        member.expect_sync();
        for (item, value) in &acknowledged {
            assert_eq!(member.value(item, "value").as_ref(), Some(value), "{item}");
        }
    }
    for member in &members {
        assert_same(member, &members[0]);
    }
    assert_eq!((acknowledged.len(), crashes), (MEMBERS * WRITES, 3));
    println!(
        "figure: {MEMBERS} members wrote {} changes at once, {kills} members and {crashes} servers killed: \
         0 lost, all {MEMBERS} the same",
        acknowledged.len()
    );
}
