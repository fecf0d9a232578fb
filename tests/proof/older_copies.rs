//! Older copies and forks over a long history, and no false alarm in an honest one.

use azvault_model::{Secret, SecretDescription, SecretKind};
use azvault_vault::{AnchorMismatch, Problem, Transaction, Vault};

use azvault_test_support::vault::{World, context, count, entry};

const HISTORY: u64 = 200;

/// One of the changes that people make.
fn change(writing: &mut Transaction<'_>, number: u64) -> Result<(), Problem> {
    let first = writing.contexts().first().map(|stored| stored.id);
    match number % 4 {
        0 => {
            let about = SecretDescription::of(SecretKind::RefreshToken);
            writing.add_secret(&about, &Secret::copied_from(b"token"), 0).map(drop)
        }
        1 if number < 20 => writing.put_context(None, &context("new", "s")).map(drop),
        1 | 2 => writing.put_context(first, &context(&number.to_string(), "s")).map(drop),
        _ => {
            let oldest = writing.secrets().first().map(|secret| secret.id);
            oldest.map_or(Ok(()), |id| writing.remove_secret(id, azvault_vault::Parting::SignedOut))
        }
    }?;
    if number.is_multiple_of(10) { writing.log(entry("use")) } else { Ok(()) }
}

#[test]
fn older_copies_and_forks_are_refused_and_nothing_else_is() {
    let world = World::new();
    let (path, anchors) = (world.path(), world.join("anchors"));
    let elsewhere = world.join("elsewhere");
    drop(world.create_bare(&path, &anchors));
    let mut copies = vec![std::fs::read(&path).unwrap()];
    let mut forks = 0;
    for number in 1..=HISTORY {
        world.open(&path, &anchors).unwrap().write(|w| change(w, number)).unwrap();
        let now = std::fs::read(&path).unwrap();
        // The same step from the same copy, taken by somebody else.
        std::fs::write(&path, copies.last().unwrap()).unwrap();
        let _ = std::fs::remove_dir_all(&elsewhere);
        world.open(&path, &elsewhere).unwrap().write(|w| change(w, number)).unwrap();
        let generation = number + 1;
        match world.open(&path, &anchors).map(drop) {
            Err(Problem::AnchorMismatch(AnchorMismatch::Forked { at })) if at == generation => {
                forks += 1;
            }
            other => panic!("a fork at {generation}: {other:?}"),
        }
        std::fs::write(&path, &now).unwrap();
        drop(world.open(&path, &anchors).unwrap());
        copies.push(now);
    }
    let newest = copies.pop().unwrap();
    for (found, copy) in (1..).zip(&copies) {
        std::fs::write(&path, copy).unwrap();
        match world.open(&path, &anchors).map(drop) {
            Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { found: f, seen }))
                if (f, seen) == (found, HISTORY + 1) => {}
            other => panic!("the copy of generation {found}: {other:?}"),
        }
    }
    std::fs::write(&path, newest).unwrap();
    let honest = count("AZVAULT_PROOF_HONEST", 300);
    live(&world, honest);
    println!(
        "figure: {} of {HISTORY} older copies and {forks} of {HISTORY} forks refused, 0 false alarms in \
         {honest} honest operations",
        copies.len()
    );
}

/// Two handles that write in turn, one of them opened anew now and then, and copies that are put
/// back while nothing was written.
fn live(world: &World, operations: usize) {
    let (path, anchors) = (world.path(), world.join("anchors"));
    let open = || world.open(&path, &anchors).unwrap();
    let mut handles: [Vault; 2] = [open(), open()];
    for number in 0..operations {
        let at = number % 3 % 2;
        match number % 10 {
            7 => handles[at] = open(),
            8 => drop(handles[at].snapshot().unwrap()),
            9 => {
                let file = std::fs::read(&path).unwrap();
                std::fs::write(&path, file).unwrap();
                drop(open());
            }
            _ => handles[at].write(|w| change(w, HISTORY + number as u64)).unwrap(),
        }
        assert_eq!(handles[at].anchor_error(), None);
    }
    handles[0].verify_all().unwrap();
}
