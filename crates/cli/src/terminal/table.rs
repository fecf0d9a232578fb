//! The layout of a table. Text is laid out without colour, which is painted into the lines after:
//! to measure text that has colour in it would take most of the time of a long list.

use comfy_table::{ContentArrangement, ContentLineStyle, LineStyle, Table, TableStyle};

/// Between two columns and between two rows of what was laid out. No cell has these: control
/// characters of a text are escaped before.
const COLUMN: char = '\u{1f}';
const ROW: char = '\u{1e}';

const CELLS: ContentLineStyle = ContentLineStyle::none().junction(COLUMN);
const BETWEEN: LineStyle = LineStyle::none().fill(ROW).junction(ROW);

const STYLE: TableStyle = TableStyle::new()
    .header_lines(CELLS)
    .header_separator(BETWEEN)
    .content_lines(CELLS)
    .row_separator(BETWEEN);

/// The lines of a table, its headings first, in columns of the terminal that are at most so many
/// together. `paint` is given the row (0: the headings), the column and a piece of its text.
pub(super) fn lines(
    rows: &[Vec<String>],
    width: Option<usize>,
    paint: impl Fn(usize, usize, &str) -> String,
) -> String {
    let mut table = Table::new();
    table.load_style(STYLE);
    match width {
        Some(width) => {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        None => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    let (headings, rows) = rows.split_at(rows.len().min(1));
    for headings in headings {
        table.set_header(headings);
    }
    table.add_rows(rows);
    // A blank on each side of a column: the one behind it is where the mark between two is.
    let last = table.column_count().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((1, u16::from(at == last)));
    }
    let (mut text, mut row) = (String::new(), 0);
    for line in table.lines() {
        if line.starts_with(ROW) {
            row += 1;
            continue;
        }
        for (column, padded) in line.split(COLUMN).enumerate() {
            let piece = padded.trim();
            let (before, after) = match padded.find(piece) {
                Some(at) => (&padded[..at], &padded[at + piece.len()..]),
                None => ("", padded),
            };
            text.push_str(before);
            if !piece.is_empty() {
                text.push_str(&paint(row, column, piece));
            }
            text.push_str(after);
            // The blank in whose place the mark is.
            text.push(' ');
        }
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::lines;

    fn cells(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|&text| text.to_owned()).collect()).collect()
    }

    fn plain(rows: &[&[&str]], width: Option<usize>) -> String {
        lines(&cells(rows), width, |_, _, piece| piece.to_owned())
    }

    #[test]
    fn each_row_is_a_line_where_there_is_no_width_to_fit() {
        let rows: [&[&str]; 3] =
            [&["NAME", "", "TENANT"], &["prod", "*", "t"], &["日本語", "", ""]];
        assert_eq!(plain(&rows, None), " NAME       TENANT\n prod    *  t\n 日本語\n");
        assert_eq!(plain(&rows[..1], None), " NAME     TENANT\n");
        assert_eq!(plain(&[], None), "");
    }

    #[test]
    fn a_text_is_broken_where_the_terminal_ends() {
        let rows: [&[&str]; 2] = [&["NAME", "WHAT"], &["one two three", "four five"]];
        let expected = " NAME     WHAT\n one two  four\n three    five\n";
        assert_eq!(plain(&rows, Some(18)), expected);
    }

    #[test]
    fn colour_is_on_the_pieces_of_a_text_and_moves_nothing() {
        let rows: [&[&str]; 3] = [&["NAME", "WHAT"], &["one two three", "four five"], &["", "six"]];
        let paint = |row: usize, column: usize, piece: &str| format!("<{row}{column}{piece}>");
        let painted = lines(&cells(&rows), Some(18), paint);
        let expected = " <00NAME>     <01WHAT>\n <10one two>  <11four>\n <10three>    <11five>\n";
        assert_eq!(painted, format!("{expected}          <21six>\n"));
    }
}
