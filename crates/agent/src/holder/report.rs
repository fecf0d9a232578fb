//! What a holder says of itself to who connects: one line.

/// What every report begins with; the number is that of its form.
const HEAD: &str = "azvault 1";

/// Stands for a number that there is none of.
const NONE: &str = "-";

/// How a process is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Keys that it holds itself.
    pub keys: Option<HeldKeys>,
    /// The process that it ends with, where that is another one.
    pub leader: Option<u32>,
}

/// For how long keys are held, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldKeys {
    /// Without use at the most.
    pub idle_limit: u64,
    /// Since their last use.
    pub idle: u64,
    /// Until they go whatever happens.
    pub expires: u64,
}

impl Report {
    /// As one line.
    pub(super) fn line(&self) -> String {
        let leader = self.leader.map_or_else(|| NONE.to_owned(), |leader| leader.to_string());
        match self.keys {
            Some(HeldKeys { idle_limit, idle, expires }) => {
                format!("{HEAD} {leader} {idle_limit} {idle} {expires}\n")
            }
            None => format!("{HEAD} {leader}\n"),
        }
    }

    /// `None` for what is no report.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_suffix('\n')?.strip_prefix(HEAD)?.strip_prefix(' ')?;
        let mut words = rest.split(' ');
        let leader = match words.next()? {
            NONE => None,
            number => Some(number.parse().ok()?),
        };
        let numbers: Option<Vec<u64>> = words.map(|word| word.parse().ok()).collect();
        let keys = match numbers?[..] {
            [] => None,
            [idle_limit, idle, expires] => Some(HeldKeys { idle_limit, idle, expires }),
            _ => return None,
        };
        Some(Self { keys, leader })
    }
}

#[cfg(test)]
mod tests {
    use super::{HeldKeys, Report};

    #[test]
    fn a_report_is_read_as_it_was_written_and_nothing_else_is_one() {
        let keys = Some(HeldKeys { idle_limit: 600, idle: 3, expires: u64::MAX });
        for keys in [None, keys] {
            for leader in [None, Some(7)] {
                let report = Report { keys, leader };
                assert_eq!(Report::parse(&report.line()), Some(report));
            }
        }
        for line in [
            "",
            "azvault 1 -",
            "azvault 2 -\n",
            "azvault 1 x\n",
            "azvault 1 - 1 2\n",
            "azvault 1 - 1 2 -3\n",
            "azvault 1 - 1 2 3 4\n",
            "HTTP/1.1 200 OK\n",
        ] {
            assert_eq!(Report::parse(line), None, "{line:?}");
        }
    }
}
