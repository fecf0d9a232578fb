//! Which process holds a socket: its descriptors say so (proc_pid_fd(5)).

use std::fs;
use std::path::Path;

use super::Holder;
use crate::process::facts;

/// More processes than this are not looked through for one of them.
const MAX_PROCESSES: usize = 1024;

/// The first of `root` and what descends from it that has the socket open. Those of a program that lets nobody
/// look into it are not seen.
pub(super) fn holder(inode: u64, root: u32) -> Option<Holder> {
    let socket = format!("socket:[{inode}]");
    let mut processes = vec![root];
    let mut found: Option<Holder> = None;
    let mut at = 0;
    while at < processes.len().min(MAX_PROCESSES) {
        let process = processes[at];
        if has_open(process, Path::new(&socket)) {
            let started = facts(process)?.started;
            let holder = Holder { process, started };
            found = Some(found.filter(|first| first.started <= started).unwrap_or(holder));
        }
        processes.extend(children(process));
        at += 1;
    }
    found
}

fn has_open(process: u32, file: &Path) -> bool {
    let descriptors = fs::read_dir(format!("/proc/{process}/fd")).into_iter().flatten().flatten();
    { descriptors }.any(|entry| fs::read_link(entry.path()).is_ok_and(|to| to == file))
}

/// What each of its threads has started (proc_pid_task_tid_children(5)).
fn children(process: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let listed =
        threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let numbers = |list: String| {
        let numbers: Vec<u32> = list.split_ascii_whitespace().flat_map(str::parse).collect();
        numbers
    };
    listed.flat_map(numbers).collect()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    use super::super::holder;

    #[test]
    fn a_connection_is_held_by_the_process_that_has_it_open_and_by_nobody_beside_it() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        // The shell starts what connects, and has no connection itself.
        let script = format!(
            "(exec 3<>/dev/tcp/127.0.0.1/{}; echo $BASHPID; read _ <&3) & wait",
            own.port()
        );
        let mut shell =
            Command::new("bash").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
        let (stream, peer) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(shell.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let of = |root| holder(peer, own, root).map(|one| one.process);
        let caller = line.trim().parse().ok();
        let said = (of(shell.id()), of(std::process::id()), of(u32::MAX));
        // The end of this process is another socket.
        let other = holder(own, peer, std::process::id()).map(|one| one.process);
        drop(stream);
        shell.kill().unwrap();
        shell.wait().unwrap();
        assert_eq!(other, Some(std::process::id()));
        if said.0.is_none() && !std::path::Path::new("/proc/thread-self/children").exists() {
            println!("this kernel does not list children: nothing to be tested");
            return;
        }
        assert_eq!(said, (caller, caller, None));
    }
}
