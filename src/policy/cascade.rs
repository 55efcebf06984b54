//! `cascade`: endpoints in ascending price until an answer is found good enough.

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Needs, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Rule, StopRule, target};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Metric};
use crate::workload::QueryBlock;

/// The kind. RouterBench (arXiv 2403.12031, Section 4.2) has the judge with an error rate and the
/// budget; FrugalGPT (arXiv 2305.05176) the confidence.
pub const KIND: PolicyKind = PolicyKind {
    name: "cascade",
    summary: "in ascending price until a judge or the confidence is content",
    parameters: &[
        ("order", "the endpoints to try; by default the whole pool in ascending mean cost"),
        ("judge_error", "chance that the judge of an answer errs (RouterBench)"),
        ("confidence_at_least", "instead of a judge: logged confidence from which an answer stands (FrugalGPT)"),
        ("budget_usd", "what may be spent on a query: no further attempt that reaches what is left"),
    ],
    read: |text| PolicySpec::read(text, "cascade", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    order: Option<Vec<String>>,
    judge_error: Option<toml::Spanned<f64>>,
    confidence_at_least: Option<toml::Spanned<f64>>,
    budget_usd: Option<toml::Spanned<f64>>,
}

fn check(file: File, problems: &mut super::Problems) -> Cascade {
    let stop = match (&file.judge_error, &file.confidence_at_least) {
        (Some(error), None) => StopRule::Judge { error: problems.probability("judge_error", error) },
        (None, Some(least)) => StopRule::Confidence { at_least: problems.probability("confidence_at_least", least) },
        _ => {
            problems.whole(Error::new("a cascade has one rule that stops it").allowed("either `judge_error` or `confidence_at_least`"));
            StopRule::Always
        }
    };
    if let Some(budget) = file.budget_usd.as_ref().filter(|budget| budget.get_ref().is_nan() || *budget.get_ref() <= 0.0) {
        problems.add(budget.span(), Error::new("`budget_usd` buys nothing").found(budget.get_ref()).allowed("above 0"));
    }
    Cascade { order: file.order, stop, budget_usd: file.budget_usd.map_or(f64::INFINITY, toml::Spanned::into_inner) }
}

struct Cascade {
    order: Option<Vec<String>>,
    stop: StopRule,
    budget_usd: f64,
}

impl Parameters for Cascade {
    fn needs(&self) -> Needs {
        let confidence = matches!(self.stop, StopRule::Confidence { .. });
        Needs { metrics: if confidence { vec![Metric::Confidence] } else { Vec::new() }, ..Needs::default() }
    }

    fn built_from(&self) -> BuiltFrom {
        // The default order is that of the mean costs.
        if self.order.is_some() { BuiltFrom::Description } else { BuiltFrom::Cells }
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let mut uses_pool = self.order.is_none();
        let order = match &self.order {
            None => by_mean_cost(context)?,
            Some(names) => {
                let mut order = Vec::new();
                for name in names {
                    let (endpoint, pooled) = target::resolve(name, "order", context)?;
                    uses_pool |= pooled;
                    order.push(endpoint);
                }
                order
            }
        };
        if order.is_empty() {
            return Err(Error::new("a cascade tries at least one endpoint").at("`order`").found("none"));
        }
        self.check_confidence(&order, context)?;
        let random = matches!(self.stop, StopRule::Judge { error } if error > 0.0 && error < 1.0);
        let compares = if self.budget_usd.is_finite() { vec![Metric::CostUsd] } else { Vec::new() };
        let rule = Steps { order: order.clone(), stop: self.stop, budget_usd: self.budget_usd };
        Ok(Built { uses_pool, random, compares, ..Built::fixed(Rule::Foresight(Box::new(rule)), order) })
    }
}

impl Cascade {
    /// A cascade by confidence needs one for every answer but the last, which always stands.
    fn check_confidence(&self, order: &[EndpointIx], context: &Context) -> Result<()> {
        if !matches!(self.stop, StopRule::Confidence { .. }) {
            return Ok(());
        }
        for &endpoint in &order[..order.len() - 1] {
            // An answer that is not there needs none.
            let column = |metric: Metric| context.trace.metric(endpoint as usize, metric);
            let has = |metric: Metric, row: usize| column(metric).is_some_and(|column| column.get(row).is_some());
            let answered = (0..context.trace.len()).filter(|&row| has(Metric::Score, row));
            let (answers, missing) = answered.fold((0, 0), |(answers, missing), row| {
                (answers + 1, missing + usize::from(!has(Metric::Confidence, row)))
            });
            if missing > 0 {
                return Err(Error::new("a cascade by confidence needs the confidence of every answer but the last")
                    .at(format!("endpoint `{}`, column `{}`", context.trace.info.endpoints[endpoint as usize].id, Metric::Confidence))
                    .found(format!("{missing} of {answers} missing")));
            }
        }
        Ok(())
    }
}

/// The pool in ascending mean cost of the queries that each endpoint answered.
fn by_mean_cost(context: &Context) -> Result<Vec<EndpointIx>> {
    let mut priced = Vec::new();
    for &endpoint in &context.pool.all {
        let column = context.trace.metric(endpoint as usize, Metric::CostUsd);
        let known: Vec<f64> = column.into_iter().flat_map(|column| column.iter()).filter(|cost| !cost.is_nan()).collect();
        if known.is_empty() {
            return Err(Error::new("a cascade in ascending price needs prices")
                .at(format!("endpoint `{}`", context.trace.info.endpoints[endpoint as usize].id))
                .found("no cost")
                .hint("say the `order`, or add costs by `wattroute enrich --prices FILE`"));
        }
        priced.push((known.iter().sum::<f64>() / known.len() as f64, endpoint));
    }
    priced.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(priced.into_iter().map(|(_, endpoint)| endpoint).collect())
}

struct Steps {
    order: Vec<EndpointIx>,
    stop: StopRule,
    budget_usd: f64,
}

impl Policy for Steps {
    fn plan(&self, queries: &QueryBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        out.budget_usd = self.budget_usd;
        out.alike(queries.len(), self.order.iter().map(|&endpoint| (endpoint, self.stop)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{build, trace};
    use super::*;
    use crate::trace::Column;

    /// Confidences of the answers of the first of two endpoints, which left its second query unanswered.
    fn by_confidence(confidences: [f64; 3]) -> Result<Built> {
        let mut trace = trace(&[vec![1.0, f64::NAN, 0.0], vec![1.0, 1.0, 1.0]]);
        trace.outcomes[0].metrics.set(Metric::Confidence, Column::from_vec(confidences.to_vec()));
        let unwritten = |error: std::io::Error| Error::new(error.to_string());
        let folder = tempfile::tempdir().map_err(unwritten)?;
        let file = folder.path().join("cascade.toml");
        let policy = "kind = \"cascade\"\n[parameters]\nconfidence_at_least = 0.5\norder = [\"e0\", \"e1\"]\n";
        std::fs::write(&file, policy).map_err(unwritten)?;
        build(&file.display().to_string(), &trace)
    }

    #[test]
    fn answers_need_a_confidence_and_what_is_no_answer_needs_none() {
        assert!(by_confidence([0.9, f64::NAN, 0.2]).is_ok());
        let lacking = by_confidence([0.9, f64::NAN, f64::NAN]).map(|_| ()).map_err(|error| error.to_string());
        assert!(lacking.is_err_and(|text| text.contains("1 of 2 missing")));
    }
}
