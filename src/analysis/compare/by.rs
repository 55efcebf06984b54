//! What a comparison is sorted by.

use super::{Compared, MEASURES_A_POLICY};
use crate::analysis::peers::{self, Better};
use crate::analysis::{Fractions, Measures};
use crate::error::{Result, unknown};
use crate::replay::Resampled;

/// A figure of a policy that a comparison can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Answer accuracy above fixed endpoints and coins between them, for the objective's account; answer
    /// accuracy where no account is known.
    AboveFixed,
    /// Answer accuracy.
    AnswerAccuracy,
    /// An account a query, the least first, by position.
    PerQuery(usize),
    /// What is saved against the first baseline of the objective's account.
    Savings,
    /// A measure of a router's paper, by name.
    Measure(&'static str),
}

/// The names of those that are no measures of papers.
const NAMED: [(&str, By); 7] = [
    ("above_fixed", By::AboveFixed),
    ("answer_accuracy", By::AnswerAccuracy),
    ("energy", By::PerQuery(0)),
    ("compute", By::PerQuery(1)),
    ("cost", By::PerQuery(2)),
    ("latency", By::PerQuery(3)),
    ("savings", By::Savings),
];

impl By {
    /// The figure of a name; `-` and `_` are the same in names.
    ///
    /// # Errors
    /// Where there is none: with all that there are.
    pub fn find(name: &str) -> Result<By> {
        let (dashed, scored) = (name.replace('_', "-"), name.replace('-', "_"));
        let named = NAMED.iter().find(|(known, _)| *known == scored).map(|(_, by)| *by);
        let measure = || MEASURES_A_POLICY.into_iter().find(|known| *known == dashed).map(By::Measure);
        named.or_else(measure).ok_or_else(|| unknown("figure to sort by", name, By::names()).at("--by").usage())
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMED.into_iter().map(|(name, _)| name).chain(MEASURES_A_POLICY)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        match self {
            By::Measure(name) => name,
            other => NAMED.iter().find(|(_, by)| by == other).map_or("", |(name, _)| name),
        }
    }

    /// The figure of a policy.
    pub(super) fn figure(&self, measures: Measures, sample: &Resampled, compared: &Compared, account: Option<usize>) -> Option<f64> {
        let sums = &sample.point;
        match self {
            By::AboveFixed => match account {
                Some(account) => Fractions::to_array(compared.above_fixed).get(account).copied().flatten().map(|figure| figure.value),
                None => measures.answer_accuracy(sums),
            },
            By::AnswerAccuracy => measures.answer_accuracy(sums),
            By::PerQuery(account) => measures.per_any_query(sums, *account),
            By::Savings if measures.layout.baselines == 0 => None,
            By::Savings => measures.saving(sums, 0, account?),
            By::Measure(name) => compared.measures.get(*name).copied().flatten(),
        }
    }

    fn lower_is_better(&self) -> bool {
        match self {
            By::PerQuery(_) => true,
            By::Measure(name) => peers::find(name).is_ok_and(|measure| measure.better == Better::Lower),
            _ => false,
        }
    }

    /// The policies from the best to the worst, in their order where figures are the same; unknown ones last.
    pub(super) fn sorted(&self, mut rows: Vec<(Compared, Option<f64>)>) -> Vec<Compared> {
        let key = |figure: Option<f64>| match figure {
            None => f64::INFINITY,
            Some(figure) if self.lower_is_better() => figure,
            Some(figure) => -figure,
        };
        // Adding 0 makes a negative zero a zero.
        rows.sort_by(|a, b| (key(a.1) + 0.0).total_cmp(&(key(b.1) + 0.0)));
        rows.into_iter().map(|(compared, _)| compared).collect()
    }
}
