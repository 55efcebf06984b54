use super::super::block::Judge;
use super::super::exact::Exact;
use super::super::line::LANES;
use super::super::lines;
use super::super::pair::{Both, Made, Pair};
use super::super::tile::Answers;
use super::*;
use crate::draw::{Draws, Stream};
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

/// Scores and accounts.
type Answer = (f64, [f64; ACCOUNTS.len()]);

/// A pair of answers of the first endpoint, the oracle's and local, and of the second, at every third query the first.
fn filled(right: &[Answer], wrong: &[Answer], units: Option<&Units>) -> Box<Pair> {
    let solvable: Vec<bool> = right.iter().zip(wrong).map(|(right, wrong)| right.0.max(wrong.0) >= 1.0).collect();
    filled_where(right, wrong, units, &solvable)
}

fn filled_where(right: &[Answer], wrong: &[Answer], units: Option<&Units>, solvable: &[bool]) -> Box<Pair> {
    let columns = |answers: &[Answer]| -> [Vec<f64>; 1 + ACCOUNTS.len()] {
        std::array::from_fn(|column| {
            answers.iter().map(|(score, accounts)| if column == 0 { *score } else { accounts[column - 1] }).collect()
        })
    };
    let (mine, theirs, first) = (columns(right), columns(wrong), vec![0; right.len()]);
    let other: Vec<EndpointIx> = (0..right.len()).map(|query| EndpointIx::from(query % 3 != 0)).collect();
    fn answers<'a>([score, a, b, c, d]: &'a [Vec<f64>; 5], first: &'a [EndpointIx]) -> Answers<'a> {
        Answers { score, totals: [a, b, c, d], first }
    }
    let judge = Judge::new(0, None, first.clone(), vec![true, false], solvable);
    let mut pair = Box::new(Pair::new());
    pair.fill(&Both { right: answers(&mine, &first), wrong: answers(&theirs, &other), start: 0, correct_at: 1.0 }, &judge);
    pair.make_lines(units, true);
    pair
}

/// What changes in a pair, or its wrong answers.
fn made(pair: &Pair, of: Of) -> Made<'_> {
    if of == Of::Changes { pair.change() } else { pair.wrong() }
}

fn slims(pair: &Pair, of: Of) -> Option<Vec<Slim>> {
    let Made::Slim(words) = made(pair, of) else { return None };
    Some((0..pair.len()).map(|query| Slim(std::array::from_fn(|word| words[word][query]))).collect())
}

fn wides(pair: &Pair, of: Of) -> Option<Vec<Line>> {
    let Made::Lines(words) = made(pair, of) else { return None };
    Some((0..pair.len()).map(|query| Line::of_words(|word| words[word][query])).collect())
}

/// Random answers of some tiles: scores of quarters, numbers over the ranges that are expected.
fn answers(seed: u64, local: bool) -> Vec<Answer> {
    let stream = Draws::new(seed, 0).stream(Stream::Sample, 0);
    let of = |query: u64| {
        let number = |draw: u64| stream.uniform(8 * query + draw);
        let [low, high]: [f64; 2] = if local { [0.3, 500.0] } else { [200.0, 65_000.0] };
        let accounts = [low * (high / low).powf(number(0)), 1e12 * (1.0 + 5e3 * number(1)), 0.01 * number(2), 0.5 + 6.0 * number(3)];
        ((number(4) * 5.0).floor() / 4.0, accounts)
    };
    (0..3_000).map(of).collect()
}

const LARGEST: [f64; WHOLE] = [150_000.0, 66_000.0, 5_000.0, 0.01, 700.0];

/// Slim lines of some queries, the same as lines, and the row that each belongs to.
struct Added {
    at: Vec<u32>,
    slim: Vec<Slim>,
    lines: Vec<Line>,
}

/// Random answers in blocks.
fn blocks(rows: usize, block: usize, of: Of, units: &Units) -> Vec<Added> {
    let (right, wrong) = (answers(1, true), answers(2, false));
    let stream = Draws::new(3, 0).stream(Stream::Sample, 0);
    let of_block = |start: usize| {
        let mut added = Added { at: Vec::new(), slim: Vec::new(), lines: Vec::new() };
        for tile in (start..start + block).step_by(50) {
            let (right, wrong) = (&right[tile..tile + 50], &wrong[tile..tile + 50]);
            added.at.extend((tile..tile + 50).map(|query| stream.below(query as u64, rows) as u32));
            added.lines.extend(wides(&filled(right, wrong, None), of).expect("lines are asked for"));
            added.slim.extend(slims(&filled(right, wrong, Some(units)), of).expect("everything fits"));
        }
        added
    };
    (0..right.len()).step_by(block).map(of_block).collect()
}

/// Rows, queries of a block, and what they are. Few rows get so many lines of a block that they are taken back.
fn cases() -> impl Iterator<Item = (usize, usize, Of)> {
    let sizes = [(101, 600), (12, 600), (3, 600), (1, 100), (1, 250), (1, 1_000)];
    sizes.into_iter().flat_map(|(rows, block)| [(rows, block, Of::Changes), (rows, block, Of::Answers)])
}

/// The exact sums of rows.
fn exact(lines: &[Line]) -> Vec<Exact> {
    lines.iter().flat_map(|line| (0..LANES.len()).map(|place| line.at(place))).collect()
}

fn units() -> Units {
    Units::of(LARGEST.into_iter(), [true; _])
}

#[test]
fn sums_are_those_of_lines() {
    for (rows, block, of) in cases() {
        let (mut slim, mut taken, mut expected) = (vec![Slim::ZERO; rows], vec![Line::ZERO; rows], vec![Line::ZERO; rows]);
        let many = many(block as f64 / rows as f64).unwrap_or(0);
        for added in blocks(rows, block, of, &units()) {
            lines::add(&mut expected, &added.at, &added.lines);
            lines::add(&mut slim, &added.at, &added.slim);
            units().settle(of, &mut slim, many, &mut taken, (&added.at, &added.slim));
        }
        units().take(of, &mut slim, &mut taken);
        assert_eq!(exact(&taken), exact(&expected), "{rows} rows, {block} queries a block, {of:?}");
        assert!(slim.iter().all(|sum| *sum == Slim::ZERO));
    }
}

#[test]
fn rows_that_are_looked_at_when_they_may_be_full_are_those_of_lines() {
    for (rows, block, of) in cases() {
        let (mut slim, mut taken, mut expected) = (SlimRows::new(of, units(), rows), vec![Line::ZERO; rows], vec![Line::ZERO; rows]);
        let mut crowds = Crowds::new(rows);
        for added in blocks(rows, block, of, &units()) {
            lines::add(&mut expected, &added.at, &added.lines);
            slim.add(&added.at, &added.slim, crowds.most(&added.at), &mut taken);
        }
        slim.take(&mut taken);
        assert_eq!(exact(&taken), exact(&expected), "{rows} rows, {block} queries a block, {of:?}");
        // Nothing is left.
        slim.take(&mut taken);
        assert_eq!(exact(&taken), exact(&expected));
    }
}

#[test]
fn the_place_with_the_most() {
    let mut crowds = Crowds::new(100);
    assert_eq!([crowds.most(&[99, 2, 2, 5, 2]), crowds.most(&[]), crowds.most(&[2, 0]), crowds.most(&[7; 1024])], [3, 0, 1, 1024]);
}

#[test]
fn what_does_not_fit_remains_lines() {
    let units = units();
    let fits = |right: Answer, wrong: Answer| slims(&filled(&[right], &[wrong], Some(&units)), Of::Changes).is_some();
    let usual = [10.3, 1e12, 0.001, 2.3];
    assert!(fits((1.0, usual), (0.0, usual)) && fits((0.25, usual), (1.0, [60_000.7, 5e15, 0.009, 650.9])));
    // A score of tenths, a smaller unit of energy, and a time that is no more known on one side than a score.
    assert!(!fits((0.1, usual), (0.0, usual)));
    assert!(!fits((1.0, [1e-9, 1e12, 0.001, 2.3]), (0.0, usual)));
    assert!(!fits((1.0, [10.3, 1e12, 0.001, f64::NAN]), (0.0, usual)) && !fits((f64::NAN, usual), (0.0, usual)));
    // An answer that takes no time has no power; more than one and fifteen sixteenths is no change of scores.
    assert!(fits((1.0, [10.3, 1e12, 0.001, 0.0]), (0.0, usual)) && !fits((2.0, usual), (0.0, usual)));
}

#[test]
fn answers_that_do_not_fit_remain_lines() {
    let usual = [10.3, 1e12, 0.001, 2.3];
    let fits = |known: [bool; 4], wrong: Answer, solvable: bool| {
        let units = Units::of(LARGEST.into_iter(), known);
        slims(&filled_where(&[(1.0, usual)], &[wrong], Some(&units), &[solvable]), Of::Answers).is_some()
    };
    assert!(fits([true; 4], (1.0, usual), true) && fits([true; 4], (0.25, usual), false));
    // Correct though no endpoint of the pool is, a score that is not known, and one of tenths.
    assert!(!fits([true; 4], (1.0, usual), false) && !fits([true; 4], (f64::NAN, usual), true) && !fits([true; 4], (0.1, usual), true));
    // An account that only some have; one that nobody has fits.
    for account in 0..4 {
        let lacks = (0.0, std::array::from_fn(|at| if at == account { f64::NAN } else { usual[at] }));
        assert!(!fits([true; 4], lacks, true) && fits(std::array::from_fn(|at| at != account), lacks, true), "{account}");
        assert!(!fits(std::array::from_fn(|at| at != account), (0.0, usual), true), "{account}");
    }
}

#[test]
fn room_for_another_block() {
    assert_eq!([many(0.0), many(10.24), many(125.0), many(160.0), many(250.0)], [Some(253), Some(223), Some(60), Some(17), None]);
}
