//! Which context is the default after an import.

use super::contexts::Defaults;
use super::file::File;
use super::plan::{NoSuchDefault, Origin, Plan, Present, Remark};
use crate::{Context, ContextName};

/// What the user asked for; else the vault's own default; else Azure PowerShell's; else Azure
/// CLI's for its active cloud; else none.
pub(super) fn choose(
    incoming: &[File],
    defaults: &Defaults,
    present: &Present<'_>,
    asked: Option<&ContextName>,
    plan: &mut Plan,
) -> Result<Option<ContextName>, NoSuchDefault> {
    if let Some(asked) = asked {
        let planned = plan.contexts.iter().map(|planned| &planned.item);
        let all: Vec<_> = planned.chain(present.contexts).collect();
        let long =
            |own: &&&Context| own.labels.long_name.as_ref().is_some_and(|long| long.same_as(asked));
        let named = all.iter().find(|own| own.name.same_as(asked));
        let found = named.or_else(|| all.iter().find(long));
        return found.map(|own| Some(own.name.clone())).ok_or(NoSuchDefault);
    }
    let mut candidates = Vec::new();
    for origin in [Origin::AzurePowerShell, Origin::AzureCli] {
        for (source, _) in incoming.iter().enumerate().filter(|(_, f)| f.origin == origin) {
            if let Some(name) = defaults.get(&source) {
                candidates.push((origin, name.clone()));
            }
        }
    }
    let first = candidates.first().map(|(_, name)| name.clone());
    if let (Some(present), Some(incoming)) = (present.default, &first) {
        if !present.same_as(incoming) {
            let (present, incoming) = (present.clone(), incoming.clone());
            plan.remarks.push(Remark::DefaultStays { present, incoming });
        }
    } else if let Some(taken) = &first {
        for (others, other) in candidates.iter().skip(1) {
            if !other.same_as(taken) {
                let (taken, other) = (taken.clone(), other.clone());
                plan.remarks.push(Remark::DefaultsDiffer { taken, other, others: *others });
            }
        }
    }
    Ok(present.default.cloned().or(first))
}
