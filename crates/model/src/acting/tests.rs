//! Worlds by the thousand, each with a vault, a session and a request: the account that a verb touches
//! is the one that acts, in whichever scope the change is made.

use super::Acting;
use crate::rules::active::{Wishes, active};
use crate::rules::disconnect::{Who, disconnect};
use crate::rules::set::{self, set};
use crate::rules::testing::{context, of_principal};
use crate::{
    AccountKey, Accounts, Change, Clouds, Context, ContextList, ContextName, Current, Decision,
    Known, ProcessScope, Refusal, Whose,
};

const WORLDS: u64 = 4000;

/// Numbers that look random and are the same each time (Knuth's generator of MMIX).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn name(&mut self) -> ContextName {
        ContextName::new(["a", "B", "c", "d", "e"][self.below(5)])
    }

    /// Of one of two users or an application, in one of two clouds.
    fn context(&mut self, name: ContextName) -> Context {
        let subscription = format!("s{}", self.below(4));
        let mut made = match self.below(3) {
            0 => context("", "ada@x", &subscription),
            1 => context("", "bob@x", &subscription),
            _ => of_principal("", "app", &subscription),
        };
        if self.below(2) == 0 {
            made.environment = Some("AzureChinaCloud".into());
        }
        made.name = name;
        made
    }

    fn contexts(&mut self, most: usize) -> Vec<Context> {
        let mut made: Vec<Context> = Vec::new();
        for _ in 0..self.below(most + 1) {
            let name = self.name();
            if made.iter().all(|known| !known.name.same_as(&name)) {
                made.push(self.context(name));
            }
        }
        made
    }

    fn chance<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 0).then(|| make(self))
    }
}

struct World {
    stored: ContextList,
    default: Option<ContextName>,
    session: ProcessScope,
    option: Option<ContextName>,
    variable: Option<ContextName>,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let stored = numbers.contexts(6).into_iter().collect();
        let hidden = numbers.chance(Numbers::name).map(|name| name.key()).into_iter().collect();
        let session = ProcessScope {
            contexts: numbers.contexts(3),
            hidden,
            active: numbers.chance(|numbers| match numbers.below(6) {
                0 => Current::Nothing,
                _ => Current::To(numbers.name()),
            }),
            ..ProcessScope::default()
        };
        let default = numbers.chance(Numbers::name);
        let (option, variable) = (numbers.chance(Numbers::name), numbers.chance(Numbers::name));
        Self { stored, default, session, option, variable }
    }

    fn find(&self, name: &ContextName) -> Option<&Context> {
        let found = self.session.find(&self.stored, name);
        // As a look at each would find it.
        let seen = self.session.seen(&self.stored).into_iter();
        let by_look = seen.map(|(context, _)| context).find(|context| context.name.same_as(name));
        let found = found.map(|(context, _)| context);
        assert_eq!(found.map(std::ptr::from_ref), by_look.map(std::ptr::from_ref));
        found
    }

    /// What `status` shows.
    fn acting(&self) -> Option<Acting> {
        let wishes = Wishes {
            option: self.option.as_ref(),
            variable: self.variable.as_ref(),
            session: self.session.active.as_ref(),
            default: self.default.as_ref(),
        };
        let (name, because) = active(&wishes);
        Some(Acting::new(self.find(name?)?, because))
    }

    /// As the vault has it, and as the session sees it.
    fn known<'a>(&'a self, accounts: &'a Accounts, acting: Option<&'a Acting>) -> [Known<'a>; 2] {
        let (whose, default) = (Whose { acting, accounts }, self.default.as_ref());
        [
            Known::of_vault(&self.stored, default, 0, whose),
            self.session.known(&self.stored, default, whose),
        ]
    }

    /// Carries a change of the vault out, and the session's part of it.
    fn carry_out(&mut self, of_user: Change, here: Option<&Change>, accounts: &Accounts) {
        self.session.take_part(&of_user, here, accounts);
        let touched = |name: &ContextName| {
            let mut names = of_user.remove.iter().chain(of_user.put.iter().map(|put| &put.name));
            names.any(|touched| touched.same_as(name))
        };
        let stay = self.stored.iter().filter(|context| !touched(&context.name));
        let stored = stay.chain(&of_user.put).map(Context::copied).collect();
        self.stored = stored;
        match of_user.current {
            Some(Current::To(name)) => self.default = Some(name),
            Some(Current::Nothing) => self.default = None,
            None => {}
        }
    }

    fn all(&self) -> impl Iterator<Item = &Context> {
        self.stored.iter().chain(&self.session.contexts)
    }
}

/// The accounts of contexts, as often as they occur.
fn keys<'a>(contexts: impl Iterator<Item = &'a Context>, accounts: &Accounts) -> Vec<AccountKey> {
    let key = |context| accounts.of_context(context).one().unwrap().key.clone();
    let mut keys: Vec<AccountKey> = contexts.map(key).collect();
    keys.sort();
    keys
}

type Verb = fn(&Known<'_>) -> Result<Decision, Refusal>;

fn sign_out(known: &Known<'_>) -> Result<Decision, Refusal> {
    disconnect(known, &Who::Acting)
}

fn make(known: &Known<'_>) -> Result<Decision, Refusal> {
    set(known, &set::SetRequest { subscription: Some("s1".to_owned()), ..Default::default() })
}

#[test]
#[allow(clippy::print_stdout, reason = "a test says what it counted")]
fn the_account_that_a_verb_touches_is_the_one_that_acts_in_every_scope() {
    let (mut signed_out, mut made, mut nobody, mut elsewhere) = (0, 0, 0, 0);
    for seed in 0..WORLDS {
        for verb in [sign_out as Verb, make] {
            let mut world = World::new(seed);
            let accounts = Accounts::of(Clouds::default(), world.all(), [], []);
            let acting = world.acting();
            let [of_user, here] = world.known(&accounts, acting.as_ref()).map(|known| verb(&known));
            let Some(acting) = acting else {
                let refused = [of_user.err(), here.err()];
                assert_eq!(refused, [Some(Refusal::NoneCurrent), Some(Refusal::NoneCurrent)]);
                nobody += 1;
                continue;
            };
            let key = accounts.of_context(acting.context()).one().unwrap().key.clone();
            let default = world.default.as_ref().and_then(|name| world.find(name));
            let of_default = default.and_then(|context| accounts.of_context(context).one());
            elsewhere += usize::from(of_default.is_some_and(|account| account.key != key));
            let before = keys(world.all(), &accounts);
            let (Ok(of_user), here) = (of_user, here.ok().map(|here| here.change)) else {
                continue;
            };
            for change in [Some(&of_user.change), here.as_ref()].into_iter().flatten() {
                for put in &change.put {
                    assert!(accounts.acts_in(&key, put), "{seed}");
                    made += 1;
                }
            }
            let is_made = !of_user.change.put.is_empty();
            world.carry_out(of_user.change, here.as_ref(), &accounts);
            (world.option, world.variable) = (None, None);
            let after = keys(world.all(), &accounts);
            if is_made {
                // It acts from now on, unless the session follows nothing but its own choice.
                let acts = world.acting().unwrap();
                assert!(accounts.acts_in(&key, acts.context()), "{seed}");
            } else {
                let others = before.into_iter().filter(|own| *own != key).collect::<Vec<_>>();
                assert_eq!(after, others, "{seed}: contexts of the account go, and no others");
                signed_out += 1;
            }
        }
    }
    println!(
        "{WORLDS} worlds: {signed_out} sign-outs and {made} contexts of the acting account, {nobody} \
         refusals; in {elsewhere} the default was another account's"
    );
    assert!(signed_out > 500 && made > 1000 && nobody > 500 && elsewhere > 200);
}
