//! Texts of questions and answers: token counts where a source has none, and excerpts for errors.

/// The source of an estimated count, as the trace names it.
pub(super) const SOURCE: &str = "characters of the text / 4, as asked for by --tokens-from-text";

/// Tokens of a text at four characters each: a rule of thumb for English, so always marked as estimated.
pub(super) fn tokens(text: &str) -> f64 {
    text.chars().count() as f64 / 4.0
}

/// The start of a text, for an error.
pub(super) fn start(text: &str) -> String {
    let start: String = text.chars().take(80).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

#[cfg(test)]
mod tests {
    #[test]
    fn characters_count_not_bytes() {
        // 8 characters (the last is two bytes) / 4 = 2.
        assert_eq!(super::tokens("a\nb cdeé"), 2.0);
        assert_eq!(super::tokens(""), 0.0);
    }
}
