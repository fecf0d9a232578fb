//! When each team was last synced by the agent, and why not since.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// What the agent knows, as long as it has the keys.
#[derive(Default)]
pub(crate) struct SyncedTeams(Mutex<BTreeMap<String, TeamSyncState>>);

/// How it stands with one team.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamSyncState {
    /// Unix seconds at which this vault and the database last had the same.
    pub last: Option<i64>,
    /// Why they could not be compared since.
    pub problem: Option<String>,
    /// Records that were refused, and contexts that are not here.
    pub warnings: Vec<String>,
}

/// Warnings that are kept of one team.
const MAX_WARNINGS: usize = 16;

impl SyncedTeams {
    pub(crate) fn of(&self, team: &str) -> TeamSyncState {
        self.all().get(team).cloned().unwrap_or_default()
    }

    pub(crate) fn quiet(&self, team: &str, now: i64) {
        let mut all = self.all();
        let state = all.entry(team.to_owned()).or_default();
        (state.last, state.problem) = (Some(now), None);
    }

    pub(crate) fn took(&self, team: &str, warnings: Vec<String>) {
        let mut all = self.all();
        let state = all.entry(team.to_owned()).or_default();
        for warning in warnings {
            if !state.warnings.contains(&warning) {
                state.warnings.push(warning);
            }
        }
        let surplus = state.warnings.len().saturating_sub(MAX_WARNINGS);
        state.warnings.drain(..surplus);
    }

    pub(crate) fn failed(&self, team: &str, failure: Failure) {
        self.all().entry(team.to_owned()).or_default().problem = Some(failure.what);
    }

    pub(crate) fn retain(&self, teams: &[&str]) {
        self.all().retain(|name, _| teams.contains(&name.as_str()));
    }

    pub(crate) fn forget(&self) {
        self.all().clear();
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, TeamSyncState>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
