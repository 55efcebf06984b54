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

/// The columns that a text may take: the terminal's, or where there is none a page's.
fn width() -> usize {
    Table::new().width().map_or(100, usize::from).max(40)
}

/// A table that is too wide for the terminal, as several with the same first column.
pub fn blocks(header: &[&str], rows: &[Vec<String>]) -> String {
    let cell_width = |cell: &str| cell.lines().map(|line| line.chars().count()).max().unwrap_or(0) + 2;
    let column_width = |index: usize| {
        rows.iter().filter_map(|row| row.get(index)).map(|cell| cell_width(cell)).fold(cell_width(header[index]), usize::max)
    };
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for index in 1..header.len() {
        let needed = column_width(index);
        if blocks.is_empty() || needed > room {
            blocks.push(vec![0]);
            room = width().saturating_sub(column_width(0));
        }
        room = room.saturating_sub(needed);
        if let Some(block) = blocks.last_mut() {
            block.push(index);
        }
    }
    let part = |block: &Vec<usize>| {
        let header: Vec<&str> = block.iter().map(|&index| header[index]).collect();
        let pick = |row: &Vec<String>| block.iter().map(|&index| row.get(index).cloned().unwrap_or_default()).collect();
        table(&header, &rows.iter().map(pick).collect::<Vec<Vec<String>>>())
    };
    blocks.iter().map(part).collect::<Vec<String>>().join("\n")
}

/// Lines of a label and a text that wraps at the width of the terminal.
pub fn facts(facts: &[(&str, String)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width()).unwrap_or(u16::MAX));
    for (label, text) in facts {
        table.add_row(vec![Cell::new(label), Cell::new(printable(text))]);
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_padding((0, 2));
    }
    if let Some(texts) = table.column_mut(1) {
        texts.set_padding((0, 0));
    }
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
