//! A command that has a network to itself: there its endpoint is also where programs look for the metadata of a
//! machine of Azure. The endpoint process stays in the network of before, where it is found and locked; it listens in
//! the other one, and starts the program that leads out of that.

use std::io::{self, Read};
use std::net::IpAddr;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use azvault_endpoint::TokenEndpoint;
use azvault_os::file::Owner;
use azvault_os::network::{self, PrivateNetwork, RESOLVERS};
use azvault_os::process::{ProcessHandle, end_all};

use crate::failure::{Failure, Kind};
use crate::text::shown;
use crate::{inherited, system_program};

/// Leads out of the network, as another user's programs need it that have no right to make interfaces.
/// <https://passt.top>
const PASTA: &str = "pasta";

/// In the folder of the endpoint.
const PROCESS_FILE: &str = "pasta.pid";

/// In the folder of the endpoint.
const RESOLVERS_FILE: &str = "resolv.conf";

/// Where pasta takes questions for names. Link-local, so nobody's elsewhere.
const FORWARDED: &str = "169.254.1.1";

/// How long it may take to have the network ready.
const PATIENCE: Duration = Duration::from_secs(10);

/// In which network a command is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// That of azvault.
    Shared,
    /// One of its own.
    Private,
}

/// What to type where there is none.
const NEXT: &str = "azvault exec --env-principal NAME -- COMMAND, where the tool takes a secret";

/// Refuses at once where the program is missing.
pub(super) fn check() -> Result<(), Failure> {
    if system_program::find(PASTA).is_some() {
        return Ok(());
    }
    let what = "--imds needs pasta, which root has not installed: without it the command would have no \
                network but azvault's address";
    let refused = Failure::new(Kind::Unsupported, what);
    Err(refused.hint("apt install passt, or azvault exec --env-principal NAME -- COMMAND"))
}

/// Has this process be in a network of its own. A file in the folder of the endpoint says who resolves names, where
/// this machine does so itself, at an address that is another machine's there.
pub(super) fn enter(folder: &Path) -> Result<PrivateNetwork, Failure> {
    let resolvers = std::fs::read_to_string(RESOLVERS).ok().and_then(|own| elsewhere(&own));
    let file = folder.join(RESOLVERS_FILE);
    let entered = match resolvers {
        None => network::enter(&TokenEndpoint::ADDRESSES, None),
        Some(text) => std::fs::write(&file, text)
            .and_then(|()| network::enter(&TokenEndpoint::ADDRESSES, Some(&file))),
    };
    entered.map_err(|e| {
        let what =
            format!("--imds needs a network of its own, which this system refuses to users: {e}");
        Failure::new(Kind::Unsupported, what).hint(NEXT)
    })
}

/// The text of `resolv.conf` with the address at which pasta forwards to the first resolver of this machine, where
/// all are of this machine.
fn elsewhere(own: &str) -> Option<String> {
    let resolver = |line: &str| Some(line.trim().strip_prefix("nameserver")?.trim().to_owned());
    let is_here = |address: String| address.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    let all: Vec<bool> = own.lines().filter_map(resolver).map(is_here).collect();
    if all.is_empty() || all.contains(&false) {
        return None;
    }
    let others = own.lines().filter(|line| resolver(line).is_none());
    let lines = others.map(str::to_owned).chain([format!("nameserver {FORWARDED}")]);
    Some(lines.map(|line| line + "\n").collect())
}

/// The program that leads out of a network. It ends with this.
pub(super) struct WayOut(Option<ProcessHandle>);

/// Has that network reach what this one reaches.
pub(super) fn lead_out(network: &PrivateNetwork, folder: &Path) -> Result<WayOut, Failure> {
    let failed = |why: String| {
        let what = format!("pasta did not connect the command's network: {why}");
        Failure::new(Kind::Other, what).hint(NEXT)
    };
    let cannot = |e: io::Error| failed(e.to_string());
    let Some(program) = system_program::find(PASTA) else {
        return Err(failed("it is gone".into()));
    };
    let process_file = folder.join(PROCESS_FILE);
    let mut command = network.program(&program, PASTA).map_err(cannot)?;
    // Nothing comes in; the names are those of this machine.
    command.args(["--config-net", "--quiet", "-t", "none", "-u", "none"]);
    command.args(["--netns", "/proc/self/fd/0", "--userns", "/proc/self/fd/1"]);
    command.arg("--pid").arg(&process_file);
    // Old releases forward nothing else then.
    if folder.join(RESOLVERS_FILE).exists() {
        command.args(["--dns-forward", FORWARDED]);
    }
    if Owner::own().is_system() {
        // It would be another user, who may not enter.
        command.args(["--runas", "0"]);
    }
    inherited::without_anything(&mut command).map_err(cannot)?;
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(cannot)?;
    // It goes on behind this one's back once the network is ready.
    let began = Instant::now();
    let status = loop {
        match child.try_wait().map_err(cannot)? {
            Some(status) => break status,
            None if began.elapsed() < PATIENCE => sleep(Duration::from_millis(2)),
            None => {
                let _ = child.kill();
                break child.wait().map_err(cannot)?;
            }
        }
    };
    if !status.success() {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            let _ = stderr.read_to_string(&mut said);
        }
        let last = said.lines().last().map_or_else(|| status.to_string(), shown);
        return Err(failed(last));
    }
    let number = std::fs::read_to_string(&process_file).map_err(cannot)?;
    std::fs::remove_file(&process_file).map_err(cannot)?;
    let process = number.trim().parse().ok().and_then(|pid| ProcessHandle::open(pid).ok());
    Ok(WayOut(Some(process.ok_or_else(|| failed("it ended at once".into()))?)))
}

impl Drop for WayOut {
    fn drop(&mut self) {
        end_all(self.0.take().into_iter().collect(), |process| Some(process));
    }
}

#[cfg(test)]
mod tests {
    use super::elsewhere;

    #[test]
    fn a_resolver_of_this_machine_is_asked_by_way_of_pasta_and_another_one_as_ever() {
        for (own, other) in [
            ("nameserver 192.0.2.1\n", None),
            ("nameserver 127.0.0.53\nnameserver 192.0.2.1\n", None),
            ("nameserver ::1\n", Some("nameserver 169.254.1.1\n")),
            (
                "# stub\nnameserver 127.0.0.53\noptions edns0\nsearch a.example\n",
                Some("# stub\noptions edns0\nsearch a.example\nnameserver 169.254.1.1\n"),
            ),
            ("search a.example\n", None),
            ("", None),
            ("nameserver odd\n", None),
        ] {
            assert_eq!(elsewhere(own).as_deref(), other, "{own}");
        }
    }
}
