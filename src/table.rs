//! Tables of text that fit the terminal.

use std::sync::atomic::{AtomicBool, Ordering};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width, presets};

use crate::error::printable;

/// The width to keep to in columns: what the variable `COLUMNS` says, else the terminal's; `None` where
/// the output is no terminal and may be as wide as it likes.
pub fn terminal_width() -> Option<u16> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.filter(|&columns| columns > 0).or_else(|| Table::new().width())
}

/// Stands before each line of a table's header where headers are marked. No text of a table has it: its cells
/// are made printable.
pub const HEADING: char = '\u{1}';

static MARKED: AtomicBool = AtomicBool::new(false);

/// From here on the headers of tables are marked with [`HEADING`], or they are not: for a terminal that is to
/// show them apart, and nowhere else.
pub fn mark_headers(marked: bool) {
    MARKED.store(marked, Ordering::Relaxed);
}

/// Stands below a header while a table is laid out, and is taken out then.
const BELOW_HEADER: char = '\u{1f}';

/// A table that fits the terminal: the first column to the left, numbers to the right.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    fitted(header, rows, terminal_width())
}

/// The same for a given width. Where it does not suffice, numbers stay whole: headers are wrapped
/// between words and the names of the first column where they have joints.
pub fn fitted(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> String {
    let mut table = Table::new();
    table.force_no_tty().load_style(presets::NOTHING);
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table.style_mut().header_separator = LineStyle::none().fill(BELOW_HEADER);
    let widths = widths(header, rows, width);
    table.set_header(header.iter().map(|cell| Cell::new(printable(cell))));
    for row in rows {
        let cell = |(index, cell): (usize, &String)| match widths.first() {
            Some(&names) if index == 0 => Cell::new(folded(&printable(cell), names)),
            _ => Cell::new(printable(cell)),
        };
        table.add_row(row.iter().enumerate().map(cell));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let numbers = index > 0 && is_numeric(rows, index);
        let gap = if index + 1 == header.len() { 0 } else { GAP };
        column.set_cell_alignment(if numbers { CellAlignment::Right } else { CellAlignment::Left });
        column.set_padding((0, gap as u16));
        if let Some(content) = widths.get(index) {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed((content + gap) as u16)));
        }
    }
    let (mut is_header, marked) = (true, MARKED.load(Ordering::Relaxed));
    let line = |line: String| match line.starts_with(BELOW_HEADER) {
        true => {
            is_header = false;
            String::new()
        }
        false if is_header && marked => format!("{HEADING}{line}\n"),
        false => format!("{line}\n"),
    };
    table.lines().map(|line| line.trim_end().to_owned()).map(line).collect()
}

/// Columns between two columns.
const GAP: usize = 2;
/// A first column is not made narrower than this: then the terminal is too small anyway.
const LEAST_NAMES: usize = 12;
/// Headers are wrapped further before names are made narrower than this.
pub const NAMES: usize = 24;

/// Whether all cells of a column are numbers, or say that there is none or on which side of one it is.
pub fn is_numeric(rows: &[Vec<String>], index: usize) -> bool {
    rows.iter().all(|row| row.get(index).is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || "+-−$—<>".contains(c))))
}

/// The width that the columns after the first need at least, the gaps between all of them included,
/// if their headers take up to so many lines.
pub fn needed(header: &[&str], rows: &[Vec<String>], lines: usize) -> usize {
    (1..header.len()).map(|index| GAP + needs(header, rows, index, lines)).sum()
}

fn longest(cells: impl Iterator<Item = usize>) -> usize {
    cells.max().unwrap_or(0)
}

/// A column's width with its cells whole and its header wrapped between words into some lines, if words are short enough.
fn needs(header: &[&str], rows: &[Vec<String>], index: usize, lines: usize) -> usize {
    let header = header.get(index).copied().unwrap_or_default();
    let words = || header.split_whitespace().map(|word| word.chars().count());
    let cells = longest(rows.iter().filter_map(|row| row.get(index)).flat_map(|cell| cell.lines().map(|line| line.chars().count())));
    let fits = |width: &usize| {
        let (mut taken, mut line) = (1, 0);
        for word in words() {
            if line > 0 && line + 1 + word > *width {
                (taken, line) = (taken + 1, word);
            } else {
                line += word + usize::from(line > 0);
            }
        }
        taken <= lines
    };
    let least = longest(words());
    cells.max((least..=header.chars().count()).find(fits).unwrap_or(least))
}

/// How wide each column is to be; nothing where everything fits as it is, or where there are other
/// columns of text to wrap than the first. Headers take as few lines as leave room for names.
fn widths(header: &[&str], rows: &[Vec<String>], width: Option<u16>) -> Vec<usize> {
    let Some(width) = width.map(usize::from) else { return Vec::new() };
    let names = needs(header, rows, 0, 1);
    if needed(header, rows, 1) + names <= width || !(1..header.len()).all(|index| is_numeric(rows, index)) {
        return Vec::new();
    }
    let room = |lines: usize| width.saturating_sub(needed(header, rows, lines));
    let enough = (2..5).find(|&lines| room(lines) >= names.min(NAMES));
    // Where names are short of room whatever headers do, headers are not torn up for two columns.
    let lines = enough.or_else(|| (2..5).find(|&lines| room(lines) + 2 >= room(usize::MAX))).unwrap_or(usize::MAX);
    if room(lines) < names.min(LEAST_NAMES) {
        return Vec::new();
    }
    let others = (1..header.len()).map(|index| needs(header, rows, index, lines));
    [room(lines).min(names)].into_iter().chain(others).collect()
}

/// A name in lines of a width, broken at its joints: after a space, `:`, `,` or `=`, before `@` and `(`.
fn folded(name: &str, width: usize) -> String {
    let mut pieces: Vec<String> = vec![String::new()];
    for c in name.chars() {
        let after = |piece: &String| piece.ends_with([' ', ':', ',', '=']) && !"†✓".contains(c);
        if pieces.last().is_some_and(|piece| after(piece) || (!piece.is_empty() && "@(".contains(c))) {
            pieces.push(String::new());
        }
        pieces.last_mut().into_iter().for_each(|piece| piece.push(c));
    }
    let mut lines: Vec<String> = Vec::new();
    for piece in pieces {
        match lines.last_mut() {
            Some(line) if (line.chars().count() + piece.trim_end().chars().count()) <= width => line.push_str(&piece),
            _ => lines.push(piece),
        }
    }
    lines.join("\n")
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
    terminal_width().map_or(100, usize::from).max(40)
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
    fn names_are_broken_at_their_joints() {
        assert_eq!(folded("noisy-oracle:router_accuracy=0.8 †", 22), "noisy-oracle:\nrouter_accuracy=0.8 †");
        assert_eq!(folded("oracle (fallback ladder-xl@nvidia-h200-bs16) †", 20), "oracle (fallback \nladder-xl\n@nvidia-h200-bs16) †");
        assert_eq!(folded("oracle † ✓", 22), "oracle † ✓");
    }

    #[test]
    fn a_paragraph_is_wrapped_between_words() {
        assert_eq!(paragraph("one two three", Some(8)), "one two\nthree\n");
        assert_eq!(paragraph("one two three", None), "one two three\n");
    }
}
