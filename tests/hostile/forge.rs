//! Parquet files by hand, so that they can claim anything: one dictionary entry for each column, repeated in
//! runs. <https://parquet.apache.org/docs/file-format/>

/// A column of one value.
pub struct Column {
    pub name: &'static str,
    /// The physical type, and the converted type where there is one.
    pub kind: (i32, Option<i32>),
    /// The value, as PLAIN writes it.
    pub value: Vec<u8>,
    /// Values that each data page claims, and holds.
    pub pages: Vec<u32>,
    /// Values that the footer claims.
    pub claims: i64,
    /// Zeros that follow in each data page, compressed to next to nothing.
    pub zeros: Option<u32>,
    /// The uncompressed size that the footer claims, where it is not the size as it stands there.
    pub says: Option<i64>,
}

const INT32: i32 = 1;
const DOUBLE: i32 = 5;
const BYTE_ARRAY: i32 = 6;
const UTF8: i32 = 0;
const UINT_32: i32 = 13;
const UNCOMPRESSED: i32 = 0;
const ZSTD: i32 = 6;

impl Column {
    fn new(name: &'static str, kind: (i32, Option<i32>), value: Vec<u8>, rows: u32) -> Self {
        Column { name, kind, value, pages: vec![rows], claims: i64::from(rows), zeros: None, says: None }
    }

    pub fn row(rows: u32) -> Self {
        Column::new("row", (INT32, Some(UINT_32)), vec![0; 4], rows)
    }

    pub fn number(name: &'static str, rows: u32) -> Self {
        Column::new(name, (DOUBLE, None), 0.5_f64.to_le_bytes().to_vec(), rows)
    }

    pub fn text(name: &'static str, text: &str, rows: u32) -> Self {
        let value = [&u32::try_from(text.len()).unwrap().to_le_bytes(), text.as_bytes()].concat();
        Column::new(name, (BYTE_ARRAY, Some(UTF8)), value, rows)
    }
}

/// A struct in Thrift's compact protocol.
#[derive(Default)]
struct Struct {
    bytes: Vec<u8>,
    last: u8,
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(number as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

fn zigzag(number: i64) -> Vec<u8> {
    varint(((number << 1) ^ (number >> 63)) as u64)
}

fn binary(text: &str) -> Vec<u8> {
    [varint(text.len() as u64), text.as_bytes().to_vec()].concat()
}

impl Struct {
    fn field(mut self, id: u8, kind: u8, bytes: &[u8]) -> Self {
        self.bytes.push((id - self.last) << 4 | kind);
        self.bytes.extend(bytes);
        self.last = id;
        self
    }

    fn int(self, id: u8, number: i32) -> Self {
        self.field(id, 5, &zigzag(i64::from(number)))
    }

    fn long(self, id: u8, number: i64) -> Self {
        self.field(id, 6, &zigzag(number))
    }

    fn text(self, id: u8, text: &str) -> Self {
        self.field(id, 8, &binary(text))
    }

    fn list(self, id: u8, kind: u8, items: &[Vec<u8>]) -> Self {
        let head =
            if items.len() < 15 { vec![(items.len() as u8) << 4 | kind] } else { [vec![0xf0 | kind], varint(items.len() as u64)].concat() };
        self.field(id, 9, &[head, items.concat()].concat())
    }

    fn nested(self, id: u8, inner: Struct) -> Self {
        self.field(id, 12, &inner.end())
    }

    fn end(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }
}

const RLE: i32 = 3;
const PLAIN: i32 = 0;
const RLE_DICTIONARY: i32 = 8;

/// A frame of Zstandard: bytes as they are, then zeros, of which four bytes stand for 2^17.
/// <https://www.rfc-editor.org/rfc/rfc8878>
fn zstd(bytes: &[u8], zeros: u32) -> Vec<u8> {
    const RUN: u32 = 1 << 17;
    let size = u32::try_from(bytes.len()).unwrap() + zeros;
    let mut frame = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &size.to_le_bytes()].concat();
    let mut block = |last: bool, kind: u32, size: u32, bytes: &[u8]| {
        frame.extend(&(u32::from(last) | kind << 1 | size << 3).to_le_bytes()[..3]);
        frame.extend(bytes);
    };
    block(zeros == 0, 0, size - zeros, bytes);
    for start in (0..zeros).step_by(RUN as usize) {
        let run = RUN.min(zeros - start);
        block(start + run == zeros, 1, run, &[0]);
    }
    frame
}

fn dictionary(column: &Column) -> Vec<u8> {
    let stored = column.zeros.map_or(column.value.clone(), |_| zstd(&column.value, 0));
    let (size, compressed) = (i32::try_from(column.value.len()).unwrap(), i32::try_from(stored.len()).unwrap());
    let header = Struct::default().int(1, 2).int(2, size).int(3, compressed).nested(7, Struct::default().int(1, 1).int(2, PLAIN));
    [header.end(), stored].concat()
}

/// A data page of so many times the first entry: the width of indices in bits, a run, its index.
fn page(values: u32, zeros: Option<u32>) -> Vec<u8> {
    let body = [vec![1], varint(u64::from(values) << 1), vec![0]].concat();
    let size = u32::try_from(body.len()).unwrap() + zeros.unwrap_or(0);
    let stored = zeros.map_or(body.clone(), |zeros| zstd(&body, zeros));
    let data = Struct::default().int(1, values as i32).int(2, RLE_DICTIONARY).int(3, RLE).int(4, RLE);
    let header = Struct::default().int(1, 0).int(2, size as i32).int(3, i32::try_from(stored.len()).unwrap()).nested(5, data);
    [header.end(), stored].concat()
}

/// The bytes of a file with one row group; `rows` are what the row group claims, and the file in all.
pub fn file(columns: &[Column], rows: (i64, i64)) -> Vec<u8> {
    let mut bytes = b"PAR1".to_vec();
    let mut chunks = Vec::new();
    for column in columns {
        let (start, dictionary) = (bytes.len() as i64, dictionary(column));
        let first = start + dictionary.len() as i64;
        bytes.extend(dictionary);
        column.pages.iter().for_each(|values| bytes.extend(page(*values, column.zeros)));
        let size = bytes.len() as i64 - start;
        let encodings: Vec<Vec<u8>> = [PLAIN, RLE, RLE_DICTIONARY].map(|encoding| zigzag(i64::from(encoding))).into();
        let of_column = Struct::default()
            .int(1, column.kind.0)
            .list(2, 5, &encodings)
            .list(3, 8, &[binary(column.name)])
            .int(4, if column.zeros.is_some() { ZSTD } else { UNCOMPRESSED });
        let of_column = of_column.long(5, column.claims).long(6, column.says.unwrap_or(size)).long(7, size).long(9, first).long(11, start);
        chunks.push(Struct::default().long(2, start).nested(3, of_column).end());
    }
    let root = Struct::default().text(4, "schema").int(5, columns.len() as i32).end();
    let leaf = |column: &Column| {
        let leaf = Struct::default().int(1, column.kind.0).int(3, 0).text(4, column.name);
        column.kind.1.into_iter().fold(leaf, |leaf, converted| leaf.int(6, converted)).end()
    };
    let schema: Vec<Vec<u8>> = std::iter::once(root).chain(columns.iter().map(leaf)).collect();
    let group = Struct::default().list(1, 12, &chunks).long(2, bytes.len() as i64).long(3, rows.0).end();
    let footer = Struct::default().int(1, 1).list(2, 12, &schema).long(3, rows.1).list(4, 12, &[group]).end();
    bytes.extend(&footer);
    bytes.extend(u32::try_from(footer.len()).unwrap().to_le_bytes());
    bytes.extend(b"PAR1");
    bytes
}
