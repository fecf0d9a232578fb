//! Frecency: contexts that were used often and lately come first where one is chosen.
//!
//! Each use counts by its age, as Firefox counts visits (`places.frecency`, buckets of days). Azure PowerShell
//! lists contexts by name.

use std::collections::HashMap;

use crate::ContextName;

const DAY: i64 = 86_400;

/// Ages in days up to which a use counts so much; an older one counts [`LONG_AGO`].
const WEIGHTS: [(i64, u64); 4] = [(4, 100), (14, 70), (31, 50), (90, 30)];

const LONG_AGO: u64 = 10;

/// A use of a context.
pub struct Use<'a> {
    /// Its name then, compared as names are.
    pub name: &'a str,
    /// Unix seconds.
    pub at: i64,
}

/// The names that were used, those first that count most; of two that count alike the one that was used last,
/// and then the order of names.
pub fn ranked<'a>(uses: impl IntoIterator<Item = Use<'a>>, now: i64) -> Vec<ContextName> {
    let mut all: HashMap<String, (u64, i64, ContextName)> = HashMap::new();
    for Use { name, at } in uses {
        let name = ContextName::new(name);
        let (count, last, _) = all.entry(name.key()).or_insert((0, i64::MIN, name));
        *count += weight(now.saturating_sub(at));
        *last = (*last).max(at);
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by(|(one_key, (one, one_last, _)), (other_key, (other, other_last, _))| {
        (other, other_last, one_key).cmp(&(one, one_last, other_key))
    });
    all.into_iter().map(|(_, (_, _, name))| name).collect()
}

fn weight(age: i64) -> u64 {
    let found = WEIGHTS.iter().find(|(days, _)| age < days * DAY);
    found.map_or(LONG_AGO, |(_, weight)| *weight)
}

#[cfg(test)]
mod tests {
    use super::{DAY, Use, ranked};

    /// `name:days ago`, in the order in which they were written.
    fn order(uses: &str) -> String {
        const NOW: i64 = 1_000 * DAY;
        let uses = uses.split_whitespace().map(|text| {
            let (name, days) = text.split_once(':').unwrap();
            Use { name, at: NOW - days.parse::<i64>().unwrap() * DAY }
        });
        let names: Vec<_> = ranked(uses, NOW).iter().map(|n| n.as_str().to_owned()).collect();
        names.join(" ")
    }

    #[test]
    fn often_and_lately_comes_first_and_the_order_is_one() {
        for (uses, wanted) in [
            ("", ""),
            ("a:1", "a"),
            // Often, and lately.
            ("a:1 b:1 b:2", "b a"),
            ("a:200 a:200 a:200 b:1", "b a"),
            ("a:5 a:5 b:1", "a b"),
            // Alike: the later one, then the name.
            ("a:2 b:1", "b a"),
            ("b:1 a:1 c:1", "a b c"),
            // A name in another case is the same one, as it was written first.
            ("Prod:1 dev:1 PROD:2", "Prod dev"),
            // A clock that was put back.
            ("a:-5 b:1", "a b"),
        ] {
            assert_eq!(order(uses), wanted, "{uses}");
        }
    }
}
