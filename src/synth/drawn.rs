//! What is drawn for each query: abilities, right and wrong answers, lengths. All of it in the order of the cells,
//! piece by piece, so that what only leads to something else never leaves the nearest cache.

use std::ops::Range;

use rayon::prelude::*;

use super::calibrate::Fitted;
use super::cells::{Cell, Stratified, parts, pieces};
use super::quantile::normal_quantiles;
use super::rank::{code, mark_highest};
use super::spec::{Length, Spec, Tokens};
use crate::draw::{Draws, Stream, StreamDraws};
use crate::wide::{self, Loop};

/// Dimensions of [`Stream::SynthFactor`]: the common factors come first, these after them.
const PROMPT_LENGTH: u64 = 0x100;
const ANSWER_LENGTH: u64 = 0x101;

/// What is drawn for each query, in the order of the cells.
pub(super) struct Drawn {
    pub input_tokens: Vec<f64>,
    pub output_tokens: Vec<f64>,
    /// By model.
    pub right: Vec<Vec<bool>>,
}

impl Drawn {
    pub fn new(spec: &Spec, fitted: &[Fitted], cells: &[Cell], draws: &Draws) -> Self {
        let abilities = Abilities::new(spec.answers.models.len(), fitted, cells, draws);
        let length = |dimension| Stratified::new(cells, draws, Stream::SynthFactor, dimension);
        let (input, output) = rayon::join(|| length(PROMPT_LENGTH), || length(ANSWER_LENGTH));
        let lengths = Lengths { tokens: &spec.tokens, input, output };
        let total = cells.last().map_or(0, |cell| cell.queries.end);
        let (mut input_tokens, mut output_tokens) = (vec![0.0; total], vec![0.0; total]);
        let mut codes = vec![vec![0; total]; abilities.own.len()];
        let pieces = Piece::all(cells, &mut codes, &mut input_tokens, &mut output_tokens);
        pieces.into_par_iter().with_max_len(1).for_each(|piece| {
            crate::work::go_on();
            piece.fill(&abilities, &lengths);
        });
        Drawn { input_tokens, output_tokens, right: abilities.right(cells, &codes) }
    }
}

/// Some queries of a cell, and where what is drawn for them goes.
struct Piece<'a> {
    cell: &'a Cell,
    queries: Range<usize>,
    /// By model, the codes of abilities.
    codes: Vec<&'a mut [u16]>,
    input_tokens: &'a mut [f64],
    output_tokens: &'a mut [f64],
}

impl<'a> Piece<'a> {
    fn all(cells: &'a [Cell], codes: &'a mut [Vec<u16>], input_tokens: &'a mut [f64], output_tokens: &'a mut [f64]) -> Vec<Self> {
        let pieces = pieces(cells);
        let ranges = || pieces.iter().map(|(_, queries)| queries.clone());
        let mut codes: Vec<_> = codes.iter_mut().map(|codes| parts(ranges(), codes)).collect();
        let tokens = parts(ranges(), input_tokens).zip(parts(ranges(), output_tokens));
        let pieces = pieces.iter().zip(tokens).map(|((cell, queries), (input_tokens, output_tokens))| {
            let codes = codes.iter_mut().filter_map(Iterator::next).collect();
            Piece { cell, queries: queries.clone(), codes, input_tokens, output_tokens }
        });
        pieces.collect()
    }

    fn fill(self, abilities: &Abilities, lengths: &Lengths) {
        let Piece { cell, queries, codes, input_tokens, output_tokens } = self;
        let common = abilities.common(cell, &queries);
        let (mut ability, mut room) = (vec![0.0; queries.len()], vec![0.0; queries.len()]);
        let mut sum = vec![-0.0; queries.len()];
        for (model, codes) in codes.into_iter().enumerate() {
            abilities.of(model, cell, &queries, &common, &mut room, &mut ability);
            sum.iter_mut().zip(&ability).for_each(|(sum, ability)| *sum += ability);
            wide::run(Codes { ability: &ability, shift: abilities.fitted[cell.dataset].shift[cell.category], codes });
        }
        // How hard each query is: minus the mean ability of all models, with variance 1.
        let (models, sd) = (abilities.own.len() as f64, abilities.fitted[cell.dataset].structure.mean_ability_sd());
        sum.iter_mut().for_each(|sum| *sum = -(*sum / models) / sd);
        lengths.fill(cell, &queries, &sum, input_tokens, output_tokens);
    }
}

/// Latent abilities: common factors, and a part of each model's own.
struct Abilities<'a> {
    fitted: &'a [Fitted],
    common: Vec<Stratified>,
    /// By model.
    own: Vec<StreamDraws>,
}

impl<'a> Abilities<'a> {
    fn new(models: usize, fitted: &'a [Fitted], cells: &[Cell], draws: &Draws) -> Self {
        let factors = fitted.iter().map(|fitted| fitted.structure.factors()).max().unwrap_or(0);
        let common = (0..factors).into_par_iter().with_max_len(1);
        let common = common.map(|dimension| Stratified::new(cells, draws, Stream::SynthFactor, dimension as u64)).collect();
        let own = (0..models as u64).map(|model| draws.stream(Stream::SynthAbility, model)).collect();
        Abilities { fitted, common, own }
    }

    /// The common factors of some queries of a cell.
    fn common(&self, cell: &Cell, queries: &Range<usize>) -> Vec<Vec<f64>> {
        let factors = self.fitted[cell.dataset].structure.factors();
        let normals = |factor: &Stratified| {
            let mut out = vec![0.0; queries.len()];
            factor.normals(cell, queries.clone(), &mut out);
            out
        };
        self.common.iter().take(factors).map(normals).collect()
    }

    /// The abilities of a model on some queries of a cell, without the category's shift.
    /// `sum` is room for as many numbers.
    fn of(&self, model: usize, cell: &Cell, queries: &Range<usize>, common: &[Vec<f64>], sum: &mut [f64], out: &mut [f64]) {
        self.own[model].uniforms(queries.start as u64, out);
        out.iter_mut().for_each(|share| *share = share.clamp(1e-15, 1.0 - 1e-15));
        normal_quantiles(out);
        let structure = &self.fitted[cell.dataset].structure;
        wide::run(Ability { loading: &structure.loading[model], common, scale: structure.own[model], sum, own: out });
    }

    /// The ability of a model on one query, with the category's shift.
    fn shifted(&self, model: usize, cell: &Cell, query: usize) -> f64 {
        let (queries, mut ability) = (query..query + 1, [0.0]);
        self.of(model, cell, &queries, &self.common(cell, &queries), &mut [0.0], &mut ability);
        ability[0] + self.fitted[cell.dataset].shift[cell.category]
    }

    /// Which queries each model answers correctly: on each data set those of the highest ability, shifted by
    /// category, as many as its answer accuracy says; of equal ones the first.
    fn right(&self, cells: &[Cell], codes: &[Vec<u16>]) -> Vec<Vec<bool>> {
        // The queries of a data set stand next to each other.
        let datasets: Vec<&[Cell]> = cells.chunk_by(|one, next| one.dataset == next.dataset).collect();
        let queries = |cells: &[Cell]| cells.first().map_or(0, |cell| cell.queries.start)..cells.last().map_or(0, |cell| cell.queries.end);
        let mut right: Vec<Vec<bool>> = codes.iter().map(|codes| vec![false; codes.len()]).collect();
        let marks = right.iter_mut().enumerate().flat_map(|(model, right)| {
            let marks = parts(datasets.iter().map(|cells| queries(cells)), right);
            marks.zip(&datasets).map(move |(marks, cells)| (model, *cells, marks))
        });
        marks.collect::<Vec<_>>().into_par_iter().with_max_len(1).for_each(|(model, cells, marks)| {
            let Some(dataset) = cells.first().map(|cell| cell.dataset) else { return };
            let queries = queries(cells);
            let number = |place: usize| {
                let query = queries.start + place;
                let cell = &cells[cells.partition_point(|cell| cell.queries.end <= query)];
                self.shifted(model, cell, query)
            };
            let wanted = (self.fitted[dataset].accuracy[model] * queries.len() as f64).round() as usize;
            mark_highest(&codes[model][queries.clone()], number, wanted, marks);
        });
        right
    }
}

/// A model's abilities, in the place of its own normal numbers.
struct Ability<'a> {
    loading: &'a [f64],
    common: &'a [Vec<f64>],
    scale: f64,
    /// Room for what the common factors add up to.
    sum: &'a mut [f64],
    own: &'a mut [f64],
}

impl Loop for Ability<'_> {
    #[inline(always)]
    fn run(self) {
        let Ability { loading, common, scale, sum, own } = self;
        sum.fill(-0.0);
        for (loading, factor) in loading.iter().zip(common) {
            sum.iter_mut().zip(factor).for_each(|(sum, factor)| *sum += loading * factor);
        }
        own.iter_mut().zip(sum).for_each(|(own, sum)| *own = *sum + scale * *own);
    }
}

/// The codes of abilities by which they are ranked.
struct Codes<'a> {
    ability: &'a [f64],
    shift: f64,
    codes: &'a mut [u16],
}

impl Loop for Codes<'_> {
    #[inline(always)]
    fn run(self) {
        let shift = self.shift;
        self.codes.iter_mut().zip(self.ability).for_each(|(code, ability)| *code = self::code(ability + shift));
    }
}

/// Token counts: log-normal, whole, at least 1.
struct Lengths<'a> {
    /// By data set.
    tokens: &'a [Tokens],
    input: Stratified,
    output: Stratified,
}

impl Lengths<'_> {
    /// The lengths of prompts and answers of some queries of a cell, from how hard these are.
    fn fill(&self, cell: &Cell, queries: &Range<usize>, difficulty: &[f64], input: &mut [f64], output: &mut [f64]) {
        let tokens = &self.tokens[cell.dataset];
        let correlation = tokens.difficulty_correlation;
        let rest = (1.0 - correlation * correlation).sqrt();
        for (own, length, out) in [(&self.input, tokens.input, input), (&self.output, tokens.output, output)] {
            own.normals(cell, queries.clone(), out);
            let normals = out.iter_mut().zip(difficulty);
            normals.for_each(|(out, difficulty)| *out = log_normal(length, correlation * difficulty + rest * *out));
            whole(out);
        }
    }
}

/// A log-normal number from a normal one.
pub(super) fn log_normal(length: Length, normal: f64) -> f64 {
    length.mean * (length.spread * (normal - 0.5 * length.spread)).exp()
}

/// The nearest whole numbers from 1 up.
pub(super) fn whole(numbers: &mut [f64]) {
    wide::run(Whole { numbers });
}

struct Whole<'a> {
    numbers: &'a mut [f64],
}

impl Loop for Whole<'_> {
    #[inline(always)]
    fn run(self) {
        self.numbers.iter_mut().for_each(|number| *number = number.round().max(1.0));
    }
}
