//! Columns that fit a terminal: an id stays whole, a name is shortened, and what matters least is left
//! out. A row is one line.

use console::{measure_text_width, truncate_str};

/// A column of a table.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    pub(super) heading: &'static str,
    /// Fewest columns of the terminal to which its texts are shortened; `None`: they stay whole.
    least: Option<usize>,
    /// When it is left out where there is no room: the lowest first; `None`: never.
    left_out: Option<u8>,
}

/// A column that is always there, whole: an id, a time, a mark.
pub(crate) const fn whole(heading: &'static str) -> Column {
    Column { heading, least: None, left_out: None }
}

/// A column of texts that are shortened where they are longer than that.
pub(crate) const fn shortened(heading: &'static str, least: usize) -> Column {
    Column { heading, least: Some(least), left_out: None }
}

impl Column {
    /// It is left out where there is no room, before all of a higher number.
    pub(crate) const fn left_out(self, order: u8) -> Self {
        Self { left_out: Some(order), ..self }
    }
}

/// Columns of the terminal between two columns of a table, and before the first.
const GAP: usize = 2;
const BEFORE: usize = 1;

/// The numbers of the columns that are shown in so much room, each with the room it has.
pub(super) fn fitted(columns: &[Column], widths: &[usize], room: usize) -> Vec<(usize, usize)> {
    // A column in which nothing stands tells nothing.
    let mut shown: Vec<(usize, usize)> =
        widths.iter().copied().enumerate().filter(|(_, width)| *width > 0).collect();
    loop {
        let gaps = GAP * shown.len().saturating_sub(1) + BEFORE;
        let needed = gaps + shown.iter().map(|(_, width)| width).sum::<usize>();
        let excess = needed.saturating_sub(room);
        let spare = |(at, width): &(usize, usize)| {
            columns[*at].least.map_or(0, |least| width.saturating_sub(least))
        };
        if shown.iter().map(spare).sum::<usize>() >= excess {
            for _ in 0..excess {
                // The widest gives first: names of one kind are then of one length.
                let widest = shown.iter_mut().filter(|own| spare(own) > 0).max_by_key(|own| own.1);
                if let Some((_, width)) = widest {
                    *width -= 1;
                }
            }
            return shown;
        }
        let order = |(at, _): &&(usize, usize)| columns[*at].left_out.unwrap_or(u8::MAX);
        match shown.iter().min_by_key(order).map(|(at, _)| *at) {
            Some(at) if columns[at].left_out.is_some() => shown.retain(|(own, _)| *own != at),
            _ => {
                for (at, width) in &mut shown {
                    *width = columns[*at].least.map_or(*width, |least| least.min(*width));
                }
                return shown;
            }
        }
    }
}

/// The room that each column takes by itself: that of its longest text; none, where all are empty.
pub(super) fn widths<'a>(
    columns: &[Column],
    rows: impl Iterator<Item = Vec<&'a str>>,
) -> Vec<usize> {
    let mut widths = vec![0; columns.len()];
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(measure_text_width(text));
        }
    }
    for (width, column) in widths.iter_mut().zip(columns) {
        if *width > 0 {
            *width = (*width).max(column.heading.len());
        }
    }
    widths
}

/// A text in so much room. Of an id both ends are shown: many begin alike.
pub(super) fn cut(text: &str, room: usize) -> String {
    if is_id(text) && text.len() > room && room > 1 {
        let end = (room - 1) / 2;
        return format!("{}…{}", &text[..room - 1 - end], &text[text.len() - end..]);
    }
    truncate_str(text, room, "…").into_owned()
}

/// Whether this is a GUID.
fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{Column, cut, fitted, shortened, whole, widths};

    const COLUMNS: [Column; 5] = [
        whole("ID"),
        shortened("NAME", 8),
        shortened("ACCOUNT", 8).left_out(2),
        whole("CLOUD").left_out(1),
        whole(""),
    ];

    #[test]
    fn names_give_room_first_then_columns_and_an_id_never() {
        let row =
            vec!["0123456789abcdef", "a name of 20 letters", "ada@example.com", "AzureCloud", ""];
        let widths = widths(&COLUMNS, std::iter::once(row));
        assert_eq!(widths, [16, 20, 15, 10, 0]);
        for (room, wanted) in [
            (200, &[(0, 16), (1, 20), (2, 15), (3, 10)][..]),
            (68, &[(0, 16), (1, 20), (2, 15), (3, 10)]),
            (67, &[(0, 16), (1, 19), (2, 15), (3, 10)]),
            (49, &[(0, 16), (1, 8), (2, 8), (3, 10)]),
            (48, &[(0, 16), (1, 14), (2, 13)]),
            (37, &[(0, 16), (1, 8), (2, 8)]),
            (36, &[(0, 16), (1, 17)]),
            (20, &[(0, 16), (1, 8)]),
        ] {
            assert_eq!(fitted(&COLUMNS, &widths, room), wanted, "{room}");
        }
    }

    #[test]
    fn a_text_is_cut_by_what_it_takes_on_a_terminal() {
        for (text, cut_to) in
            [("Contoso Prod", "Contoso…"), ("東京東京東京", "東京東…"), ("short", "short")]
        {
            assert_eq!(cut(text, 8), cut_to);
        }
        let id = "a9900000-0000-4000-8000-000000000003";
        for (room, cut_to) in [(36, id), (12, "a99000…00003"), (2, "a…"), (1, "…")] {
            assert_eq!(cut(id, room), cut_to);
        }
    }
}
