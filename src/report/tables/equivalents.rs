//! The router accuracies that policies equal, as a table.

use crate::analysis::ACCOUNT_NAMES;
use crate::report::columns::{Columns, Table};
use crate::report::{Equivalent, Equivalents, PolicyReport, Report, RouterAccuracy};

struct Row<'a> {
    policy: &'a str,
    found: &'a Equivalents,
    report: Option<&'a PolicyReport>,
}

impl Row<'_> {
    fn measured(&self) -> RouterAccuracy {
        self.report.map(|report| report.router_accuracy).unwrap_or_default()
    }

    fn by_saving(&self, account: usize) -> Option<Equivalent> {
        self.found.by_savings.to_array().get(account).copied().flatten()
    }
}

/// A row for each policy, pool, baseline and misroute rule, with the router accuracies that are measured.
pub(super) fn equivalents(report: &Report) -> Table {
    let mut rows = Vec::new();
    for compared in report.compare.iter().flat_map(|comparison| &comparison.policies) {
        let policy = report.policies.iter().find(|policy| policy.name == compared.policy);
        rows.extend(compared.equivalents.iter().map(|found| Row { policy: &compared.policy, found, report: policy }));
    }
    let columns = Columns::of("equivalents", &rows)
        .text("policy", |row| Some(row.policy))
        .text("fallback", |row| Some(&row.found.fallback))
        .text("baseline", |row| Some(&row.found.baseline))
        .text("misroute", |row| Some(&row.found.misroute));
    let columns = ACCOUNT_NAMES.iter().enumerate().fold(columns, |columns, (account, name)| {
        equivalent(columns, &format!("{name}_saving_equivalent"), move |row| row.by_saving(account))
    });
    equivalent(columns, "answer_accuracy_equivalent", |row| row.found.by_answers)
        .number("router_accuracy_nominal", |row| row.measured().nominal)
        .figure("router_accuracy_agreement", |row| row.measured().agreement)
        .figure("router_accuracy_tier_agreement", |row| row.measured().tier_agreement)
        .figure("router_accuracy_adequate", |row| row.measured().adequate)
        .finish()
}

/// The figure, where it lies and whether the curve falls (1 or 0).
fn equivalent<'r, 'a>(
    columns: Columns<'r, Row<'a>>,
    name: &str,
    get: impl Fn(&Row<'a>) -> Option<Equivalent> + Copy,
) -> Columns<'r, Row<'a>> {
    columns
        .figure(name, |row| get(row).and_then(|found| found.router_accuracy))
        .text(&format!("{name}_lies"), |row| get(row).map(|found| found.lies.name()))
        .number(&format!("{name}_falls"), |row| get(row).map(|found| f64::from(u8::from(found.falls))))
}
