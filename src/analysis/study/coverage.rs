//! Coverage by data set and category (the paper's Figures 2 and 5, Table 4).

use serde::{Deserialize, Serialize};

use super::group::{Group, groups};
use super::sample::Subject;
use crate::analysis::Figure;
use crate::analysis::coverage::Solved;

/// Who answers what correctly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageTable {
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// The local endpoints.
    pub local: Vec<String>,
    /// The endpoints of tier `cloud` that are not local.
    pub cloud: Vec<String>,
    /// All queries, each data set, each category.
    pub rows: Vec<CoverageRow>,
}

/// Shares of a group's queries that are answered correctly; a query that was not answered is not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// Which queries.
    pub group: Group,
    /// By any endpoint.
    pub any: Option<Figure>,
    /// By any local endpoint; `None` where none is known to be local.
    pub local: Option<Figure>,
    /// By the one local endpoint that answers most of them.
    pub best_local: Option<Best>,
    /// By the one cloud endpoint that answers most of them.
    pub best_cloud: Option<Best>,
}

/// The endpoint that answers most queries of a group: of several, the one listed first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Its id.
    pub endpoint: String,
    /// The share that it answers correctly. The interval is that of this endpoint, chosen as it was.
    pub share: Figure,
}

/// The table; `None` with a note where nothing was scored.
pub(super) fn of(subject: &Subject, solved: Option<&Solved>, notes: &mut Vec<String>) -> Option<CoverageTable> {
    let Some(solved) = solved else {
        notes.push("no coverage and no difficulty: the trace has no scores".to_owned());
        return None;
    };
    if subject.local.is_empty() {
        notes.push("no coverage by local endpoints: none is known to be local; `--local` names some".to_owned());
    }
    if subject.cloud.is_empty() {
        notes.push("no coverage by cloud endpoints: none is of tier `cloud`".to_owned());
    }
    let every: Vec<usize> = (0..subject.trace.outcomes.len()).collect();
    let (any, local) = (solved.by_any_of(&every), solved.by_any_of(&subject.local));
    let row = |(group, members): (Group, Vec<u32>)| {
        let best_local = best(solved, &subject.local, &members);
        let best_cloud = best(solved, &subject.cloud, &members);
        // Where there is no such endpoint anything will do: the share is not shown.
        let flags = |endpoint: Option<usize>| endpoint.map_or(local.as_slice(), |endpoint| solved.by(endpoint));
        let shares = subject.shares(&members, &[&any, &local, flags(best_local), flags(best_cloud)]);
        let share = |index: usize| shares.get(index).copied().flatten();
        let named =
            |endpoint: Option<usize>, index: usize| Some(Best { endpoint: subject.endpoint(endpoint?).id.clone(), share: share(index)? });
        CoverageRow {
            group,
            any: share(0),
            local: share(1).filter(|_| !subject.local.is_empty()),
            best_local: named(best_local, 2),
            best_cloud: named(best_cloud, 3),
        }
    };
    Some(CoverageTable {
        correct_at: subject.correct_at,
        local: subject.ids(&subject.local),
        cloud: subject.ids(&subject.cloud),
        rows: groups(subject.trace).into_iter().map(row).collect(),
    })
}

/// The endpoint that solves most queries, of several the first.
fn best(solved: &Solved, endpoints: &[usize], members: &[u32]) -> Option<usize> {
    let count = |endpoint: usize| members.iter().filter(|&&query| solved.by(endpoint)[query as usize]).count();
    let mut best: Option<(usize, usize)> = None;
    for &endpoint in endpoints {
        let count = count(endpoint);
        if best.is_none_or(|(most, _)| count > most) {
            best = Some((count, endpoint));
        }
    }
    best.map(|(_, endpoint)| endpoint)
}
