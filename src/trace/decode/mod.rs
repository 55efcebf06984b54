//! Columns of numbers of a Parquet file, as [`super::encode`] and most writers have them: straight into the memory of
//! the column, and with them the least and the greatest number, which a dictionary tells without a look at the cells.
//!
//! `None` says no more than that a column is in another form, has gaps, or is damaged: polars reads it then, or tells
//! what is wrong.

mod differences;
mod places;

use std::io::Cursor;

use polars::prelude::ArrowDataType;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, DictPage, split_buffer};
use polars_parquet::read::{BasicDecompressor, ColumnChunkMetadata, PageReader, PhysicalType};

use crate::wide::{self, Loop};

/// A column that is being read, row group after row group.
pub(super) struct Decoded {
    pub cells: Cells,
    /// The least and the greatest of all numbers of the file's dictionaries and pages: every cell lies within, and
    /// both are NaN where one of them is. Of rows there are none.
    pub bounds: Option<[f64; 2]>,
}

/// Its cells, none of them missing.
pub(super) enum Cells {
    Numbers(Vec<f64>),
    Rows(Vec<u32>),
    Codes(Vec<u8>),
}

impl Decoded {
    /// A column of no cells yet, with room for some; `None` of a type that is not read here.
    pub fn new(dtype: &ArrowDataType, rows: usize) -> Option<Self> {
        let cells = match dtype {
            ArrowDataType::Float64 => Cells::Numbers(Vec::with_capacity(rows)),
            ArrowDataType::UInt32 => Cells::Rows(Vec::with_capacity(rows)),
            ArrowDataType::UInt8 => Cells::Codes(Vec::with_capacity(rows)),
            _ => return None,
        };
        Some(Decoded { cells, bounds: None })
    }

    /// Appends the cells of a row group from the bytes of its pages.
    pub fn add(&mut self, chunk: &ColumnChunkMetadata, bytes: Vec<u8>) -> Option<()> {
        let about = &chunk.descriptor().descriptor;
        let physical = match self.cells {
            Cells::Numbers(_) => PhysicalType::Double,
            Cells::Rows(_) | Cells::Codes(_) => PhysicalType::Int32,
        };
        if about.primitive_type.physical_type != physical || about.max_rep_level > 0 || about.max_def_level > 1 {
            return None;
        }
        let most = bytes.len();
        let reader = PageReader::new(Cursor::new(bytes.into()), chunk, Vec::new(), most);
        let mut pages = BasicDecompressor::new(reader, Vec::new());
        let dictionary = pages.read_dict_page().ok()?;
        let mut values = Values::new(&self.cells, dictionary.as_ref())?;
        let mut left = usize::try_from(chunk.num_values()).ok()?;
        while let Some(page) = pages.next() {
            let page = page.ok()?.decompress(&mut pages).ok()?;
            left = left.checked_sub(page.num_values())?;
            values.add(&page, &mut self.cells)?;
            pages.reuse_page_buffer(page);
        }
        if let Some([least, greatest]) = values.bounds() {
            let known = self.bounds.unwrap_or([least, greatest]);
            self.bounds = Some(joined(known, [least, greatest]));
        }
        (left == 0).then_some(())
    }
}

/// The least and the greatest of both; NaN where either has one.
pub(super) fn joined(a: [f64; 2], b: [f64; 2]) -> [f64; 2] {
    let [least, greatest] = [a[0].min(b[0]), a[1].max(b[1])];
    if [a, b].iter().flatten().any(|number| number.is_nan()) { [f64::NAN; 2] } else { [least, greatest] }
}

/// What the cells of a row group are taken from.
enum Values {
    Numbers(places::Dictionary<f64>, Box<Extremes>),
    Rows,
    Codes(places::Dictionary<u8>),
}

impl Values {
    fn new(cells: &Cells, page: Option<&DictPage>) -> Option<Self> {
        let bytes = page.map_or(&[][..], |page| &page.buffer);
        Some(match cells {
            Cells::Numbers(_) => {
                let values: Vec<f64> = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
                let mut extremes = Box::<Extremes>::default();
                extremes.look_at(&values);
                Values::Numbers(places::Dictionary::new(values), extremes)
            }
            Cells::Rows(_) => page.is_none().then_some(Values::Rows)?,
            Cells::Codes(_) => {
                let values: Option<Vec<u8>> =
                    bytes.as_chunks().0.iter().map(|bytes| u8::try_from(u32::from_le_bytes(*bytes)).ok()).collect();
                Values::Codes(places::Dictionary::new(values?))
            }
        })
    }

    /// Appends the cells of a page.
    fn add(&mut self, page: &DataPage, cells: &mut Cells) -> Option<()> {
        if !matches!(page.header(), DataPageHeader::V1(_)) {
            return None;
        }
        let parts = split_buffer(page).ok()?;
        let rows = page.num_values();
        if page.descriptor.max_def_level > 0 && !places::are_all_ones(parts.def, rows) {
            return None;
        }
        let is_places = matches!(page.encoding(), Encoding::RleDictionary | Encoding::PlainDictionary);
        match (self, cells) {
            (Values::Numbers(dictionary, _), Cells::Numbers(cells)) if is_places => dictionary.look_up(parts.values, rows, cells),
            (Values::Numbers(_, extremes), Cells::Numbers(cells)) if page.encoding() == Encoding::Plain => {
                let (numbers, _) = parts.values.as_chunks();
                let numbers = numbers.get(..rows)?;
                let start = cells.len();
                cells.extend(numbers.iter().map(|bytes| f64::from_le_bytes(*bytes)));
                extremes.look_at(cells.get(start..)?);
                Some(())
            }
            (Values::Codes(dictionary), Cells::Codes(cells)) if is_places => dictionary.look_up(parts.values, rows, cells),
            (Values::Rows, Cells::Rows(cells)) if page.encoding() == Encoding::DeltaBinaryPacked => {
                differences::add_up(parts.values, rows, cells)
            }
            _ => None,
        }
    }

    /// The least and the greatest number; `None` of rows, and of nothing.
    fn bounds(&self) -> Option<[f64; 2]> {
        match self {
            Values::Numbers(_, extremes) => extremes.bounds(),
            Values::Rows => None,
            Values::Codes(dictionary) => {
                let values = dictionary.values();
                Some([f64::from(*values.iter().min()?), f64::from(*values.iter().max()?)])
            }
        }
    }
}

/// Numbers that are compared side by side.
const SIDE_BY_SIDE: usize = 16;

/// The least and the greatest of some numbers.
struct Extremes {
    least: [f64; SIDE_BY_SIDE],
    greatest: [f64; SIDE_BY_SIDE],
    /// How many there are that compare to none.
    incomparable: [u64; SIDE_BY_SIDE],
}

impl Default for Extremes {
    fn default() -> Self {
        let (least, greatest) = ([f64::INFINITY; SIDE_BY_SIDE], [f64::NEG_INFINITY; SIDE_BY_SIDE]);
        Extremes { least, greatest, incomparable: [0; SIDE_BY_SIDE] }
    }
}

impl Extremes {
    fn look_at(&mut self, numbers: &[f64]) {
        wide::run(LookAt { numbers, extremes: self });
    }

    fn bounds(&self) -> Option<[f64; 2]> {
        let least = self.least.into_iter().fold(f64::INFINITY, f64::min);
        let greatest = self.greatest.into_iter().fold(f64::NEG_INFINITY, f64::max);
        match self.incomparable.iter().any(|count| *count > 0) {
            true => Some([f64::NAN; 2]),
            false => (least <= greatest).then_some([least, greatest]),
        }
    }
}

struct LookAt<'a> {
    numbers: &'a [f64],
    extremes: &'a mut Extremes,
}

impl Loop for LookAt<'_> {
    #[inline(always)]
    fn run(self) {
        let Extremes { mut least, mut greatest, mut incomparable } = *self.extremes;
        let (chunks, rest) = self.numbers.as_chunks::<SIDE_BY_SIDE>();
        for numbers in chunks {
            for (((&number, least), greatest), incomparable) in numbers.iter().zip(&mut least).zip(&mut greatest).zip(&mut incomparable) {
                compare(number, least, greatest, incomparable);
            }
        }
        for (((&number, least), greatest), incomparable) in rest.iter().zip(&mut least).zip(&mut greatest).zip(&mut incomparable) {
            compare(number, least, greatest, incomparable);
        }
        *self.extremes = Extremes { least, greatest, incomparable };
    }
}

#[inline(always)]
fn compare(number: f64, least: &mut f64, greatest: &mut f64, incomparable: &mut u64) {
    *least = if number < *least { number } else { *least };
    *greatest = if number > *greatest { number } else { *greatest };
    *incomparable += u64::from(number.is_nan());
}
