//! The proof of an import: whether the vault says of a context what the files say of it.
//!
//! Several files can say different things of one context: the import takes the word of one of them. So
//! each part must be what one of the files says, and must be there if any of them says it. What the
//! vault knows beyond that is no difference: an import only ever adds.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Context, ContextAccount};

/// The parts in which a context of the vault is not what the files say, in words; none if it is.
pub fn differing_parts(held: &Context, said: &[&Context]) -> Vec<String> {
    let mut differing = BTreeSet::new();
    let mut part = |name: &str, held: Option<&str>, said: Vec<Option<&str>>| {
        if !agrees(held, said) {
            differing.insert(name.to_owned());
        }
    };
    let account = |context: &'_ Context| context.account.clone();
    let own = account(held);
    let accounts: Vec<ContextAccount> = said.iter().filter_map(|c| account(c)).collect();
    let of = |read: fn(&ContextAccount) -> &str| accounts.iter().map(|a| Some(read(a))).collect();
    part("account", own.as_ref().map(|a| a.id.as_str()), of(|a| &a.id));
    let kind = own.as_ref().map(|a| a.account_type.as_str());
    part("account type", kind, of(|a| a.account_type.as_str()));
    for (name, read) in TEXTS {
        part(name, read(held), said.iter().map(|context| read(context)).collect());
    }
    let kept = |context: &'_ Context| {
        (!context.kept.is_empty()).then(|| context.kept.as_json().to_owned())
    };
    let (own_kept, kepts): (_, Vec<_>) = (kept(held), said.iter().map(|c| kept(c)).collect());
    part("further members", own_kept.as_deref(), kepts.iter().map(Option::as_deref).collect());
    let none = BTreeMap::new();
    let own = own.as_ref().map_or(&none, |account| &account.properties);
    let maps: Vec<_> = accounts.iter().map(|account| &account.properties).collect();
    differing.extend(differing_names("account property", own, &maps));
    let maps: Vec<_> = said.iter().map(|context| &context.extended_properties).collect();
    differing.extend(differing_names("property", &held.extended_properties, &maps));
    differing.into_iter().collect()
}

/// Whether what the vault holds of texts by name is what the files say.
pub fn agree(held: &BTreeMap<String, String>, said: &[&BTreeMap<String, String>]) -> bool {
    differing_names("", held, said).next().is_none()
}

type Text = (&'static str, fn(&Context) -> Option<&str>);

const TEXTS: [Text; 7] = [
    ("tenant", |c| c.tenant.as_ref().map(|tenant| tenant.id.as_str())),
    ("tenant's name", |c| c.tenant.as_ref()?.name.as_deref()),
    ("subscription", |c| c.subscription.as_ref().map(|subscription| subscription.id.as_str())),
    ("subscription's name", |c| c.subscription.as_ref()?.name.as_deref()),
    ("subscription's state", |c| c.subscription.as_ref()?.state.as_deref()),
    ("cloud", |c| c.environment.as_deref()),
    ("version profile", |c| c.version_profile.as_deref()),
];

fn agrees(held: Option<&str>, said: Vec<Option<&str>>) -> bool {
    let mut said = said.into_iter().flatten().peekable();
    said.peek().is_none() || held.is_some_and(|held| said.any(|said| said == held))
}

fn differing_names<'a>(
    what: &'a str,
    held: &'a BTreeMap<String, String>,
    said: &'a [&BTreeMap<String, String>],
) -> impl Iterator<Item = String> + 'a {
    let names: BTreeSet<&String> = said.iter().flat_map(|map| map.keys()).collect();
    let differs = |name: &&String| {
        let said = said.iter().map(|map| map.get(*name).map(String::as_str)).collect();
        !agrees(held.get(*name).map(String::as_str), said)
    };
    names.into_iter().filter(differs).map(move |name| format!("{what} {name}"))
}

#[cfg(test)]
mod tests {
    use super::differing_parts;
    use crate::rules::testing::context;
    use crate::{Context, HOME_ACCOUNT_ID, Kept, Subscription, Tenant};

    fn whole() -> Context {
        let mut context = context("prod", "ada", "s1");
        context.tenant = Some(Tenant { id: "t1".into(), name: Some("T".into()) });
        context.subscription = Some(Subscription {
            id: "s1".into(),
            name: Some("S".into()),
            state: Some("Enabled".into()),
        });
        context.environment = Some("AzureCloud".into());
        context.version_profile = Some("2019".into());
        context.extended_properties.insert("Group".to_owned(), "g".to_owned());
        context.account.as_mut().unwrap().properties.insert("P".to_owned(), "1".to_owned());
        context.kept = Kept::new(zeroize::Zeroizing::new(r#"{"/x":1}"#.to_owned()));
        context
    }

    #[test]
    fn each_part_is_compared() {
        type Change = fn(&mut Context);
        let changes: [(&str, Change); 13] = [
            ("account", |c| c.account.as_mut().unwrap().id = "eva".into()),
            ("account type", |c| {
                c.account.as_mut().unwrap().account_type = crate::AccountType::new("Other");
            }),
            ("tenant", |c| c.tenant.as_mut().unwrap().id = "t2".into()),
            ("tenant's name", |c| c.tenant.as_mut().unwrap().name = None),
            ("subscription", |c| c.subscription.as_mut().unwrap().id = "s2".into()),
            ("subscription's name", |c| c.subscription.as_mut().unwrap().name = None),
            ("subscription's state", |c| {
                c.subscription.as_mut().unwrap().state = Some("Disabled".into());
            }),
            ("cloud", |c| c.environment = Some("AzureChinaCloud".into())),
            ("version profile", |c| c.version_profile = None),
            ("property Group", |c| c.extended_properties.clear()),
            ("property Group", |c| {
                c.extended_properties.insert("Group".to_owned(), "h".to_owned());
            }),
            ("account property P", |c| c.account.as_mut().unwrap().properties.clear()),
            ("further members", |c| c.kept = Kept::default()),
        ];
        assert_eq!(differing_parts(&whole(), &[&whole()]), [""; 0]);
        for (part, change) in changes {
            let mut held = whole();
            change(&mut held);
            assert_eq!(differing_parts(&held, &[&whole()]), [part]);
            // What another file says is as good.
            assert_eq!(
                differing_parts(&held, &[&whole(), &held]).len(),
                usize::from(is_gone(part, &held))
            );
        }
        let mut held = whole();
        held.subscription = None;
        let parts = ["subscription", "subscription's name", "subscription's state"];
        assert_eq!(differing_parts(&held, &[&whole()]), parts);
    }

    /// What one file says and the vault does not know is a difference, whatever the others leave out.
    fn is_gone(part: &str, held: &Context) -> bool {
        match part {
            "tenant's name" => held.tenant.as_ref().unwrap().name.is_none(),
            "subscription's name" => held.subscription.as_ref().unwrap().name.is_none(),
            "version profile" => true,
            "property Group" => held.extended_properties.is_empty(),
            "account property P" | "further members" => true,
            _ => false,
        }
    }

    #[test]
    fn what_the_vault_knows_beyond_the_files_is_no_difference() {
        let mut said = context("prod", "ada", "s1");
        said.subscription = None;
        let mut held = whole();
        held.account.as_mut().unwrap().set_property(HOME_ACCOUNT_ID, "o.t".to_owned());
        said.tenant = None;
        said.environment = None;
        assert_eq!(differing_parts(&held, &[&said]), [""; 0]);
        let mut other = whole();
        other.account.as_mut().unwrap().set_property(HOME_ACCOUNT_ID, "p.t".to_owned());
        assert_eq!(differing_parts(&held, &[&other]), ["account property HomeAccountId"]);
    }
}
