//! Texts of a server for the page: short, and with nothing in them that cannot be seen.

use mqttscope_view::escape::visible;

/// The first characters of a text, and `…` where there are more. Characters that cannot be seen, or that
/// turn the direction of what is beside them, are escaped.
pub(crate) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let mut short = visible(text.get(..end).unwrap_or_default()).into_owned();
            short.push('…');
            short
        }
        None => visible(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äöü…");
        assert_eq!(cut("", 0), "");
        assert_eq!(cut("a\u{202e}b\nc", 3), "a\\u202Eb…");
    }
}
