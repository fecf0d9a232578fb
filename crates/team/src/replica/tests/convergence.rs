//! Members write at once, in any order: nothing that the log took is lost, and all end with the same.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{founded, joined, same, set, value};
use crate::{Replica, Role};

const ITEMS: [&str; 3] = ["prod", "test", "dev"];
const FIELDS: [&str; 2] = ["name", "tenant"];

/// What a member does next.
#[derive(Clone, Debug)]
enum Deed {
    /// Writes behind the head that it knows; a log that has moved on refuses.
    Write {
        who: usize,
        item: usize,
        field: usize,
    },
    Sync {
        who: usize,
    },
    /// Is killed, and starts from what it stored.
    Restart {
        who: usize,
    },
    Rotate,
    /// A member goes, if it is still one. What it knows stays with it.
    Remove {
        who: usize,
    },
    /// A reader writes all the same; the database takes it.
    Forge,
    /// The database loses its last records, and a member gives back what it has of them.
    Lose {
        number: usize,
        who: usize,
    },
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        6 => (0..4_usize, 0..3_usize, 0..2_usize)
            .prop_map(|(who, item, field)| Deed::Write { who, item, field }),
        3 => (0..4_usize).prop_map(|who| Deed::Sync { who }),
        1 => (0..4_usize).prop_map(|who| Deed::Restart { who }),
        1 => Just(Deed::Rotate),
        1 => (1..4_usize).prop_map(|who| Deed::Remove { who }),
        1 => Just(Deed::Forge),
        1 => (1..6_usize, 0..4_usize).prop_map(|(number, who)| Deed::Lose { number, who }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn all_end_with_what_the_log_took(deeds in prop::collection::vec(deed(), 1..60)) {
        let (mut ada, mut log) = founded();
        let mut team: Vec<Replica> = Vec::new();
        for name in ["bob", "cleo", "dan"] {
            team.push(joined(&mut log, &mut ada, name, Role::Writer));
        }
        let eve = joined(&mut log, &mut ada, "eve", Role::Reader);
        team.insert(0, ada);
        // Those who are members by now, and records that nobody was entitled to write.
        let (mut is_member, mut forged) = ([true; 4], 0);
        let founded = log.0.len();
        // The model: what was acknowledged, in the order of the log.
        let mut model: BTreeMap<(usize, usize), String> = BTreeMap::new();
        let (mut taken, mut refused) = (0, 0);
        for (number, deed) in deeds.into_iter().enumerate() {
            match deed {
                Deed::Write { who, .. } | Deed::Sync { who } | Deed::Restart { who }
                    if !is_member[who] => {}
                Deed::Write { who, item, field } => {
                    let text = format!("{who} {number}");
                    let edits = [set(ITEMS[item], FIELDS[field], &text)];
                    match log.append(&team[who].draft_change(&edits, 9)) {
                        Ok(()) => {
                            model.insert((item, field), text);
                            taken += 1;
                        }
                        Err(()) => refused += 1,
                    }
                }
                Deed::Sync { who } => drop(log.goes_on(&mut team[who])),
                Deed::Restart { who } => {
                    let stored = team[who].to_bytes();
                    team[who] = Replica::from_bytes(&stored).unwrap_or_else(|_| panic!("its own bytes"));
                }
                Deed::Rotate => drop(log.append(&team[0].draft_rotate(9))),
                Deed::Remove { who } => {
                    let device = team[who].device().public().device;
                    if is_member[who] && log.append(&team[0].draft_remove(device, 9)).is_ok() {
                        is_member[who] = false;
                    }
                }
                Deed::Forge => {
                    let mut eve = Replica::from_bytes(&eve.to_bytes()).unwrap_or_else(|_| panic!("its own"));
                    log.goes_on(&mut eve);
                    log.append(&eve.draft_change(&[set("prod", "name", "forged")], 9)).unwrap();
                    forged += 1;
                }
                Deed::Lose { number, who } => {
                    let whole = log.clone();
                    log.0.truncate(log.0.len().saturating_sub(number).max(founded));
                    let behind = team[who].lost_behind(log.last(), log.0.last());
                    // One that has only a part of them gives back none of what others have acknowledged.
                    match behind.filter(|lost| log.last() + lost.len() as u64 == whole.last()) {
                        Some(lost) => log.append(&lost).unwrap(),
                        None => log = whole.clone(),
                    }
                    prop_assert!(log.0 == whole.0);
                }
            }
        }
        let mut stay = Vec::new();
        for (who, mut replica) in team.into_iter().enumerate() {
            let seen = log.goes_on(&mut replica);
            if is_member[who] {
                stay.push(replica);
            } else {
                // It finds out, and has no key of what came later.
                prop_assert!(seen.is_some());
            }
        }
        let team = stay;
        prop_assert!(team.iter().all(|replica| replica.refused.len() == forged));
        for ((item, field), text) in &model {
            for replica in &team {
                let found = value(replica, ITEMS[*item], FIELDS[*field]);
                prop_assert_eq!(found.as_deref(), Some(text.as_str()));
            }
        }
        prop_assert!(team.iter().all(|replica| same(replica, &team[0])), "{taken} taken, {refused} refused");
    }

    /// Bytes of anyone are a record or none, and never more than that.
    #[test]
    fn any_bytes_are_a_record_or_none(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = bytes;
        let _ = crate::Record::from_bytes(&bytes);
        if bytes.len() > 4 {
            bytes[..4].copy_from_slice(b"azt1");
        }
        if let Ok(record) = crate::Record::from_bytes(&bytes) {
            prop_assert_eq!(record.to_bytes(), bytes);
        }
    }
}
