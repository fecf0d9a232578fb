//! A vault that is older than, or another one than, what this machine has seen, and a person who
//! says that it is the right one.

use azvault_agent::hold::Terms;
use azvault_vault::{
    AnchorMismatch, DraftFolder, Error, Problem, StorageError, Subject, Try, Vault,
};

use crate::app::App;
use crate::console::Answer;
use crate::failure::{Failure, Kind};
use crate::opening::{Hold, OpenSlot, Opener, OwnKeys};
use crate::{agent, audit};

/// Unlocks the vault whatever this machine has seen of it, if a person says so, and has the agent
/// hold its keys. The acceptance stands in the audit log, and makes a generation that neither of
/// the two futures has.
pub fn accept(app: &App, terms: Terms) -> Result<(), Failure> {
    let Some(mut terminal) = app.terminal() else {
        let what = "only a person can accept an older vault, and there is no terminal to prompt on";
        return Err(Failure::new(Kind::NeedsTerminal, what)
            .hint("azvault unlock --accept-rollback in a terminal"));
    };
    let path = app.vault_path()?;
    let anchors = app.anchors()?;
    // Against an empty memory it opens, if it opens at all.
    let memory =
        DraftFolder::within(&std::env::temp_dir()).map_err(|e| Problem::from(e).at(&path))?;
    let apart = app.with_scratch_anchors(path.clone(), memory.anchors());
    let opened: OpenSlot = Opener::new(&apart).open_slot(Try::All, Hold::Nowhere)?;
    let OwnKeys { epoch, bytes } = opened.own_keys();
    let keys = || Box::new(opened.vault.sealer());

    let locked = Opener::new(app).locked()?;
    let id = locked.vault_id();
    let hold = |vault: &Vault| agent::hold(vault, epoch, &bytes, terms);
    let mut agents_keys = AgentsKeys::Stay;
    let (generation, question, what) = match locked.unlock_with(keys(), &anchors) {
        Ok(vault) => {
            app.console.note("nothing to accept: the vault is the one that this machine has seen");
            return hold(&vault);
        }
        Err(Error {
            problem: Problem::AnchorMismatch(AnchorMismatch::RolledBack { found, seen }),
            ..
        }) => {
            agents_keys = AgentsKeys::Go;
            let question = format!(
                "This vault is at generation {found}; this machine has seen generation {seen}. What \
                 was stored in between is not in it.\nGo on with the older one?"
            );
            (Some(found), question, format!("generation {found} in place of {seen}"))
        }
        Err(Error {
            problem: Problem::AnchorMismatch(AnchorMismatch::Another { found, known }),
            ..
        }) => {
            let known = match &*known {
                [] => "the one that is known has other keys".to_owned(),
                known => format!("known is {}", known.join(", ")),
            };
            let question = format!(
                "This machine knows another vault with this id: {known}. This one's fingerprint is \
                 {found}. Only a vault that somebody made to be taken for yours has the id of yours, or \
                 one whose keys an earlier azvault rotated elsewhere.\nTake this one for a vault of \
                 yours as well?"
            );
            (None, question, format!("fingerprint {found} beside another vault with this id"))
        }
        Err(Error { problem: Problem::AnchorMismatch(AnchorMismatch::Forked { at }), .. }) => (
            Some(at),
            format!(
                "Two vaults grew out of one, and both are at generation {at}. What only the other \
                 one has is not in this one: azvault context save there, and context import here, \
                 brings it over.\nGo on with this one?"
            ),
            format!("another generation {at} in its place"),
        ),
        Err(e) => return Err(e.into()),
    };
    if terminal.ask_yes(&question)? == Answer::No {
        return Err(Failure::new(Kind::Aborted, "the vault stays refused"));
    }
    let locked = Opener::new(app).locked()?;
    let mut vault = locked.unlock_despite(&anchors, keys(), &anchors)?;
    if generation.is_some_and(|generation| vault.generation() != generation) {
        // Yes was said to another one.
        return Err(Problem::from(StorageError::Replaced).at(&path).into());
    }
    let subjects = vec![Subject { id: None, what }];
    vault.write(|writing| audit::log(app, writing, "unlock accept-rollback", subjects))?;
    app.console.note(format!("accepted: the vault is at generation {} now", vault.generation()));
    if let Some(error) = vault.anchor_error() {
        app.console.warning(format!("this machine cannot remember that: {error}"));
    }
    if agents_keys == AgentsKeys::Go {
        agent::lock(id)?;
    }
    hold(&vault)
}

/// Whether keys that the agent holds are of the vault that is left behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AgentsKeys {
    Stay,
    Go,
}
