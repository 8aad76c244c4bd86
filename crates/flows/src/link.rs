//! Scenarios in links: their text, packed.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::Scenario;
use super::script::{MAX_TEXT, ScriptError};

/// Why a link carries no scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Not a token of this page, or part of it is missing.
    Damaged,
    /// The text in it is no scenario.
    Script(ScriptError),
}

impl std::fmt::Display for LinkError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Damaged => f.write_str("This link is damaged: part of it is missing or changed."),
            Self::Script(error) => write!(f, "This link cannot be opened: {error}"),
        }
    }
}

impl std::error::Error for LinkError {}

/// The version of the token, before everything else.
const FORMAT: u8 = 1;

/// A scenario as a token that fits an address.
#[must_use]
pub fn to_link(scenario: &Scenario) -> String {
    let text = scenario.to_text();
    let mut bytes = vec![FORMAT];
    let len = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&len.to_be_bytes());
    bytes.extend_from_slice(&lz4_flex::block::compress(text.as_bytes()));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a token, whoever made it.
///
/// # Errors
/// It is none, or damaged, or what it carries is no scenario.
pub fn of_link(token: &str) -> Result<Scenario, LinkError> {
    if token.len() > MAX_TEXT.saturating_mul(2) {
        return Err(LinkError::Damaged);
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(token.trim())
        .map_err(|_| LinkError::Damaged)?;
    let (&[format, high, low], packed) = bytes.split_first_chunk().ok_or(LinkError::Damaged)?;
    let len = usize::from(u16::from_be_bytes([high, low]));
    if format != FORMAT || len > MAX_TEXT {
        return Err(LinkError::Damaged);
    }
    // Nothing larger than promised is ever allocated.
    let text = lz4_flex::block::decompress(packed, len).map_err(|_| LinkError::Damaged)?;
    if text.len() != len {
        return Err(LinkError::Damaged);
    }
    let text = String::from_utf8(text).map_err(|_| LinkError::Damaged)?;
    Scenario::parse(&text).map_err(LinkError::Script)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gallery;
    use proptest::prelude::*;

    #[test]
    fn what_is_shared_is_opened() {
        for scenario in gallery() {
            let token = to_link(&scenario);
            assert!(token.len() < 700, "{}", token.len());
            assert_eq!(of_link(&token), Ok(scenario));
        }
    }

    proptest! {
        #[test]
        fn no_token_panics(token in "[A-Za-z0-9_-]{0,80}", bytes: Vec<u8>, keep in 0..400_usize) {
            let _ = of_link(&token);
            let _ = of_link(&URL_SAFE_NO_PAD.encode(bytes));
            let whole = gallery().first().map(to_link).unwrap_or_default();
            if let Some(part) = whole.get(..keep.min(whole.len().saturating_sub(1))) {
                prop_assert!(of_link(part).is_err());
            }
        }
    }
}
