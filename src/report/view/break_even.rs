//! Where savings vanish, as tables and lines.

use super::{at, word};
use crate::analysis::{BatchCrossing, BreakEven, Crossing, Map, MisrouteMap, PriceRatio, Saves, Section};
use crate::report::grid::{Density, Grid};
use crate::report::words::{UNKNOWN, amount, or_unknown, percent, plain, signed, significant, with_interval};
use crate::report::{ACCOUNT_NAMES, Figure, Fractions};

/// The misroute whose map is a table: both attempts are paid for.
const MAPPED: &str = "retry";
/// Columns and rows of a map as a table, one of that many.
const COLUMNS: usize = 8;
const ROWS: usize = 4;

/// A table with what stands above and below it.
pub(in crate::report) struct Block<'a> {
    /// What the table shows.
    pub title: String,
    /// The table at a density.
    pub grid: Box<dyn Fn(Density) -> Grid + 'a>,
    /// What else is to be said.
    pub below: Vec<String>,
}

/// The title of a section.
pub(in crate::report) fn section_title(section: &Section) -> String {
    let fallback = if section.fallback == section.baseline { String::new() } else { format!(" (fallback {})", section.fallback) };
    format!("break-even against {}{fallback}", section.baseline)
}

/// The tables of a section.
pub(in crate::report) fn blocks<'a>(found: &'a BreakEven, section: &'a Section) -> Vec<Block<'a>> {
    let mut blocks = vec![local(section), misroutes(found, section), here(found, section)];
    blocks.extend(batch(section));
    blocks.extend(map(section));
    blocks.push(Block { title: String::new(), grid: Box::new(|_| Grid::default()), below: price(&section.price) });
    blocks
}

fn known(section: &Section) -> Vec<usize> {
    (0..4).filter(|&account| at(section.oracle_savings.to_array(), account).is_some()).collect()
}

fn of<T: Copy>(values: Fractions<T>, account: usize) -> Option<T> {
    at(values.to_array(), account)
}

/// Where it crosses, in words.
fn crossing(crossing: Option<Crossing>, density: Density) -> String {
    let Some(crossing) = crossing else { return UNKNOWN.to_owned() };
    let place = crossing.at.map_or(String::new(), |figure| match (density, figure.low, figure.high) {
        (Density::Full | Density::Wide, Some(low), Some(high)) => {
            format!(" {} [{}, {}]", significant(figure.value), significant(low), significant(high))
        }
        _ => format!(" {}", significant(figure.value)),
    });
    match crossing.saves {
        Saves::Above => format!("above{place}"),
        Saves::Below => format!("below{place}"),
        Saves::Everywhere => "always".to_owned(),
        Saves::Nowhere => "never".to_owned(),
    }
}

fn local(section: &Section) -> Block<'_> {
    let grid = move |density: Density| {
        let rows = known(section);
        let mut grid = Grid::default();
        grid.column("account", &rows, |&account| word(account).to_owned());
        grid.column("the oracle saves", &rows, |&account| saved(of(section.oracle_savings, account), density));
        let ratio = |account: usize| of(section.local, account).and_then(|local| local.ratio);
        grid.column("local query / cloud query", &rows, |&account| or_unknown(ratio(account), |ratio| significant(ratio.value)));
        grid.column("saves while local is times", &rows, |&account| {
            crossing(of(section.local, account).map(|local| local.factor), density)
        });
        grid
    };
    let answers = format!(
        "answer accuracy of the oracle {}, of the baseline {}",
        with_interval(section.oracle_answer_accuracy, percent, " "),
        with_interval(section.baseline_answer_accuracy, percent, " ")
    );
    let asked = known(section).into_iter().any(|account| of(section.local, account).is_some_and(|local| local.asked_again));
    let again = asked.then(|| "the oracle makes small what is scaled: it was asked again at every factor".to_owned());
    Block { title: "local endpoints".to_owned(), grid: Box::new(grid), below: std::iter::once(answers).chain(again).collect() }
}

fn saved(figure: Option<Figure>, density: Density) -> String {
    match density {
        Density::Full | Density::Wide => with_interval(figure, signed, " "),
        _ => or_unknown(figure, |figure| signed(figure.value)),
    }
}

fn misroutes<'a>(found: &'a BreakEven, section: &'a Section) -> Block<'a> {
    let grid = move |density: Density| {
        let rows: Vec<_> = section.misroutes.iter().collect();
        let mut grid = Grid::default();
        grid.column("misroute", &rows, |misroute| misroute.misroute.clone());
        for account in density.accounts(known(section)) {
            grid.column(format!("saves {}", word(account)), &rows, |misroute| crossing(of(misroute.router_accuracy, account), density));
        }
        grid.column("answers well", &rows, |misroute| crossing(misroute.answers_meet_baseline, density));
        grid
    };
    let well = match found.tolerance {
        0.0 => "answers well: the answer accuracy is at least the baseline's".to_owned(),
        tolerance => format!("answers well: the answer accuracy is at least the baseline's less {}", percent(tolerance)),
    };
    Block { title: "the router accuracy that it takes".to_owned(), grid: Box::new(grid), below: vec![well] }
}

fn here<'a>(found: &'a BreakEven, section: &'a Section) -> Block<'a> {
    let grid = move |density: Density| {
        let rows: Vec<_> = section.misroutes.iter().collect();
        let mut grid = Grid::default();
        grid.column("misroute", &rows, |misroute| misroute.misroute.clone());
        grid.column("answer accuracy", &rows, |misroute| match density {
            Density::Full => with_interval(misroute.answer_accuracy_here, percent, " "),
            _ => or_unknown(misroute.answer_accuracy_here, |figure| percent(figure.value)),
        });
        for account in density.accounts(known(section)).into_iter().filter(|account| matches!(account, 0 | 2)) {
            let name = word(account);
            grid.column(format!("{name} saved"), &rows, |misroute| saved(of(misroute.savings_here, account), density));
            grid.column(format!("saves while local {name} is times"), &rows, |misroute| {
                crossing(of(misroute.local_factor_here, account), density)
            });
        }
        grid
    };
    Block { title: format!("at a router accuracy of {} (expected)", plain(found.router_accuracy)), grid: Box::new(grid), below: Vec::new() }
}

fn batch(section: &Section) -> Option<Block<'_>> {
    let batch = &section.batch;
    if batch.sizes.is_empty() {
        let below = batch.note.iter().cloned().collect();
        return Some(Block { title: String::new(), grid: Box::new(|_| Grid::default()), below });
    }
    let grid = move |density: Density| {
        let rows: Vec<_> = batch.sizes.iter().collect();
        let mut grid = Grid::default();
        grid.column("batch size", &rows, |size| size.batch_size.to_string());
        for account in density.accounts(known(section)) {
            let name = word(account);
            if matches!(account, 0 | 2) {
                grid.column(format!("{name} a query"), &rows, |size| {
                    or_unknown(at(size.per_query.to_array(), account), |value| amount(account, value))
                });
            }
            grid.column(format!("{name} saved"), &rows, |size| or_unknown(of(size.savings, account), |figure| signed(figure.value)));
        }
        grid
    };
    let below = known(section).into_iter().filter_map(|account| {
        let BatchCrossing { batch_size: Some(size), saves, between: Some([from, to]), extrapolated } = of(batch.crossing, account)? else {
            return None;
        };
        let side = if saves == Saves::Below { "below" } else { "above" };
        let how = if extrapolated { format!("drawn on beyond {from} and {to}") } else { format!("between {from} and {to}") };
        Some(format!("the oracle saves {} {side} a batch size of {} ({how})", word(account), significant(size)))
    });
    let title = format!("against {} at each batch size (the oracle)", section.baseline_model);
    Some(Block { title, grid: Box::new(grid), below: below.collect() })
}

fn map(section: &Section) -> Option<Block<'_>> {
    let map = section.map.as_ref()?;
    let mapped = map.misroutes.iter().find(|of| of.misroute == MAPPED)?;
    let account = ACCOUNT_NAMES.iter().position(|name| *name == map.account).unwrap_or_default();
    let title = format!("{} saved under `{MAPPED}`, by router accuracy and local {} (times today's)", word(account), word(account));
    Some(Block { title, grid: Box::new(move |_| map_grid(map, mapped)), below: Vec::new() })
}

/// A map as a table of at most nine factors and six router accuracies, the best first.
fn map_grid(map: &Map, mapped: &MisrouteMap) -> Grid {
    // Parts of a tenfold, so that round factors are among the columns.
    let columns = map.local_factors.len().saturating_sub(1);
    let step = [1, 2, 3, 6, 12, 24].into_iter().find(|step| columns <= step * COLUMNS).unwrap_or(48);
    // Today is always a column.
    let today = map.local_factors.iter().position(|factor| *factor == 1.0).unwrap_or_default();
    let rows: Vec<(&f64, &Vec<f64>)> = map.router_accuracies.iter().zip(&mapped.savings).rev().step_by(ROWS).collect();
    let mut grid = Grid::default();
    grid.column("router accuracy", &rows, |(accuracy, _)| plain(**accuracy));
    for (index, factor) in map.local_factors.iter().enumerate().filter(|(index, _)| index % step == today % step) {
        grid.column(format!("×{}", plain((factor * 100.0).round() / 100.0)), &rows, |(_, savings)| {
            or_unknown(savings.get(index).copied(), |saving| {
                format!("{:+.0}%", 100.0 * saving).replace('-', "−").replace("−0%", "0%").replace("+0%", "0%")
            })
        });
    }
    grid
}

fn price(price: &PriceRatio) -> Vec<String> {
    let mut lines = Vec::new();
    if let (Some(local), Some(cloud), Some(ratio)) = (price.local_usd_per_query, price.cloud_usd_per_query, price.ratio) {
        let electricity = price.electricity_usd_per_query.map_or(String::new(), |usd| format!(" ({} of it electricity)", amount(2, usd)));
        let zero = match (price.ratio_at_zero, price.factor) {
            (Some(zero), Some(Crossing { at: Some(factor), .. })) => {
                format!("it saves cost while that is below {}, {} times today's", significant(zero), significant(factor.value))
            }
            (_, Some(Crossing { saves: Saves::Everywhere, .. })) => "it saves cost at any local price".to_owned(),
            _ => "it saves no cost at any local price".to_owned(),
        };
        lines.push(format!(
            "price: a query that the oracle keeps local costs {}{electricity}, in the cloud {}: {} of it; {zero}",
            amount(2, local),
            amount(2, cloud),
            significant(ratio.value)
        ));
    }
    if let Some(usd) = price.usd_per_kwh_at_zero {
        lines.push(format!("price: were electricity alone to change, at ${} a kilowatt hour nothing would be saved", significant(usd)));
    }
    lines.extend(price.notes.iter().map(|note| format!("price: {note}")));
    lines
}
