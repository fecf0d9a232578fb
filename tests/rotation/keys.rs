//! New keys for everything: what is left of the old ones.

use super::*;

#[test]
fn after_a_rotation_everything_is_there_and_the_old_keys_open_nothing() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 40);
    let before = secrets(&vault);
    let old = world.open(&world.by_passphrase()).unwrap();
    let mut late = world.open(&world.by_raw()).unwrap();
    let (old_key, old_file) = (world.master_key(), world.bytes());
    let fingerprint = vault.fingerprint().unwrap();
    let mut seen = Vec::new();
    let mut progress = |done, of| seen.push((done, of));
    let told = |dropped: &[(azvault_vault::Slot, String)]| {
        assert_eq!(dropped.len(), 1);
        Ok::<_, Problem>(entry("key rotate"))
    };
    let kept = [(2, prepared(world.by_raw()))];
    let rotated = vault.rotate(&kept, told, &mut progress).unwrap();
    assert_eq!(rotated.epoch, 2);
    assert!(rotated.not_compacted.is_none());
    assert_eq!((rotated.dropped[0].0.id, rotated.dropped[0].1.as_str()), (1, "a label"));
    let created: Vec<i64> = rotated.readable.iter().map(|secret| secret.created).collect();
    assert_eq!(created.len(), 40);
    assert!(created.is_sorted_by(|a, b| a >= b), "newest first");
    // Every box once: 40 secrets with their records, 2 parts, an import, the settings, the log.
    let of = 40 * 2 + 2 + 1 + 1 + 40;
    let wanted: Vec<_> = (1..=of).map(|done| (done, of)).collect();
    assert_eq!(seen, wanted);

    // The handle that rotated goes on, and so does whoever opens it anew.
    for vault in [&vault, &world.open(&world.by_raw()).unwrap()] {
        assert_eq!(secrets(vault), before);
        let verified = vault.verify_all().unwrap();
        assert_eq!((verified.secrets, verified.originals, verified.audit_entries), (40, 2, 41));
        let log = vault.snapshot().unwrap().audit_log().unwrap();
        assert_eq!(log[40].entry.verb, "key rotate");
        assert_eq!(log[40].generation, verified.generation);
        assert_eq!(vault.slots().len(), 1);
        assert_ne!(vault.fingerprint().unwrap(), fingerprint);
    }
    // Old handles, keys and slots: refused for what they are.
    let is_rotated = |e: &Error| matches!(e.problem, Problem::Sealer(SealerError::Rotated));
    assert!(is_rotated(&old.snapshot().err().unwrap()));
    assert!(is_rotated(&late.write(|writing| writing.log(entry("late"))).unwrap_err()));
    let locked = Locked::open(&world.path()).unwrap();
    let refused = locked.unlock_with(Box::new(old_key.keys()), &world.anchors());
    assert!(is_rotated(&refused.err().unwrap()));
    let slot = prepared(world.by_raw());
    let refused = vault.write(|writing| writing.add_slot(&old_key, &slot));
    assert!(is_rotated(&refused.unwrap_err()));
    assert!(matches!(world.open(&world.by_passphrase()), Err(Problem::WrongKey)));

    // The file from before, with its own passphrase, is an older one on this machine.
    drop((vault, old, late));
    let new_file = world.bytes();
    std::fs::write(world.path(), &old_file).unwrap();
    assert!(matches!(
        world.open(&world.by_passphrase()),
        Err(Problem::AnchorMismatch(AnchorMismatch::RolledBack { .. }))
    ));
    std::fs::write(world.path(), new_file).unwrap();
    world.open(&world.by_raw()).unwrap();
}

#[test]
fn no_old_box_is_left_in_the_file_of_a_rotated_vault() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 60);
    let mut old = world.slot_boxes();
    for query in [
        "SELECT head FROM header",
        "SELECT box FROM record",
        "SELECT box FROM secret",
        "SELECT box FROM original",
        "SELECT box FROM audit",
    ] {
        old.extend(world.column(query));
    }
    assert!(old.len() > 180);
    // A start and a middle of each: pages cut boxes in pieces.
    let left = |world: &World| {
        let bytes = world.bytes();
        let found = |part: &[u8]| memchr::memmem::find(&bytes, part).is_some();
        let parts = |sealed: &Vec<u8>| found(&sealed[..48]) || found(&sealed[sealed.len() - 48..]);
        old.iter().filter(|sealed| parts(sealed)).count()
    };
    assert_eq!(left(&world), old.len(), "a control: before, all are found");
    rotate(&mut vault, &[(2, prepared(world.by_raw()))]).unwrap();
    assert_eq!(left(&world), 0);

    // The control: the same statements through a connection as SQLite has it leave boxes behind.
    let (world, mut vault) = World::new();
    fill(&mut vault, 60);
    let boxes = world.slot_boxes();
    drop(vault);
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    connection.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM slot;").unwrap();
    drop(connection);
    assert!(boxes.iter().any(|sealed| contains(&world.bytes(), &sealed[..48])));
}

#[test]
fn a_rotation_that_is_refused_or_broken_off_leaves_the_vault_as_it_was() {
    let (world, mut vault) = World::new();
    fill(&mut vault, 20);
    let before = world.bytes();
    let kept = || vec![(2, prepared(world.by_raw()))];
    let refused = vault.rotate(&kept(), |_| Err(Problem::WrongKey), &mut |_, _| {});
    assert!(matches!(refused, Err(Error { problem: Problem::WrongKey, .. })));
    assert!(world.bytes() == before);
    // Broken off in the middle, as by a signal: nothing was committed.
    let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut stop = |done, _| assert!(done < 30, "enough");
        vault.rotate(&kept(), |_| Ok::<_, Problem>(entry("key rotate")), &mut stop).map(drop)
    }));
    assert!(broken.is_err());
    drop(vault);
    let vault = world.open(&world.by_passphrase()).unwrap();
    assert_eq!(vault.verify_all().unwrap().secrets, 20);
    assert!(world.bytes() == before);
    // What somebody added or changed from outside is not sealed anew as if it were ours.
    drop(vault);
    for edit in [
        "INSERT INTO secret SELECT 77, box FROM secret LIMIT 1",
        "INSERT INTO original SELECT id, part + 9, box FROM original LIMIT 1",
        "UPDATE secret SET box = zeroblob(400) WHERE id = (SELECT min(id) FROM secret)",
        "UPDATE audit SET box = (SELECT box FROM audit WHERE seq = 2) WHERE seq = 7",
        "DELETE FROM audit WHERE seq = 5",
        "DELETE FROM original WHERE part = 1",
    ] {
        std::fs::write(world.path(), &before).unwrap();
        rusqlite::Connection::open(world.path()).unwrap().execute_batch(edit).unwrap();
        let mut vault = world.open(&world.by_raw()).unwrap();
        let refused = rotate(&mut vault, &kept()).err().unwrap();
        let is_found = matches!(refused, Problem::Tampered(_));
        assert!(is_found, "{edit}: {refused}");
    }
    // An entry of another future of this vault opens at its place, and is not of this chain.
    let go_on = |verb: &str| {
        std::fs::write(world.path(), &before).unwrap();
        std::fs::remove_dir_all(world.anchors()).unwrap();
        let mut vault = world.open(&world.by_raw()).unwrap();
        (0..2).for_each(|_| vault.write(|writing| writing.log(entry(verb))).unwrap());
        world.column("SELECT box FROM audit WHERE seq = 21").remove(0)
    };
    let of_another = go_on("one");
    go_on("two");
    let connection = rusqlite::Connection::open(world.path()).unwrap();
    connection.execute("UPDATE audit SET box = ?1 WHERE seq = 21", [of_another]).unwrap();
    drop(connection);
    let refused = rotate(&mut world.open(&world.by_raw()).unwrap(), &kept()).err().unwrap();
    assert!(
        matches!(refused, Problem::Tampered(Tampered::AuditEntry { seq: 22, .. })),
        "{refused}"
    );
}
