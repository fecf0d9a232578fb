//! Which context a person means by what was typed.
//!
//! The name in any case comes first and always wins: what a script names is never another context.
//! Then come, in this order, the long name that a context had before it got a short one, any form that
//! a product would name it by, the beginning of a name or of a long name, the name or id of a
//! subscription, and the domain or id of a tenant. The first of these that fits any context decides, and it has to fit one alone:
//! of two identities none is guessed.

use crate::rules::default_name::is_form_of;
use crate::{Context, ContextName, SubscriptionId, TenantId, caseless};

/// Why no context is meant.
pub enum NotMeant<'a> {
    /// Nothing has that name.
    Unknown {
        /// Contexts whose names look like it, the best first.
        similar: Vec<&'a ContextName>,
    },
    /// More than one fits.
    Several(Vec<&'a Context>),
}

/// Which of these contexts is meant.
pub fn meant<'a>(
    typed: &ContextName,
    contexts: &[&'a Context],
) -> Result<&'a Context, NotMeant<'a>> {
    for reference in REFERENCES {
        let fits = |context: &&Context| reference.fits(typed, context);
        let fitting: Vec<&Context> = contexts.iter().copied().filter(fits).collect();
        match *fitting {
            [] => {}
            [context] => return Ok(context),
            _ => return Err(NotMeant::Several(fitting)),
        }
    }
    Err(NotMeant::Unknown { similar: similar(typed, contexts) })
}

/// What of a context can be typed, the strongest first.
const REFERENCES: [Reference; 7] = [
    Reference::Name,
    Reference::LongName,
    Reference::Form,
    Reference::Beginning,
    Reference::LongBeginning,
    Reference::Subscription,
    Reference::Tenant,
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reference {
    Name,
    LongName,
    Form,
    Beginning,
    LongBeginning,
    Subscription,
    Tenant,
}

impl Reference {
    fn fits(self, typed: &ContextName, context: &Context) -> bool {
        // An empty name is one that nobody filled in, unless a context has exactly it.
        if self != Self::Name && typed.as_str().trim().is_empty() {
            return false;
        }
        let text = typed.as_str();
        let long = context.labels.long_name.as_ref();
        match self {
            Self::Name => context.name.same_as(typed),
            Self::LongName => long.is_some_and(|long| long.same_as(typed)),
            Self::Form => is_form_of(typed, context),
            Self::Beginning => caseless::begins(context.name.as_str(), text),
            Self::LongBeginning => long.is_some_and(|long| caseless::begins(long.as_str(), text)),
            Self::Subscription => context.subscription.as_ref().is_some_and(|own| {
                let name = own.name.as_ref();
                SubscriptionId(&own.id) == SubscriptionId(text)
                    || name.is_some_and(|name| caseless::same(name, text))
            }),
            Self::Tenant => context.tenant.as_ref().is_some_and(|own| {
                let name = own.name.as_ref();
                TenantId(&own.id) == TenantId(text)
                    || name.is_some_and(|name| caseless::same(name, text))
            }),
        }
    }
}

/// Most names that are proposed.
const MAX_SIMILAR: usize = 3;

/// The contexts whose name, or its beginning, or subscription is a few slips from what was typed.
fn similar<'a>(typed: &ContextName, contexts: &[&'a Context]) -> Vec<&'a ContextName> {
    let wanted = typed.key();
    let length = wanted.chars().count();
    let slips = |text: &str| {
        let whole = ContextName::new(text).key();
        let beginning: String = whole.chars().take(length).collect();
        strsim::osa_distance(&wanted, &whole).min(strsim::osa_distance(&wanted, &beginning))
    };
    let mut found: Vec<(usize, &ContextName)> = Vec::new();
    for context in contexts {
        let subscription = context.subscription.as_ref().and_then(|own| own.name.as_deref());
        let texts = [Some(context.name.as_str()), subscription].into_iter().flatten();
        let least = texts.map(slips).min().unwrap_or(length);
        if least <= (length / 4).max(1) && least < length {
            found.push((least, &context.name));
        }
    }
    found.sort();
    found.into_iter().take(MAX_SIMILAR).map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::{NotMeant, meant};
    use crate::rules::testing::context;
    use crate::{Context, ContextName, Subscription, Tenant};

    fn on(name: &str, subscription: [&str; 2], tenant: [&str; 2]) -> Context {
        let [id, sub] = subscription.map(Into::into);
        let [tenant, domain] = tenant.map(Into::into);
        Context {
            subscription: Some(Subscription { id, name: Some(sub), state: None }),
            tenant: Some(Tenant { id: tenant, name: Some(domain) }),
            ..context(name, "ada", "s")
        }
    }

    fn contexts() -> Vec<Context> {
        vec![
            on("prod", ["id-1", "Contoso Prod"], ["t-1", "contoso.example"]),
            on("prod-eu", ["id-2", "Contoso Prod"], ["t-1", "contoso.example"]),
            on(
                "Contoso Dev (id-3) - t-1 - ada",
                ["id-3", "Contoso Dev"],
                ["t-1", "contoso.example"],
            ),
            on("gov", ["id-4", "prod-e"], ["t-2", "fabrikam.example"]),
            on("", ["id-5", "Nameless"], ["t-3", ""]),
        ]
    }

    #[test]
    fn the_exact_name_wins_and_of_several_none_is_guessed() {
        let owned = contexts();
        let all: Vec<&Context> = owned.iter().collect();
        let dev = "Contoso Dev (id-3) - t-1 - ada";
        for (typed, wanted) in [
            // A name that another name begins with.
            ("prod", Ok("prod")),
            ("PROD", Ok("prod")),
            ("prod-", Ok("prod-eu")),
            // The beginning of a name stands before another context's subscription.
            ("prod-e", Ok("prod-eu")),
            ("contoso d", Ok(dev)),
            ("ID-4", Ok("gov")),
            ("contoso prod", Err(2)),
            ("pro", Err(2)),
            ("Fabrikam.Example", Ok("gov")),
            ("t-2", Ok("gov")),
            ("t-1", Err(3)),
            ("contoso.example", Err(3)),
            ("", Ok("")),
            (" ", Err(0)),
            ("rod", Err(0)),
            ("id-", Err(0)),
        ] {
            let found = match meant(&ContextName::new(typed), &all) {
                Ok(context) => Ok(context.name.as_str()),
                Err(NotMeant::Several(several)) => Err(several.len()),
                Err(NotMeant::Unknown { .. }) => Err(0),
            };
            assert_eq!(found, wanted, "{typed:?}");
        }
    }

    #[test]
    fn a_short_name_leaves_every_long_one_in_force() {
        let short = |name: &str, sub: [&str; 2], long: &str| {
            let mut own = on(name, sub, ["t-1", "contoso.example"]);
            own.labels.long_name = Some(ContextName::new(long));
            own
        };
        let owned = [
            short("contoso-prod", ["id-1", "Contoso Prod"], "Contoso Prod (id-1) - old - ada"),
            short("contoso-dev", ["id-3", "Contoso Dev"], "Contoso Dev (id-3) - t-1 - ada"),
            // The name of one is the long name that another had: the name wins.
            on("Contoso Dev (id-3) - t-1 - ada", ["id-9", "Other"], ["t-2", "x.example"]),
        ];
        let all: Vec<&Context> = owned.iter().collect();
        for (typed, wanted) in [
            ("contoso-prod", Ok("contoso-prod")),
            ("contoso prod (ID-1) - old - ada", Ok("contoso-prod")),
            ("Contoso Prod (id-1)", Ok("contoso-prod")),
            ("Contoso Prod (id-1) - t-1 - ada", Ok("contoso-prod")),
            ("[ada, id-1]", Ok("contoso-prod")),
            ("Contoso P", Ok("contoso-prod")),
            ("Contoso Dev (id-3) - t-1 - ada", Ok("Contoso Dev (id-3) - t-1 - ada")),
            ("Contoso Dev (id-3)", Ok("contoso-dev")),
            ("Default", Err(())),
        ] {
            let found = meant(&ContextName::new(typed), &all);
            let found = found.map(|context| context.name.as_str()).map_err(drop);
            assert_eq!(found, wanted, "{typed:?}");
        }
    }

    #[test]
    fn an_empty_text_means_no_context_but_the_one_of_that_name() {
        let owned = [on("only", ["id-1", ""], ["t-1", ""])];
        let all: Vec<&Context> = owned.iter().collect();
        for typed in ["", " ", "\t"] {
            assert!(meant(&ContextName::new(typed), &all).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn a_slip_is_answered_with_the_names_that_look_like_it() {
        let owned = contexts();
        let all: Vec<&Context> = owned.iter().collect();
        for (typed, wanted) in [
            ("porod", &["prod", "prod-eu"][..]),
            ("gvo", &["gov"]),
            ("Contoso Dve", &["Contoso Dev (id-3) - t-1 - ada"]),
            ("zzz", &[]),
        ] {
            let Err(NotMeant::Unknown { similar }) = meant(&ContextName::new(typed), &all) else {
                panic!("{typed} is meant");
            };
            let names: Vec<&str> = similar.iter().map(|name| name.as_str()).collect();
            assert!(names.starts_with(&wanted[..wanted.len().min(1)]), "{typed}: {names:?}");
            assert_eq!(names.is_empty(), wanted.is_empty(), "{typed}: {names:?}");
        }
    }
}
