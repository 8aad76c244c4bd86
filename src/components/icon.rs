//! Line icons, drawn here: sixteen units square, one stroke.

use yew::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A light theme.
    Sun,
    /// A dark theme.
    Moon,
    /// The system's theme.
    Half,
    /// A question mark, for help.
    Question,
    /// Take back.
    Undo,
    /// Do again.
    Redo,
    /// A link.
    Link,
    /// A plus sign, to add something.
    Plus,
    /// A pencil, to change something.
    Pencil,
    /// Take away.
    Bin,
    /// A cross, to close something.
    Cross,
    /// A closed part of a tree.
    Closed,
    /// An open part of a tree.
    Open,
    /// A list opens here.
    Down,
    /// A fault.
    Fault,
    /// A warning.
    Warning,
    /// A note.
    Note,
    /// A file.
    File,
    /// Stand still.
    Pause,
    /// Go on.
    Play,
    /// What else can be done.
    Dots,
    /// An open eye: what is shown can be hidden.
    Eye,
    /// A crossed eye: what is hidden can be shown.
    Hidden,
    /// Look for something.
    Search,
    /// One step back.
    Back,
    /// To the beginning.
    First,
    /// A line of numbers.
    Chart,
    /// A panel at the left.
    PanelLeft,
    /// A panel at the right.
    PanelRight,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Sun => {
                "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M3.4 12.6l.7-.7M11.9 4.1l.7-.7"
            }
            Self::Moon => "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
            Self::Half => {
                "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 2v12M8 4.5h4.8M8 7h5.8M8 9.5h5.7M8 12h4.3"
            }
            Self::Question => "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.7M8 12.4v.1",
            Self::Undo => "M3 6.5h6.2a3.4 3.4 0 0 1 0 6.8H6M3 6.5l3-3M3 6.5l3 3",
            Self::Redo => "M13 6.5H6.8a3.4 3.4 0 0 0 0 6.8H10M13 6.5l-3-3M13 6.5l-3 3",
            Self::Link => {
                "M6.7 9.3a2.8 2.8 0 0 0 4 0l2-2a2.8 2.8 0 0 0-4-4l-.8.8M9.3 6.7a2.8 2.8 0 0 0-4 0l-2 2a2.8 2.8 0 0 0 4 4l.8-.8"
            }
            Self::Plus => "M8 3v10M3 8h10",
            Self::Pencil => "M3 13l.6-2.8 7-7 2.2 2.2-7 7zM9.4 4.4l2.2 2.2",
            Self::Bin => "M3 4.5h10M6.5 4.5V3h3v1.5M4.3 4.5l.6 8.5h6.2l.6-8.5M6.8 7v3.6M9.2 7v3.6",
            Self::Cross => "M4 4l8 8M12 4l-8 8",
            Self::Closed => "M6.2 4l4 4-4 4",
            Self::Open | Self::Down => "M4 6.2l4 4 4-4",
            Self::Fault => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2",
            Self::Warning => "M8 2.5l6 10.8H2zM8 6.6v3M8 11.4v.1",
            Self::Note => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 7.4v3.4M8 5.1v.1",
            Self::File => "M4 2h5l3 3v9H4zM9 2v3h3",
            Self::Pause => "M5.5 3.5v9M10.5 3.5v9",
            Self::Play => "M5 3.2l7.5 4.8L5 12.8z",
            Self::Dots => "M3.5 8v.1M8 8v.1M12.5 8v.1",
            Self::Eye => {
                "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6z"
            }
            Self::Hidden => {
                "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM3 13L13 3"
            }
            Self::Search => "M7 2.8a4.2 4.2 0 1 1 0 8.4 4.2 4.2 0 0 1 0-8.4zM10.2 10.2L13.5 13.5",
            Self::Back => "M9.8 4l-4 4 4 4",
            Self::First => "M11.5 4l-4 4 4 4M4.5 4v8",
            Self::Chart => "M2.5 2.5v11h11M5 10l3-4 2.2 2.4L13.5 4",
            Self::PanelLeft => "M2.5 3.5h11v9h-11zM6.5 3.5v9",
            Self::PanelRight => "M2.5 3.5h11v9h-11zM9.5 3.5v9",
        }
    }
}

/// An icon's markup; it is decoration: what stands beside it, or a label, says what it means.
pub fn icon(icon: Icon) -> Html {
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
            <path d={icon.path()} />
        </svg>
    }
}
