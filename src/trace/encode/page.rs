//! The pages of a column in one row group.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "cells in memory; pages are cut long before their lengths need more than 31 bits"
)]

use std::ops::Range;

use polars::prelude::PolarsResult;
use polars_parquet::parquet::CowBuffer;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DataPageHeaderV1, DictPage};
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::parquet::statistics::BinaryStatistics;
use polars_parquet::write::{CompressedPage, CompressionOptions, Descriptor, Encoding, Page, ZstdLevel, compress};

use super::bits;
use super::distinct::Distinct;
use crate::trace::column::{BLOCK_ROWS, Names};

/// Cells of a page.
const PAGE_ROWS: usize = 16 * BLOCK_ROWS;
/// Bytes of texts from which a page is full.
const PAGE_BYTES: usize = 1 << 20;
/// Names of a dictionary at most, and their bytes.
const MOST_NAMES: usize = 1 << 16;
const MOST_NAME_BYTES: usize = 1 << 24;
/// Compression pays where it takes at least one part in so many away. Numbers that look random lose one in
/// sixteen, and reading them back takes seven times as long.
const PAYS: usize = 8;
/// A dictionary of numbers pays where it takes away one part in so many.
const DICTIONARY_PAYS: usize = 4;

/// When pages are compressed.
#[derive(Clone, Copy, PartialEq)]
enum Compress {
    Always,
    /// Where it makes the first data page enough smaller.
    IfItPays,
    Never,
}

/// What is common to the pages of a column.
pub(super) struct Chunk<'a> {
    pub about: &'a PrimitiveType,
}

/// Of the columns of numbers before, in the same rows, the one with the most values: others may follow from it.
#[derive(Default)]
pub(in crate::trace) struct Before(Option<Distinct>);

impl Before {
    fn keep(&mut self, found: Distinct) {
        if self.0.as_ref().is_none_or(|kept| kept.values.len() < found.values.len()) {
            self.0 = Some(found);
        }
    }
}

/// The least and the greatest cell, as the file has them.
type Bounds = Option<(Vec<u8>, Vec<u8>)>;

impl Chunk<'_> {
    /// Row numbers: what each adds to the one before.
    pub fn rows(&self, cells: &[u32]) -> PolarsResult<Vec<CompressedPage>> {
        let (mut least, mut greatest) = (u32::MAX, 0);
        for &row in cells {
            (least, greatest) = (least.min(row), greatest.max(row));
        }
        let some = !cells.is_empty();
        let bounds = bounds(some.then_some(least), some.then_some(greatest), |row| row.to_le_bytes().to_vec());
        let values = |cells: &[u32], out: &mut Vec<u8>| bits::differences(cells, out);
        finish(self.data(cells, None, &bounds, Encoding::DeltaBinaryPacked, values), Compress::Never)
    }

    /// Codes of sources.
    pub fn codes(&self, cells: &[u8]) -> PolarsResult<Vec<CompressedPage>> {
        let bounds = bounds(cells.iter().min(), cells.iter().max(), |&code| u32::from(code).to_le_bytes().to_vec());
        // More than a dictionary may have there cannot be.
        let Distinct { values, codes } = Distinct::of(cells.iter().map(|&code| u64::from(code))).unwrap_or_default();
        let dictionary: Vec<u8> = values.iter().flat_map(|&value| (value as u32).to_le_bytes()).collect();
        finish(self.with_dictionary(dictionary, values.len(), &codes, None, &bounds), Compress::Never)
    }

    /// Numbers, NaN where missing: places in a dictionary, or, where they hardly repeat, as they are.
    pub fn numbers(&self, cells: &[f64], before: &mut Before) -> PolarsResult<Vec<CompressedPage>> {
        let missing = cells.iter().fold(false, |missing, cell| missing | cell.is_nan());
        let present: Vec<bool> = if missing { cells.iter().map(|cell| !cell.is_nan()).collect() } else { Vec::new() };
        let held: Vec<f64> = if missing { cells.iter().copied().filter(|cell| !cell.is_nan()).collect() } else { Vec::new() };
        let (cells, present) = if missing { (held.as_slice(), Some(present.as_slice())) } else { (cells, None) };
        let words = || cells.iter().map(|cell| cell.to_bits());
        let followed = before.0.as_ref().and_then(|before| before.followed(words()));
        let mut pages = followed.as_ref().and_then(|(values, codes)| self.numbers_of(values, codes, present));
        if followed.is_none()
            && let Some(found) = Distinct::of(words())
        {
            pages = self.numbers_of(&found.values, &found.codes, present);
            before.keep(found);
        }
        if let Some(pages) = pages {
            return finish(pages, Compress::Never);
        }
        let (least, greatest) = range(cells).unzip();
        let bounds = bounds(least, greatest, number);
        let values = |cells: &[f64], out: &mut Vec<u8>| cells.iter().for_each(|cell| out.extend_from_slice(&cell.to_le_bytes()));
        finish(self.data(cells, present, &bounds, Encoding::Plain, values), Compress::IfItPays)
    }

    /// Numbers as places in a dictionary; `None` where that does not pay.
    fn numbers_of(&self, values: &[u64], codes: &[u32], present: Option<&[bool]>) -> Option<Vec<Page>> {
        let width = bits::width(values.len().saturating_sub(1) as u32) as usize;
        let plain = codes.len() * size_of::<f64>();
        if size_of_val(values) + codes.len() * width / 8 > plain / DICTIONARY_PAYS * (DICTIONARY_PAYS - 1) {
            return None;
        }
        let numbers = || values.iter().map(|&value| f64::from_bits(value));
        let bounds = bounds(numbers().reduce(f64::min), numbers().reduce(f64::max), number);
        let mut dictionary = Vec::with_capacity(size_of_val(values));
        values.iter().for_each(|value| dictionary.extend_from_slice(&value.to_le_bytes()));
        Some(self.with_dictionary(dictionary, values.len(), codes, present, &bounds))
    }

    /// Names by their codes.
    pub fn names(&self, names: &[String], codes: &[u32]) -> PolarsResult<Vec<CompressedPage>> {
        // Of the list only what these rows use, in the order in which it appears.
        let mut place = vec![u32::MAX; names.len()];
        let (mut used, mut bytes, mut keys) = (Vec::new(), 0, Vec::with_capacity(codes.len()));
        for &code in codes.iter().filter(|&&code| code != Names::MISSING) {
            let place = &mut place[code as usize];
            if *place == u32::MAX {
                *place = used.len() as u32;
                let name = names[code as usize].as_str();
                bytes += name.len();
                used.push(name);
            }
            keys.push(*place);
        }
        if used.len() > MOST_NAMES || bytes > MOST_NAME_BYTES {
            return self.texts(codes.iter().map(|&code| names.get(code as usize).map(String::as_str)));
        }
        let bounds = bounds(used.iter().min(), used.iter().max(), |name| name.as_bytes().to_vec());
        let mut dictionary = Vec::with_capacity(bytes + used.len() * size_of::<u32>());
        used.iter().for_each(|name| text(name, &mut dictionary));
        let present: Vec<bool> = codes.iter().map(|&code| code != Names::MISSING).collect();
        let present = (keys.len() < codes.len()).then_some(present.as_slice());
        finish(self.with_dictionary(dictionary, used.len(), &keys, present, &bounds), Compress::Always)
    }

    /// Texts as they are.
    pub fn texts<'t>(&self, cells: impl Iterator<Item = Option<&'t str>> + Clone) -> PolarsResult<Vec<CompressedPage>> {
        let texts: Vec<&str> = cells.clone().flatten().collect();
        let present: Vec<bool> = cells.map(|cell| cell.is_some()).collect();
        let (mut least, mut greatest) = (texts.first(), texts.first());
        for text in &texts {
            // One that is below the least is not above the greatest.
            if least.is_some_and(|least| text < least) {
                least = Some(text);
            } else if greatest.is_some_and(|greatest| text > greatest) {
                greatest = Some(text);
            }
        }
        let bounds = bounds(least, greatest, |text| text.as_bytes().to_vec());
        let present = (texts.len() < present.len()).then_some(present.as_slice());
        let values = |cells: &[&str], out: &mut Vec<u8>| cells.iter().for_each(|cell| text(cell, out));
        finish(self.data_cut(&texts, present, &bounds, Encoding::Plain, values, |cell| cell.len()), Compress::Always)
    }

    /// A page with a dictionary of so many values, and pages of places in it.
    fn with_dictionary(&self, dictionary: Vec<u8>, values: usize, codes: &[u32], present: Option<&[bool]>, bounds: &Bounds) -> Vec<Page> {
        let width = bits::width(values.saturating_sub(1) as u32);
        let places = |codes: &[u32], out: &mut Vec<u8>| {
            out.push(width as u8);
            bits::pack(codes, width, out);
        };
        let mut pages = vec![Page::Dict(DictPage::new(CowBuffer::Owned(dictionary), values, false))];
        pages.extend(self.data(codes, present, bounds, Encoding::RleDictionary, places));
        pages
    }

    fn data<T>(
        &self,
        cells: &[T],
        present: Option<&[bool]>,
        bounds: &Bounds,
        encoding: Encoding,
        values: impl Fn(&[T], &mut Vec<u8>),
    ) -> Vec<Page> {
        self.data_cut(cells, present, bounds, encoding, values, |_| 0)
    }

    /// Pages of the cells that are present, each cut where it is full. `present` has all cells, `None` where
    /// none is missing.
    fn data_cut<T>(
        &self,
        cells: &[T],
        present: Option<&[bool]>,
        bounds: &Bounds,
        encoding: Encoding,
        values: impl Fn(&[T], &mut Vec<u8>),
        bytes: impl Fn(&T) -> usize,
    ) -> Vec<Page> {
        let rows = present.map_or(cells.len(), <[bool]>::len);
        let (mut pages, mut row, mut at) = (Vec::new(), 0, 0);
        while row < rows || pages.is_empty() {
            let (start, first) = (row, at);
            let mut held = 0;
            while row < rows.min(start + PAGE_ROWS) && held < PAGE_BYTES {
                if present.is_none_or(|present| present[row]) {
                    held += bytes(&cells[at]);
                    at += 1;
                }
                row += 1;
            }
            let mut buffer = Vec::with_capacity((at - first) * size_of::<T>() + BLOCK_ROWS);
            let missing = (row - start) - (at - first);
            match present {
                Some(present) => bits::levels(present[start..row].iter().copied(), missing, &mut buffer),
                None => bits::levels((start..row).map(|_| true), 0, &mut buffer),
            }
            values(&cells[first..at], &mut buffer);
            pages.push(Page::Data(self.page(buffer, start..row, missing, bounds, encoding)));
        }
        pages
    }

    /// A data page. Its bounds are those of the row group, which hold for its cells too.
    fn page(&self, buffer: Vec<u8>, rows: Range<usize>, missing: usize, bounds: &Bounds, encoding: Encoding) -> DataPage {
        let (min_value, max_value) = bounds.clone().unzip();
        let null_count = Some(missing as i64);
        let statistics = BinaryStatistics { primitive_type: self.about.clone(), null_count, distinct_count: None, max_value, min_value };
        let header = DataPageHeaderV1 {
            num_values: rows.len() as i32,
            encoding: encoding.into(),
            definition_level_encoding: Encoding::Rle.into(),
            repetition_level_encoding: Encoding::Rle.into(),
            statistics: Some(statistics.serialize()),
        };
        let descriptor = Descriptor { primitive_type: self.about.clone(), max_def_level: 1, max_rep_level: 0 };
        DataPage::new(DataPageHeader::V1(header), CowBuffer::Owned(buffer), descriptor, rows.len())
    }
}

fn bounds<T>(least: Option<T>, greatest: Option<T>, bytes: impl Fn(T) -> Vec<u8>) -> Bounds {
    // Long texts would stand in each header and in the footer.
    const LONGEST: usize = 64;
    let bounds = least.zip(greatest).map(|(least, greatest)| (bytes(least), bytes(greatest)));
    bounds.filter(|(least, greatest)| least.len() <= LONGEST && greatest.len() <= LONGEST)
}

/// A number as the file has it.
fn number(number: f64) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

/// The least and the greatest number, several at a time.
fn range(cells: &[f64]) -> Option<(f64, f64)> {
    const LANES: usize = 8;
    let first = *cells.first()?;
    let (mut least, mut greatest) = ([first; LANES], [first; LANES]);
    let (whole, rest) = cells.as_chunks::<LANES>();
    for lanes in whole {
        for lane in 0..LANES {
            least[lane] = if lanes[lane] < least[lane] { lanes[lane] } else { least[lane] };
            greatest[lane] = if lanes[lane] > greatest[lane] { lanes[lane] } else { greatest[lane] };
        }
    }
    let ends = |ends: [f64; LANES], pick: fn(f64, f64) -> f64| ends.iter().chain(rest).copied().reduce(pick);
    ends(least, f64::min).zip(ends(greatest, f64::max))
}

/// A text with its length before it.
fn text(text: &str, out: &mut Vec<u8>) {
    out.extend((text.len() as u32).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// Compresses the pages of a column where that is wanted.
fn finish(pages: Vec<Page>, wanted: Compress) -> PolarsResult<Vec<CompressedPage>> {
    let zstd = CompressionOptions::Zstd(Some(ZstdLevel::try_new(LEVEL)?));
    let mut tried = None;
    let compression = match wanted {
        Compress::Always => zstd,
        Compress::Never => CompressionOptions::Uncompressed,
        Compress::IfItPays => {
            if let Some(Page::Data(page)) = pages.first() {
                let compressed = compress(Page::Data(page.clone()), Vec::new(), zstd)?;
                let pays = matches!(&compressed, CompressedPage::Data(page) if page.compressed_size() <= page.uncompressed_size() / PAYS * (PAYS - 1));
                tried = pays.then_some(compressed);
            }
            if tried.is_some() { zstd } else { CompressionOptions::Uncompressed }
        }
    };
    let first = usize::from(tried.is_some());
    let rest = pages.into_iter().skip(first).map(|page| Ok(compress(page, Vec::new(), compression)?));
    tried.into_iter().map(Ok).chain(rest).collect()
}

/// How hard zstd tries: its default, 3, makes a trace one or two parts in a hundred smaller, and takes a third longer.
const LEVEL: i32 = 1;
