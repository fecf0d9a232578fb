//! Which context az means by a subscription (`--subscription`).
//!
//! az knows a subscription once, by the account that signed in last. A vault may know it by several
//! accounts, and one name may be that of several subscriptions: of those none is guessed.

use crate::{Context, ContextName, NotMeant, SubscriptionId, caseless, meant};

/// The context of a subscription's id or name: the active one if it is on it, then one of the active
/// account, then one of the only account that has it. What is no subscription is read as everywhere
/// else.
pub fn az_subscription<'a>(
    typed: &str,
    contexts: &[&'a Context],
    active: Option<&'a Context>,
) -> Result<&'a Context, NotMeant<'a>> {
    // An empty one is a variable that was never set.
    let is_on = |context: &&Context| !typed.trim().is_empty() && is_on(context, typed);
    if let Some(active) = active.filter(is_on) {
        return Ok(active);
    }
    let all: Vec<&Context> = contexts.iter().copied().filter(is_on).collect();
    let is_of_active =
        |context: &&Context| active.is_some_and(|active| active.is_of_the_account_of(context));
    let of_active: Vec<&Context> = all.iter().copied().filter(is_of_active).collect();
    for fitting in [of_active, all] {
        let Some((first, others)) = fitting.split_first() else { continue };
        let is_same =
            |other: &&Context| first.place() == other.place() && first.is_of_the_account_of(other);
        return match others.iter().all(is_same) {
            true => Ok(first),
            false => Err(NotMeant::Several(fitting)),
        };
    }
    meant(&ContextName::new(typed), contexts)
}

fn is_on(context: &Context, typed: &str) -> bool {
    context.subscription.as_ref().is_some_and(|own| {
        let name = own.name.as_ref();
        SubscriptionId(&own.id) == SubscriptionId(typed)
            || name.is_some_and(|name| caseless::same(name, typed))
    })
}

#[cfg(test)]
mod tests {
    use super::az_subscription;
    use crate::rules::testing::{context, of_principal};
    use crate::{Context, NotMeant, Tenant};

    #[test]
    fn the_active_account_goes_first_and_of_several_none_is_guessed() {
        let in_tenant = |tenant: &str, context: Context| Context {
            tenant: Some(Tenant { id: tenant.into(), name: None }),
            ..context
        };
        let owned = [
            context("work", "ada", "s1"),
            context("again", "ADA", "s1"),
            context("guest", "ada", "s2"),
            context("other", "bob", "s1"),
            context("own", "bob", "s3"),
            of_principal("ci", "app", "s3"),
            // One name, two subscriptions.
            in_tenant(
                "t2",
                Context { subscription: owned_name("s4", "Twin"), ..context("twin", "ada", "s4") },
            ),
            Context { subscription: owned_name("s5", "Twin"), ..context("twin2", "ada", "s5") },
        ];
        let all: Vec<&Context> = owned.iter().collect();
        for (typed, active, wanted) in [
            ("S1", Some("work"), Ok("work")),
            // The one that is active, not another of its account.
            ("sub s1", Some("again"), Ok("again")),
            ("s1", Some("guest"), Ok("work")),
            ("s1", Some("own"), Ok("other")),
            ("s2", Some("own"), Ok("guest")),
            ("s2", None, Ok("guest")),
            // Two accounts have it, and neither of them is active.
            ("s1", Some("ci"), Err(3)),
            ("s3", Some("work"), Err(2)),
            ("s3", None, Err(2)),
            ("s3", Some("ci"), Ok("ci")),
            ("Twin", Some("work"), Err(2)),
            ("Twin", Some("twin2"), Ok("twin2")),
            ("s4", Some("work"), Ok("twin")),
            // No subscription: a name.
            ("own", Some("work"), Ok("own")),
            ("", Some("work"), Err(0)),
            (" ", None, Err(0)),
            ("nothing", None, Err(0)),
        ] {
            let active = active
                .and_then(|name| all.iter().copied().find(|context| context.name.as_str() == name));
            let found = match az_subscription(typed, &all, active) {
                Ok(context) => Ok(context.name.as_str()),
                Err(NotMeant::Several(several)) => Err(several.len()),
                Err(NotMeant::Unknown { .. }) => Err(0),
            };
            assert_eq!(found, wanted, "{typed:?}");
        }
    }

    fn owned_name(id: &str, name: &str) -> Option<crate::Subscription> {
        Some(crate::Subscription { id: id.into(), name: Some(name.into()), state: None })
    }
}
