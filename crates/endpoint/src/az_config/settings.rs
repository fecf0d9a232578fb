//! What is taken over from the user's own `config` and `clouds.config` (knack `config.py`: the
//! format of Python's configparser).

/// Sections of `config` that say how az behaves. Others (`storage`, `batch`, `iotedge`, …) hold
/// account keys and connection strings.
const SECTIONS: &[&str] =
    &["core", "defaults", "extension", "logging", "output", "auto-upgrade", "bicep", "clients"];

/// Words of a name that a secret could have, in those sections as well.
const SECRET_WORDS: &[&str] =
    &["key", "secret", "password", "pwd", "token", "connection", "credential", "sas"];

/// `config` of the private folder: which cloud, and the user's own settings without secrets.
pub(super) fn config(own: &str, cloud: &str) -> String {
    let kept = lines(own, |section, name| {
        SECTIONS.contains(&section) && !SECRET_WORDS.iter().any(|word| name.contains(word))
    });
    format!("[cloud]\n{}{kept}", name_line(cloud))
}

/// A `config` of a private folder with another cloud in it, and all else as az left it.
pub(super) fn with_cloud(config: &str, cloud: &str) -> String {
    let mut text = format!("[cloud]\n{}", name_line(cloud));
    let mut section = "";
    for line in config.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        }
        if section != "cloud" {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn name_line(cloud: &str) -> String {
    // A name with a line end in it would be a line of its own.
    let cloud: String = cloud.chars().filter(|one| !one.is_control()).collect();
    format!("name = {cloud}\n")
}

/// `clouds.config` of the private folder: what clouds are, not which subscription each had last.
pub(super) fn clouds(own: &str) -> String {
    lines(own, |_, name| {
        name == "profile" || name.starts_with("endpoint_") || name.starts_with("suffix_")
    })
}

/// The lines of settings, by section and lower-case name, that are wanted.
fn lines(text: &str, wanted: impl Fn(&str, &str) -> bool) -> String {
    let mut kept = String::new();
    let (mut section, mut said, mut takes) = ("", "", Takes::No);
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        // A line that is indented goes on with the value above.
        let goes_on = line.starts_with([' ', '\t']);
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
            && !goes_on
        {
            (section, takes) = (name, Takes::No);
            continue;
        }
        if !goes_on {
            let name = trimmed.split(['=', ':']).next().unwrap_or("").trim().to_lowercase();
            takes = if wanted(section, &name) { Takes::Yes } else { Takes::No };
        }
        if takes == Takes::Yes {
            if section != said {
                kept.push_str(&format!("[{section}]\n"));
                said = section;
            }
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    kept
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use super::{clouds, config, with_cloud};

    #[test]
    fn settings_are_taken_over_and_secrets_are_not() {
        let own = "\u{feff}[cloud]\nname = Other\n# a comment\n[defaults]\ngroup = rg\nlocation: x\n\
                   Some_Key = k\n  and = more\n[storage]\nkey = 1\nconnection_string = c\n\
                   [core]\noutput = table\n  wide\ncollect_telemetry = no\n[DEFAULT]\noutput = json\n";
        let expected = "[cloud]\nname = AzureCloud\n[defaults]\ngroup = rg\nlocation: x\n\
                        [core]\noutput = table\n  wide\ncollect_telemetry = no\n";
        assert_eq!(config(own, "AzureCloud"), expected);
        assert_eq!(config("", "a\n[storage]"), "[cloud]\nname = a[storage]\n");
    }

    #[test]
    fn another_cloud_takes_the_place_of_the_one_before() {
        let own = "[core]\nx = 1\n[cloud]\nname = AzureCloud\n\n[storage]\nkey = k\n";
        let expected = "[cloud]\nname = Other\n[core]\nx = 1\n[storage]\nkey = k\n";
        assert_eq!(with_cloud(own, "Other"), expected);
        assert_eq!(with_cloud(expected, "Other"), expected);
        assert_eq!(with_cloud("", "Other"), "[cloud]\nname = Other\n");
    }

    #[test]
    fn clouds_keep_what_they_are() {
        let own = "[AzureCloud]\nsubscription = s\n[Stack]\nendpoint_resource_manager = https://x\n\
                   profile = 2020-09-01-hybrid\nsubscription = t\n";
        let expected =
            "[Stack]\nendpoint_resource_manager = https://x\nprofile = 2020-09-01-hybrid\n";
        assert_eq!(clouds(own), expected);
    }
}
