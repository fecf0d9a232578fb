//! What a rule asks, and why it refuses, in words.

use azvault_model::{Acting, ContextName, Question, Refusal, Scope};

use super::gone::{Gone, named};
use super::request::{ChangeRequest, Run, place};
use crate::app::{App, Consent};
use crate::contexts;
use crate::failure::{Failure, Kind};
use crate::text::{count, quoted, shown};

/// A question, with what the person has to know to answer it.
pub(super) struct Asking<'a> {
    pub(super) question: Option<&'a Question>,
    pub(super) acting: Option<&'a Acting>,
    pub(super) gone: &'a Gone,
    /// Contexts marked as production in whose places others come.
    pub(super) replaced: &'a [ContextName],
    pub(super) scope: Scope,
}

/// Has the person agree, unless that was said beforehand.
pub(super) fn ask(app: &App, request: ChangeRequest, asked: &Asking<'_>) -> Result<(), Failure> {
    let Some(question) = asked.question else { return Ok(()) };
    match question {
        Question::Replace { .. } | Question::UnseenTenant { .. } if !asked.replaced.is_empty() => {
            replace_production(app, asked)
        }
        Question::Replace { existing } => {
            let name = quoted(existing.as_str());
            let what = format!("there is a context {name} already");
            let question = format!("Replace the context {name}?");
            unless_forced(app, request, &question, || {
                Failure::new(Kind::Exists, what).hint("add --force to replace it")
            })
        }
        Question::UnseenTenant { account, tenant, replaced } => {
            let (account, tenant) = (shown(account), shown(tenant));
            let what = format!("{account} was never seen in tenant {tenant}");
            let replaced = replaced.as_ref().map_or_else(String::new, |name| {
                format!(", in place of the context {}", quoted(name.as_str()))
            });
            let question = format!("{what}. Make the context{replaced}?");
            unless_forced(app, request, &question, || {
                Failure::new(Kind::Refused, what.clone()).hint(
                    "add --online to have Azure asked, or --tenant ID to name the tenant yourself",
                )
            })
        }
        Question::RemoveCurrent { name } => {
            app.confirm(request.destroy, &remove_current(asked, &quoted(name.as_str())))
        }
        Question::RemoveProduction { names } => {
            agreed(app, request, names);
            let (marked, gone) = (production(names), asked.gone.names_and_accounts());
            app.confirm(request.destroy, &format!("{marked}Remove {gone} {}?", place(asked.scope)))
        }
        Question::RemoveMeant { typed } => {
            let (typed, gone) = (quoted(typed.as_str()), asked.gone.names_and_accounts());
            let place = place(asked.scope);
            app.confirm(request.destroy, &format!("{typed} means {gone}. Remove it {place}?"))
        }
        Question::Clear { contexts, secrets, production: marked } => {
            agreed(app, request, marked);
            let (contexts, secrets) = (count(*contexts, "context"), count(*secrets, "secret"));
            let whose = match asked.gone.accounts.is_empty() {
                true => String::new(),
                false => format!(" of {}", asked.gone.whose()),
            };
            let question = format!(
                "{}Remove {contexts}{whose} and {secrets} {}?",
                production(marked),
                place(asked.scope)
            );
            app.confirm(request.destroy, &question)
        }
        Question::Disconnect { production: marked, .. } => {
            agreed(app, request, marked);
            app.confirm(request.destroy, &format!("{}{}", production(marked), disconnect(asked)))
        }
    }
}

/// Which of the contexts are marked as production, in a sentence before the question.
fn production(names: &[ContextName]) -> String {
    let listed: Vec<String> = names.iter().map(|name| quoted(name.as_str())).collect();
    match &*listed {
        [] => String::new(),
        [name] => format!("{name} is marked as production. "),
        several => format!("{} are marked as production. ", several.join(", ")),
    }
}

/// `--yes` is agreed to before anyone knows what is marked: it is said when it goes.
fn agreed(app: &App, request: ChangeRequest, marked: &[ContextName]) {
    if request.destroy == Consent::Given && request.run == Run::Real && !marked.is_empty() {
        app.console.warning(production(marked).trim_end().trim_end_matches('.'));
    }
}

/// `--force` agrees to replace a context, and not one that is marked: a person says so, or takes the mark away.
fn replace_production(app: &App, asked: &Asking<'_>) -> Result<(), Failure> {
    let marked = production(asked.replaced);
    if app.terminal().is_none() {
        let what =
            format!("{marked}--force does not replace it, and there is no terminal to prompt on");
        return Err(Failure::new(Kind::NeedsTerminal, what)
            .hint("azvault context mark NAME --no-production, then the command again"));
    }
    let its = if asked.replaced.len() == 1 { "it" } else { "them" };
    app.confirm(Consent::Ask, &format!("{marked}Replace {its} {}?", place(asked.scope)))
}

/// What `--force` answers. Without a terminal it is said that it is missing.
fn unless_forced(
    app: &App,
    request: ChangeRequest,
    question: &str,
    refusal: impl FnOnce() -> Failure,
) -> Result<(), Failure> {
    if request.replace == Consent::Ask && app.terminal().is_none() {
        return Err(refusal());
    }
    app.confirm(request.replace, question)
}

fn remove_current(asked: &Asking<'_>, name: &str) -> String {
    let removed = asked.gone.names_and_accounts();
    match asked.gone.contexts.len() {
        1 => format!("{name} is the current context. Remove {removed} {}?", place(asked.scope)),
        several => format!(
            "{name} is the current context. Remove {several} contexts {}: {removed}?",
            place(asked.scope)
        ),
    }
}

fn disconnect(asked: &Asking<'_>) -> String {
    let Asking { acting, gone, scope, .. } = asked;
    let contexts = match gone.contexts.as_slice() {
        [] => "no context".to_owned(),
        contexts => format!("{} ({})", count(contexts.len(), "context"), gone.names()),
    };
    let acting = acting.and_then(|acting| {
        let name = quoted(acting.context().name.as_str());
        let whose = named(&acting.account()?.id, acting.context().environment.as_deref());
        Some(format!("{whose} acts: {name}, {}. ", acting.source().as_str()))
    });
    let acting = acting.unwrap_or_default();
    let whose = gone.whose();
    format!("{acting}Remove {contexts} and every secret of {whose} {}?", place(*scope))
}

/// A rule's refusal, in words.
pub fn refused(refusal: Refusal) -> Failure {
    let what = refusal.to_string();
    match refusal {
        Refusal::NoSuchContext { name } => contexts::absent(&name),
        Refusal::NoneCurrent => contexts::none_active(),
        Refusal::NoSuchAccount { id } => {
            Failure::new(Kind::NotFound, format!("there is no account {}", quoted(&id)))
                .hint("azvault context list, and azvault secret list, show the accounts")
        }
        Refusal::AmbiguousAccount { wanted, accounts } => {
            let accounts: Vec<String> = accounts.iter().map(|own| shown(own)).collect();
            let accounts = accounts.join("; ");
            Failure::new(Kind::NotFound, format!("{what}: {}: {accounts}", quoted(&wanted))).hint(
                "azvault disconnect --account ID, with a home account id, or --context-name NAME",
            )
        }
        Refusal::NoAccount { context } => {
            let name = quoted(context.as_str());
            Failure::new(Kind::NotFound, format!("the context {name} has no account"))
                .hint("azvault disconnect --account ID, with an account of azvault context list")
        }
        Refusal::AnotherAccountHere { name } => {
            let name = quoted(name.as_str());
            Failure::new(Kind::Refused, format!("{name}: {what}")).hint(
                "--scope process changes this session alone; azvault context rename gives its \
                 context another name",
            )
        }
        Refusal::NoSuchTenant { wanted } => {
            Failure::new(Kind::NotFound, format!("{what}: {}", quoted(&wanted)))
                .hint("give the tenant's id: azvault context list -o json")
        }
        Refusal::NoSuchSubscription { wanted } => {
            Failure::new(Kind::NotFound, format!("{what}: {}", quoted(&wanted)))
                .hint("give its id, a name of azvault subscription list, or --online to ask Azure")
        }
        Refusal::AmbiguousSubscription { wanted, ids } => {
            let ids = shown(&ids.join(", "));
            Failure::new(Kind::NotFound, format!("{what}: {}", quoted(&wanted)))
                .hint(format!("give one of the ids: {ids}"))
        }
        Refusal::EmptyName => Failure::new(Kind::Usage, what),
    }
}
