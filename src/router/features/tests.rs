use super::spec::Reads;
use super::*;
use crate::error::Result;
use crate::trace::{Column, Embedding, Feature, Names, Queries, Trace, TraceInfo};

fn trace(queries: Queries) -> Trace {
    let info = TraceInfo { name: "made".to_owned(), ..TraceInfo::default() };
    Trace { info, queries, outcomes: Vec::new(), fingerprint: String::new() }
}

fn numbers(name: &str, cells: Vec<f64>) -> (String, Feature) {
    (name.to_owned(), Feature::Number(Column::from_vec(cells)))
}

fn prompts(texts: &[&str]) -> Option<Vec<Option<String>>> {
    Some(texts.iter().map(|text| Some((*text).to_owned())).collect())
}

fn spec(parts: &[Part]) -> FeatureSpec {
    FeatureSpec { parts: Some(parts.to_vec()), ..FeatureSpec::default() }
}

fn all(trace: &Trace) -> Vec<usize> {
    (0..trace.len()).collect()
}

fn rows(encoder: &Encoder, trace: &Trace) -> Result<Vec<Vec<f32>>> {
    let bound = encoder.bind(trace)?;
    let row = |position| {
        // Not zero, so that whatever is not written is seen.
        let mut row = vec![9.0; encoder.width()];
        bound.row(position, &mut row);
        row
    };
    Ok((0..trace.len()).map(row).collect())
}

fn close(found: &[f32], expected: &[f64]) {
    let near = found.iter().zip(expected).all(|(found, expected)| (f64::from(*found) - expected).abs() < 1e-6);
    assert!(found.len() == expected.len() && near, "{found:?} is not {expected:?}");
}

fn message<T>(result: Result<T>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn numbers_are_standardised_by_the_rows_fitted_on() -> Result<()> {
    // Of 1, 3, 5, 7 the mean is 4 and the mean square of -3, -1, 1, 3 is 20/4: spread sqrt(5). Row 4 was
    // not fitted on: (14 - 4) / sqrt(5).
    let features = vec![numbers("x", vec![1.0, 3.0, 5.0, 7.0, 14.0]), numbers("same", vec![0.1, 0.1, 0.1, 0.1, 8.0])];
    let tokens = Some(Column::from_vec([1.0f64, 1.0, 3.0, 3.0, 7.0].map(|power| power.exp2() - 1.0).to_vec()));
    let trace = trace(Queries { rows: (0..5).collect(), input_tokens: tokens, features, ..Queries::default() });
    let encoder = Encoder::fit(&FeatureSpec::default(), &trace, &[0, 1, 2, 3])?;
    let rows = rows(&encoder, &trace)?;
    // ln(1 + n) of the tokens is 1, 1, 3, 3 and 7 times ln 2: mean 2 ln 2, spread ln 2. A constant is 0,
    // even where it is not what it was.
    close(&rows[0], &[-1.0, -3.0 / 5f64.sqrt(), 0.0]);
    close(&rows[4], &[5.0, 10.0 / 5f64.sqrt(), 0.0]);
    assert_eq!(encoder.names(), ["input_tokens", "feature_x", "feature_same"]);
    let notes = encoder.notes();
    assert!(notes[0].contains("4 rows: input_tokens, feature_x, feature_same"), "{notes:?}");
    assert!(notes[1].contains("`feature_same` is constant") && notes.len() == 2, "{notes:?}");
    Ok(())
}

#[test]
fn what_is_too_large_or_nowhere_says_nothing() -> Result<()> {
    let nan = f64::NAN;
    let features = vec![numbers("x", vec![1.0, 2.0, 3.0]), numbers("huge", vec![1e300, -1e300, 0.0]), numbers("late", vec![nan, nan, 1.0])];
    let trace = trace(Queries { rows: vec![0, 1, 2], features, ..Queries::default() });
    let encoder = Encoder::fit(&FeatureSpec { missing: MissingFeatures::Mean, ..FeatureSpec::default() }, &trace, &[0, 1])?;
    // Mean 1.5, spread 0.5.
    close(&rows(&encoder, &trace)?[2], &[3.0, 0.0, 0.0]);
    let notes = encoder.notes().join("\n");
    assert!(notes.contains("`feature_huge` has numbers too large") && notes.contains("`feature_late` is missing in all rows"), "{notes}");
    Ok(())
}

#[test]
fn names_spread_as_a_number_does_and_unknown_ones_are_zeros() -> Result<()> {
    // a, a, b, c fitted on: shares 1/2, 1/4, 1/4, variances 4/16, 3/16, 3/16, sum 10/16: places of
    // 1 / sqrt(0.625). d is never seen, and the last is missing.
    let dataset = Some(Names::new(["c", "a", "b", "a", "d"].into_iter().map(Some).chain([None])));
    let trace = trace(Queries { rows: (0..6).collect(), dataset, ..Queries::default() });
    let fit = |missing| Encoder::fit(&FeatureSpec { missing, ..FeatureSpec::default() }, &trace, &[0, 1, 2, 3]);
    let encoder = fit(MissingFeatures::Mean)?;
    let one = 1.0 / 0.625f64.sqrt();
    let found = rows(&encoder, &trace)?;
    // The most frequent first, then by the alphabet.
    for (position, expected) in [(1, [one, 0.0, 0.0]), (2, [0.0, one, 0.0]), (0, [0.0, 0.0, one]), (4, [0.0; 3]), (5, [0.0; 3])] {
        close(&found[position], &expected);
    }
    // As much spread as a standardised number: the mean square distance of two of the four rows is 2.
    let square = |a: usize, b: usize| found[a].iter().zip(&found[b]).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
    let sum: f64 = (0..16).map(|pair| square(pair / 4, pair % 4)).sum();
    assert!((sum / 16.0 - 2.0).abs() < 1e-6, "{sum}");
    let notes = encoder.notes().join("\n");
    assert!(notes.contains("`dataset`: 1 of 6 have a name that is not known"), "{notes}");
    assert!(notes.contains("`dataset`: 1 of 6 missing, taken as an unknown name"), "{notes}");
    assert!(message(fit(MissingFeatures::Require)).contains("1 of 6 missing"));
    Ok(())
}

#[test]
fn rare_names_count_as_unknown() -> Result<()> {
    // 64 names of two rows each, and one of a single row.
    let names: Vec<String> = (0..129).map(|query| format!("n{}", query / 2)).collect();
    let features = vec![("level".to_owned(), Feature::Name(Names::new(names.iter().map(|name| Some(name.as_str())))))];
    let trace = trace(Queries { rows: (0..129).collect(), features, ..Queries::default() });
    let encoder = Encoder::fit(&FeatureSpec::default(), &trace, &all(&trace))?;
    let rows = rows(&encoder, &trace)?;
    assert_eq!((encoder.width(), encoder.names()), (64, vec!["feature_level (64 names)".to_owned()]));
    assert_eq!(rows[0], rows[1]);
    assert!(rows[0].iter().filter(|cell| **cell > 0.0).count() == 1 && rows[128].iter().all(|cell| *cell == 0.0));
    let notes = encoder.notes().join("\n");
    assert!(notes.contains("`feature_level` has 1 rarer names, of 1 rows") && notes.contains("1 of 129 have a name that"), "{notes}");
    Ok(())
}

#[test]
fn text_is_weighted_by_how_rare_its_words_are() -> Result<()> {
    // "aa" is in two of three texts, "bb" and "cc" are in one each.
    let texts = ["aa", "AA bb", "cc"];
    let trace = trace(Queries { rows: vec![0, 1, 2], prompts: prompts(&texts), ..Queries::default() });
    let encoder = Encoder::fit(&spec(&[Part::Text]), &trace, &all(&trace))?;
    let rows = rows(&encoder, &trace)?;
    let there = |cells: &[f32]| -> Vec<(usize, f64)> {
        cells.iter().enumerate().filter(|(_, cell)| **cell != 0.0).map(|(place, cell)| (place, f64::from(*cell))).collect()
    };
    // Two characters have no n-gram, so that a word alone is all of a text, of length 1, up to its sign.
    let [aa] = there(&rows[0])[..] else { panic!("{:?}", there(&rows[0])) };
    assert!(aa.0 < 256 && aa.1.abs() == 1.0 && there(&rows[2]).len() == 1 && there(&rows[2])[0].0 != aa.0);
    // ln((1 + 3) / (1 + 2)) + 1 = 1.287682 and ln((1 + 3) / (1 + 1)) + 1 = 1.693147: divided by their length,
    // sqrt(1.658125 + 2.866747) = 2.127175, 0.605349 and 0.795961; and by sqrt(2), for the n-grams.
    let words = there(&rows[1][..256]);
    let (common, rare): (Vec<(usize, f64)>, Vec<_>) = words.iter().partition(|(place, _)| *place == aa.0);
    assert!((common[0].1 - aa.1 * 0.605_349 / 2f64.sqrt()).abs() < 1e-6, "{words:?}");
    assert!(rare.len() == 1 && (rare[0].1.abs() - 0.795_961 / 2f64.sqrt()).abs() < 1e-6, "{words:?}");
    let length = |row: &[f32]| row.iter().map(|cell| f64::from(*cell).powi(2)).sum::<f64>();
    assert!((length(&rows[1][..256]) - 0.5).abs() < 1e-6 && (length(&rows[1][256..]) - 0.5).abs() < 1e-6);
    // "aa bb" has the n-grams "aa ", "a b", " bb", "aa b", "a bb", "aa bb": six places at most.
    assert!((1..=6).contains(&there(&rows[1][256..]).len()));
    Ok(())
}

#[test]
fn neither_case_nor_white_space_changes_a_text() -> Result<()> {
    let texts = ["Grüße, Welt 42!", " GRÜSSE,\n\tWELT  42! ", "GRÜẞE,\n\tWELT  42! ", "", "?"];
    let trace = trace(Queries { rows: (0..5).collect(), prompts: prompts(&texts), ..Queries::default() });
    let encoder = Encoder::fit(&FeatureSpec { text_dims: 33, ..spec(&[Part::Text]) }, &trace, &all(&trace))?;
    let rows = rows(&encoder, &trace)?;
    assert_eq!((encoder.width(), &rows[0]), (33, &rows[2]));
    assert_ne!(rows[0], rows[1]);
    // Without a word or three characters there is nothing to go by.
    assert!(rows[3].iter().chain(&rows[4]).all(|cell| *cell == 0.0));
    Ok(())
}

#[test]
fn a_sample_of_texts_is_the_same_in_any_order_and_said() -> Result<()> {
    let texts: Vec<String> = (0..50).map(|query| format!("text number {query} of many")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let trace = trace(Queries { rows: (0..50).collect(), prompts: prompts(&texts), ..Queries::default() });
    let spec = FeatureSpec { text_rows: 10, ..spec(&[Part::Text, Part::TextCounts]) };
    let encoder = Encoder::fit(&spec, &trace, &all(&trace))?;
    let backwards: Vec<usize> = (0..50).rev().collect();
    assert_eq!(encoder, Encoder::fit(&spec, &trace, &backwards)?);
    assert_ne!(encoder, Encoder::fit(&FeatureSpec { text_rows: 50, ..spec }, &trace, &backwards)?);
    assert_eq!(encoder.notes().iter().filter(|note| note.contains("a sample of 10 of 50 texts")).count(), 1);
    Ok(())
}

#[test]
fn counts_of_blank_prompts_have_no_reading_ease() -> Result<()> {
    let trace = trace(Queries { rows: vec![0, 1, 2], prompts: prompts(&["One two.", "One two three four?", " "]), ..Queries::default() });
    let encoder = Encoder::fit(&spec(&[Part::TextCounts]), &trace, &all(&trace))?;
    let rows = rows(&encoder, &trace)?;
    // Words 2, 4, 0 as ln 3, ln 5, ln 1: mean ln(15)/3 = 0.902683; squares of 0.195929, 0.706755, -0.902683
    // are 0.038388, 0.499502, 0.814837: spread sqrt(1.352727 / 3) = 0.671498.
    assert!((rows[1][2] - 0.706_755 / 0.671_498).abs() < 1e-4, "{}", rows[1][2]);
    // Eases of 120.205 and 118.175, each one spread from their mean, and none.
    assert!((rows[0][6].abs() - 1.0).abs() < 1e-6 && rows[2][6] == 0.0 && (rows[0][6] + rows[1][6]).abs() < 1e-6);
    assert!(encoder.notes().iter().any(|note| note.starts_with("1 of 3 prompts are blank")), "{:?}", encoder.notes());
    Ok(())
}

/// Everything that a trace may have, with a missing cell of each in query 2.
fn full() -> Result<Trace> {
    let cells = || Some(Column::from_vec(vec![10.0, 20.0, f64::NAN, 40.0]));
    let names = || Names::new([Some("a"), Some("b"), None, Some("a")].into_iter());
    let nan = f32::NAN;
    let queries = Queries {
        rows: vec![3, 5, 7, 9],
        dataset: Some(names()),
        category: Some(names()),
        input_tokens: cells(),
        prompts: Some(vec![Some("A first text?".to_owned()), Some("Another one.".to_owned()), None, Some("3 + 4 = ?".to_owned())]),
        embedding: Some(Embedding::from_vec(2, vec![3.0, 4.0, 0.0, 2.0, nan, nan, 0.0, 0.0])?),
        features: vec![numbers("x", vec![0.3, 0.1, f64::NAN, 0.7]), ("level".to_owned(), Feature::Name(names()))],
        ..Queries::default()
    };
    Ok(trace(queries))
}

#[test]
fn missing_cells_anywhere_are_an_error_or_the_mean() -> Result<()> {
    let trace = full()?;
    // Query 2 is not fitted on, and is asked for all the same.
    let fit = |missing| Encoder::fit(&FeatureSpec { missing, ..FeatureSpec::default() }, &trace, &[0, 1, 3]);
    let error = message(fit(MissingFeatures::Require));
    for name in ["input_tokens", "dataset", "category", "feature_x", "feature_level", "prompt", "embedding"] {
        assert!(error.contains(&format!("feature `{name}`")), "no `{name}` in {error}");
    }
    assert_eq!((error.matches("1 of 4 missing").count(), error.contains("missing = \"mean\"")), (7, true), "{error}");
    let encoder = fit(MissingFeatures::Mean)?;
    // Tokens, two names of data set and category each, x, two names of level, seven counts, two of embedding.
    assert_eq!(encoder.width(), 1 + 2 + 2 + 1 + 2 + 7 + 2);
    let rows = rows(&encoder, &trace)?;
    assert!(rows[2].iter().all(|cell| *cell == 0.0), "{:?}", rows[2]);
    // The embedding (3, 4) has length 5; one without a length stays.
    close(&rows[0][15..], &[0.6, 0.8]);
    close(&rows[3][15..], &[0.0, 0.0]);
    assert_eq!(encoder.notes().iter().filter(|note| note.contains("1 of 4 missing")).count(), 7, "{:?}", encoder.notes());
    Ok(())
}

#[test]
fn what_is_taken_where_nothing_is_asked_for() -> Result<()> {
    let trace = full()?;
    let names = |spec: FeatureSpec| Ok(Encoder::fit(&FeatureSpec { missing: MissingFeatures::Mean, ..spec }, &trace, &[0, 1, 3])?.names());
    let by_default = names(FeatureSpec::default())?;
    assert!(by_default.contains(&"embedding (2 numbers)".to_owned()) && by_default.contains(&"prompt digits".to_owned()), "{by_default:?}");
    assert!(!by_default.iter().any(|name| name.starts_with("prompt text")), "no words where there is an embedding: {by_default:?}");
    // Parts come in one order, however they are named.
    let both = names(spec(&[Part::Embedding, Part::Text]))?;
    assert_eq!(both, ["prompt text (words in 256 dimensions, n-grams in 256)", "embedding (2 numbers)"]);
    Ok(())
}

#[test]
fn a_part_that_is_not_there_is_told_with_those_that_are() {
    let tokens = Some(Column::from_vec(vec![1.0, 2.0]));
    let empty = numbers("x", vec![f64::NAN; 2]);
    let trace = trace(Queries { rows: vec![0, 1], input_tokens: tokens, features: vec![empty], ..Queries::default() });
    let error = message(Encoder::fit(&spec(&[Part::Tokens, Part::Columns, Part::Embedding]), &trace, &[0, 1]));
    assert!(error.contains("no `columns`, no `embedding`") && error.contains("has: tokens"), "{error}");
    assert!(message(Encoder::fit(&FeatureSpec::default(), &trace, &[])).contains("0 rows"));
    let bare = self::trace(Queries { rows: vec![0, 1], ..Queries::default() });
    assert!(message(Encoder::fit(&FeatureSpec::default(), &bare, &[0, 1])).contains("nothing of its queries"));
}

#[test]
fn another_trace_has_codes_of_its_own() -> Result<()> {
    let of = |names: [&str; 3], x: [f64; 3]| {
        let category = Some(Names::new(names.into_iter().map(Some)));
        trace(Queries { rows: vec![0, 1, 2], category, features: vec![numbers("x", x.to_vec())], ..Queries::default() })
    };
    let first = of(["a", "b", "a"], [0.0, 2.0, 4.0]);
    let second = of(["new", "b", "a"], [2.0, 4.0, 0.0]);
    let encoder = Encoder::fit(&FeatureSpec::default(), &first, &[0, 1, 2])?;
    let (of_first, of_second) = (rows(&encoder, &first)?, rows(&encoder, &second)?);
    // Names and numbers of query 0 there stand apart here: b with 4, a with 0.
    assert_eq!(of_second[2], of_first[0]);
    assert_eq!((&of_second[1][..2], of_second[1][2]), (&of_first[1][..2], of_first[2][2]));
    assert_eq!((of_second[0][..2].to_vec(), of_second[0][2]), (vec![0.0, 0.0], of_first[1][2]));
    let notes = encoder.bind(&second)?.notes().join("\n");
    assert_eq!(notes, "feature `category`: 1 of 3 have a name that is not known, and is taken as none");
    Ok(())
}

#[test]
fn another_feature_set_is_refused_with_all_that_it_lacks() -> Result<()> {
    let first = full()?;
    let lenient = FeatureSpec { missing: MissingFeatures::Mean, ..FeatureSpec::default() };
    let encoder = Encoder::fit(&lenient, &first, &[0, 1, 3])?;
    let mut second = full()?;
    second.queries.prompts = None;
    second.queries.dataset = None;
    second.queries.embedding = Some(Embedding::from_vec(3, vec![1.0; 12])?);
    second.queries.features = vec![numbers("level", vec![1.0; 4])];
    let error = message(encoder.bind(&second));
    for lack in ["another feature set", "trace `made`", "no column `dataset`", "no column `prompt`", "no column `feature_x`"] {
        assert!(error.contains(lack), "no `{lack}` in {error}");
    }
    assert!(error.contains("column `embedding` of 3 numbers and not of 2"), "{error}");
    assert!(error.contains("column `feature_level` has numbers and not names") && !error.contains("category"), "{error}");
    // Cells that are missing there count too.
    let mut holes = full()?;
    holes.queries.category = Some(Names::new([None, None, None, Some("a")].into_iter()));
    assert!(encoder.bind(&holes)?.notes().iter().any(|note| note.contains("`category`: 3 of 4 missing")));
    Ok(())
}

#[test]
fn a_saved_encoder_writes_the_same_rows_to_the_bit() -> Result<()> {
    let trace = full()?;
    let parts: Vec<Part> = Part::ALL.into_iter().map(|(_, part)| part).collect();
    let spec = FeatureSpec { missing: MissingFeatures::Mean, ..spec(&parts) };
    let encoder = Encoder::fit(&spec, &trace, &[0, 1, 3])?;
    let fail = |cause: serde_json::Error| crate::Error::new("no JSON").cause(cause);
    let text = serde_json::to_string(&encoder).map_err(fail)?;
    let again: Encoder = serde_json::from_str(&text).map_err(fail)?;
    let by_value: Encoder = serde_json::from_value(serde_json::to_value(&encoder).map_err(fail)?).map_err(fail)?;
    assert_eq!((&again, &by_value), (&encoder, &encoder));
    let bits = |encoder: &Encoder| Ok(rows(encoder, &trace)?.into_iter().flatten().map(f32::to_bits).collect::<Vec<_>>());
    let found: [Result<Vec<u32>>; 3] = [bits(&encoder), bits(&again), bits(&by_value)];
    let [first, second, third] = found;
    let first = first?;
    assert_eq!((&first, &first), (&second?, &third?));
    // Names, and no codes.
    assert!(text.contains(r#""known":["a","b"]"#) && text.len() < 5000, "{} bytes", text.len());
    assert_eq!(again.reads(), Reads { features: true, prompts: true, embedding: true });
    Ok(())
}

#[test]
fn a_choice_of_features_is_read_and_checked() {
    let read = |text: &str| toml::from_str::<FeatureSpec>(text).map_err(|error| error.to_string());
    assert_eq!(read(""), Ok(FeatureSpec::default()));
    let chosen = read("parts = [\"text-counts\", \"names\"]\nmissing = \"mean\"\ntext_dims = 64");
    let expected = FeatureSpec { missing: MissingFeatures::Mean, text_dims: 64, ..spec(&[Part::TextCounts, Part::Names]) };
    assert_eq!(chosen, Ok(expected.clone()));
    assert_eq!(expected.reads(), Reads { features: false, prompts: true, embedding: false });
    for (text, problem) in [
        ("parts = []", "`parts` is empty"),
        ("parts = [\"text\", \"text\"]", "`text` twice"),
        ("parts = [\"words\"]", "`text-counts`"),
        ("text_dims = 513", "2 to 512"),
        ("text_rows = 0", "1 and more"),
        ("textdims = 3", "`text_dims`"),
    ] {
        let error = read(text).err().unwrap_or_default();
        assert!(error.contains(problem) && error.contains("line 1, column"), "{error}");
    }
    // What is made by hand is checked when it is fitted, all at once.
    let wrong = FeatureSpec { text_dims: 1, text_rows: 0, ..spec(&[]) };
    let error = message(wrong.check());
    assert!(error.contains("`parts` is empty") && error.contains("`text_dims` is 1") && error.contains("`text_rows` is 0"), "{error}");
}
