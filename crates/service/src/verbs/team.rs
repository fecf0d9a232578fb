//! A team's vault: what is asked of who has the own vault open. Nothing here opens a connection.

mod begin;
mod describe;
mod history;
mod login;
mod step;

pub use begin::{
    CreateTeam, CreatedTeam, ForgetTeam, ForgottenTeam, InviteMember, Invited, JoinTeam, Joined,
    ReviewRequest, ReviewedRequest,
};
pub use describe::{
    AwakeTeams, DescribeTeams, DescribedMember, DescribedTeam, DescribedTeams, Standing, WakeTeams,
    WhichTeams,
};
pub use history::{HistoryEntry, ReadHistory, TeamHistory};
pub use login::{DatabaseToken, DatabaseTokenReply, SetTeamDatabase, TeamDatabaseSet, TeamLogin};
pub use step::{ShownRecords, StepTeam, SteppedTeam, TeamConnection, TeamDeed, TeamReport};
