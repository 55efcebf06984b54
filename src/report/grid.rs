//! A table of texts that can be drawn for the terminal and in Markdown.

use super::words::{HINDSIGHT, OWN};
use crate::table;

/// How much room the cells of a grid may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Density {
    /// Everything, one line a cell: a file.
    Full,
    /// One line a cell: a wide terminal.
    Wide,
    /// Two lines a cell: a terminal of 80 columns.
    Narrow,
    /// Two lines a cell, of energy and cost alone: what is left of 80 columns where all four accounts are known.
    Slim,
}

impl Density {
    /// What stands between two parts of a cell.
    pub fn gap(self) -> &'static str {
        if self.is_narrow() { "\n" } else { " " }
    }

    /// Whether cells take two lines.
    pub fn is_narrow(self) -> bool {
        matches!(self, Density::Narrow | Density::Slim)
    }

    /// The accounts that there is room for: of the known ones energy and cost, or all where neither is known.
    pub fn accounts(self, known: Vec<usize>) -> Vec<usize> {
        let main: Vec<usize> = known.iter().copied().filter(|account| matches!(account, 0 | 2)).collect();
        if self != Density::Slim || main.is_empty() { known } else { main }
    }
}

/// A table of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Grid {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// Adds a column; `cell` gives the text of each row.
    pub fn column<R>(&mut self, header: impl Into<String>, rows: &[R], cell: impl Fn(&R) -> String) {
        self.header.push(header.into());
        self.rows.resize_with(rows.len(), Vec::new);
        self.rows.iter_mut().zip(rows).for_each(|(cells, row)| cells.push(cell(row)));
    }

    /// The grid for a terminal of a width.
    pub fn to_text(&self, width: Option<u16>) -> String {
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        table::fitted(&header, &self.rows, width)
    }

    /// Whether the grid has room in a width, if headers and long names are wrapped.
    fn fits(&self, width: Option<u16>) -> bool {
        let Some(width) = width else { return true };
        let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
        let names = self.rows.iter().filter_map(|row| row.first()).map(|name| name.chars().count()).max().unwrap_or(0);
        table::needed(&header, &self.rows, 2) + names.min(table::NAMES) <= usize::from(width)
    }

    /// The grid as a table of Markdown: names as code, everything else escaped.
    pub fn to_markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let header = self.header.iter().map(|cell| escape(cell)).collect();
        let right = |index: usize| index > 0 && table::is_numeric(&self.rows, index);
        let rule = (0..self.header.len()).map(|index| if right(index) { "--:" } else { "---" }.to_owned()).collect();
        let mut text = line(header) + &line(rule);
        for row in &self.rows {
            let name = |index: usize, cell: &str| index == 0 && cell.parse::<f64>().is_err();
            let cells = row.iter().enumerate().map(|(index, cell)| if name(index, cell) { code(cell) } else { escape(cell) });
            text.push_str(&line(cells.collect()));
        }
        text
    }
}

/// Draws the fullest of what `grid` gives that fits.
pub(super) fn draw(width: Option<u16>, grid: impl Fn(Density) -> Grid) -> String {
    for density in [Density::Wide, Density::Narrow] {
        let grid = grid(density);
        if grid.fits(width) {
            return grid.to_text(width);
        }
    }
    let slim = grid(Density::Slim);
    let left_off: Vec<String> = grid(Density::Narrow).header.into_iter().filter(|column| !slim.header.contains(column)).collect();
    let remark = format!("no room for: {}", left_off.join(", "));
    slim.to_text(width) + &if left_off.is_empty() { String::new() } else { table::paragraph(&remark, width) }
}

/// Text from a trace or a policy, safe in Markdown and in its tables.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::new();
    let text = crate::error::printable(text);
    let mut next = text.chars().skip(1);
    for c in text.chars() {
        let next = next.next();
        match c {
            // The middle of a link, the start of a character by its name.
            ']' if next.is_some_and(|next| "([:".contains(next)) => safe.push_str("\\]"),
            '&' if next.is_some_and(|next| next.is_ascii_alphanumeric() || next == '#') => safe.push_str("&amp;"),
            '\n' => safe.push(' '),
            '<' => safe.push_str("&lt;"),
            '|' | '`' | '*' | '_' | '\\' | '#' => safe.extend(['\\', c]),
            c => safe.push(c),
        }
    }
    safe
}

/// A sentence with names as code in it, safe in Markdown: what stands between backticks is code, the rest escaped.
pub(super) fn sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // A name with a backtick of its own leaves one without a partner.
    let is_code = |index: usize| index % 2 == 1 && index + 1 < parts.len();
    parts.iter().enumerate().map(|(index, part)| if is_code(index) { code(part) } else { escape(part) }).collect()
}

/// A name as code, safe in tables. Its marks stay outside.
pub(super) fn code(name: &str) -> String {
    let (mut name, mut marks) = (name, String::new());
    for mark in [OWN, HINDSIGHT] {
        if let Some(bare) = name.strip_suffix(mark) {
            (name, marks) = (bare, format!("{mark}{marks}"));
        }
    }
    let name = crate::error::printable(name).replace('`', "'").replace('|', "\\|").replace('\n', " ");
    format!("`{name}`{marks}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_safe_from_names() {
        assert_eq!(code("a|b `c`\n † ✓"), "`a\\|b 'c' ` † ✓");
        assert_eq!(escape("a_b|<i>\n"), "a\\_b\\|&lt;i> ");
        let mut grid = Grid::default();
        grid.column("policy", &["a|b"], |name| (*name).to_owned());
        grid.column("saved", &["a|b"], |_| "+1.00%".to_owned());
        assert_eq!(grid.to_markdown(), "| policy | saved |\n| --- | --: |\n| `a\\|b` | +1.00% |\n");
    }

    #[test]
    fn a_grid_takes_two_lines_a_cell_only_where_one_does_not_fit() {
        let grid = |density: Density| {
            let mut grid = Grid::default();
            grid.column("policy", &[0], |_| "oracle".to_owned());
            grid.column("saved", &[0], |_| format!("+1.00%{}[0.50, 1.50]", density.gap()));
            grid
        };
        assert_eq!(draw(None, grid).lines().count(), 2);
        assert_eq!(draw(Some(40), grid).lines().count(), 2);
        assert_eq!(draw(Some(24), grid).lines().count(), 3);
    }
}
