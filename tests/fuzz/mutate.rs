//! Changes of a file: bytes, numbers, words, lines and nesting.

use std::ops::Range;

use crate::random::Random;
use crate::spans::{Kind, lines, spans};

/// Files grow no longer than that: what is long is a matter of its own.
const LONGEST: usize = 200_000;

/// Numbers at the edges of what a number can be.
const NUMBERS: &[&str] = &[
    "-1",
    "0",
    "-0",
    "1",
    "2",
    "-0.0",
    "0.5",
    "1.5",
    "1e-320",
    "1e-9",
    "1e9",
    "1e18",
    "1e300",
    "1.7976931348623157e308",
    "1e400",
    "-1e400",
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "127",
    "128",
    "255",
    "256",
    "65535",
    "65536",
    "2147483647",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775808",
    "0x10",
    "1_000",
    "01",
    "1.",
    ".5",
    "",
    "null",
    "true",
];

/// What ends texts, lines and files, and what is no text.
const SPECIAL: &[&[u8]] = &[
    b"\"",
    b"'",
    b"\\",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\0",
    b"\x1b[31m",
    b"\x7f",
    b"\xef\xbb\xbf",
    b"\xff",
    b"\xc3\x28",
    b"\xed\xa0\x80",
    "é".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{202e}".as_bytes(),
    "😀".as_bytes(),
    "ß".as_bytes(),
    "İ".as_bytes(),
    b"\\u0000",
    b"\\ud800",
    b"{}",
    b"[]",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b";",
    b":",
    b"=",
    b"#",
    b"..",
    b"/",
    b"\"\"",
    b"\"\"\"",
    b" ",
    b"@",
    b"=1",
];

/// A value in place of another.
const VALUES: &[&str] =
    &["null", "true", "false", "\"\"", "\"x\"", "[]", "{}", "[0]", "[null]", "0", "-1", "1e308", "{ a = 1 }", "{\"a\": 1}"];

type Change = fn(&mut Vec<u8>, &mut Random, &Material);

/// What changes may draw from.
pub struct Material<'a> {
    pub seeds: &'a [Vec<u8>],
    /// Words of the format.
    pub words: &'a [&'a str],
}

/// Each as often as it stands here: those that keep a file readable find most.
const CHANGES: &[Change] = &[
    number,
    number,
    number,
    number,
    word,
    word,
    word,
    value,
    value,
    quoted,
    copy_span,
    swap_spans,
    swap_spans,
    remove_line,
    double_line,
    swap_lines,
    insert_word,
    insert_special,
    insert_special,
    flip,
    remove_bytes,
    double_bytes,
    insert_bytes,
    truncate,
    splice,
    nest,
    lengthen,
];

/// A seed with one to five changes.
pub fn mutated(material: &Material, random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(material.seeds).cloned().unwrap_or_default();
    for _ in 0..=random.small(5) {
        let change = *random.pick(CHANGES).unwrap();
        change(&mut bytes, random, material);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn replace(bytes: &mut Vec<u8>, range: Range<usize>, with: &[u8]) {
    bytes.splice(range, with.iter().copied());
}

fn any_range(bytes: &[u8], random: &mut Random) -> Range<usize> {
    let start = random.below(bytes.len());
    let length = random.small((bytes.len() - start).min(64));
    start..start + length
}

fn span(bytes: &[u8], random: &mut Random, wanted: impl Fn(Kind) -> bool) -> Option<Range<usize>> {
    let spans: Vec<Range<usize>> = spans(bytes).into_iter().filter(|(kind, _)| wanted(*kind)).map(|(_, range)| range).collect();
    random.pick(&spans).cloned()
}

fn number(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let Some(range) = span(bytes, random, |kind| kind == Kind::Number) else { return };
    let with = random.pick(NUMBERS).unwrap();
    replace(bytes, range, with.as_bytes());
}

fn word(bytes: &mut Vec<u8>, random: &mut Random, material: &Material) {
    let Some(range) = span(bytes, random, |kind| kind == Kind::Word) else { return };
    let with = random.pick(material.words).copied().unwrap_or_default();
    replace(bytes, range, with.as_bytes());
}

fn value(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let Some(range) = span(bytes, random, |_| true) else { return };
    let with = random.pick(VALUES).unwrap();
    replace(bytes, range, with.as_bytes());
}

fn quoted(bytes: &mut Vec<u8>, random: &mut Random, material: &Material) {
    let Some(range) = span(bytes, random, |kind| kind == Kind::Quoted) else { return };
    let with = format!("\"{}\"", random.pick(material.words).copied().unwrap_or_default());
    replace(bytes, range, with.as_bytes());
}

fn copy_span(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let (Some(from), Some(to)) = (span(bytes, random, |_| true), span(bytes, random, |_| true)) else { return };
    let with = bytes[from].to_vec();
    replace(bytes, to, &with);
}

fn swap_spans(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let (Some(one), Some(other)) = (span(bytes, random, |_| true), span(bytes, random, |_| true)) else { return };
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if first.end > second.start {
        return;
    }
    let (a, b) = (bytes[first.clone()].to_vec(), bytes[second.clone()].to_vec());
    replace(bytes, second, &a);
    replace(bytes, first, &b);
}

fn line(bytes: &[u8], random: &mut Random) -> Range<usize> {
    random.pick(&lines(bytes)).cloned().unwrap_or(0..0)
}

fn remove_line(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let range = line(bytes, random);
    replace(bytes, range, b"");
}

fn double_line(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let range = line(bytes, random);
    let copy = bytes[range.clone()].to_vec();
    let to = line(bytes, random).start;
    replace(bytes, to..to, &copy);
}

fn swap_lines(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let (one, other) = (line(bytes, random), line(bytes, random));
    let (first, second) = if one.start < other.start { (one, other) } else { (other, one) };
    if first.end <= second.start {
        let (a, b) = (bytes[first.clone()].to_vec(), bytes[second.clone()].to_vec());
        replace(bytes, second, &a);
        replace(bytes, first, &b);
    }
}

fn insert_word(bytes: &mut Vec<u8>, random: &mut Random, material: &Material) {
    let at = span(bytes, random, |_| true).map_or(0, |range| range.start);
    let with = random.pick(material.words).copied().unwrap_or_default();
    replace(bytes, at..at, with.as_bytes());
}

fn insert_special(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let with = random.pick(SPECIAL).unwrap();
    // Half of them at the edge of a word, where they make most difference.
    let at = match random.below(2) {
        0 => random.below(bytes.len() + 1),
        _ => span(bytes, random, |_| true).map_or(0, |range| range.end),
    };
    replace(bytes, at..at, with);
}

#[allow(clippy::ptr_arg, reason = "of one type with the other changes")]
fn flip(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let at = random.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << random.below(8);
    }
}

fn remove_bytes(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let range = any_range(bytes, random);
    replace(bytes, range, b"");
}

fn double_bytes(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let range = any_range(bytes, random);
    let copy = bytes[range.clone()].to_vec();
    replace(bytes, range.end..range.end, &copy);
}

fn insert_bytes(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let at = random.below(bytes.len() + 1);
    let with: Vec<u8> = (0..=random.small(8)).map(|_| random.byte()).collect();
    replace(bytes, at..at, &with);
}

fn truncate(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let at = random.below(bytes.len() + 1);
    bytes.truncate(at);
}

/// The beginning of this file and the end of another seed.
fn splice(bytes: &mut Vec<u8>, random: &mut Random, material: &Material) {
    let Some(other) = random.pick(material.seeds) else { return };
    let (here, there) = (line(bytes, random).start, line(other, random).start);
    bytes.truncate(here);
    bytes.extend_from_slice(&other[there..]);
}

/// A value in many brackets.
fn nest(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let Some(range) = span(bytes, random, |_| true) else { return };
    let depth = [3, 50, 127, 128, 129, 1000, 20_000][random.below(7)];
    let (open, close) = [("[", "]"), ("{\"a\":", "}"), ("{a=", "}"), ("a.", "")][random.below(4)];
    let value = bytes[range.clone()].to_vec();
    replace(bytes, range, &[open.repeat(depth).as_bytes(), &value, close.repeat(depth).as_bytes()].concat());
}

/// A very long number, word or text.
fn lengthen(bytes: &mut Vec<u8>, random: &mut Random, _: &Material) {
    let Some(range) = span(bytes, random, |_| true) else { return };
    let times = [10, 300, 70_000][random.below(3)];
    let piece = ["7", "x", "é", " ", "\\n"][random.below(5)];
    let at = range.end;
    replace(bytes, at..at, piece.repeat(times / piece.len()).as_bytes());
}

#[test]
fn the_same_case_is_the_same_file_and_most_cases_differ() {
    let seeds = [b"kind = \"always\"\n[parameters]\nendpoint = 3\n".to_vec(), b"a,b\n1,2\n".to_vec()];
    let material = Material { seeds: &seeds, words: &["kind"] };
    let case = |case: u64| mutated(&material, &mut Random::new(7, case));
    let cases: Vec<Vec<u8>> = (0..200).map(case).collect();
    assert_eq!(cases[17], case(17));
    let changed = cases.iter().filter(|bytes| !seeds.contains(bytes)).count();
    let distinct: std::collections::BTreeSet<&Vec<u8>> = cases.iter().collect();
    assert!(changed > 150 && distinct.len() > 150, "{changed} changed, {} distinct", distinct.len());
}
