//! Checks as data: the notation of `checks/*.txt`, read into lines that a [`Talk`](crate::talk::Talk) goes through.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use mqttscope_wire::{ProtocolVersion, Rule};

use crate::verdict::Verdict;

/// What a broker is asked in one conversation. One check may stand for several versions.
#[derive(Clone, Debug)]
pub struct Check {
    /// Stable, kebab-case.
    pub id: &'static str,
    /// What is asked of the broker, in a sentence.
    pub title: &'static str,
    /// The statements that it shows, for each version that it is run in.
    pub shows: Vec<Shows>,
    /// What the broker must have for it to be asked: `qos2`, `retain`, `wildcards`, `shared`, `subscription-identifiers`,
    /// `aliases`; or lack: `no-retain`, `no-qos2`.
    pub needs: Vec<&'static str>,
    /// Bytes that are meant to strain a broker; run only where that is asked for.
    pub is_hostile: bool,
    /// Run before all others: what it finds says which of them apply.
    pub is_probe: bool,
    /// Ways to break it, each some lines of [`Mutation`](crate::Mutation).
    pub broken_by: Vec<Vec<&'static str>>,
    pub(crate) lines: Vec<Line<'static>>,
}

impl Check {
    /// Whether somebody who wrote `id` means it, in any version: by its own name, by a statement that it shows, or by its
    /// name and a version, as in `ping@5`.
    #[must_use]
    pub fn is_meant_by(&self, id: &str) -> bool {
        let mut shown = self.shows.iter();
        shown.any(|shows| self.is_meant_in(shows.version, id))
    }

    /// The same in one version.
    pub(crate) fn is_meant_in(&self, version: ProtocolVersion, id: &str) -> bool {
        if let Some((name, of)) = id.split_once('@') {
            return self.id == name && version.name() == of;
        }
        let shows = |shows: &Shows| shows.statements.contains(&id);
        self.id == id || self.shows.iter().any(shows)
    }

    /// Its conversation in this version, line by line: the notation, why the line stands there (empty: no word about it),
    /// and whether it shows the statement or only leads there.
    pub fn conversation(
        &self,
        version: ProtocolVersion,
    ) -> impl Iterator<Item = (&'static str, &'static str, bool)> {
        let mut is_shown = false;
        let mut before = "";
        self.lines.iter().filter_map(move |line| {
            if let Act::Shown(shown) = line.act {
                (is_shown, before) = (shown, "");
                return None;
            }
            // What goes on the card shows nothing, and neither does an end that nobody wrote.
            if matches!(line.act, Act::Fact(..)) || line.text.is_empty() {
                return None;
            }
            let is_other = line.only_v5.is_some_and(|v5| v5 != version.is_v5());
            // `a connect` is two acts in one line.
            let is_same = core::ptr::eq(before, line.text);
            before = line.text;
            (!is_other && !is_same).then_some((line.text, line.note, is_shown))
        })
    }
}

/// What a check shows in a version.
#[derive(Clone, Debug)]
pub struct Shows {
    /// The version that the conversation is in.
    pub version: ProtocolVersion,
    /// Whether the standard says MUST; if not, it says SHOULD, and a broker that does otherwise is within it.
    pub is_must: bool,
    /// `MQTT-…`; none in version 3.1, whose statements have no names.
    pub statements: Vec<&'static str>,
}

/// One line of a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Line<'t> {
    pub(crate) act: Act<'t>,
    /// Only in this version; `Some(false)`: only before version 5.
    pub(crate) only_v5: Option<bool>,
    /// Why the line stands there.
    pub(crate) note: &'t str,
    pub(crate) text: &'t str,
}

#[derive(Clone, Debug)]
pub(crate) enum Act<'t> {
    /// From here on lines show the statement; before, they only lead there.
    Shown(bool),
    Send(&'t str, Vec<&'t str>),
    Wait(Wait<'t>),
    /// If this comes in place of what the next [`Act::Wait`] names.
    Instead(Wait<'t>, Then<'t>),
    /// For so many milliseconds no such packet may come.
    Silence(u64, Wait<'t>),
    /// No packet that came on the connection may break one of these rules.
    Sound(&'t str, Vec<Rule>),
    Pause(u64),
    /// The transport ends without a DISCONNECT.
    Cut(&'t str),
    /// DISCONNECT, and the end.
    End(&'t str),
    /// For the card.
    Fact(&'t str, &'t str),
}

/// What comes of something that came instead.
#[derive(Clone, Debug)]
pub(crate) enum Then<'t> {
    GoOn,
    End(Verdict, &'t str),
}

/// What is to come from the broker.
#[derive(Clone, Debug)]
pub(crate) struct Wait<'t> {
    pub(crate) connection: &'t str,
    pub(crate) what: What<'t>,
}

#[derive(Clone, Debug)]
pub(crate) enum What<'t> {
    /// A packet that these words describe.
    Packet {
        words: Vec<&'t str>,
        order: Order,
    },
    Close,
    /// A close between so many milliseconds after the client's last packet.
    CloseWithin(u64, u64),
}

/// Which of the packets that came a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// `a<!`: the next one, of whatever type.
    Next,
    /// `a<`: the next one of the type.
    OfType,
    /// `a<~`: any one of the type.
    Any,
}

/// Reads a file.
///
/// # Errors
/// The line that cannot be read, and why.
pub(crate) fn read(text: &'static str) -> Result<Vec<Check>, String> {
    let mut checks: Vec<Check> = Vec::new();
    let mut section = Section::Head;
    for (number, whole) in text.lines().enumerate() {
        let wrong = |why: &str| format!("line {}: {why}: {whole}", number.saturating_add(1));
        let line = whole.trim_end();
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        if let Some(id) = line.strip_prefix("== ") {
            checks.push(Check {
                id,
                title: "",
                shows: Vec::new(),
                needs: Vec::new(),
                is_hostile: false,
                is_probe: false,
                broken_by: Vec::new(),
                lines: Vec::new(),
            });
            section = Section::Head;
            continue;
        }
        let Some(check) = checks.last_mut() else {
            return Err(wrong("stands before any check"));
        };
        if let Some(mark) = mark(line) {
            section = Section::Talk;
            check.lines.push(mark);
            continue;
        }
        if line == "-- broken by" {
            section = Section::Broken;
            check.broken_by.push(Vec::new());
            continue;
        }
        match section {
            Section::Head => head(check, line).ok_or_else(|| wrong("is no head"))?,
            Section::Talk => check
                .lines
                .extend(talk(line).ok_or_else(|| wrong("is no line"))?),
            Section::Broken => {
                if let Some(last) = check.broken_by.last_mut() {
                    last.push(line);
                }
            }
        }
    }
    Ok(checks)
}

enum Section {
    Head,
    Talk,
    Broken,
}

fn version(word: &str) -> Option<ProtocolVersion> {
    ProtocolVersion::ALL
        .into_iter()
        .find(|version| word.strip_prefix('v') == Some(version.name()))
}

fn head(check: &mut Check, line: &'static str) -> Option<()> {
    if check.title.is_empty() {
        check.title = line;
        return Some(());
    }
    let mut words = line.split_whitespace();
    match words.next()? {
        "hostile" => check.is_hostile = true,
        "probe" => check.is_probe = true,
        "needs" => check.needs.extend(words),
        _ => check.shows.push(shows(line)?),
    }
    Some(())
}

/// `v5 must MQTT-3.8.3-3`: a version, how strong the statements are, and which.
pub(crate) fn shows(line: &'static str) -> Option<Shows> {
    let mut words = line.split_whitespace();
    Some(Shows {
        version: version(words.next()?)?,
        is_must: match words.next()? {
            "must" => true,
            "should" => false,
            _ => return None,
        },
        statements: words.collect(),
    })
}

/// A line that says whether those behind it show the statement.
pub(crate) fn mark(line: &str) -> Option<Line<'_>> {
    matches!(line, "-- given" | "-- shown").then(|| Line {
        act: Act::Shown(line == "-- shown"),
        only_v5: None,
        note: "",
        text: line,
    })
}

/// A line of a conversation; `a connect` is two acts in one line.
pub(crate) fn talk(whole: &str) -> Option<Vec<Line<'_>>> {
    let (line, note) = whole.split_once(" ; ").unwrap_or((whole, ""));
    let (line, only_v5) = match (line.strip_prefix("[v5] "), line.strip_prefix("[v3] ")) {
        (Some(rest), _) => (rest, Some(true)),
        (_, Some(rest)) => (rest, Some(false)),
        _ => (line, None),
    };
    let acts = match (line.strip_prefix('+'), line.split_once(" connect")) {
        (Some(millis), _) => [Some(Act::Pause(millis.trim().parse().ok()?)), None],
        (None, Some((connection, words))) if !connection.contains(' ') => {
            connect(connection, words).map(Some)
        }
        _ => [Some(act(line.trim())?), None],
    };
    let line = |act| Line {
        act,
        only_v5,
        note: note.trim(),
        text: line.trim(),
    };
    Some(acts.into_iter().flatten().map(line).collect())
}

/// `a connect WORDS / WORDS`: CONNECT, and a CONNACK that accepts it.
fn connect<'t>(connection: &'t str, words: &'t str) -> [Act<'t>; 2] {
    let mut sides = words.split(" / ").map(str::split_whitespace);
    let mut side = |first: &[&'t str]| -> Vec<&'t str> {
        let words = sides.next().into_iter().flatten();
        first.iter().copied().chain(words).collect()
    };
    let send = Act::Send(connection, side(&["CONNECT"]));
    let words = side(&["CONNACK", "00"]);
    let what = What::Packet {
        words,
        order: Order::OfType,
    };
    [send, Act::Wait(Wait { connection, what })]
}

fn act(line: &str) -> Option<Act<'_>> {
    let (first, rest) = line.split_once(' ')?;
    let rest = rest.trim();
    if let Some(connection) = first.strip_suffix('>') {
        return Some(Act::Send(connection, rest.split_whitespace().collect()));
    }
    for (mark, order) in [
        ("<~", Order::Any),
        ("<!", Order::Next),
        ("<", Order::OfType),
    ] {
        if let Some(connection) = first.strip_suffix(mark) {
            return Some(Act::Wait(wait(connection, rest, order)?));
        }
    }
    if let Some(connection) = first.strip_suffix('?') {
        let (what, then) = rest.split_once(" -> ")?;
        let then = then.trim();
        let then = if then == "next" {
            Then::GoOn
        } else {
            let (verdict, why) = then.split_once(' ')?;
            Then::End(Verdict::named(verdict)?, why)
        };
        return Some(Act::Instead(wait(connection, what, Order::OfType)?, then));
    }
    if first == "fact" {
        let (name, value) = rest.split_once(": ")?;
        return Some(Act::Fact(name, value));
    }
    match rest {
        "cut" => Some(Act::Cut(first)),
        "end" => Some(Act::End(first)),
        _ if rest.starts_with("sound ") => {
            let rules = rest.split_whitespace().skip(1).map(Rule::from_name);
            Some(Act::Sound(first, rules.collect::<Option<_>>()?))
        }
        _ => {
            let (millis, what) = rest.strip_prefix("none ")?.split_once(' ')?;
            Some(Act::Silence(
                millis.parse().ok()?,
                wait(first, what, Order::Any)?,
            ))
        }
    }
}

fn wait<'t>(connection: &'t str, what: &'t str, order: Order) -> Option<Wait<'t>> {
    let what = what.trim();
    let what = match what.strip_prefix("close") {
        Some("") => What::Close,
        Some(range) => {
            let (from, to) = range.trim().split_once("..")?;
            What::CloseWithin(from.parse().ok()?, to.parse().ok()?)
        }
        None => What::Packet {
            words: what.split_whitespace().collect(),
            order,
        },
    };
    Some(Wait { connection, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_what_is_shown_and_what_it_takes() {
        let text = "== one\nA title.\nv5 should MQTT-1 MQTT-2\nv3.1 must\nneeds qos1 retain\nhostile\n-- shown\na connect\n";
        let checks = read(text).unwrap();
        let [check] = &checks[..] else {
            panic!("{checks:?}")
        };
        let shows: Vec<_> = check
            .shows
            .iter()
            .map(|shows| (shows.version.name(), shows.is_must, shows.statements.len()))
            .collect();
        assert_eq!(shows, [("5", false, 2), ("3.1", true, 0)]);
        assert_eq!(check.needs, ["qos1", "retain"]);
        assert!(check.is_hostile && !check.is_probe);
        // The mark, CONNECT, CONNACK.
        assert_eq!(check.lines.len(), 3);
    }

    #[test]
    fn what_is_wrong_says_its_line() {
        for (text, line) in [
            ("a> PINGREQ", "line 1: "),
            ("== one\nTitle.\nv6 must", "line 3: "),
            ("== one\nTitle.\nv5 may", "line 3: "),
            ("== one\nTitle.\nv5 must\n-- shown\na waits", "line 5: "),
            (
                "== one\nTitle.\nv5 must\n-- shown\na? close -> perhaps so",
                "line 5: ",
            ),
            (
                "== one\nTitle.\nv5 must\n-- shown\na< close 1..x",
                "line 5: ",
            ),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(line), "{text}: {error}");
        }
    }
}
