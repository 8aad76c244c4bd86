//! What a person gave: text, a file, or bytes that were made here.

use std::rc::Rc;

use mqttscope_capture::json;
use mqttscope_capture::text::{self, FileContent};

/// The longest text that stands in the text field, in bytes. A browser takes seconds to lay out
/// megabytes in one, so a longer text is shown by its beginning.
pub const LONG_TEXT: usize = 60_000;

/// What the bytes come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Given {
    /// Nothing yet.
    #[default]
    Nothing,
    /// Text that was typed or pasted.
    Typed(Rc<str>),
    /// A file.
    File {
        /// Its name.
        name: Rc<str>,
        /// All of it.
        bytes: Rc<[u8]>,
    },
    /// Bytes that were changed, built or opened here, written as hex.
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

    /// A file: where it holds text in a known format, that text, so that it can be worked on;
    /// otherwise its bytes.
    #[must_use]
    pub fn of_file(name: &str, bytes: Vec<u8>) -> Self {
        // A JSON document is shown as text, so that what was found in it can be seen there.
        if let Ok(text) = core::str::from_utf8(&bytes)
            && json::read(text).is_some()
        {
            return Self::Typed(text.into());
        }
        match text::decode_file(&bytes) {
            Ok(FileContent {
                text: Some(text), ..
            }) => Self::Typed(text.into()),
            Ok(FileContent { text: None, .. }) => Self::File {
                name: name.into(),
                bytes: bytes.into(),
            },
            // Text with a fault, or nothing at all: the text says where.
            Err(_) => Self::Typed(String::from_utf8_lossy(&bytes).into()),
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
