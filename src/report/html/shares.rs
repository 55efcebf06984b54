//! Where queries went: by policy, and of one policy by data set and category.

use serde::Serialize;

use crate::report::words::{count, name_under, percent};
use crate::report::{ById, PolicyReport, Report, build, view};

/// The largest groups that a policy's bars show.
const MOST_GROUPS: usize = 30;

/// Shares of answers by endpoint.
#[derive(Serialize)]
pub(super) struct SharesView {
    /// Where there are several.
    run: Option<String>,
    /// The endpoints that answer anything, in the run's order, and nobody.
    endpoints: Vec<String>,
    /// The fallbacks of the run's pools.
    fallbacks: Vec<String>,
    policies: Vec<PolicyShares>,
}

#[derive(Serialize)]
struct PolicyShares {
    name: String,
    /// Without its fallback.
    short: String,
    fallback: Option<String>,
    shares: Vec<Share>,
    groups: Vec<GroupShares>,
    /// Smaller groups that are not shown.
    left_off: usize,
}

#[derive(Serialize)]
struct GroupShares {
    name: String,
    queries: String,
    shares: Vec<Share>,
}

/// Of one endpoint, by its place among the endpoints.
#[derive(Serialize)]
struct Share {
    endpoint: usize,
    share: f64,
    text: String,
}

pub(super) fn view(report: &Report, run: Option<String>) -> SharesView {
    let all = report.run.endpoints.iter().map(|endpoint| endpoint.id.as_str()).chain([build::NONE]);
    let used = |id: &&str| report.policies.iter().any(|policy| policy.share.get(*id).is_some_and(|share| *share > 0.0));
    let endpoints: Vec<&str> = all.filter(used).collect();
    SharesView {
        run,
        policies: report.policies.iter().map(|policy| of_policy(policy, &endpoints)).collect(),
        fallbacks: report.run.pools.iter().map(|pool| pool.fallback.clone()).collect(),
        endpoints: endpoints.into_iter().map(str::to_owned).collect(),
    }
}

fn of_policy(policy: &PolicyReport, endpoints: &[&str]) -> PolicyShares {
    let mut groups: Vec<_> = policy.groups.iter().filter(|group| !group.share.is_empty()).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.queries));
    let shown = groups.iter().take(MOST_GROUPS);
    let shown = shown.map(|group| GroupShares {
        name: view::group_name(group),
        queries: count(group.queries),
        shares: shares(&group.share, endpoints),
    });
    PolicyShares {
        name: policy.name.clone(),
        short: name_under(policy, policy.fallback.as_deref()).to_owned(),
        fallback: policy.fallback.clone(),
        shares: shares(&policy.share, endpoints),
        groups: shown.collect(),
        left_off: groups.len().saturating_sub(MOST_GROUPS),
    }
}

fn shares(share: &ById<f64>, endpoints: &[&str]) -> Vec<Share> {
    let one = |(endpoint, id): (usize, &&str)| {
        let share = share.get(*id).copied().filter(|share| *share > 0.0)?;
        Some(Share { endpoint, share, text: percent(share) })
    };
    endpoints.iter().enumerate().filter_map(one).collect()
}
