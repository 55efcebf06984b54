//! Checks of a spec's models, data sets and targets.

use std::ops::Range;

use toml::Spanned;

use super::check::{Problems, model};
use super::form::{CategoryForm, CorrelationForm, DatasetForm, Form, Goal, LengthsForm};
use super::spec::{Answers, Category, Correlation, Dataset, Length, Tokens};
use crate::error::Error;

/// Shares may miss 1 by what printing them rounds away.
const SHARES_TOLERANCE: f64 = 1e-3;

/// The models and data sets of a form, and each data set's token lengths.
pub(super) fn answers(form: &Form, problems: &mut Problems) -> (Answers, Vec<Tokens>) {
    let mut families = Vec::new();
    let models: Vec<_> = form.model.iter().map(|form| model(form, &mut families, problems)).collect();
    for (index, form) in form.model.iter().enumerate() {
        if models[..index].iter().any(|other| other.name == *form.name.get_ref()) {
            let error = Error::new("two models have the same name").found(format!("`{}`", form.name.get_ref())).allowed("unique names");
            problems.add(form.name.span(), error);
        }
    }
    let mut answers = Answers { models, families, local: Vec::new(), datasets: Vec::new(), savings: Vec::new() };
    let mut tokens = Vec::new();
    for dataset in &form.dataset {
        let lengths = lengths(dataset, problems);
        let groups = groups(dataset, form, &answers, problems);
        tokens.extend(groups.iter().map(|_| lengths));
        answers.datasets.extend(groups);
    }
    let shares = form.dataset.iter().filter_map(|dataset| dataset.share.as_ref());
    sums_to_one("the shares of the data sets", shares, problems);
    if form.dataset.is_empty() {
        problems.whole(Error::new("the spec has no data sets").allowed("[[dataset]], 1 and more"));
    }
    (answers, tokens)
}

fn sums_to_one<'a>(what: &str, shares: impl Iterator<Item = &'a Spanned<f64>>, problems: &mut Problems) {
    let shares: Vec<_> = shares.collect();
    let sum: f64 = shares.iter().map(|share| *share.get_ref()).sum();
    if let Some(last) = shares.last().filter(|_| (sum - 1.0).abs() > SHARES_TOLERANCE) {
        problems.add(last.span(), Error::new(format!("{what} do not sum to 1")).found(format!("{sum:.6}")).allowed("1"));
    }
}

fn lengths(form: &DatasetForm, problems: &mut Problems) -> Tokens {
    let Some(lengths) = form.tokens else {
        let error = Error::new(format!("data set `{}` has no token lengths", form.name.get_ref()));
        problems.add(form.name.span(), error.hint("write `tokens = { input = { mean = …, spread = … }, output = { … } }`"));
        let length = Length { mean: 1.0, spread: 0.0 };
        return Tokens { input: length, output: length, difficulty_correlation: 0.0 };
    };
    tokens(lengths, form.name.span(), problems)
}

fn tokens(form: LengthsForm, span: Range<usize>, problems: &mut Problems) -> Tokens {
    let difficulty_correlation = form.difficulty_correlation;
    if !(-1.0..=1.0).contains(&difficulty_correlation) {
        let error = Error::new("`difficulty_correlation` is no correlation").found(difficulty_correlation).allowed("-1 to 1");
        problems.add(span.clone(), error);
    }
    let input = problems.length("tokens.input", form.input, span.clone());
    Tokens { input, output: problems.length("tokens.output", form.output, span), difficulty_correlation }
}

/// Puts the lengths of `[[tokens]]` in the place of those of the extended spec.
pub(super) fn override_tokens(form: &Form, answers: &Answers, lengths: &mut [Tokens], problems: &mut Problems) {
    for other in &form.tokens {
        let name = other.dataset.get_ref();
        let (input, output, difficulty_correlation) = (other.input, other.output, other.difficulty_correlation);
        let given = tokens(LengthsForm { input, output, difficulty_correlation }, other.dataset.span(), problems);
        if !answers.datasets.iter().any(|dataset| dataset.name == *name) {
            let names = answers.datasets.iter().map(|dataset| dataset.name.as_str());
            problems.add(other.dataset.span(), crate::error::unknown("data set", name, names));
        }
        let of_name = answers.datasets.iter().zip(lengths.iter_mut()).filter(|(dataset, _)| dataset.name == *name);
        of_name.for_each(|(_, lengths)| *lengths = given);
    }
}

/// A data set, and apart from it each category that has accuracies or correlations of its own.
fn groups(form: &DatasetForm, whole: &Form, answers: &Answers, problems: &mut Problems) -> Vec<Dataset> {
    let mut rest = check(form, whole, answers, problems);
    let mut apart = Vec::new();
    for category in form.categories.iter().filter(|category| !category.accuracy.is_empty() || category.correlation.is_some()) {
        let name = category.name.get_ref();
        let Some(at) = rest.categories.iter().position(|known| known.name.as_ref() == Some(name)) else { continue };
        let mut own = Dataset { label: format!("{}, {name}", rest.name), coverage: None, ..rest.clone() };
        own.categories = vec![rest.categories.remove(at)];
        for (wanted, goal) in &category.accuracy {
            match answers.models.iter().position(|model| model.name == *wanted) {
                Some(model) => own.accuracy[model] = checked(wanted, goal, problems),
                None => problems.add(goal.span(), unknown_model(wanted, answers)),
            }
        }
        if let Some(form) = &category.correlation {
            own.correlation = correlation(form, &answers.families, problems);
        }
        apart.push(own);
    }
    let by_category = rest.categories.iter().filter(|category| category.coverage.is_some()).count();
    if let Some(value) = form.coverage.as_ref().filter(|_| by_category > 0) {
        let error = Error::new("a data set has a coverage of its own or one for each category, not both");
        problems.add(value.span(), error.found(format!("{by_category} categories with a coverage")));
    }
    if by_category > 0 && by_category < rest.categories.len() {
        let found = format!("{by_category} of {}", rest.categories.len());
        problems.add(form.name.span(), Error::new("every category of a data set has a coverage, or none").found(found));
    }
    if rest.categories.is_empty() { apart } else { std::iter::once(rest).chain(apart).collect() }
}

fn checked(name: &str, goal: &Spanned<Goal>, problems: &mut Problems) -> Goal {
    match *goal.get_ref() {
        Goal::Given(value) => Goal::Given(problems.share_at(name, value, goal.span())),
        Goal::Solve => Goal::Solve,
    }
}

fn unknown_model(wanted: &str, answers: &Answers) -> Error {
    crate::error::unknown("model", wanted, answers.models.iter().map(|model| model.name.as_str()))
}

fn check(form: &DatasetForm, whole: &Form, answers: &Answers, problems: &mut Problems) -> Dataset {
    let name = form.name.get_ref().clone();
    if answers.datasets.iter().any(|other| other.name == name) {
        problems.add(form.name.span(), Error::new("two data sets have the same name").found(format!("`{name}`")).allowed("unique names"));
    }
    let categories = categories(form, whole, problems);
    let accuracy = answers.models.iter().map(|model| match form.accuracy.get_ref().get(&model.name) {
        Some(goal) => checked(&model.name, goal, problems),
        None => {
            let error = Error::new(format!("data set `{name}` has no answer accuracy of `{}`", model.name));
            problems.add(form.accuracy.span(), error.hint("give a number, or \"solve\" where a target determines it"));
            Goal::Given(0.5)
        }
    });
    let accuracy = accuracy.collect();
    let known = |wanted: &str| answers.models.iter().any(|model| model.name == wanted);
    for (wanted, goal) in form.accuracy.get_ref().iter().filter(|(wanted, _)| !known(wanted)) {
        problems.add(goal.span(), unknown_model(wanted, answers));
    }
    let coverage = form.coverage.as_ref().map(|value| problems.share("coverage", value));
    let correlation = correlation(&form.correlation, &answers.families, problems);
    let source = whole.dataset.iter().position(|other| std::ptr::eq(other, form)).unwrap_or_default();
    Dataset { label: name.clone(), source, name, categories, accuracy, coverage, first_solver: Vec::new(), correlation }
}

/// The categories with their queries; one without a name where the form has none.
fn categories(form: &DatasetForm, whole: &Form, problems: &mut Problems) -> Vec<Category> {
    let own = match (&form.queries, &form.share, &whole.queries) {
        (Some(queries), None, _) => Some(*queries.get_ref() as f64),
        (None, Some(share), Some(all)) => Some(problems.share("share", share) * *all.get_ref() as f64),
        _ => None,
    };
    let mut categories: Vec<Category> = form.categories.iter().filter_map(|category| one(category, own, problems)).collect();
    sums_to_one("the shares of the categories", form.categories.iter().filter_map(|category| category.share.as_ref()), problems);
    let name = form.name.get_ref();
    if form.categories.is_empty() {
        let hint = "write `queries = N`, or `share = S` with `queries` at the top, or categories with queries";
        match own {
            Some(queries) => categories.push(Category { name: None, queries, coverage: None }),
            None => problems.add(form.name.span(), Error::new(format!("data set `{name}` has no number of queries")).hint(hint)),
        }
    }
    if !categories.is_empty() && categories.iter().all(|category| category.queries < 0.5) {
        problems.add(form.name.span(), Error::new(format!("data set `{name}` is without queries")).found(0).allowed("1 and more"));
    }
    categories
}

fn one(form: &CategoryForm, dataset: Option<f64>, problems: &mut Problems) -> Option<Category> {
    let queries = match (&form.queries, &form.share, dataset) {
        (Some(queries), None, _) => *queries.get_ref() as f64,
        (None, Some(share), Some(dataset)) => problems.share("share", share) * dataset,
        _ => {
            let hint = "write `queries = N`, or `share = S` in a data set that has a number of queries";
            problems.add(form.name.span(), Error::new("a category has no number of queries").hint(hint));
            return None;
        }
    };
    let coverage = form.coverage.as_ref().map(|value| problems.share("coverage", value));
    Some(Category { name: Some(form.name.get_ref().clone()), queries, coverage })
}

fn correlation(form: &Spanned<CorrelationForm>, families: &[String], problems: &mut Problems) -> Correlation {
    let (span, form) = (form.span(), form.get_ref());
    let mut goal = |value: &Option<Spanned<Goal>>, otherwise: Option<Goal>| match (value, otherwise) {
        (Some(value), _) => {
            if let Goal::Given(number) = *value.get_ref()
                && !(-1.0..=1.0).contains(&number)
            {
                problems.add(value.span(), Error::new("this is no correlation").found(number).allowed("-1 to 1, or \"solve\""));
            }
            *value.get_ref()
        }
        (None, Some(goal)) => goal,
        (None, None) => {
            let allowed = "`common`, or `within` and `across`";
            problems.add(span.clone(), Error::new("nothing says how abilities are correlated").allowed(allowed));
            Goal::Given(0.0)
        }
    };
    let common = form.common.as_ref().map(|_| goal(&form.common, None));
    let (within, across) = (goal(&form.within, common), goal(&form.across, common));
    let mut table = vec![vec![across; families.len()]; families.len()];
    for pair in &form.pairs {
        let [a, b] = pair.families.get_ref();
        let value = goal(&Some(pair.value.clone()), None);
        let at = |name: &String| families.iter().position(|family| family == name);
        if let (Some(a), Some(b)) = (at(a), at(b)) {
            (table[a][b], table[b][a]) = (value, value);
        }
    }
    for pair in &form.pairs {
        if let Some(missing) = pair.families.get_ref().iter().find(|name| !families.contains(name)) {
            let error = crate::error::unknown("family", missing, families.iter().map(String::as_str));
            problems.add(pair.families.span(), error);
        }
    }
    Correlation { within: vec![within; families.len()], across: table }
}
