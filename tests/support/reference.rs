//! A plain replay to hold the engine against: loops over optional cells, read off the design.

use std::collections::BTreeMap;

use wattroute::draw::{Draws, Stream, threshold};

use super::{World, id};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Missing {
    Require,
    Complete,
    Unavailable,
}

/// What an oracle makes small: the size (`None`) or the account of that position.
pub type Objective = Option<usize>;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OracleRule {
    pub objective: Objective,
    pub goal: &'static str,
    pub none_correct: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rates {
    Accuracy(f64),
    /// P(local | the oracle says cloud), P(cloud | the oracle says local).
    Two(f64, f64),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    Always(usize),
    FallbackShare(f64),
    Weights(Vec<u32>),
    ByCategory {
        route: [usize; 2],
        default: usize,
    },
    Threshold {
        at_least: f64,
        high: usize,
        low: usize,
        missing: usize,
    },
    Oracle(OracleRule),
    /// Endpoints (in ascending mean cost of the pool where not said), judge's error, budget.
    Judge {
        order: Option<Vec<usize>>,
        error: f64,
        budget_usd: f64,
    },
    Confidence {
        order: Vec<usize>,
        at_least: f64,
    },
    /// `verifier`: `None` for misroute `cloud`.
    Noisy {
        oracle: OracleRule,
        rates: Rates,
        verifier: Option<(f64, f64)>,
        failing: bool,
    },
    Uniform {
        oracle: OracleRule,
        accuracy: f64,
    },
}

/// When an attempt's answer stands.
#[derive(Debug, Clone, Copy)]
enum Stop {
    Always,
    Verify(f64, f64),
    Judge(f64),
    Confidence(f64),
}

enum Plan {
    Skip,
    Try(Vec<(usize, Stop)>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Choice {
    To(usize),
    Nobody,
    Skip,
}

/// A run of one policy.
pub struct Run<'a> {
    pub world: &'a World,
    pub rule: &'a Rule,
    pub missing: Missing,
    /// Of the run, for agreement.
    pub objective: Objective,
    pub overhead: [f64; 4],
    pub budgets: f64,
    pub seed: u64,
    pub replicates: u64,
}

/// Sums over queries and replicates.
#[derive(Debug, Default, Clone)]
pub struct Sums {
    pub queries: f64,
    pub skipped: f64,
    pub unserved: f64,
    pub share: BTreeMap<String, f64>,
    pub attempts: BTreeMap<String, f64>,
    pub local: f64,
    pub scored: f64,
    pub score: f64,
    pub correct: f64,
    pub agreement: f64,
    pub tier_agreement: f64,
    pub solvable: f64,
    pub adequate: f64,
    pub known: f64,
    pub totals: [f64; 4],
    pub both: f64,
    pub my_score: f64,
    pub their_score: f64,
    pub mine: [f64; 4],
    pub theirs: [f64; 4],
}

impl Run<'_> {
    fn in_use(&self) -> Vec<usize> {
        let mut used = self.world.pool();
        used.push(self.world.baseline);
        match self.rule {
            Rule::Always(endpoint) => used.push(*endpoint),
            Rule::Weights(_) => used.extend(0..self.world.endpoints.len()),
            Rule::ByCategory { route, default } => used.extend([route[0], route[1], *default]),
            Rule::Threshold { high, low, missing, .. } => used.extend([*high, *low, *missing]),
            Rule::Judge { order: Some(order), .. } | Rule::Confidence { order, .. } => used.extend(order),
            _ => {}
        }
        used
    }

    fn lacks(&self, endpoint: usize, q: usize) -> bool {
        let cell = &self.world.endpoints[endpoint].cells[q];
        cell.score.is_none() || cell.accounts.contains(&None)
    }

    fn score(&self, endpoint: usize, q: usize) -> f64 {
        self.world.endpoints[endpoint].cells[q].score.expect("a score")
    }

    fn right(&self, endpoint: usize, q: usize) -> bool {
        self.score(endpoint, q) >= self.world.correct_at
    }

    fn took(&self, endpoint: usize, q: usize, account: usize) -> f64 {
        self.world.endpoints[endpoint].cells[q].accounts[account].expect("a cell")
    }

    fn available(&self, q: usize) -> Vec<usize> {
        self.world.pool().into_iter().filter(|&endpoint| !self.lacks(endpoint, q)).collect()
    }

    /// The least objective; `min_by` keeps the first of several.
    fn least(&self, among: Vec<usize>, objective: Objective, q: usize) -> Option<usize> {
        let value = |endpoint: &usize| match objective {
            None => self.world.endpoints[*endpoint].size,
            Some(account) => self.took(*endpoint, q, account),
        };
        among.into_iter().min_by(|a, b| value(a).total_cmp(&value(b)))
    }

    fn choice(&self, rule: OracleRule, q: usize) -> Choice {
        let mut good: Vec<usize> = self.available(q).into_iter().filter(|&endpoint| self.right(endpoint, q)).collect();
        if rule.goal == "best" {
            let best = self.available(q).into_iter().map(|endpoint| self.score(endpoint, q)).fold(0.0, f64::max);
            good = self.available(q).into_iter().filter(|&endpoint| best > 0.0 && self.score(endpoint, q) == best).collect();
        }
        if let Some(endpoint) = self.least(good, rule.objective, q) {
            return Choice::To(endpoint);
        }
        let cheapest = || self.least(self.available(q), rule.objective, q).unwrap_or(self.world.fallback);
        match rule.none_correct {
            _ if rule.goal == "iso-accuracy" => Choice::To(cheapest()),
            "cloud" => Choice::To(self.world.fallback),
            "cheapest" => Choice::To(cheapest()),
            "free" => Choice::Nobody,
            _ => Choice::Skip,
        }
    }

    fn mean_cost_order(&self) -> Vec<usize> {
        let mean = |endpoint: &usize| {
            let costs: Vec<f64> = self.world.endpoints[*endpoint].cells.iter().filter_map(|cell| cell.accounts[2]).collect();
            costs.iter().sum::<f64>() / costs.len() as f64
        };
        let mut order = self.world.pool();
        order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
        order
    }

    fn weighted(&self, weights: &[(usize, f64)], draw: u64) -> usize {
        let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        for &(endpoint, weight) in weights {
            sum += weight;
            if weight > 0.0 && draw < threshold((sum / total).min(1.0)) {
                return endpoint;
            }
        }
        weights.iter().rev().find(|(_, weight)| *weight > 0.0).expect("a weight").0
    }

    fn plan(&self, q: usize, draws: &Draws) -> Plan {
        let key = u64::from(self.world.keys[q]);
        let one = |endpoint: usize| Plan::Try(vec![(endpoint, Stop::Always)]);
        let choice = draws.stream(Stream::Choice, 0).draw53(key);
        match self.rule {
            Rule::Always(endpoint) => one(*endpoint),
            Rule::FallbackShare(share) => {
                let local = self.world.local.len() as f64;
                let mut weights: Vec<_> = self.world.local.iter().map(|&endpoint| (endpoint, (1.0 - share) / local)).collect();
                weights.push((self.world.fallback, *share));
                one(self.weighted(&weights, choice))
            }
            Rule::Weights(weights) => {
                let weights: Vec<_> = weights.iter().map(|&weight| f64::from(weight)).enumerate().collect();
                one(self.weighted(&weights, choice))
            }
            Rule::ByCategory { route, default } => one(match self.world.category[q] {
                Some(code) if code < 2 => route[code as usize],
                _ => *default,
            }),
            Rule::Threshold { at_least, high, low, missing } => one(match self.world.hard[q] {
                None => *missing,
                Some(value) => {
                    if value >= *at_least {
                        *high
                    } else {
                        *low
                    }
                }
            }),
            Rule::Oracle(oracle) => right_plan(self.choice(*oracle, q)),
            Rule::Judge { order, error, .. } => {
                let order = order.clone().unwrap_or_else(|| self.mean_cost_order());
                Plan::Try(order.into_iter().map(|endpoint| (endpoint, Stop::Judge(*error))).collect())
            }
            Rule::Confidence { order, at_least } => {
                Plan::Try(order.iter().map(|&endpoint| (endpoint, Stop::Confidence(*at_least))).collect())
            }
            Rule::Noisy { oracle, rates, verifier, failing } => self.noisy(q, draws, self.choice(*oracle, q), *rates, *verifier, *failing),
            Rule::Uniform { oracle, accuracy } => {
                let right = self.choice(*oracle, q);
                if right == Choice::Skip || draws.stream(Stream::Coin, 0).draw53(key) < threshold(*accuracy) {
                    return right_plan(right);
                }
                let all = self.available(q);
                one(if all.is_empty() { self.world.fallback } else { all[draws.stream(Stream::Wrong, 0).below(key, all.len())] })
            }
        }
    }

    fn noisy(&self, q: usize, draws: &Draws, right: Choice, rates: Rates, verifier: Option<(f64, f64)>, failing: bool) -> Plan {
        let key = u64::from(self.world.keys[q]);
        let fallback = (self.world.fallback, Stop::Always);
        let says_local = matches!(right, Choice::To(endpoint) if self.world.local.contains(&endpoint));
        let coin = draws.stream(Stream::Coin, 0).draw53(key);
        let (is_right, error, verifier_of_right) = match rates {
            Rates::Accuracy(accuracy) => (coin < threshold(accuracy), verifier, None),
            Rates::Two(up, down) => {
                let error = if says_local { None } else { Some(verifier.unwrap_or((0.0, 0.0))) };
                (coin >= threshold(if says_local { down } else { up }), error, verifier)
            }
        };
        match (is_right, right, error) {
            (_, Choice::Skip, _) => Plan::Skip,
            (true, Choice::To(endpoint), _) if says_local && verifier_of_right.is_some() => {
                let (detect, alarm) = verifier_of_right.expect("a verifier");
                Plan::Try(vec![(endpoint, Stop::Verify(detect, alarm)), fallback])
            }
            (true, right, _) => right_plan(right),
            (false, _, None) => Plan::Try(vec![fallback]),
            (false, right, Some((detect, alarm))) => {
                let wrong: Vec<usize> = self
                    .available(q)
                    .into_iter()
                    .filter(|&endpoint| {
                        endpoint != self.world.fallback && Choice::To(endpoint) != right && !(failing && self.right(endpoint, q))
                    })
                    .collect();
                if wrong.is_empty() {
                    return Plan::Try(vec![fallback]);
                }
                let endpoint = wrong[draws.stream(Stream::Wrong, 0).below(key, wrong.len())];
                Plan::Try(vec![(endpoint, Stop::Verify(detect, alarm)), fallback])
            }
        }
    }

    fn stands(&self, stop: Stop, endpoint: usize, q: usize, draw: u64) -> bool {
        let right = self.right(endpoint, q);
        match stop {
            Stop::Always => true,
            Stop::Verify(detect, alarm) => draw >= threshold(if right { alarm } else { detect }),
            Stop::Judge(error) => right == (draw >= threshold(error)),
            Stop::Confidence(least) => self.world.endpoints[endpoint].cells[q].confidence >= least,
        }
    }

    /// `None` where the run must be refused.
    pub fn sums(&self) -> Option<Sums> {
        let mut sums = Sums::default();
        for q in 0..self.world.keys.len() {
            let incomplete = self.in_use().into_iter().any(|endpoint| self.lacks(endpoint, q));
            match self.missing {
                Missing::Require if incomplete => return None,
                Missing::Complete if incomplete => continue,
                _ => (0..self.replicates).for_each(|replicate| self.query(q, &Draws::new(self.seed, replicate), &mut sums)),
            }
        }
        Some(sums)
    }

    fn query(&self, q: usize, draws: &Draws, sums: &mut Sums) {
        let Plan::Try(attempts) = self.plan(q, draws) else {
            sums.skipped += 1.0;
            return;
        };
        let (mut took, mut by, mut spent) = (self.overhead, None, 0.0);
        for (attempt, &(endpoint, stop)) in attempts.iter().enumerate() {
            // One that cannot serve is passed over, unpaid.
            if self.lacks(endpoint, q) {
                continue;
            }
            if spent > 0.0 && self.took(endpoint, q, 2) >= self.budgets - spent {
                break;
            }
            (0..4).for_each(|account| took[account] += self.took(endpoint, q, account));
            spent += self.took(endpoint, q, 2);
            *sums.attempts.entry(id(endpoint)).or_default() += 1.0;
            by = Some(endpoint);
            if self.stands(stop, endpoint, q, draws.stream(Stream::Verdict, attempt as u64).draw53(u64::from(self.world.keys[q]))) {
                break;
            }
        }
        sums.queries += 1.0;
        self.judge(q, attempts.first().map(|(endpoint, _)| *endpoint), by, sums);
        if by.is_none() && !attempts.is_empty() {
            sums.unserved += 1.0;
            return;
        }
        *sums.share.entry(by.map_or("none".to_owned(), id)).or_default() += 1.0;
        sums.local += f64::from(u8::from(by.is_some_and(|endpoint| self.world.local.contains(&endpoint))));
        sums.scored += 1.0;
        sums.score += by.map_or(0.0, |endpoint| self.score(endpoint, q));
        sums.known += 1.0;
        let theirs = !self.lacks(self.world.baseline, q);
        if theirs {
            sums.both += 1.0;
            sums.my_score += by.map_or(0.0, |endpoint| self.score(endpoint, q));
            sums.their_score += self.score(self.world.baseline, q);
        }
        for (account, took) in took.into_iter().enumerate() {
            sums.totals[account] += took;
            if theirs {
                sums.mine[account] += took;
                sums.theirs[account] += self.took(self.world.baseline, q, account);
            }
        }
    }

    /// The four router accuracies' counts.
    fn judge(&self, q: usize, first: Option<usize>, by: Option<usize>, sums: &mut Sums) {
        let own = match self.rule {
            Rule::Oracle(oracle) | Rule::Noisy { oracle, .. } | Rule::Uniform { oracle, .. } => *oracle,
            _ => OracleRule { objective: self.objective, goal: "adequate", none_correct: "cloud" },
        };
        let oracle = match self.choice(own, q) {
            Choice::To(endpoint) => Some(endpoint),
            _ => None,
        };
        let local = |endpoint: Option<usize>| endpoint.is_some_and(|endpoint| self.world.local.contains(&endpoint));
        let solvable = self.available(q).into_iter().any(|endpoint| self.right(endpoint, q));
        let correct = by.is_some_and(|endpoint| self.right(endpoint, q));
        let one = |yes: bool| f64::from(u8::from(yes));
        sums.correct += one(correct);
        sums.agreement += one(first == oracle);
        sums.tier_agreement += one(local(first) == local(oracle));
        sums.solvable += one(solvable);
        sums.adequate += one(solvable && correct);
    }
}

fn right_plan(choice: Choice) -> Plan {
    match choice {
        Choice::To(endpoint) => Plan::Try(vec![(endpoint, Stop::Always)]),
        Choice::Nobody => Plan::Try(Vec::new()),
        Choice::Skip => Plan::Skip,
    }
}
