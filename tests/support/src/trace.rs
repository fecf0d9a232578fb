//! A command and everything that it starts under `strace`: which bytes went where.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use crate::{Ran, has, is_root, not_run, ran};

/// Calls by which bytes can reach a file, and those that make or rename one, and programs with
/// their arguments and environment.
const CALLS: &str = "trace=write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,rename,renameat,\
    renameat2,openat,creat,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat,ftruncate,\
    truncate,fallocate,copy_file_range,sendfile,splice,mmap,execve";

/// What a marker can look like in a buffer.
pub fn forms(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut forms = vec![bytes.to_vec()];
    forms.push(bytes.iter().flat_map(|byte| [*byte, 0]).collect());
    forms.extend([HEXLOWER.encode(bytes).into_bytes(), HEXUPPER.encode(bytes).into_bytes()]);
    for shift in 0..3 {
        // From the first whole group of four characters to the last.
        let padded = [&vec![b'-'; shift][..], bytes].concat();
        for text in [BASE64.encode(&padded), BASE64URL_NOPAD.encode(&padded)] {
            let start = if shift == 0 { 0 } else { 4 };
            forms.push(text.as_bytes()[start..padded.len() / 3 * 4].to_vec());
        }
    }
    forms
}

/// One line of the trace.
pub struct Call {
    pub name: String,
    /// What the first descriptor is: a path, `socket:…`, `UNIX-STREAM:…`, `pipe:…`.
    pub target: Option<String>,
    /// Everything that was printed of it, unescaped.
    pub bytes: Vec<u8>,
}

impl Call {
    fn parse(line: &str) -> Option<Self> {
        let (_, call) = line.split_once(' ')?;
        // The second half of a call that another process's came between: what it was given stands
        // in the first.
        let call = Some(call.trim_start()).filter(|call| !call.starts_with("<... "))?;
        let (name, rest) = call.split_once('(')?;
        let first = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        // A file without a name, as one that is about to get its first, is `<…>(deleted)`.
        let target = first.strip_prefix('<').and_then(|text| {
            let ends = [">,", ">(deleted),"].into_iter().filter_map(|end| text.find(end));
            Some(text[..ends.min()?].to_owned())
        });
        Some(Self { name: name.to_owned(), target, bytes: unescaped(rest) })
    }

    /// The regular file that is written.
    pub fn file(&self) -> Option<&str> {
        let target = self.target.as_deref().filter(|target| target.starts_with('/'))?;
        (!target.contains("<char ")).then_some(target)
    }

    pub fn writes(&self) -> bool {
        let calls = ["write", "pwrite64", "writev", "pwritev", "pwritev2", "ftruncate"];
        let more = ["fallocate", "copy_file_range", "sendfile", "splice"];
        calls.contains(&&*self.name) || more.contains(&&*self.name)
    }
}

/// strace escapes as C does.
pub fn unescaped(text: &str) -> Vec<u8> {
    let mut bytes = text.bytes().peekable();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'n') => plain.push(b'\n'),
            Some(b't') => plain.push(b'\t'),
            Some(b'r') => plain.push(b'\r'),
            Some(b'v') => plain.push(0x0b),
            Some(b'f') => plain.push(0x0c),
            Some(first @ b'0'..=b'7') => {
                let mut number = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|b| (b'0'..=b'7').contains(b)) else { break };
                    number = number * 8 + u32::from(digit - b'0');
                }
                plain.push(u8::try_from(number).unwrap());
            }
            Some(other) => plain.push(other),
            None => {}
        }
    }
    plain
}

/// Runs a command and everything that it starts under strace; `None` where that is not possible.
pub fn trace(inner: &Command) -> Option<(Ran, Vec<Call>)> {
    if !has("strace") {
        return None;
    }
    if !is_root() {
        // A tracer of the same user sees addresses, and may not read what lies there.
        not_run("only root can trace a process that protects its memory");
        return None;
    }
    let works = Command::new("strace").args(["-o", "/dev/null", "true"]).status();
    if !works.is_ok_and(|status| status.success()) {
        not_run("nothing may be traced here");
        return None;
    }
    // The trace lies outside of what is looked at.
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-v", "-qq", "-yy", "-s", "4194304", "-e", CALLS, "-o"]).arg(trace.path());
    strace.arg(inner.get_program()).args(inner.get_args()).env_clear();
    strace.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace.current_dir(inner.get_current_dir().unwrap());
    let ran = ran(strace.stdin(Stdio::null()).output().unwrap());
    let text = fs::read_to_string(trace.path()).unwrap();
    Some((ran, text.lines().filter_map(Call::parse).collect()))
}

/// Regular files that were written, made, renamed or mapped for writing.
pub fn touched(calls: &[Call]) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for call in calls {
        let text = String::from_utf8(call.bytes.iter().map(|b| b & 0x7f).collect()).unwrap();
        let opens = call.name == "openat" && (text.contains("O_CREAT") || text.contains("O_TRUNC"));
        let maps =
            call.name == "mmap" && text.contains("PROT_WRITE") && text.contains("MAP_SHARED");
        if call.writes() {
            files.extend(call.file().map(str::to_owned));
        } else if (opens && !text.contains("/dev/null"))
            || (maps && !text.contains("MAP_ANONYMOUS"))
            || !["openat", "mmap", "sendto", "sendmsg", "execve"].contains(&&*call.name)
        {
            files.insert(format!("{} {text}", call.name));
        }
    }
    files
}

/// Calls that have a text in any of its forms.
pub fn found(calls: &[Call], text: &str, among: impl Fn(&Call) -> bool) -> Vec<String> {
    let forms = forms(text.as_bytes());
    let hits = calls.iter().filter(|call| among(call) && holds(&call.bytes, &forms));
    hits.map(|call| format!("{text} in {} to {:?}", call.name, call.target)).collect()
}

/// Whether bytes have one of these forms in them.
pub fn holds(bytes: &[u8], forms: &[Vec<u8>]) -> bool {
    forms.iter().any(|form| memchr::memmem::find(bytes, form).is_some())
}

#[test]
fn a_write_into_a_file_without_a_name_is_seen() {
    let write = |line: &str| Call::parse(&format!("7 {line}")).unwrap();
    for (line, file) in [
        ("write(3</home/a>, \"x>,\", 3) = 3", Some("/home/a")),
        ("write(3</home/#99>(deleted), \"x>,\", 3) = 3", Some("/home/#99")),
        ("write(1</dev/pts/0<char 136:0>>, \"x\", 1) = 1", None),
        ("write(4<pipe:[1]>, \"x\", 1) = 1", None),
    ] {
        assert_eq!(write(line).file(), file, "{line}");
    }
}
