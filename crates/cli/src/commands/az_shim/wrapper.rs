//! The program `az` that `install` writes: a script of three lines, by which it is known again.

use std::fs;
use std::path::{Path, PathBuf};

use azvault_service::failure::{Failure, Kind};
use azvault_service::paths;
use azvault_service::text::shown_path;

const FIRST: &str = "#!/bin/sh";
/// Says to who opens it what it is.
const MARK: &str = "# az, answered by azvault: azvault az-shim --help";
const REST: &str = " az-shim run --shim \"$0\" -- \"$@\"";

/// What is larger is no wrapper.
const MAX_SIZE: u64 = 8192;

/// What stands in the place of a wrapper.
pub(super) enum Place {
    Free,
    /// A wrapper as `install` writes it, for whichever azvault.
    Wrapper,
    /// A file of somebody else, a wrapper that was edited, or a link.
    Foreign,
}

impl Place {
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let failed = |e| Failure::new(Kind::Other, format!("{}: {e}", shown_path(path)));
        let facts = match path.symlink_metadata() {
            Ok(facts) => facts,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::Free),
            Err(e) => return Err(failed(e)),
        };
        match facts.is_file() && is_wrapper(path) {
            true => Ok(Self::Wrapper),
            false => Ok(Self::Foreign),
        }
    }
}

/// The text that starts this azvault; `None` where its path cannot stand in a script.
pub(super) fn text(azvault: &Path) -> Option<String> {
    let azvault = azvault.to_str().filter(|path| !path.contains('\n'))?.replace('\'', r"'\''");
    Some(format!("{FIRST}\n{MARK}\nexec '{azvault}'{REST}\n"))
}

/// Whether a file is a wrapper as it was written: what somebody edited is theirs.
pub(super) fn is_wrapper(path: &Path) -> bool {
    let is_small = path.metadata().is_ok_and(|facts| facts.is_file() && facts.len() <= MAX_SIZE);
    is_small && fs::read_to_string(path).is_ok_and(|text| is_text(&text))
}

fn is_text(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let [first, mark, exec] = lines[..] else { return false };
    let quoted = exec.strip_prefix("exec '").and_then(|rest| rest.strip_suffix(REST));
    first == FIRST && mark == MARK && quoted.is_some_and(|path| path.ends_with('\''))
}

/// The folder of the option, else where people keep programs of their own.
pub(super) fn folder(given: Option<&Path>) -> Result<PathBuf, Failure> {
    given.map_or_else(paths::programs, paths::absolute)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_text, text};

    #[test]
    fn what_is_written_is_known_again_and_nothing_else_is() {
        for path in ["/usr/bin/azvault", "/home/o'neil/a b/azvault", "/x' ; y"] {
            let text = text(Path::new(path)).unwrap();
            assert!(is_text(&text), "{text}");
            assert!(!is_text(&format!("{text}echo more\n")));
            assert!(!is_text(&text.replacen("exec ", "echo; exec ", 1)));
            assert!(!is_text(&text.replacen("#!/bin/sh", "#!/bin/bash", 1)));
        }
        for other in ["", "#!/bin/sh\n", "#!/bin/sh\n# az\nexec '/usr/bin/az' \"$@\"\n"] {
            assert!(!is_text(other), "{other}");
        }
        assert!(text(Path::new("/a\nb")).is_none());
    }
}
