//! Counts of what is in a prompt: cheap, and without any idea of its meaning.

/// Numbers of a prompt, by name.
pub(super) const NAMES: [&str; 7] = [
    "prompt characters",
    "prompt digits",
    "prompt words",
    "prompt question marks",
    "prompt code fences",
    "prompt sentences",
    "prompt reading ease",
];

/// Reading ease below which texts are not told apart: tables and code run on without a full stop, and
/// would otherwise be hundreds of spreads away from all sentences.
const LEAST_EASE: f64 = -100.0;

/// What may stand behind the end of a sentence.
const CLOSERS: [char; 11] = ['"', '\'', ')', ']', '}', '”', '’', '»', '*', '_', '`'];
/// What a sentence ends in.
const ENDS: [char; 7] = ['.', '!', '?', '。', '！', '？', '…'];

/// The numbers of a prompt in the order of [`NAMES`]: counts n as ln(1 + n), since they spread over orders
/// of magnitude, and Flesch's reading ease, which is NaN where there is no word.
///
/// Reading ease (Flesch 1948, "A new readability yardstick", Journal of Applied Psychology 32:3) is
/// 206.835 - 1.015 words/sentences - 84.6 syllables/words, here no less than -100. As there, a word is
/// what stands between white space, figures, contractions and hyphenated words too. A sentence ends at a
/// word that ends in `.`, `!` or `?` (before closing quotes and brackets), or at the end of the text.
/// Syllables are counted by an English rule of thumb: see `syllables`.
pub(super) fn of(text: &str) -> [f64; NAMES.len()] {
    let (mut words, mut sentences, mut beats, mut open) = (0usize, 0usize, 0usize, false);
    for word in text.split_whitespace() {
        words += 1;
        beats += syllables(word);
        // Most words end in a letter: no need to look for what may close a sentence.
        open = word.ends_with(|c: char| c.is_ascii_alphanumeric()) || !word.trim_end_matches(CLOSERS).ends_with(ENDS);
        sentences += usize::from(!open);
    }
    sentences += usize::from(open);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let questions = text.bytes().filter(|&byte| byte == b'?').count();
    let counts = [text.chars().count(), digits, words, questions, fences(text), sentences];
    let mut out = [f64::NAN; NAMES.len()];
    out.iter_mut().zip(counts).for_each(|(cell, count)| *cell = (count as f64).ln_1p());
    if words > 0 {
        out[6] = reading_ease(words as f64, sentences as f64, beats as f64).max(LEAST_EASE);
    }
    out
}

/// Runs of three backticks.
fn fences(text: &str) -> usize {
    let step = |(count, run): (usize, usize), byte| match byte {
        b'`' if run == 2 => (count + 1, 0),
        b'`' => (count, run + 1),
        _ => (count, 0),
    };
    text.bytes().fold((0, 0), step).0
}

fn reading_ease(words: f64, sentences: f64, syllables: f64) -> f64 {
    206.835 - 1.015 * words / sentences - 84.6 * syllables / words
}

/// Syllables of what stands between white space, 1 at least: groups of the vowels a, e, i, o, u, y,
/// without a silent `e` at the end of a run of letters. Silent is the `e` of a last `e` that does not
/// follow a consonant and `l` (`time`, but `ta-ble`), of a last `ed` that does not follow `t` or `d`
/// (`jumped`, but `wan-ted`), and of a last `es` that does not follow `c`, `g`, `h`, `s`, `x` or `z`
/// (`makes`, but `box-es`), where it is not the only vowel (`the`).
fn syllables(word: &str) -> usize {
    let runs = word.as_bytes().split(|byte| !byte.is_ascii_alphabetic());
    runs.map(groups).sum::<usize>().max(1)
}

fn groups(letters: &[u8]) -> usize {
    let mut count = 0;
    let mut before = false;
    for &letter in letters {
        let vowel = is_vowel(letter);
        count += usize::from(vowel && !before);
        before = vowel;
    }
    count - usize::from(count > 1 && ends_in_silent_e(letters))
}

fn is_vowel(letter: u8) -> bool {
    // A bit for each letter from a on.
    const VOWELS: u32 = 1 << 0 | 1 << 4 | 1 << 8 | 1 << 14 | 1 << 20 | 1 << 24;
    let place = (letter | 0x20).wrapping_sub(b'a');
    place < 26 && (VOWELS >> place) & 1 == 1
}

fn ends_in_silent_e(letters: &[u8]) -> bool {
    let mut last = [0; 4];
    let length = letters.len().min(4);
    last[4 - length..].copy_from_slice(&letters[letters.len() - length..]);
    let [_, second, third, fourth] = last.map(|letter| letter.to_ascii_lowercase());
    match (third, fourth) {
        // A vowel before it makes one group with it, which is spoken (`argue`).
        (_, b'e') if is_vowel(third) => false,
        (b'l', b'e') => is_vowel(second),
        (_, b'e') => true,
        (b'e', b'd') => !is_vowel(second) && !matches!(second, b't' | b'd'),
        (b'e', b's') => !is_vowel(second) && !matches!(second, b'c' | b'g' | b'h' | b's' | b'x' | b'z'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_of_words() {
        let counted = [
            ("the", 1),
            ("time", 1),
            ("table", 2),
            ("whole", 1),
            ("free", 1),
            ("jumped", 1),
            ("wanted", 2),
            ("makes", 1),
            ("boxes", 2),
            ("reading", 2),
            ("well-known", 2),
            ("don't", 1),
            ("1918", 1),
            ("Syllable,", 3),
            ("bed", 1),
            ("bees", 1),
            ("", 1),
        ];
        for (word, count) in counted {
            assert_eq!(syllables(word), count, "{word}");
        }
    }

    #[test]
    fn reading_ease_of_a_sentence_counted_by_hand() {
        // The(1) cat(1) sat(1) on(1) the(1) mat.(1): 6 words, 1 sentence, 6 syllables.
        // 206.835 - 1.015 * 6 - 84.6 * 1 = 116.145.
        assert!((of("The cat sat on the mat.")[6] - 116.145).abs() < 1e-9);
        // It(1) was(1) "an(1) enormous(3) table."(2) | We(1) ran(1): 7 words, 2 sentences, 10 syllables.
        // 206.835 - 1.015 * 7/2 - 84.6 * 10/7 = 206.835 - 3.5525 - 120.857143 = 82.425357.
        let two = of("It was \"an enormous table.\"\nWe ran");
        assert!((two[6] - 82.425_357).abs() < 1e-6, "{}", two[6]);
        assert_eq!([two[2], two[5]], [7.0, 2.0].map(f64::ln_1p));
        // 1,000 words without a full stop: 206.835 - 1015 - 84.6 is far below the least.
        assert_eq!(of(&"a ".repeat(1000))[6], -100.0);
    }

    #[test]
    fn counts_of_a_prompt() {
        // 22 characters (the ü is one), 2 digits, 5 words, 1 question mark, 2 fences; one sentence ends at `?`, another
        // with the text.
        let counts = of("a 12? ```üx c``` \n end");
        let expected = [22.0, 2.0, 5.0, 1.0, 2.0, 2.0].map(f64::ln_1p);
        assert_eq!(counts[..6], expected);
        let blank = of(" \n");
        assert!(blank[6].is_nan() && blank[2] == 0.0 && blank[0] == 2f64.ln_1p());
    }
}
