//! What a person gave: text, a file, or bytes that were made here.

use std::rc::Rc;

/// The longest text that stands in the text field, in bytes. A browser takes seconds to lay out
/// megabytes in one, so a longer text is shown by its beginning.
pub const LONG_TEXT: usize = 60_000;

/// From how many bytes on a text or a file is read aside, while what was there stays: the page would stand still.
pub const LARGE: usize = 256 << 10;

/// What the bytes come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Text that was typed or pasted.
    Typed(Rc<str>),
    /// A file. Once it was read, one that holds text is that text, so that it can be worked on.
    File {
        /// Its name.
        name: Rc<str>,
        /// All of it.
        bytes: Rc<[u8]>,
    },
    /// Bytes that were changed, built or opened here, as lines of hex
    /// ([`packet_lines`](mqttscope_view::packet_lines)).
    Made(Rc<str>),
}

impl Given {
    /// Typed text; blank text is nothing.
    #[must_use]
    pub fn of_text(text: Rc<str>) -> Self {
        if text.chars().all(char::is_whitespace) {
            Self::Nothing
        } else {
            Self::Typed(text)
        }
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    /// Whether it was typed or pasted as text.
    #[must_use]
    pub const fn is_typed(&self) -> bool {
        matches!(self, Self::Typed(_))
    }

    /// Whether it is shown by its beginning rather than in the text field.
    #[must_use]
    pub fn is_long(&self) -> bool {
        match self {
            Self::Nothing => false,
            Self::Typed(text) | Self::Made(text) => text.len() > LONG_TEXT,
            Self::File { .. } => true,
        }
    }

    /// The text, if it is text.
    #[must_use]
    pub fn text(&self) -> Option<&Rc<str>> {
        match self {
            Self::Typed(text) | Self::Made(text) => Some(text),
            Self::Nothing | Self::File { .. } => None,
        }
    }

    /// How much memory it holds on to, in bytes.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Typed(text) | Self::Made(text) => text.len(),
            Self::File { bytes, .. } => bytes.len(),
        }
    }
}
