//! What a person should know of a plan, in words.

use azvault_model::rules::import::{Origin, Remark};

use super::proposal::Proposal;
use crate::scan::no_sign_in;
use crate::text::{quoted, shown, shown_path};

/// Names that are kept apart although some machines take them for one.
pub fn names_alike(proposal: &Proposal) -> Vec<String> {
    let of_plan = proposal.plan.remarks.iter();
    let alike = of_plan.filter(|one| matches!(one, Remark::NamesAlike(_)));
    alike.map(|one| remark(one, proposal)).collect()
}

/// What the user should know of the plan as a whole, and of what was looked at to make it.
pub fn remarks(proposal: &Proposal) -> Vec<String> {
    let of_plan = proposal.plan.remarks.iter().map(|r| remark(r, proposal));
    let signed_out = proposal.plan.signed_out.iter().map(|name| no_sign_in(name.as_str()));
    let unread =
        proposal.seen.unread.iter().map(|unread| {
            format!("not read: {}: {}", shown_path(&unread.path), shown(&unread.why))
        });
    of_plan.chain(signed_out).chain(unread).collect()
}

fn remark(remark: &Remark, proposal: &Proposal) -> String {
    let name = |name: &azvault_model::ContextName| quoted(name.as_str());
    match remark {
        Remark::DefaultsDiffer { taken, other, others } => {
            let product = match others {
                Origin::AzurePowerShell => "another Azure PowerShell file",
                Origin::AzureCli => "Azure CLI",
            };
            format!(
                "{product} has {} as its default; {} is taken, --default NAME takes another",
                name(other),
                name(taken)
            )
        }
        Remark::DefaultStays { present, incoming } => format!(
            "the vault's default {} stays; the files have {}: --default NAME changes it",
            name(present),
            name(incoming)
        ),
        Remark::Renamed { from, to } => {
            format!("{} is kept as {}, because its name is taken", name(from), name(to))
        }
        Remark::NamesAlike(names) => {
            let names: Vec<_> = names.iter().map(name).collect();
            format!(
                "{} are different names here, and one name to Azure PowerShell in some languages: all \
                 are kept",
                names.join(" and ")
            )
        }
        Remark::FilesDiffer { name: context, source } => format!(
            "{} says something else of {}: the first file's word is taken",
            shown_path(&proposal.sources[*source].path),
            name(context)
        ),
    }
}
