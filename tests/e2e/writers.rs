//! Many processes that write and read at once, and some that are killed at it: what was
//! acknowledged is there, and every shell sees its own context.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::Duration;

use azvault_test_support::{AgentHome, Dice, FABRIKAM, MEGAN, PRINCIPAL, ran};

const WRITERS: usize = 8;
const CHANGES: usize = 25;

fn home() -> AgentHome {
    let home = AgentHome::migrated();
    for (old, new) in [(MEGAN, "dev"), (FABRIKAM, "fab"), (PRINCIPAL, "sp")] {
        home.run(&["context", "rename", old, new]).expect(0);
    }
    home.unlock();
    home
}

fn names(home: &AgentHome) -> BTreeSet<String> {
    let list = home.json(&["context", "list"]);
    let contexts = list["contexts"].as_array().unwrap().iter();
    contexts.map(|context| context["name"].as_str().unwrap().to_owned()).collect()
}

/// One writer: each change says `+name` or `-name` once it is acknowledged. A third of the names
/// stays, a third is renamed, a third is removed. What is removed is not the current one, which
/// others start from: another name was set since.
fn writer(number: usize, options: &str) -> String {
    format!(
        "n=0; add() {{ azvault context set $1 --scope user {options} -q >/dev/null && echo +$1; }}
         while [ $n -lt {CHANGES} ]; do
           a=w{number}-$n
           add $a && add $a-b && add $a-c || exit 1
           azvault context rename $a-b $a-new --scope user {options} -q >/dev/null || exit 2
           echo -$a-b; echo +$a-new
           azvault context remove $a --yes --scope user {options} -q >/dev/null || exit 3
           echo -$a; n=$((n + 5))
         done"
    )
}

/// The names that are there when every line of these writers was carried out.
fn expected(said: &str, there: &mut BTreeSet<String>) -> usize {
    for line in said.lines() {
        match line.split_at(1) {
            ("+", name) => assert!(there.insert(name.to_owned()), "{name} twice"),
            (_, name) => assert!(there.remove(name), "{name} was not there"),
        }
    }
    said.lines().count()
}

#[test]
fn eight_writers_and_twenty_readers_lose_nothing_and_mix_nothing_up() {
    let home = home();
    let mut there = names(&home);
    let reader = |context: &str| {
        let script = format!(
            "set -eu\neval \"$(azvault session start)\"\nazvault use {context} >/dev/null
             seq 20 | xargs -P 20 -I N azvault prompt | sort | uniq -c | sed 's/^ *//'
             seq 10 | xargs -P 5 -I N azvault context show -o json | grep -c '\"name\":\"{context}\"'"
        );
        let mut shell = home.shell("bash", &script);
        shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            // Half of them ask the agent, half derive the keys each time.
            let options = ["", "--no-agent --passphrase-file passphrase"][number % 2];
            let mut shell = home.shell("sh", &writer(number, options));
            shell.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let readers: Vec<_> = ["fab", "sp"].map(|context| (context, reader(context))).into();
    for (context, reader) in readers {
        let said = ran(reader.wait_with_output().unwrap()).expect(0).stdout;
        assert_eq!(said, format!("20 {context}*\n10\n"));
    }
    let mut acknowledged = 0;
    for writer in writers {
        let said = ran(writer.wait_with_output().unwrap()).expect(0).stdout;
        acknowledged += expected(&said, &mut there);
    }
    assert!(acknowledged >= WRITERS * CHANGES, "{acknowledged}");
    assert_eq!(names(&home), there);
    home.verify();
    println!("figure: {WRITERS} processes at once, {acknowledged} of {acknowledged} changes there");
}

#[test]
fn writers_that_are_killed_leave_a_whole_vault_and_every_acknowledged_change() {
    let home = home();
    let seed = 0xc0f_fee5;
    println!("seed {seed:#x}");
    let mut dice = Dice(seed);
    let mut acknowledged = 0;
    let mut killed = 0;
    for round in 0..30 {
        let options = ["", "--no-agent --passphrase-file passphrase"][round % 2];
        let before = names(&home);
        let (output, input) = std::io::pipe().unwrap();
        let mut writers = Vec::new();
        for number in 0..WRITERS {
            // One whose change fails has ended: in a vault that is broken, each would for ever.
            let script = format!(
                "n=0; while azvault context set r{round}-{number}-$n --scope user {options} \
                   -q >/dev/null && echo r{round}-{number}-$n; do n=$((n + 1)); done"
            );
            let mut shell = home.shell("sh", &script);
            // A process group of its own, so that the command dies with its shell.
            std::os::unix::process::CommandExt::process_group(&mut shell, 0);
            shell.stdout(input.try_clone().unwrap()).stderr(Stdio::null());
            writers.push(shell.spawn().unwrap());
        }
        drop(input);
        // Some changes were acknowledged, and then at any moment.
        let mut lines = BufReader::new(output).lines().map(Result::unwrap);
        let wanted = usize::try_from(dice.below(8)).unwrap();
        let mut said: BTreeSet<_> = lines.by_ref().take(wanted).collect();
        std::thread::sleep(Duration::from_millis(dice.below(100)));
        for mut writer in writers {
            let group = i32::try_from(writer.id()).unwrap();
            let group = rustix::process::Pid::from_raw(group).unwrap();
            rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
            killed += 1;
            writer.wait().unwrap();
            std::thread::sleep(Duration::from_millis(dice.below(10)));
        }
        said.extend(lines);
        acknowledged += said.len();
        home.run(&["verify"]).expect(0);
        let after = names(&home);
        assert!(after.is_superset(&said), "round {round}: {:?}", said.difference(&after));
        assert!(after.is_superset(&before), "round {round}: {:?}", before.difference(&after));
        // A change that was not acknowledged may have happened, one a writer at the most.
        assert!(after.len() <= before.len() + said.len() + WRITERS, "round {round}");
    }
    home.verify();
    assert!(acknowledged > 0, "{acknowledged}");
    println!(
        "figure: {killed} of them killed at random, {WRITERS} at a time: {acknowledged} of \
         {acknowledged} acknowledged changes there"
    );
}
