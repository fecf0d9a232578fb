//! Settings in sections, as configparser, Go's ini and Git write them: enough of each to find a
//! setting with its section and line.

/// One setting.
pub(super) struct Setting<'a> {
    /// The section as written, without brackets; empty before the first one.
    pub(super) section: &'a str,
    /// The name as written.
    pub(super) name: &'a str,
    /// The value, without quotes around it.
    pub(super) value: &'a str,
    /// Its line, counted from one.
    pub(super) line: usize,
}

impl Setting<'_> {
    /// Where it stands.
    pub(super) fn place(&self) -> String {
        format!("line {}", self.line)
    }

    /// Whether it has this name, without case.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// The settings of a text in file order. A line that continues a value is a setting of the same
/// name, so that a second address in a list is seen.
pub(super) fn settings(text: &str) -> impl Iterator<Item = Setting<'_>> {
    let (mut section, mut name) = ("", "");
    text.lines().enumerate().filter_map(move |(at, written)| {
        let line = written.trim();
        if line.is_empty() || line.starts_with(['#', ';', '!']) {
            return None;
        }
        if let Some((inside, _)) = line.strip_prefix('[').and_then(|l| l.rsplit_once(']')) {
            (section, name) = (inside, "");
            return None;
        }
        let (own, value) = match line.split_once('=') {
            Some((own, value)) if !own.contains("://") && !own.trim_end().contains(' ') => {
                (own.trim_end(), value.trim())
            }
            _ if written.starts_with([' ', '\t']) && !name.is_empty() => (name, line),
            _ => match line.split_once(':') {
                Some((own, value)) if !value.starts_with("//") => (own.trim_end(), value.trim()),
                _ => return None,
            },
        };
        name = own;
        Some(Setting { section, name: own, value: unquoted(value), line: at + 1 })
    })
}

/// A value without the quotes around it.
pub(super) fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        let inside = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside {
            return inside;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::settings;

    #[test]
    fn settings_stand_in_their_sections() {
        let text = "top = 1\n[a \"b]c\"]\n\tname = \"x y\"\n# no = no\nother: z=1\n[d]\r\n\
                    list =\r\n  https://one\r\n  https://two?a=b\r\n\r\nbroken\n";
        let found: Vec<_> = settings(text).map(|s| (s.section, s.name, s.value, s.line)).collect();
        assert_eq!(
            found,
            [
                ("", "top", "1", 1),
                ("a \"b]c\"", "name", "x y", 3),
                ("a \"b]c\"", "other", "z=1", 5),
                ("d", "list", "", 7),
                ("d", "list", "https://one", 8),
                ("d", "list", "https://two?a=b", 9),
            ]
        );
    }
}
