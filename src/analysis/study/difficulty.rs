//! Difficulty: the smallest local model that solves a query (the paper's Figures 6 and 7).

use serde::{Deserialize, Serialize};

use super::group::{Group, groups};
use super::sample::Subject;
use crate::analysis::Figure;
use crate::analysis::coverage::Solved;

/// How large a model it takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyTable {
    /// The local models by size; those whose size is not known are one level, the last.
    pub levels: Vec<DifficultyLevel>,
    /// All queries, each data set, each category.
    pub rows: Vec<DifficultyRow>,
}

/// Local models of one size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyLevel {
    /// All parameters, in billions; `None` where not known.
    pub params_total_b: Option<f64>,
    /// The models.
    pub models: Vec<String>,
    /// Their local endpoints.
    pub endpoints: Vec<String>,
}

/// Shares of a group's queries, together 1: `smallest`, then `cloud_only` and `nobody`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyRow {
    /// Which queries.
    pub group: Group,
    /// For each of the levels the share of queries that it solves and no level before it does.
    pub smallest: Vec<Option<Figure>>,
    /// Share that no local endpoint solves: `cloud_only` and `nobody` together.
    pub no_local: Option<Figure>,
    /// Share that a cloud endpoint solves and no local one does; `None` where there is no cloud endpoint.
    pub cloud_only: Option<Figure>,
    /// Share that neither a local nor a cloud endpoint solves.
    pub nobody: Option<Figure>,
}

/// The table; `None` with a note where no endpoint is known to be local, or nothing was scored.
pub(super) fn of(subject: &Subject, solved: Option<&Solved>, notes: &mut Vec<String>) -> Option<DifficultyTable> {
    let solved = solved?;
    if subject.local.is_empty() {
        notes.push("no difficulty by the smallest model: no endpoint is known to be local".to_owned());
        return None;
    }
    let levels = levels(subject);
    if levels.iter().any(|(level, _)| level.params_total_b.is_none()) {
        notes.push("difficulty: local models without `params_total_b` stand as the last level".to_owned());
    }
    let flags = flags(subject, solved, &levels);
    let lanes: Vec<&[bool]> = flags.iter().map(Vec::as_slice).collect();
    let count = levels.len();
    let row = |(group, members): (Group, Vec<u32>)| {
        let shares = subject.shares(&members, &lanes);
        let share = |index: usize| shares.get(index).copied().flatten();
        DifficultyRow {
            group,
            smallest: shares.iter().take(count).copied().collect(),
            no_local: share(count),
            cloud_only: share(count + 1).filter(|_| !subject.cloud.is_empty()),
            nobody: share(count + 2),
        }
    };
    let rows = groups(subject.trace).into_iter().map(row).collect();
    Some(DifficultyTable { levels: levels.into_iter().map(|(level, _)| level).collect(), rows })
}

/// The local endpoints by size, smallest first; those of no known size last.
fn levels(subject: &Subject) -> Vec<(DifficultyLevel, Vec<usize>)> {
    let mut sizes: Vec<Option<f64>> = subject.local.iter().map(|&index| subject.endpoint(index).params_total_b).collect();
    sizes.sort_by(|a, b| a.unwrap_or(f64::INFINITY).total_cmp(&b.unwrap_or(f64::INFINITY)));
    sizes.dedup();
    let level = |size: Option<f64>| {
        let members: Vec<usize> = subject.local.iter().copied().filter(|&index| subject.endpoint(index).params_total_b == size).collect();
        let mut models: Vec<String> = Vec::new();
        for &index in &members {
            let model = &subject.endpoint(index).model;
            if !models.contains(model) {
                models.push(model.clone());
            }
        }
        (DifficultyLevel { params_total_b: size, models, endpoints: subject.ids(&members) }, members)
    };
    sizes.into_iter().map(level).collect()
}

/// For each query: by level whether it is the first that solves it; then whether no local endpoint does,
/// whether only a cloud endpoint does, whether neither does.
fn flags(subject: &Subject, solved: &Solved, levels: &[(DifficultyLevel, Vec<usize>)]) -> Vec<Vec<bool>> {
    let mut unsolved = vec![true; subject.trace.len()];
    let mut flags = Vec::new();
    for (_, members) in levels {
        let mut first = solved.by_any_of(members);
        first.iter_mut().zip(&mut unsolved).for_each(|(first, unsolved)| {
            *first &= *unsolved;
            *unsolved &= !*first;
        });
        flags.push(first);
    }
    let cloud = solved.by_any_of(&subject.cloud);
    let cloud_only = unsolved.iter().zip(&cloud).map(|(&unsolved, &cloud)| unsolved && cloud).collect();
    let nobody = unsolved.iter().zip(&cloud).map(|(&unsolved, &cloud)| unsolved && !cloud).collect();
    flags.extend([unsolved, cloud_only, nobody]);
    flags
}
