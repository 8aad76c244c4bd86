//! Colours of a terminal, where there is one that wants them.

use std::fmt::{self, Display};
use std::io::{IsTerminal as _, stdout};

use clap::ValueEnum;
use mqttscope_view::recording::Family;
use mqttscope_wire::Severity;

/// When the output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    is_on: bool,
}

/// What something is coloured by: a parameter of the terminal's "select graphic rendition".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Plain,
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

impl Colour {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Blue => "34",
            Self::Magenta => "35",
            Self::Cyan => "36",
        }
    }
}

impl From<Family> for Colour {
    fn from(family: Family) -> Self {
        match family {
            Family::Connection => Self::Blue,
            Family::Message => Self::Green,
            Family::Acknowledgement => Self::Cyan,
            Family::Subscription => Self::Magenta,
            Family::Ping => Self::Dim,
            Family::None => Self::Red,
        }
    }
}

impl From<Severity> for Colour {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Red,
            Severity::Warning => Self::Yellow,
            Severity::Note => Self::Dim,
        }
    }
}

impl Paint {
    /// What a terminal and the environment ask for (<https://no-color.org>).
    pub(crate) fn new(when: When) -> Self {
        let is_on = match when {
            When::Always => true,
            When::Never => false,
            When::Auto => {
                let refuses = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
                let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                !refuses && !is_dumb && stdout().is_terminal()
            }
        };
        Self { is_on }
    }

    /// The same words in a colour.
    pub(crate) const fn with<T: Display>(self, colour: Colour, words: T) -> Painted<T> {
        Painted {
            colour: if self.is_on { colour } else { Colour::Plain },
            words,
        }
    }
}

/// Words in a colour.
pub(crate) struct Painted<T> {
    colour: Colour,
    words: T,
}

impl<T: Display> Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.colour == Colour::Plain {
            return self.words.fmt(f);
        }
        write!(f, "\x1b[{}m", self.colour.code())?;
        self.words.fmt(f)?;
        f.write_str("\x1b[0m")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_coloured_only_where_that_is_wanted() {
        let red = |when| Paint::new(when).with(Colour::Red, "no").to_string();
        assert_eq!(red(When::Always), "\x1b[31mno\x1b[0m");
        assert_eq!(red(When::Never), "no");
        let padded = Paint::new(When::Always).with(Colour::Bold, "a");
        assert_eq!(format!("{padded:<3}|"), "\x1b[1ma  \x1b[0m|");
    }
}
