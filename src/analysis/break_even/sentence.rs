//! The break-even in words.

use super::super::figure::Fractions;
use super::{BatchCrossing, BreakEven, Crossing, MisrouteBreakEven, Saves, Section};

/// What people ask for first: energy, then cost, time, compute.
const WISHED: [(usize, &str); 4] = [(0, "energy"), (2, "cost"), (3, "time"), (1, "compute")];
/// The misroute whose break-even is told: both attempts are paid, and the answers stay as good.
const TOLD: &str = "retry";

/// Fills in the sentences of all sections and of the whole.
pub(super) fn write(found: &mut BreakEven) {
    let mut parts: Vec<String> = Vec::new();
    let mut sentences = Vec::new();
    let mut batch: Option<String> = None;
    for (index, section) in found.sections.iter().enumerate() {
        let same = found.sections[..index].iter().any(|before| before.baseline_model == section.baseline_model);
        let clause = clause(found, section);
        let own = batch_clause(section);
        sentences.push(format!(
            "Against `{}`{} {clause}.{}",
            section.baseline,
            size(section),
            own.as_deref().map_or(String::new(), sentence)
        ));
        let who = match (index, same && section.baseline_batch_size.is_some()) {
            (0, _) => format!("Against `{}`{}", section.baseline, size(section)),
            (_, true) => format!("against the same model{}", size(section)),
            (_, false) => format!("against `{}`{}", section.baseline, size(section)),
        };
        parts.push(format!("{who} {clause}"));
        batch = batch.or(own);
    }
    for (section, sentence) in found.sections.iter_mut().zip(sentences) {
        section.sentence = sentence;
    }
    found.sentence =
        if parts.is_empty() { String::new() } else { parts.join("; ") + "." + &batch.as_deref().map_or(String::new(), sentence) };
}

/// A clause as a sentence of its own, after another one.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or(String::new(), |first| format!(" {}{}.", first.to_uppercase(), letters.as_str()))
}

fn size(section: &Section) -> String {
    section.baseline_batch_size.map_or(String::new(), |size| format!(" at batch size {size}"))
}

/// The first account of which the oracle's saving is known.
fn told(section: &Section) -> Option<(usize, &'static str)> {
    WISHED.into_iter().find(|(account, _)| of(section.oracle_savings, *account).is_some())
}

fn of<T: Copy>(values: Fractions<T>, account: usize) -> Option<T> {
    values.to_array().get(account).copied().flatten()
}

/// What happens against one baseline.
fn clause(found: &BreakEven, section: &Section) -> String {
    let Some((account, word)) = told(section) else { return "nothing is known of energy, cost, time or compute".to_owned() };
    let saving = of(section.oracle_savings, account).map_or(0.0, |saving| saving.value);
    let answers = match (section.oracle_answer_accuracy, section.baseline_answer_accuracy) {
        (Some(mine), Some(theirs)) => format!(", with {} of the answers right (baseline {})", percent(mine.value), percent(theirs.value)),
        _ => String::new(),
    };
    if saving == 0.0 {
        return format!("the oracle neither saves nor loses {word}{answers}");
    }
    if saving < 0.0 {
        let factor = of(section.local, account).map(|local| local.factor);
        let would = match factor.and_then(|factor| factor.value()) {
            Some(at) => format!("it would save if local {word} fell below {} of what it is", short(at)),
            None => format!("and would even if local queries took no {word}"),
        };
        return format!("the oracle itself takes {} more {word}{answers}: {would}", percent(-saving));
    }
    let mut text = format!("the oracle saves {} of the {word}{answers}", percent(saving));
    if let Some(misroute) = section.misroutes.iter().find(|misroute| misroute.misroute == TOLD) {
        text += &routed(found, section, misroute, account, word);
    }
    text
}

/// How good a router must be that pays for its errors twice, and how dear a local query may be then.
fn routed(found: &BreakEven, section: &Section, misroute: &MisrouteBreakEven, account: usize, word: &str) -> String {
    let Some(crossing) = of(misroute.router_accuracy, account) else { return String::new() };
    let mut text = match (crossing.saves, crossing.value()) {
        (Saves::Above, Some(at)) => format!(", and routing saves {word} down to a router accuracy of {}", short(at)),
        (Saves::Below, Some(at)) => format!(", and routing saves {word} only below a router accuracy of {}", short(at)),
        (Saves::Everywhere, _) => format!(", and routing saves {word} at every router accuracy"),
        _ => format!(", and routing saves no {word} at any router accuracy"),
    };
    text += &format!(" under `{}`", misroute.misroute);
    let limit =
        of(section.local, account).and_then(|local| local.ratio).zip(of(misroute.local_factor_here, account).and_then(|at| at.value()));
    if let Some((today, factor)) = limit {
        text += &format!(
            " (at {}, as long as a local query takes less than {} of a cloud query: it takes {})",
            short(found.router_accuracy),
            short(today.value * factor),
            short(today.value)
        );
    }
    text + &answers(section, found)
}

/// From where on a router whose errors stand answers well enough.
fn answers(section: &Section, found: &BreakEven) -> String {
    let Some(accept) = section.misroutes.iter().find(|misroute| misroute.misroute == "accept") else { return String::new() };
    let baseline = match found.tolerance {
        0.0 => "the baseline".to_owned(),
        0.01 => "the baseline less a point".to_owned(),
        tolerance => format!("the baseline less {} points", short(100.0 * tolerance)),
    };
    match accept.answers_meet_baseline {
        Some(Crossing { at: Some(at), saves: Saves::Above }) => {
            format!("; where errors stand (`accept`) it answers as well as {baseline} from {} on", short(at.value))
        }
        Some(Crossing { saves: Saves::Nowhere, .. }) => format!("; where errors stand (`accept`) it never answers as well as {baseline}"),
        _ => String::new(),
    }
}

/// The batch size at which the saving vanishes.
fn batch_clause(section: &Section) -> Option<String> {
    let (account, word) = told(section)?;
    let BatchCrossing { batch_size, between, extrapolated, saves } = of(section.batch.crossing, account)?;
    let model = &section.baseline_model;
    let side = if saves == Saves::Below { "vanishes" } else { "begins" };
    Some(match (batch_size, between) {
        (Some(at), Some([from, to])) if extrapolated => {
            format!(
                "the oracle's saving of {word} against {model} {side} at a batch size of about {} (drawn on beyond {from} and {to}, which were measured)",
                short(at)
            )
        }
        (Some(at), Some([from, to])) => {
            format!(
                "the oracle's saving of {word} against {model} {side} at a batch size of about {}, between the measured {from} and {to}",
                short(at)
            )
        }
        _ => return None,
    })
}

fn percent(fraction: f64) -> String {
    format!("{:.1}%", 100.0 * fraction)
}

/// Two significant digits, and whole numbers whole.
fn short(number: f64) -> String {
    let decimals = match number.abs() {
        size if size != 0.0 && !(0.001..1e6).contains(&size) => return format!("{number:.1e}"),
        size if size >= 9.95 || size == 0.0 => 0,
        size => (1.0 - size.log10().floor()) as usize,
    };
    let text = format!("{number:.decimals$}");
    if decimals == 0 { text } else { text.trim_end_matches('0').trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_in_a_sentence_are_short() {
        assert_eq!(
            [0.0, 0.3612, 8.927, 0.0452, 14.3, 250.4, 1.0, 3.2e-5].map(short),
            ["0", "0.36", "8.9", "0.045", "14", "250", "1", "3.2e-5"]
        );
    }
}
