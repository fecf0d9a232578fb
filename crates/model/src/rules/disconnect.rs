//! Disconnect (Disconnect-AzAccount): an account's contexts and secrets go, in every tenant and
//! whatever its type.
//!
//! Whose sign-in ends is settled before the rule is asked, by who acts or by a name that was looked
//! up in all that is seen: the rule gives the same answer for the vault and for the session. Azure
//! PowerShell does nothing, silently, for an account that it does not know and where no default
//! context is; azvault refuses the one and does the other.

use crate::{
    AccountKey, Accounts, Change, Context, ContextName, Current, Decision, Forget, Found, Known,
    KnownAccount, Question, Refusal, Remark,
};

/// Whose sign-in ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The account that acts.
    Acting,
    /// This account, which was found before.
    Account(KnownAccount),
    /// Everybody.
    All,
}

impl Who {
    /// The account of a context.
    pub fn of(context: &Context, accounts: &Accounts) -> Result<Self, Refusal> {
        account_of(context, accounts).map(Self::Account)
    }

    /// The account of a name or a home account id, without case, among all that are known.
    pub fn named(text: &str, accounts: &Accounts) -> Result<Self, Refusal> {
        match accounts.named(text) {
            Found::One(account) => Ok(Self::Account(account.clone())),
            Found::Several(several) => Err(ambiguous(text, &several)),
            Found::Nobody => Err(Refusal::NoSuchAccount { id: text.to_owned() }),
        }
    }
}

/// Ends the sign-in.
pub fn disconnect(known: &Known<'_>, who: &Who) -> Result<Decision, Refusal> {
    let gone: Vec<KnownAccount> = match who {
        Who::Account(account) => vec![account.clone()],
        Who::Acting => vec![account_of(known.expect_acting()?.context(), &known.accounts)?],
        Who::All => known.accounts.all().to_vec(),
    };
    let keys: Vec<AccountKey> = gone.iter().map(|account| account.key.clone()).collect();
    let goes = |context: &&&Context| known.accounts.of_context(context).is_among(&keys);
    let removed: Vec<ContextName> =
        known.contexts.iter().filter(goes).map(|context| context.name.clone()).collect();
    let current_goes = removed.iter().any(|name| known.is_current(name));
    let contexts = removed.len();
    let accounts: Vec<String> = gone.into_iter().map(|account| account.id.to_string()).collect();
    let production = known.production(&removed);
    let asks =
        (!accounts.is_empty()).then_some(Question::Disconnect { accounts, contexts, production });
    let change = Change {
        remove: removed,
        current: current_goes.then_some(Current::Nothing),
        forget: Forget::Accounts(keys),
        ..Change::default()
    };
    let remarks = if current_goes { vec![Remark::NoneCurrent] } else { Vec::new() };
    Ok(Decision { change, asks, remarks })
}

/// The account of a context, refusing one whose name several accounts have.
fn account_of(context: &Context, accounts: &Accounts) -> Result<KnownAccount, Refusal> {
    let none = || Refusal::NoAccount { context: context.name.clone() };
    let account = context.account.as_ref().ok_or_else(none)?;
    match accounts.of_context(context) {
        Found::One(account) => Ok(account.clone()),
        Found::Several(several) => Err(ambiguous(&account.id, &several)),
        Found::Nobody => Err(Refusal::NoSuchAccount { id: account.id.to_string() }),
    }
}

fn ambiguous(wanted: &str, several: &[&KnownAccount]) -> Refusal {
    let accounts = several.iter().map(|account| account.in_words()).collect();
    Refusal::AmbiguousAccount { wanted: wanted.to_owned(), accounts }
}

#[cfg(test)]
mod tests;
