//! The highest of many numbers: rough codes of 13 bits settle all but a few, which are looked at themselves.

/// Codes, and how many of them a step of 1 has: from -8 to 8, where nearly all abilities lie. What lies beyond has
/// the first or the last code.
const CODES: usize = 1 << 13;
const STEP: f64 = 512.0;
const LOWEST: f64 = -8.0;

/// The code of a number: never higher than that of a higher number.
#[inline(always)]
pub(super) fn code(number: f64) -> u16 {
    ((number - LOWEST) * STEP).min((CODES - 1) as f64) as u16
}

/// Marks the `wanted` highest numbers, of equal ones the first. `number` gives the one at a place, whose code is in
/// `codes`; it is asked for few of them.
pub(super) fn mark_highest(codes: &[u16], number: impl Fn(usize) -> f64, wanted: usize, marks: &mut [bool]) {
    if wanted == 0 || wanted >= codes.len() {
        return marks.fill(wanted > 0);
    }
    let mut counts = [0_u32; CODES];
    codes.iter().for_each(|&code| counts[usize::from(code) % CODES] += 1);
    // The code of the least that is marked, and how many of those with this code are.
    let (mut least, mut left) = (CODES - 1, wanted);
    while least > 0 && (counts[least] as usize) < left {
        left -= counts[least] as usize;
        least -= 1;
    }
    let mut open = Vec::with_capacity(counts[least] as usize);
    for (place, (mark, &code)) in marks.iter_mut().zip(codes).enumerate() {
        *mark = usize::from(code) > least;
        if usize::from(code) == least {
            open.push((number(place), place));
        }
    }
    open.sort_unstable_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    open.iter().take(left).for_each(|&(_, place)| marks[place] = true);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plain way: all in order, the highest first, of equal ones the first.
    #[test]
    fn the_highest_are_marked_and_of_equal_ones_the_first() {
        let near = 0.5 + f64::EPSILON;
        let numbers = [0.5, -1.0, near, 2.0, -0.0, 0.0, 0.5, -1.0, -900.0, 900.0, -3.5, 8.0, 901.0, near];
        let codes = numbers.map(code);
        assert!(codes[0] == codes[2] && codes[9] == codes[12], "what codes do not tell apart is among them");
        let mut order: Vec<usize> = (0..numbers.len()).collect();
        order.sort_by(|&a, &b| numbers[b].total_cmp(&numbers[a]).then(a.cmp(&b)));
        for wanted in 0..=numbers.len() {
            let mut marks = [false; 14];
            mark_highest(&codes, |place| numbers[place], wanted, &mut marks);
            let expected: [bool; 14] = std::array::from_fn(|index| order[..wanted].contains(&index));
            assert_eq!(marks, expected, "{wanted}");
        }
    }

    #[test]
    fn a_higher_number_has_no_lower_code() {
        let numbers: Vec<f64> = (-90_000..90_000).map(|step| f64::from(step) / 9973.0).collect();
        assert!(numbers.is_sorted_by_key(|&number| code(number)));
        assert_eq!([-9.0, -8.0, 0.0, 8.0, 1e300].map(code), [0, 0, 4096, 8191, 8191]);
    }
}
