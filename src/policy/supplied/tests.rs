use std::sync::Mutex;

use super::super::testing::{plan, trace};
use super::*;
use crate::error::Error;
use crate::policy::{BuiltFrom, Memo, Objective};
use crate::trace::{BatchColumn, Column, Endpoint, Feature, Metric, Tier, Trace};
use crate::workload::{RoleNames, Roles};

/// A host that is a function; it keeps the places of the blocks that it was asked about.
struct Host<F> {
    decide: F,
    asked: Mutex<Vec<String>>,
}

impl<F: Fn(&Asked) -> Result<Decided> + Send + Sync> Decide for Host<F> {
    fn needs(&self) -> Needs {
        Needs { features: true, ..Needs::default() }
    }

    fn decide(&self, asked: Asked) -> std::result::Result<Decided, RowError> {
        self.asked.lock().unwrap().push(asked.queries.place().to_owned());
        Ok((self.decide)(&asked)?)
    }
}

fn host<F: Fn(&Asked) -> Result<Decided> + Send + Sync>(decide: F) -> Arc<Host<F>> {
    Arc::new(Host { decide, asked: Mutex::new(Vec::new()) })
}

/// Scores that rise with the feature `ease` for the first of two endpoints, and are a half for the second.
fn eased(asked: &Asked) -> Result<Decided> {
    asked.candidates.ids();
    let ease = asked.queries.columns().iter().find_map(|(name, column)| match column {
        BatchColumn::Numbers(numbers) if name == "feature_ease" => Some(numbers.cells()),
        _ => None,
    });
    let ease = ease.ok_or_else(|| Error::new("no ease"))?;
    Ok(Decided::Scores { cells: ease.iter().flat_map(|&ease| [ease, 0.5]).collect(), width: 2 })
}

/// Queries of ease 0, 1/n, 2/n, …; the small endpoint answers those above a half, the large one all.
pub(super) fn queries(count: usize) -> Trace {
    let ease: Vec<f64> = (0..count).map(|query| query as f64 / count as f64).collect();
    let mut trace = trace(&[ease.iter().map(|ease| f64::from(*ease > 0.5)).collect(), vec![1.0; count]]);
    trace.queries.features = vec![("ease".to_owned(), Feature::Number(Column::from_vec(ease)))];
    trace
}

pub(super) fn built_in(spec: &PolicySpec, trace: &Trace, pool: usize) -> Result<Built> {
    let roles = RoleNames { baselines: vec!["e1".to_owned(), "e0".to_owned()], ..RoleNames::default() };
    let roles =
        if trace.outcomes.len() > 2 { Roles::resolve(&trace.info, &roles)? } else { Roles::resolve(&trace.info, &RoleNames::default())? };
    let context = Context { trace, pool: &roles.pools[pool], objective: Objective::Size, correct_at: 1.0, seed: 1, memo: &Memo::default() };
    spec.parameters.build(&context)
}

fn built(file: &str, host: Arc<dyn Decide>, trace: &Trace) -> Result<Built> {
    built_in(&PolicySpec::supplied("mine", file, host)?, trace, 0)
}

fn refused(decide: impl Fn(&Asked) -> Result<Decided> + Send + Sync + 'static, trace: &Trace) -> String {
    built("", host(decide), trace).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn scores_are_made_endpoints_of_by_any_rule() -> Result<()> {
    let mut trace = queries(100);
    // Above a half the small one scores higher; at 50 both score a half, and the first is taken.
    let of = |rule: &str, trace: &Trace| plan(&built(&format!("[parameters]\nrule = {rule}"), host(eased), trace)?, trace);
    let expected: Vec<EndpointIx> = (0..100).map(|query| EndpointIx::from(query < 50)).collect();
    assert_eq!(plan(&built("", host(eased), &trace)?, &trace)?, expected);
    // Win rate of a half against p is (1 − p): 0.7 and more up to an ease of 0.3.
    let strong = of("{ kind = \"win-rate\", tau = 0.7 }", &trace)?;
    assert_eq!(strong, (0..100).map(|query| EndpointIx::from(query <= 30)).collect::<Vec<_>>());
    for (outcomes, energy) in trace.outcomes.iter_mut().zip([1.0, 3.0]) {
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(vec![energy; 100]));
    }
    // 2 J more are worth 0.2: the large one up to an ease below 0.5 − 0.2.
    let cheap = of("{ kind = \"utility\", lambda = 0.1, objective = \"energy\" }", &trace)?;
    assert_eq!(cheap.iter().filter(|endpoint| **endpoint == 1).count(), 30);
    Ok(())
}

#[test]
fn a_host_is_asked_block_by_block_in_order_and_once() -> Result<()> {
    let count = QueryBatch::ROWS + 5;
    let trace = queries(count);
    let host = host(eased);
    let built = built("", host.clone(), &trace)?;
    let last = count - 1;
    assert_eq!(*host.asked.lock().unwrap(), ["block 0, rows 0 to 65535".to_owned(), format!("block 1, rows 65536 to {last}")]);
    assert!(built.uses_pool && !built.random && built.router.is_none());
    assert!(
        built.notes[0].contains("asked 2 times, by a score for each endpoint; of a query it was told: row, feature_ease"),
        "{:?}",
        built.notes
    );
    let small = plan(&built, &trace)?.iter().filter(|endpoint| **endpoint == 0).count();
    // Ease q/n of at least a half: the upper half, n odd.
    assert_eq!(small, count / 2);
    Ok(())
}

#[test]
fn endpoints_are_ids_roles_or_positions() -> Result<()> {
    let trace = queries(4);
    let named = |names: [&'static str; 4]| move |_: &Asked| Ok(Decided::Endpoints(Names::new(names.into_iter().map(Some))));
    let ids = built("", host(named(["e0", "e1", "e1", "e0"])), &trace)?;
    assert_eq!((plan(&ids, &trace)?, ids.endpoints.clone(), ids.uses_pool), (vec![0, 1, 1, 0], vec![0, 1], false));
    let roles = built("", host(named(["local", "fallback", "e0", "e0"])), &trace)?;
    assert_eq!((plan(&roles, &trace)?, roles.uses_pool), (vec![0, 1, 0, 0], true));
    let places = built("", host(|_: &Asked| Ok(Decided::Positions(vec![1, 0, 0, 1]))), &trace)?;
    assert_eq!((plan(&places, &trace)?, places.uses_pool), (vec![1, 0, 0, 1], true));
    Ok(())
}

#[test]
fn who_looked_at_the_pool_is_asked_in_each() -> Result<()> {
    let mut trace = trace(&vec![vec![1.0; 3]; 3]);
    trace.info.endpoints.iter_mut().for_each(|endpoint: &mut Endpoint| endpoint.tier = Some(Tier::Cloud));
    trace.info.endpoints[2].tier = Some(Tier::Local);
    let last = |asked: &Asked| Ok(Decided::Endpoints(Names::new(vec![Some(asked.candidates.fallback()); asked.queries.len()].into_iter())));
    let spec = PolicySpec::supplied("mine", "", host(last))?;
    let (first, second) = (built_in(&spec, &trace, 0)?, built_in(&spec, &trace, 1)?);
    assert_eq!((plan(&first, &trace)?, plan(&second, &trace)?, first.uses_pool), (vec![1; 3], vec![0; 3], true));
    Ok(())
}

#[test]
fn what_is_wrong_is_told_with_block_and_row() {
    let mut trace = queries(6);
    trace.queries.rows = (20..26).collect();
    let told = |found: &str, decided: Decided| {
        let error = refused(move |_| Ok(decided.clone()), &trace);
        assert!(error.contains("where: block 0, rows 20 to 25") && error.contains(found), "{error}");
    };
    let place = "where: row 24 (query `q4`)";
    told(place, Decided::Positions(vec![0; 4]));
    told("found: 4 positions\n  allowed: 6, one for each query", Decided::Positions(vec![0; 4]));
    told("found: 7 positions", Decided::Positions(vec![0; 7]));
    told(place, Decided::Positions(vec![0, 1, 0, 1, 2, 0]));
    told("found: -1\n  allowed: 0 (e0), 1 (e1)", Decided::Positions(vec![0, 1, 0, 1, -1, 0]));
    let names = |name: Option<&'static str>| Decided::Endpoints(Names::new((0..6).map(|query| if query < 4 { Some("e0") } else { name })));
    told(place, names(Some("e11")));
    told("found: `e11`\n  allowed: e0, e1\n     hint: did you mean `e1`?", names(Some("e11")));
    told("a router answered nothing for a query\n    where: block 0, rows 20 to 25\n    where: row 24", names(None));
    let scores = |bad: f64| Decided::Scores { cells: (0..12).map(|cell| if cell == 9 { bad } else { 0.5 }).collect(), width: 2 };
    told(place, scores(f64::NAN));
    told("where: endpoint `e1`\n    found: NaN\n  allowed: finite numbers", scores(f64::NAN));
    told("found: inf", scores(f64::INFINITY));
    told("found: 3 scores a query, 18 in all\n  allowed: 2: e0, e1", Decided::Scores { cells: vec![0.0; 18], width: 3 });
    told("found: 4 rows of scores", Decided::Scores { cells: vec![0.0; 8], width: 2 });
    let own = refused(|_| Err(Error::new("its own words")), &trace);
    assert_eq!(own, "its own words\n    where: block 0, rows 20 to 25");
}

#[test]
fn a_form_that_changes_and_scores_that_are_no_chances_are_refused() {
    let trace = queries(QueryBatch::ROWS + 1);
    let changed = refused(
        |asked| match asked.queries.range().start {
            0 => eased(asked),
            _ => Ok(Decided::Positions(vec![0])),
        },
        &trace,
    );
    assert!(changed.contains("another form than before") && changed.contains("where: block 1, row 65536"), "{changed}");
    let file = "[parameters]\nrule = { kind = \"win-rate\", tau = 0.5 }";
    let high = host(|asked: &Asked| Ok(Decided::Scores { cells: vec![1.5; 2 * asked.queries.len()], width: 2 }));
    let error = built(file, high, &trace).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("found: 1.5\n  allowed: 0 to 1, as the rule compares chances"), "{error}");
}

#[test]
fn parameters_are_those_of_learned_policies_and_checked_alike() {
    let told = |file: &str| PolicySpec::supplied("mine", file, host(eased)).err().map(|error| error.to_string()).unwrap_or_default();
    let rule = told("[parameters.rule]\nkind = \"utlity\"");
    assert!(
        rule.contains("no such decision rule") && rule.contains("did you mean `utility`?") && rule.contains("policy `mine`, line "),
        "{rule}"
    );
    let all = told("[parameters]\nfolds = 1\nrule = { kind = \"cheapest\", tau = 2.0 }");
    assert!(all.contains("`folds` is too small") && all.contains("`tau` is no probability"), "{all}");
    assert!(told("kind = \"oracle\"").contains("the kind of a policy that a program brings is not chosen"));
    assert!(told("[parameters]\nmax_rows = 3").contains("unknown field"));
    assert!(told("= 3").contains("the policy cannot be read"));
    let spec = PolicySpec::supplied("mine", "summary = \"s\"\n[overhead]\nenergy_j = 2.5", host(eased)).unwrap();
    assert_eq!((spec.kind, spec.summary.as_str(), spec.overhead.energy_j), ("supplied", "s", 2.5));
    assert_eq!(spec.parameters.built_from(), BuiltFrom::Cells, "not to be streamed");
}
