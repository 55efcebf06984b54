//! When the requests of public service logs arrived: one file here a format, told apart by the first line.

mod azure;
mod burstgpt;
mod mooncake;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::error::{Error, Result};
use crate::trace::import::files::{LONGEST_LINE, too_long};

/// When requests arrived, as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct ArrivalFile {
    /// The name of the file.
    pub name: String,
    /// Its format.
    pub format: &'static str,
    /// Seconds since the first arrival, in the order of the file.
    pub times_s: Vec<f64>,
    /// Time of the day of the first arrival in seconds, where the file has dates.
    pub starts_at_s: Option<f64>,
    /// What was left out, a line each.
    pub notes: Vec<String>,
}

/// What a format makes of the lines of a file.
#[derive(Debug, Default)]
struct Times {
    /// Seconds since whatever the format counts from.
    seconds: Vec<f64>,
    /// Whether they count from a midnight.
    dated: bool,
    notes: Vec<String>,
}

/// A format: whether a first line is of it, and how its lines are read.
struct Format {
    name: &'static str,
    looks_like: &'static str,
    is_first_line: fn(&str) -> bool,
    read: fn(&mut Lines) -> Result<Times>,
}

static FORMATS: [Format; 3] = [azure::FORMAT, burstgpt::FORMAT, mooncake::FORMAT];

impl ArrivalFile {
    /// Reads the times of arrival of a file of any known format.
    ///
    /// # Errors
    /// Where the file cannot be read, is of no known format or has no arrival, or a cell is none:
    /// with line and column.
    pub fn read(path: &Path) -> Result<ArrivalFile> {
        let place = path.display().to_string();
        let fail = |cause| Error::new("cannot read the arrivals").at(&place).cause(cause);
        let file = File::open(path).map_err(fail)?;
        let name = path.file_name().map_or(place.clone(), |name| name.to_string_lossy().into_owned());
        ArrivalFile::of(name, &mut Lines::new(Box::new(BufReader::new(file)), place))
    }

    fn of(name: String, lines: &mut Lines) -> Result<ArrivalFile> {
        let first = lines.peek()?.unwrap_or_default();
        let format = FORMATS.iter().find(|format| (format.is_first_line)(&first)).ok_or_else(|| {
            let known = FORMATS.iter().map(|format| format!("{}: {}", format.name, format.looks_like)).collect::<Vec<_>>();
            let found: String = first.chars().take(120).collect();
            Error::new("arrivals of an unknown format").at(lines.place(1)).found(format!("`{found}`")).allowed(known.join("\n"))
        })?;
        let times = (format.read)(lines)?;
        let first = times.seconds.iter().copied().fold(f64::INFINITY, f64::min);
        if times.seconds.is_empty() {
            return Err(Error::new("the file has no arrival").at(&lines.file).allowed("1 and more"));
        }
        let starts_at_s = times.dated.then(|| first.rem_euclid(86_400.0));
        let times_s = times.seconds.iter().map(|second| second - first).collect();
        let notes = times.notes.into_iter().map(|note| format!("{name}: {note}")).collect();
        Ok(ArrivalFile { name, format: format.name, times_s, starts_at_s, notes })
    }
}

/// The lines of a file with their numbers, without line ends; empty lines are passed over.
struct Lines {
    reader: Box<dyn BufRead>,
    file: String,
    number: usize,
    peeked: Option<String>,
}

impl Lines {
    fn new(reader: Box<dyn BufRead>, file: String) -> Self {
        Lines { reader, file, number: 0, peeked: None }
    }

    /// The next line without taking it.
    fn peek(&mut self) -> Result<Option<String>> {
        if self.peeked.is_none() {
            self.peeked = self.take()?;
        }
        Ok(self.peeked.clone())
    }

    /// The next line.
    fn next(&mut self) -> Result<Option<String>> {
        match self.peeked.take() {
            Some(line) => Ok(Some(line)),
            None => self.take(),
        }
    }

    fn take(&mut self) -> Result<Option<String>> {
        loop {
            let mut line = String::new();
            let fail = |cause| Error::new("cannot read the arrivals").at(format!("{}, line {}", self.file, self.number + 1)).cause(cause);
            let read = (&mut self.reader).take(LONGEST_LINE as u64 + 1).read_line(&mut line);
            let read = read.and_then(|bytes| if bytes > LONGEST_LINE { Err(too_long()) } else { Ok(bytes) });
            if read.map_err(fail)? == 0 {
                return Ok(None);
            }
            self.number += 1;
            let text = line.trim_end_matches(['\r', '\n']).trim_start_matches('\u{feff}');
            if !text.trim().is_empty() {
                return Ok(Some(text.to_owned()));
            }
        }
    }

    /// A column of the line that was read last, for messages.
    fn place(&self, column: usize) -> String {
        format!("{}, line {}, column {column}", self.file, self.number)
    }

    /// A cell that is not what it should be.
    fn refuse(&self, column: usize, what: &str, found: &str, allowed: &str) -> Error {
        Error::new(what).at(self.place(column)).found(format!("`{found}`")).allowed(allowed)
    }
}

/// The cells of a line of CSV. No cell of these formats holds a comma; quotes are taken off.
fn cells(line: &str) -> Vec<&str> {
    line.split(',').map(|cell| cell.trim().trim_matches('"')).collect()
}

/// The columns of some names in a header.
fn columns<const N: usize>(lines: &mut Lines, names: [&str; N]) -> Result<([usize; N], usize)> {
    let header = lines.next()?.unwrap_or_default();
    let header = cells(&header);
    let mut found = [0; N];
    for (at, name) in found.iter_mut().zip(names) {
        let column = header.iter().position(|cell| *cell == name);
        *at = column.ok_or_else(|| lines.refuse(1, &format!("no column `{name}`"), &header.join(","), name))?;
    }
    Ok((found, header.len()))
}

/// Whether a line is a header with all of some names.
fn has_columns(line: &str, names: &[&str]) -> bool {
    let header = cells(line);
    names.iter().all(|name| header.contains(name))
}

/// A cell of a row that has as many as the header.
fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// The cells of the next row, as many as the header has.
fn row(lines: &mut Lines, width: usize) -> Result<Option<Vec<String>>> {
    let Some(line) = lines.next()? else { return Ok(None) };
    let row: Vec<String> = cells(&line).into_iter().map(str::to_owned).collect();
    if row.len() != width {
        let what = format!("a row of {} cells", row.len());
        return Err(lines.refuse(row.len().min(width) + 1, &what, &line, &format!("{width} cells, as the header has")));
    }
    Ok(Some(row))
}

#[cfg(test)]
mod tests;
