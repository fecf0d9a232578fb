//! Short names for the new contexts of a plan. What a context was called becomes its long name, which
//! still finds it, here and at the next import of the same files.

use std::collections::{HashMap, HashSet};

use super::contexts::Defaults;
use super::plan::{Plan, Present, Remark};
use crate::rules::short_name::short_names;
use crate::{Context, ContextName};

/// Gives short names to the contexts that are new and have a generated name.
pub(super) fn shorten(present: &Present<'_>, plan: &mut Plan, defaults: &mut Defaults) {
    let (new, known): (Vec<_>, Vec<_>) =
        plan.contexts.iter().partition(|planned| planned.present.is_none());
    let new: Vec<&Context> = new.into_iter().map(|planned| &planned.item).collect();
    let others = known.into_iter().map(|planned| &planned.item).chain(present.contexts);
    // A name that a person gave to a new one is taken, and a generated one stays its long name.
    let others = others.chain(new.iter().copied());
    let names = others.flat_map(|own| [Some(&own.name), own.labels.long_name.as_ref()]);
    let taken: HashSet<String> = names.flatten().map(ContextName::key).collect();
    let short = short_names(&new, |name| taken.contains(&name.key()));
    let short: HashMap<ContextName, ContextName> = new
        .iter()
        .zip(short)
        .filter_map(|(context, short)| Some((context.name.clone(), short?)))
        .collect();
    let shortened = |name: &ContextName| short.get(name).unwrap_or(name).clone();
    for planned in &mut plan.contexts {
        if let Some(name) = short.get(&planned.item.name) {
            let long = std::mem::replace(&mut planned.item.name, name.clone());
            planned.item.labels.long_name = Some(long);
        }
    }
    for named in &mut plan.names {
        named.name = shortened(&named.name);
    }
    for name in defaults.values_mut() {
        *name = shortened(name);
    }
    plan.remarks.retain(|remark| match remark {
        // The name that was not free is none of the names that are given now.
        Remark::Renamed { to, .. } => !short.contains_key(to),
        Remark::DefaultsDiffer { .. }
        | Remark::DefaultStays { .. }
        | Remark::FilesDiffer { .. }
        | Remark::NamesAlike(_) => true,
    });
    for remark in &mut plan.remarks {
        if let Remark::FilesDiffer { name, .. } = remark {
            *name = shortened(name);
        }
    }
}
