//! What differs between systems stands in one crate.

use super::sources;

#[test]
fn only_os_knows_the_interfaces_of_a_system() {
    for (path, text) in sources() {
        if path.starts_with("crates/os/") || path.ends_with("/tests.rs") || path.contains("/tests/")
        {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for word in ["rustix", "libc::", "signal_hook", "std::os::", "windows_sys"] {
                assert!(!line.contains(word), "{path} asks the system without crates/os: {line}");
            }
        }
    }
}

#[test]
fn only_os_asks_which_system_it_is() {
    // The login manager is heard by a library of its own.
    let elsewhere = ["crates/agent/src/login.rs"];
    let mut asked = 0;
    for (path, text) in sources() {
        if path.ends_with("/tests.rs") || path.contains("/tests/") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap();
        let asks = ["cfg(windows", "cfg(unix", "cfg_attr(windows", "cfg_attr(unix", "cfg!(windows"];
        let asks = asks.iter().any(|word| code.contains(word));
        asked += usize::from(asks);
        assert!(
            !asks || path.starts_with("crates/os/") || elsewhere.contains(&path.as_str()),
            "{path}"
        );
    }
    assert!(asked > 5);
}

#[test]
fn no_number_of_a_user_mode_or_descriptor_leaves_os() {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut signatures = 0;
    for (path, text) in sources().into_iter().filter(|(path, _)| path.starts_with("crates/os/")) {
        for (at, _) in text.match_indices("pub ") {
            let signature = text[at..].split(['{', ';', '=']).next().unwrap();
            // What a tuple holds is private unless it says otherwise.
            let cut = if signature.starts_with("pub struct") { '(' } else { '{' };
            let signature = signature.split(cut).next().unwrap();
            signatures += 1;
            for word in signature.split(|c: char| !is_word(c)) {
                let raw = ["uid", "gid", "mode", "RawFd", "OwnedFd", "BorrowedFd"].contains(&word);
                assert!(!raw, "{path} shows {word}: {signature}");
            }
        }
    }
    assert!(signatures > 50, "{signatures}");
}
