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
    let mut columns = Columns::of("equivalents", &rows)
        .text("policy", |row| Some(row.policy))
        .text("fallback", |row| Some(&row.found.fallback))
        .text("baseline", |row| Some(&row.found.baseline))
        .text("misroute", |row| Some(&row.found.misroute));
    let names = ACCOUNT_NAMES.map(|name| format!("{name}_saving_equivalent"));
    for (account, name) in names.iter().enumerate() {
        columns = columns.figure(name, move |row| row.by_saving(account).and_then(|found| found.router_accuracy));
    }
    for (account, name) in names.iter().enumerate() {
        columns = columns.text(&format!("{name}_lies"), move |row| row.by_saving(account).map(|found| found.lies.name()));
    }
    for (account, name) in names.iter().enumerate() {
        columns = columns.number(&format!("{name}_falls"), move |row| row.by_saving(account).map(falls));
    }
    columns
        .figure("answer_accuracy_equivalent", |row| row.found.by_answers.and_then(|found| found.router_accuracy))
        .text("answer_accuracy_equivalent_lies", |row| row.found.by_answers.map(|found| found.lies.name()))
        .number("answer_accuracy_equivalent_falls", |row| row.found.by_answers.map(falls))
        .number("router_accuracy_nominal", |row| row.measured().nominal)
        .figure("router_accuracy_agreement", |row| row.measured().agreement)
        .figure("router_accuracy_tier_agreement", |row| row.measured().tier_agreement)
        .figure("router_accuracy_adequate", |row| row.measured().adequate)
        .finish()
}

/// Whether the curve falls, as a number.
fn falls(found: Equivalent) -> f64 {
    f64::from(u8::from(found.falls))
}
