//! Rows of CSV files with their places, and what cells of text say.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::Place;
use super::files::{LONGEST_LINE, open, too_long};
use crate::error::{Error, Result};
use crate::trace::text::excerpt;

/// A CSV file, read record by record. Quoted cells may hold line breaks.
pub(super) struct Csv {
    name: String,
    reader: csv::Reader<Bounded>,
    header: Vec<String>,
    record: csv::StringRecord,
    row: usize,
    /// What the line of a record lags behind: with CRLF the reader ends a record before the LF.
    lag: u64,
}

/// A file of which no more than a record may hold is read at a time: a quote that is never closed makes one
/// record of all that follows.
struct Bounded {
    file: BufReader<File>,
    bytes: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes > LONGEST_LINE {
            return Err(too_long());
        }
        let read = self.file.read(buffer)?;
        self.bytes += read;
        Ok(read)
    }
}

impl Csv {
    /// Opens a file and reads its header, whose names must differ.
    pub fn open(path: &Path, separator: u8) -> Result<Self> {
        let mut file = open(path)?;
        let name = path.display().to_string();
        let start = file.fill_buf().map_err(|error| Error::new("cannot read a file").at(&name).cause(error))?;
        let crlf =
            start.iter().position(|&byte| byte == b'\n').is_some_and(|end| start.get(..end).is_some_and(|line| line.ends_with(b"\r")));
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(Bounded { file, bytes: 0 });
        let header = reader.headers().map_err(|error| csv_error(&name, 0, &error))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(Error::new("a CSV file is empty").at(&name).allowed("a line of column names, then the rows"));
        }
        if let Some(twice) =
            header.iter().enumerate().find_map(|(at, column)| header.iter().take(at).any(|before| before == column).then_some(column))
        {
            return Err(Error::new("two columns have the same name").at(&name).found(format!("`{twice}`")).allowed("each name once"));
        }
        Ok(Csv { name, reader, header, record: csv::StringRecord::new(), row: 0, lag: u64::from(crlf) })
    }

    /// Goes to the next record; `false` after the last.
    pub fn advance(&mut self) -> Result<bool> {
        self.reader.get_mut().bytes = 0;
        let more = self.reader.read_record(&mut self.record).map_err(|error| csv_error(&self.name, self.lag, &error))?;
        self.row += usize::from(more);
        Ok(more)
    }

    /// The names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The position of a column that must be there.
    pub fn column(&self, name: &str) -> Result<usize> {
        let position = self.header.iter().position(|column| column == name);
        let kind = format!("column in {}", self.name);
        position.ok_or_else(|| crate::error::unknown(&kind, name, self.header.iter().map(String::as_str)))
    }

    /// A cell of the current record.
    pub fn cell(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    /// The number of the current record, from 0: its index in a data frame.
    pub fn row(&self) -> usize {
        self.row.saturating_sub(1)
    }

    /// The file and the line on which the current record starts.
    pub fn place(&self) -> Place<'_> {
        Place { file: &self.name, unit: "line", number: self.record.position().map_or(0, |position| position.line() + self.lag) }
    }

    /// A cell as a finite number; `None` where it is blank.
    pub fn number(&self, column: usize) -> Result<Option<f64>> {
        let cell = self.cell(column).trim();
        if cell.is_empty() {
            return Ok(None);
        }
        number(cell).map(Some).ok_or_else(|| self.wrong(column, "a finite number, or nothing where it is not known"))
    }

    /// A cell as 1 for true and 0 for false; `None` where it is blank.
    pub fn truth(&self, column: usize) -> Result<Option<f64>> {
        let cell = self.cell(column).trim();
        if cell.is_empty() {
            return Ok(None);
        }
        truth(cell).map(Some).ok_or_else(|| self.wrong(column, format!("{TRUTHS}, or nothing where it is not known")))
    }

    /// The error of a cell that cannot be read.
    pub fn wrong(&self, column: usize, allowed: impl std::fmt::Display) -> Error {
        let name = self.header.get(column).map_or("", String::as_str);
        Error::new("a cell cannot be read")
            .at(format!("{}, column `{name}`", self.place()))
            .found(excerpt(self.cell(column)))
            .allowed(allowed)
    }
}

fn csv_error(name: &str, lag: u64, error: &csv::Error) -> Error {
    let place = error.position().map_or(name.to_owned(), |position| format!("{name}, line {}", position.line() + lag));
    let problem = Error::new("a record of a CSV file cannot be read").at(place);
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => unequal_cells(problem, *len, *expected_len),
        csv::ErrorKind::Utf8 { .. } => not_utf8(problem),
        _ => problem.cause(error),
    }
}

fn unequal_cells(problem: Error, found: u64, expected: u64) -> Error {
    problem.found(format!("{found} cells")).allowed(format!("{expected} cells, as in the first line")).hint("an unquoted comma?")
}

/// What is wrong with a record of a CSV file that was read without the help of a reader.
pub(super) enum Fault {
    /// So many cells where the header has another number of them.
    Cells { found: u64, expected: u64 },
    /// Bytes that are no text.
    Utf8,
}

impl Fault {
    /// The error of a record that begins at a line.
    pub fn at(&self, place: &str) -> Error {
        let problem = Error::new("a record of a CSV file cannot be read").at(place);
        match self {
            Fault::Cells { found, expected } => unequal_cells(problem, *found, *expected),
            Fault::Utf8 => not_utf8(problem),
        }
    }
}

fn not_utf8(problem: Error) -> Error {
    problem.found("bytes that are no UTF-8").allowed("UTF-8")
}

/// The bytes and lines before the first row of a CSV file, for one in which cells end at every separator and rows
/// at every line. `None` where the header tells that it is another.
pub(super) fn plain_start(path: &Path, separator: u8) -> Result<Option<(u64, usize)>> {
    let fail = |error: std::io::Error| Error::new("cannot read a file").at(path.display()).cause(error);
    let mut file = open(path)?;
    let bytes = file.fill_buf().map_err(fail)?;
    let other = bytes.starts_with(b"\xef\xbb\xbf") || b"\r\n\"".contains(&separator);
    Ok(header_end(bytes).filter(|_| !other))
}

/// Whether lines of a CSV file have no quotes, and no carriage return but before their ends.
pub(super) fn are_plain(lines: &[u8]) -> bool {
    !lines.contains(&b'"') && !lines.ends_with(b"\r") && returns_end_lines(lines)
}

/// Whether every carriage return but the last byte stands before the end of a line.
fn returns_end_lines(bytes: &[u8]) -> bool {
    !bytes.contains(&b'\r') || bytes.windows(2).all(|pair| !pair.starts_with(b"\r") || pair.ends_with(b"\n"))
}

/// Bytes and lines up to the end of the first line that is not blank.
fn header_end(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut end = 0;
    for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        end += line.len() as u64;
        if !matches!(line, b"\n" | b"\r\n") {
            return line.ends_with(b"\n").then_some((end, number + 1));
        }
    }
    None
}

/// What [`truth`] reads, in words.
pub(super) const TRUTHS: &str = "true, false, yes, no, pass, fail, correct, incorrect, 1 or 0 (in any case)";

/// Words that say true, and those that say false.
const TRUE: [&str; 8] = ["true", "yes", "pass", "passed", "correct", "right", "1", "1.0"];
const FALSE: [&str; 8] = ["false", "no", "fail", "failed", "incorrect", "wrong", "0", "0.0"];

/// 1 for a word that says true, 0 for one that says false.
pub(super) fn truth(text: &str) -> Option<f64> {
    let says = |words: [&str; 8]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if says(TRUE) { Some(1.0) } else { says(FALSE).then_some(0.0) }
}

/// A finite number.
pub(super) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Result<Vec<u64>> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("a.csv");
        std::fs::write(&path, text).map_err(|error| Error::new("not written").cause(error))?;
        let mut csv = Csv::open(&path, b',')?;
        let mut places = Vec::new();
        while csv.advance()? {
            places.push(csv.place().number);
        }
        Ok(places)
    }

    #[test]
    fn a_record_is_placed_where_it_starts() -> Result<()> {
        // The header is line 1; the quoted cell of line 2 goes on in line 3.
        assert_eq!(lines("a,b\n\"x\ny\",1\nz,2\n")?, [2, 4]);
        assert_eq!(lines("a,b\r\n\"x\r\ny\",1\r\nz,2\r\n")?, [2, 4]);
        Ok(())
    }

    #[test]
    fn a_record_that_is_cut_off_is_an_error_with_its_line() {
        for (text, line) in [("a,b\nx,1\nz\n", "line 3"), ("a,b\r\nx,1\r\nz\r\n", "line 3")] {
            let error = lines(text).map_err(|error| error.to_string());
            assert!(error.as_ref().is_err_and(|error| error.contains(line) && error.contains("found: 1 cells")), "{error:?}");
        }
        assert!(lines("a,a\n1,2\n").is_err_and(|error| error.to_string().contains("two columns have the same name")));
    }

    #[test]
    fn words_and_numbers() {
        assert_eq!([truth("True"), truth("no"), truth("1.0"), truth("maybe")], [Some(1.0), Some(0.0), Some(1.0), None]);
        assert_eq!([truth("PASS"), truth("failed"), truth("Incorrect"), truth("passes")], [Some(1.0), Some(0.0), Some(0.0), None]);
        assert_eq!([number("1e-3"), number("NaN"), number("inf"), number("")], [Some(0.001), None, None, None]);
    }
}
