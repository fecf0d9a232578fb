//! Names that are two to azvault, and one to a machine whose culture says so: both are kept, and told.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::plan::{Plan, Present, Remark};
use crate::ContextName;

/// Tells of every planned name that some culture takes for another one, planned or in the vault.
pub(super) fn tell(present: &Present<'_>, plan: &mut Plan) {
    let planned = || plan.contexts.iter().map(|planned| &planned.item.name);
    let all = || planned().chain(present.contexts.iter().map(|context| &context.name));
    // Two names of plain letters that fold alike are one name already.
    let unusual: HashSet<String> =
        all().map(ContextName::as_str).filter(|name| !is_plain(name)).map(fold).collect();
    if unusual.is_empty() {
        return;
    }
    let mut groups: BTreeMap<String, BTreeMap<String, &ContextName>> = BTreeMap::new();
    for name in all() {
        let folded = fold(name.as_str());
        if unusual.contains(&folded) {
            groups.entry(folded).or_default().entry(name.key()).or_insert(name);
        }
    }
    let planned: BTreeSet<String> = planned().map(ContextName::key).collect();
    let remarks: Vec<Remark> = groups
        .into_values()
        .filter(|group| group.len() > 1 && group.keys().any(|key| planned.contains(key)))
        .map(|group| Remark::NamesAlike(group.into_values().cloned().collect()))
        .collect();
    plan.remarks.extend(remarks);
}

fn is_plain(name: &str) -> bool {
    name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

/// The form under which some culture takes names for one: compatible characters are one, composed or
/// not; case is folded in full, with the four letters that are `i` in Turkish; what ICU ignores is left
/// out.
fn fold(name: &str) -> String {
    let seen = name.nfkd().filter(|c| !is_ignored(*c)).collect::<String>();
    let folded = seen.to_lowercase().to_uppercase().to_lowercase();
    // `İ` is `i` and a dot above by now, `ı` has become `i`.
    folded.replace("i\u{307}", "i").nfkc().collect()
}

/// Characters without a weight of their own: controls, and what joins, parts, hides or turns others.
fn is_ignored(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::super::Wishes;
    use super::tell;
    use crate::rules::import::{Incoming, Origin, Plan, Present, Remark, plan};
    use crate::rules::testing::context;
    use crate::{ContextName, Profile};

    fn planned(names: &[&str]) -> Plan {
        let numbered = names.iter().enumerate();
        let contexts = numbered.map(|(number, name)| context(name, "ada", &number.to_string()));
        let profile = Profile { contexts: contexts.collect(), ..Profile::default() };
        let incoming = Incoming { origin: Origin::AzurePowerShell, profile };
        plan(vec![incoming], &Present::default(), &Wishes::default()).unwrap()
    }

    #[test]
    fn names_that_a_culture_merges_are_both_kept_and_told() {
        for (one, other) in [
            ("Straße", "STRASSE"),
            ("Straße", "STRAẞE"),
            ("istanbul", "ıstanbul"),
            ("ISTANBUL", "İstanbul"),
            ("café", "cafe\u{301}"),
            ("ﬁnance", "Finance"),
            ("prod\u{a0}eu", "prod eu"),
            ("prod\u{ad}uction", "Production"),
            ("prod\u{0}", "prod"),
            ("\u{212a}elvin", "kelvin"),
            ("ſtage", "stage"),
            ("Ａｚｕｒｅ", "azure"),
        ] {
            let plan = planned(&[one, "other", other]);
            let names: Vec<&str> = plan.contexts.iter().map(|p| p.item.name.as_str()).collect();
            assert_eq!(names, [one, "other", other]);
            let [Remark::NamesAlike(alike)] = plan.remarks.as_slice() else {
                panic!("{one:?} {other:?}: {:?}", plan.remarks)
            };
            let mut alike: Vec<&str> = alike.iter().map(ContextName::as_str).collect();
            let mut wanted = [one, other];
            alike.sort_unstable();
            wanted.sort_unstable();
            assert_eq!(alike, wanted);
        }
    }

    #[test]
    fn names_that_no_culture_merges_are_not_told() {
        for names in
            [&["prod", "prod "][..], &["prød", "prod"], &["東京", "京都"], &["a/b", "a\\b"]]
        {
            assert_eq!(planned(names).remarks, [], "{names:?}");
        }
    }

    #[test]
    fn what_is_in_the_vault_is_told_where_a_new_name_is_like_it() {
        let there = [context("Straße", "ada", "1"), context("café", "ada", "2")];
        let present = Present { contexts: &there, ..Present::default() };
        for (name, told) in [("strasse", 1), ("other", 0)] {
            let mut plan = planned(&[name]);
            tell(&present, &mut plan);
            assert_eq!(plan.remarks.len(), told, "{:?}", plan.remarks);
        }
    }
}
