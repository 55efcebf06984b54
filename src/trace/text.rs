//! Texts of questions and answers: token counts where a source has none, and excerpts for errors.

use crate::error::{Error, is_shown};

/// The source of input tokens that nobody counted, as the trace names it.
pub(super) const INPUT_SOURCE: &str = "input tokens counted from the prompt, four characters each (--tokens-from-text)";
/// The source of output tokens that nobody counted, as the trace names it.
pub(super) const OUTPUT_SOURCE: &str = "output tokens counted from the answer, four characters each (--tokens-from-text)";

/// Characters that count as a token: a rule of thumb for English, so what follows is always marked as estimated.
const CHARS_PER_TOKEN: usize = 4;
/// Characters of a text that an error shows.
const SHOWN: usize = 60;

/// Tokens of a text, the last begun one counted.
pub(super) fn tokens(text: &str) -> f64 {
    text.chars().count().div_ceil(CHARS_PER_TOKEN) as f64
}

/// A text as an error shows it: in quotes, cut after 60 characters.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// The error of a name that a terminal or a page would not show as it is.
pub(super) fn hidden(name: &str) -> Option<Error> {
    let error = || {
        Error::new("a name has a character that is not shown as itself")
            .found(excerpt(name))
            .allowed("no control characters, and none that change the direction of writing")
    };
    (!name.chars().all(is_shown)).then(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_characters_are_a_token() {
        // 4 characters in 8 bytes are one token, a fifth begins the second.
        assert_eq!([tokens(""), tokens("äöüß"), tokens("hello")], [0.0, 1.0, 2.0]);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(excerpt("short"), "`short`");
        assert_eq!(excerpt(&"ä".repeat(61)), format!("`{}…`", "ä".repeat(60)));
    }
}
