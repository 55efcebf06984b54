//! Tables of text that fit the terminal.

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};

use crate::error::printable;

/// The width of the terminal in columns; `None` where the output is no terminal and may be as wide as it likes.
pub fn terminal_width() -> Option<u16> {
    Table::new().width()
}

/// A table that fits the terminal: the first column to the left, numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    fitted(header, rows, terminal_width())
}

/// The same for a given width. Columns of text are wrapped where it does not suffice.
pub fn fitted(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.force_no_tty().load_style(presets::NOTHING).set_header(header.iter().map(|cell| Cell::new(printable(cell))));
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(printable(cell))));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let numeric =
            |row: &Vec<String>| row.get(index).is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || "+-−$—".contains(c)));
        let alignment = if index > 0 && rows.iter().all(numeric) { CellAlignment::Right } else { CellAlignment::Left };
        column.set_cell_alignment(alignment);
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// A paragraph, wrapped between words where a width is given.
pub fn paragraph(text: &str, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.force_no_tty().load_style(presets::NOTHING);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.add_row([Cell::new(printable(text))]);
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 0));
    });
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_text_is_wrapped() {
        let rows = [vec!["a policy with a long name".to_owned(), "+1.00%".to_owned()], vec!["b".to_owned(), "−43.33%".to_owned()]];
        let wide = fitted(&["policy", "saved"], &rows, None);
        assert_eq!(wide, "policy                       saved\na policy with a long name   +1.00%\nb                          −43.33%\n");
        let narrow = fitted(&["policy", "saved"], &rows, Some(24));
        assert!(narrow.lines().count() > 3 && narrow.lines().all(|line| line.chars().count() <= 24), "{narrow}");
        assert!(narrow.contains("−43.33%"), "numbers stay whole: {narrow}");
    }

    #[test]
    fn a_paragraph_is_wrapped_between_words() {
        assert_eq!(paragraph("one two three", Some(8)), "one two\nthree\n");
        assert_eq!(paragraph("one two three", None), "one two three\n");
    }
}
