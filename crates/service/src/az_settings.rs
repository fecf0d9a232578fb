//! Settings of az that its answers depend on (knack `config.py`): a variable, else its `config` file.

use crate::endpoint::OwnAzFiles;
use crate::paths;

/// A setting, as `az config get SECTION.NAME` has it; `None` where it is not set or empty.
pub fn get(section: &str, name: &str) -> Option<String> {
    let variable = paths::az_setting(section, name);
    let of_own = || of_file(OwnAzFiles::read().config()?, section, name);
    let value = variable.or_else(of_own)?;
    (!value.is_empty()).then_some(value)
}

fn of_file(text: &str, section: &str, name: &str) -> Option<String> {
    let mut inside = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        if let Some(own) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            inside = own.0 == section;
        } else if inside
            && let Some((own, value)) = line.split_once(['=', ':'])
            && own.trim().eq_ignore_ascii_case(name)
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::of_file;

    #[test]
    fn a_setting_is_found_in_its_section_alone() {
        let text = "\u{feff}[defaults]\noutput = tsv\n[core]\n# output = x\nOutput= table \n[cloud]\n\
                    name = AzureChinaCloud\n";
        for (section, name, value) in [
            ("core", "output", Some("table")),
            ("cloud", "name", Some("AzureChinaCloud")),
            ("core", "name", None),
            ("none", "output", None),
        ] {
            assert_eq!(of_file(text, section, name).as_deref(), value, "{section}.{name}");
        }
    }
}
