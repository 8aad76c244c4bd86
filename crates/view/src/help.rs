//! What the pages do and which keys they know.

/// Keys, and what they do. No key has a space in its name.
pub type Keys = &'static [(&'static [&'static str], &'static str)];

const DISSECT: &str = "Paste MQTT bytes as you have them: hex of any kind, a hex dump, base64, a C, Rust or Python literal, or drop a file. Every field, bit and broken rule is shown beside the bytes that say so. Nothing leaves this page.";
const LIVE: &str = "Connect to a broker over WebSocket, or to the one that is built in, and see every packet both ways. Data goes only to the broker you name.";
const CAPTURES: &str = "Open capture files (pcap, pcapng, gzip of them) and see every MQTT packet in them: on any port, in WebSocket, and in TLS with a key log. They are read in this tab and never uploaded.";
const FLOWS: &str = "Follow a message from publisher to broker to subscriber, packet by packet, with the state that each side stores. The packets come from a real client and a real broker, in simulated time.";

const LIVE_KEYS: Keys = &[
    (&["/"], "Search"),
    (&["p"], "Pause or resume the lists"),
    (
        &["Ctrl+Enter"],
        "Publish what stands in the form (on a Mac: ⌘)",
    ),
    (
        &["↑", "↓", "Home", "End", "PgUp", "PgDn"],
        "Move in a list; what is selected opens on the right",
    ),
    (&["←", "→"], "Close and open a branch of the topics"),
    (&["Escape"], "Leave a window"),
    (&["?"], "This help"),
];
const CAPTURES_KEYS: Keys = &[
    (&["/"], "Search"),
    (
        &["↑", "↓", "Home", "End", "PgUp", "PgDn"],
        "Move in a list; what is selected opens on the right",
    ),
    (&["←", "→"], "Close and open a branch of the topics"),
    (&["?"], "This help"),
];
const FLOWS_KEYS: Keys = &[
    (&["Space", "k"], "Play, pause"),
    (&["→", "l"], "One step forward"),
    (&["←", "j"], "One step back"),
    (&["Home", "End"], "To the start, to the end"),
    (&["+", "-"], "Faster, slower"),
    (&["f"], "Add a fault at this moment"),
    (&["x"], "Cut the connection of the packet in transit"),
    (&["c"], "Compare QoS 0, 1 and 2"),
    (&["a"], "Close the comparison"),
    (&["[", "]"], "Previous, next scenario"),
    (&["e", "n"], "Edit the scenario, write a new one"),
    (&["p"], "Present: fill the screen, with large captions"),
    (
        &["Enter", "↑", "↓"],
        "On a packet: show its fields, go to another",
    ),
    (&["?"], "This help"),
];
const DISSECT_KEYS: Keys = &[
    (
        &["↑", "↓", "Home", "End", "PgUp", "PgDn"],
        "Move in the packet list, the fields and the bytes",
    ),
    (
        &["←", "→"],
        "Close and open a part of the fields; move between bytes",
    ),
    (
        &["Enter"],
        "Change the selected field; switch a flag; on a packet: select its text",
    ),
    (&["0–9", "a–f"], "On a selected byte: type its new value"),
    (&["Delete"], "Remove the selected property, filter or code"),
    (&["n", "Shift+n"], "Jump to the next fault, the one before"),
    (&["[", "]"], "The packet before, the next packet"),
    (&["Ctrl+Z", "Ctrl+Shift+Z"], "Undo, redo (on a Mac: ⌘)"),
    (&["Escape"], "Cancel editing or close the dialog"),
    (&["?"], "This help"),
];

/// What is said about a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    /// What it is for.
    pub about: &'static str,
    /// Its keys.
    pub keys: Keys,
}

/// The pages, in the order in which they stand in the header.
pub const ALL: [Help; 4] = [
    Help {
        about: DISSECT,
        keys: DISSECT_KEYS,
    },
    Help {
        about: LIVE,
        keys: LIVE_KEYS,
    },
    Help {
        about: CAPTURES,
        keys: CAPTURES_KEYS,
    },
    Help {
        about: FLOWS,
        keys: FLOWS_KEYS,
    },
];
