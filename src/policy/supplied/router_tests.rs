use super::super::testing::plan;
use super::tests::{built_in, queries};
use super::*;
use crate::RowError;
use crate::error::Error;
use crate::policy::{Memo, Objective};
use crate::router::{Examples, SuppliedPredictor, Target};
use crate::workload::{RoleNames, Roles};

/// A router that learns the mean score of each endpoint where the only feature is positive and where it is not.
struct Halves;

struct Fitted(Vec<[f64; 2]>);

impl SuppliedRouter for Halves {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn SuppliedPredictor>> {
        let features = examples.features.as_slice().unwrap_or_default();
        let mean = |endpoint: usize, side: bool| {
            let of_side = (0..features.len()).filter(|row| (features[*row] > 0.0) == side).map(|row| examples.scores[[row, endpoint]]);
            let scores: Vec<f64> = of_side.collect();
            scores.iter().sum::<f64>() / scores.len() as f64
        };
        Ok(Box::new(Fitted((0..examples.endpoints.len()).map(|endpoint| [mean(endpoint, false), mean(endpoint, true)]).collect())))
    }

    fn target(&self) -> Target {
        Target::Correct
    }
}

impl SuppliedPredictor for Fitted {
    fn predict(&self, features: &[f32], width: usize) -> std::result::Result<Vec<f64>, RowError> {
        assert_eq!(width, 1);
        Ok(features.iter().flat_map(|feature| self.0.iter().map(move |halves| halves[usize::from(*feature > 0.0)])).collect())
    }

    fn notes(&self) -> Vec<String> {
        vec!["halves".to_owned()]
    }
}

#[test]
fn a_router_of_a_host_stands_in_a_learned_policy() -> Result<()> {
    let trace = queries(1000);
    let file = "[parameters]\nfolds = 4\nrule = { kind = \"cheapest\", tau = 0.9 }\nfeatures = { parts = [\"columns\"] }";
    let spec = PolicySpec::supplied_router("mine", file, Arc::new(Halves))?;
    let built = built_in(&spec, &trace, 0)?;
    let chosen = plan(&built, &trace)?;
    // The feature is standardised around its mean, which is a half give or take what a fold leaves out.
    let wrong = (0..1000).filter(|&query| (query > 500) != (chosen[query] == 0)).count();
    assert!(wrong < 40, "{wrong}");
    assert!(
        built.notes[0].starts_with("supplied: a router for each of 4 folds (seed 1)") && built.notes.contains(&"halves".to_owned()),
        "{:?}",
        built.notes
    );
    let facts = built.router.ok_or_else(|| Error::new("no facts"))?;
    assert_eq!((facts.kind, facts.target, facts.fitted_to.len(), facts.reliability.len()), ("supplied", Target::Correct, 4, 2));
    assert!(spec.parameters.needs().ids && spec.text.contains("kind = \"supplied\""));
    let calibrated = PolicySpec::supplied_router("mine", "[parameters]\ncalibrate = \"isotonic\"", Arc::new(Halves))?;
    assert!(built_in(&calibrated, &trace, 0).is_ok());
    Ok(())
}

/// A router that predicts what it is told to, for two endpoints.
struct Says(fn(rows: usize) -> std::result::Result<Vec<f64>, RowError>);

impl SuppliedRouter for Says {
    fn fit(&self, _: &Examples) -> Result<Box<dyn SuppliedPredictor>> {
        Ok(Box::new(Says(self.0)))
    }
}

impl SuppliedPredictor for Says {
    fn predict(&self, features: &[f32], width: usize) -> std::result::Result<Vec<f64>, RowError> {
        (self.0)(features.len() / width)
    }
}

#[test]
fn predictions_of_a_host_are_checked() -> Result<()> {
    let trace = queries(50);
    let told = |says: fn(usize) -> std::result::Result<Vec<f64>, RowError>| {
        let spec = PolicySpec::supplied_router("mine", "", Arc::new(Says(says))).unwrap();
        built_in(&spec, &trace, 0).err().map(|error| error.to_string()).unwrap_or_default()
    };
    // The first of the queries of fold 0, of which there are some ten: the third of them.
    let fold = crossfit::folds(&trace.queries.rows, 5, 1)?;
    let judged: Vec<usize> = (0..50).filter(|query| fold[*query] == 0).collect();
    let (third, count, last) = (judged[2], judged.len(), judged[judged.len() - 1]);
    let nan = told(|rows| Ok((0..2 * rows).map(|cell| if cell == 4 { f64::NAN } else { 0.5 }).collect()));
    let place = format!(
        "where: cross-fit, fold 0\n    where: a block of {count} queries, rows {} to {last}\n    where: row {third} (query `q{third}`)",
        judged[0]
    );
    assert!(nan.contains(&place) && nan.contains("where: endpoint `e0`\n    found: NaN\n  allowed: 0 to 1"), "{nan}");
    let short = told(|rows| Ok(vec![0.5; 2 * rows - 1]));
    assert!(short.contains(&format!("found: {} numbers\n  allowed: {} numbers", 2 * count - 1, 2 * count)), "{short}");
    assert!(short.contains(&format!("where: row {last} ")), "{short}");
    let failed = told(|_| Err(RowError { row: Some(2), error: Error::new("its own words") }));
    assert!(failed.starts_with("its own words") && failed.contains(&format!("row {third} ")), "{failed}");
    Ok(())
}

#[test]
fn a_router_of_a_host_is_not_saved_and_its_parameters_are_checked() {
    let told =
        |file: &str| PolicySpec::supplied_router("mine", file, Arc::new(Halves)).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told("[parameters]\nfolds = 1").contains("`folds` is too small"));
    assert!(told("[parameters.router]\nkind = \"knn\"").contains("the router of a policy that a program brings is not chosen"));
    assert!(told("[parameters.features]\nparts = [\"smell\"]").contains("smell"));
    let (trace, selection) = (queries(50), Default::default());
    let spec = PolicySpec::supplied_router("mine", "", Arc::new(Halves)).unwrap();
    let training = learned::Training {
        trace: &trace,
        endpoints: &[0, 1],
        selection: &selection,
        share: 1.0,
        correct_at: 1.0,
        objective: Objective::Size,
        seed: 1,
    };
    let error = learned::train(&spec, &training).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("a router that the calling program brings cannot be saved"), "{error}");
}

#[test]
fn policies_of_one_router_share_its_fit() -> Result<()> {
    let trace = queries(60);
    let roles = Roles::resolve(&trace.info, &RoleNames::default())?;
    let memo = Memo::default();
    let context = Context { trace: &trace, pool: &roles.pools[0], objective: Objective::Size, correct_at: 1.0, seed: 1, memo: &memo };
    let router: Arc<dyn SuppliedRouter> = Arc::new(Halves);
    for (file, fits) in [("", 1), ("[parameters.rule]\nkind = \"cheapest\"\ntau = 0.9", 1), ("[parameters]\nfolds = 3", 2)] {
        PolicySpec::supplied_router("mine", file, router.clone())?.parameters.build(&context)?;
        assert_eq!(memo.len(), fits, "{file}");
    }
    PolicySpec::supplied_router("other", "", Arc::new(Says(|rows| Ok(vec![0.5; 2 * rows]))))?.parameters.build(&context)?;
    assert_eq!(memo.len(), 3, "another router is another fit");
    Ok(())
}

#[test]
fn the_same_on_any_number_of_threads() -> Result<()> {
    let trace = queries(9000);
    let on = |threads: usize| -> Result<Vec<EndpointIx>> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| Error::new(error.to_string()))?;
        let spec = PolicySpec::supplied_router("mine", "", Arc::new(Halves))?;
        pool.install(|| plan(&built_in(&spec, &trace, 0)?, &trace))
    };
    assert_eq!(on(1)?, on(3)?);
    Ok(())
}
