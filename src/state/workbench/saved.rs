//! The work as text for the browser's session storage, so that a reload loses nothing.
//!
//! A document is a line of words that say how it is read, and then what was given: its text, or the
//! bytes of a file as base64. The bytes of a document that was made here are not stored: its text holds
//! them.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mqttscope_capture::text::Format;
use mqttscope_view::packet_lines;
use mqttscope_view::reader::Taking;
use mqttscope_wire::ProtocolVersion;

use super::{Document, Given, History, Read, Sides, Workbench};

/// The longest text of a document that is stored, in bytes. A browser gives a page about 5 million
/// characters for all.
const LARGEST: usize = 2 << 20;
/// How much is stored of what can be undone and redone, in bytes.
const HISTORY: usize = 1 << 20;

impl Workbench {
    /// The document as text; none: it is too large.
    #[must_use]
    pub fn saved_now(&self) -> Option<String> {
        write(self.now(), LARGEST)
    }

    /// What can be undone and redone as text, the steps next to the present first where there is no
    /// room for all; none: nothing.
    #[must_use]
    pub fn saved_history(&self) -> Option<String> {
        let (past, future) = self.history.documents();
        let mut left = HISTORY;
        let mut out = String::new();
        for (side, documents) in [("undo", past), ("redo", future)] {
            for document in documents.iter().rev() {
                let Some(saved) = write(document, left) else {
                    break;
                };
                left = left.saturating_sub(saved.len());
                out.push_str(side);
                out.push(' ');
                out.push_str(&saved);
                out.push('\n');
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// The work that was stored; none: it is not ours, or of another version of this page. A history
    /// that cannot be read is left out.
    #[must_use]
    pub fn restored(now: &str, history: Option<&str>, by: Read) -> Option<Self> {
        let (now, _) = read(now, by)?;
        let (mut past, mut future) = (Vec::new(), Vec::new());
        let mut rest = history.unwrap_or_default();
        while let Some((side, saved)) = rest.split_once(' ') {
            let Some((document, behind)) = read(saved, by) else {
                break;
            };
            match side {
                "undo" => past.push(Rc::new(document)),
                _ => future.push(Rc::new(document)),
            }
            rest = behind.strip_prefix('\n').unwrap_or(behind);
        }
        past.reverse();
        future.reverse();
        Some(Self {
            now: Rc::new(now),
            history: History::of(past, future),
            ..Self::new(by)
        })
    }
}

/// A document as text of about `most` bytes at most.
fn write(document: &Document, most: usize) -> Option<String> {
    let (kind, name, content): (&str, String, Rc<str>) = match &document.given {
        Given::Nothing => ("nothing", String::new(), "".into()),
        Given::Typed(text) => ("typed", String::new(), text.clone()),
        Given::Made(text) => ("made", told_of(document), text.clone()),
        Given::File { name, bytes } => {
            if bytes.len() / 3 > most / 4 {
                return None;
            }
            ("file", name.to_string(), STANDARD.encode(bytes).into())
        }
    };
    if content.len().saturating_add(name.len()) > most {
        return None;
    }
    let or_none = |word: Option<String>| word.unwrap_or_else(|| "-".to_owned());
    let version = |version: Option<ProtocolVersion>| {
        or_none(version.map(|version| version.name().to_owned()))
    };
    let number = |number: Option<usize>| or_none(number.map(|number| number.to_string()));
    let sides = document
        .sides
        .and_then(|sides| Sides::ALL.iter().position(|&one| one == sides));
    let words = [
        kind.to_owned(),
        or_none(
            document
                .format
                .map(|format| format.name().replace(' ', "_")),
        ),
        version(document.version),
        version(document.held),
        number(sides),
        number(Some(document.packet)),
        number(document.node),
        number(Taking::ALL.iter().position(|&one| one == document.taking)),
        number(Some(document.stream)),
        number(Some(content.len())),
        name.replace(['\n', '\r'], " "),
    ];
    Some(format!("{}\n{content}", words.join(" ")))
}

/// What the text of a document that was made here does not say, in the place of a file's name: where packets begin,
/// and the times of places; `2,4;0:1000,2:2500`.
fn told_of(document: &Document) -> String {
    let cuts: Vec<_> = document.cuts.iter().map(usize::to_string).collect();
    if document.times.is_empty() {
        return cuts.join(",");
    }
    let times = document.times.iter();
    let times: Vec<_> = times.map(|(place, at)| format!("{place}:{at}")).collect();
    format!("{};{}", cuts.join(","), times.join(","))
}

/// The document at the beginning of a text, and what is behind it.
fn read(saved: &str, by: Read) -> Option<(Document, &str)> {
    let (line, rest) = saved.split_once('\n')?;
    let mut words = line.splitn(11, ' ');
    let kind = words.next()?;
    let format = match words.next()? {
        "-" => None,
        name => Some(
            Format::ALL
                .into_iter()
                .find(|format| format.name().replace(' ', "_") == name)?,
        ),
    };
    let version = |word: &str| match word {
        "-" => Some(None),
        name => {
            let found = ProtocolVersion::ALL
                .iter()
                .find(|version| version.name() == name);
            found.map(|&version| Some(version))
        }
    };
    let number = |word: &str| match word {
        "-" => Some(None),
        digits => digits.parse::<usize>().ok().map(Some),
    };
    let read_by = Document {
        format,
        version: version(words.next()?)?,
        held: version(words.next()?)?,
        sides: match number(words.next()?)? {
            None => None,
            Some(index) => Some(*Sides::ALL.get(index)?),
        },
        packet: number(words.next()?)??,
        node: number(words.next()?)?,
        taking: *Taking::ALL.get(number(words.next()?)??)?,
        stream: number(words.next()?)??,
        ..Document::default()
    };
    let (content, behind) = rest.split_at_checked(number(words.next()?)??)?;
    let name = words.next().unwrap_or_default();
    let given = match kind {
        "nothing" => Given::Nothing,
        "typed" => Given::Typed(content.into()),
        "made" => {
            let (cuts, times) = name.split_once(';').unwrap_or((name, ""));
            let cuts = cuts.split(',').filter_map(|number| number.parse().ok());
            let time = |told: &str| {
                let (place, at) = told.split_once(':')?;
                Some((place.parse().ok()?, at.parse().ok()?))
            };
            let times: Vec<(usize, u64)> = times.split(',').filter_map(time).collect();
            let is_in_order = times.is_sorted_by_key(|(place, _)| *place);
            let read_by = Document {
                cuts: cuts.collect(),
                times: times.into(),
                ..read_by
            };
            if !is_in_order {
                return None;
            }
            return Some((made(&read_by, content)?, behind));
        }
        "file" => Given::File {
            name: name.into(),
            bytes: STANDARD.decode(content).ok()?.into(),
        },
        _ => return None,
    };
    Some((read_by.with_given(given, by), behind))
}

/// A document that was made here, from its text.
fn made(read_by: &Document, text: &str) -> Option<Document> {
    let lines = packet_lines::read(text)?;
    let document = read_by.with_bytes(lines.bytes, &lines.runs, &read_by.times);
    Some(document.selecting(read_by.packet, read_by.node))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::workbench::{Act, OpenBytes, tests::read_here};
    use yew::Reducible as _;

    fn again(bench: &Workbench) -> Workbench {
        let now = bench.saved_now().unwrap();
        Workbench::restored(&now, bench.saved_history().as_deref(), read_here).unwrap()
    }

    fn after(acts: impl IntoIterator<Item = Act>) -> Rc<Workbench> {
        acts.into_iter()
            .fold(Rc::new(Workbench::new(read_here)), |bench, act| {
                bench.reduce(act)
            })
    }

    /// Everything that a person sees of a document.
    fn seen(document: &Document) -> impl PartialEq + std::fmt::Debug + use<> {
        (
            document.given.clone(),
            (document.format, document.read_as),
            (document.version, document.held, document.sides),
            document.recording.bytes().to_vec(),
            document.recording.packets().to_vec(),
            document.packet_times(),
            (document.packet, document.node),
            document.fault.clone(),
        )
    }

    #[test]
    fn the_document_and_the_way_back_and_forth_are_restored() {
        let bench = after([
            Act::Type("30 08 00 03 61 2f 62 32 31 c2\n\"c\u{f6}t\u{e9}".into()),
            Act::Open(Given::Typed("C: c0 00\nS: d0 00\n\n  ".into())),
            Act::Edit(1, [0xd0, 0x01].as_slice().into()),
            Act::Append([0xe0, 0x00].as_slice().into()),
            Act::Open(Given::File {
                name: "a file\nwith a line".into(),
                bytes: [0xc0, 0x00, 0x30].as_slice().into(),
            }),
            Act::ReadVersion(Some(ProtocolVersion::V3_1)),
            Act::ReadSides(Some(Sides::ALL[2])),
            Act::Edit(0, [0xd0, 0x00].as_slice().into()),
            Act::Undo,
            Act::Undo,
            Act::Undo,
        ]);
        let (past, future) = bench.history.documents();
        assert_eq!((past.len(), future.len()), (3, 3));
        let restored = again(&bench);
        let (its_past, its_future) = restored.history.documents();
        let lists = [(past, its_past), (future, its_future)];
        for (documents, restored) in lists {
            assert_eq!(documents.len(), restored.len());
            for (document, restored) in documents.iter().zip(restored) {
                // A name is one line.
                if !matches!(document.given, Given::File { .. }) {
                    assert_eq!(seen(document), seen(restored));
                }
            }
        }
        assert_eq!(seen(bench.now()), seen(restored.now()));
        assert!(restored.now().recording.has_both());
    }

    #[test]
    fn the_times_of_an_edited_log_are_restored() {
        let log = "12:00:01.000 TX: c0 00\n12:00:02.500 RX: d0 00";
        let bench = after([
            Act::Type(log.into()),
            Act::Edit(0, [0xc0, 0x01, 0x00].as_slice().into()),
        ]);
        let times = bench.now().packet_times();
        assert_eq!(times.len(), 2);
        assert_eq!(times[1].unwrap() - times[0].unwrap(), 1500);
        assert_eq!(seen(bench.now()), seen(again(&bench).now()));
    }

    #[test]
    fn what_was_selected_and_opened_is_restored() {
        let bench = after([
            Act::OpenBytes(OpenBytes {
                bytes: [0xc0, 0x00, 0x30, 0x05, 0, 1, b'a', 0x32, 0x31]
                    .as_slice()
                    .into(),
                version: Some(ProtocolVersion::V3_1_1),
                sender: None,
                runs: Vec::new(),
                cuts: Vec::new(),
                packet: 1,
                node: Some(3),
            }),
            Act::Select(1),
            Act::SelectNode(Some(2)),
        ]);
        assert_eq!(seen(bench.now()), seen(again(&bench).now()));
        assert_eq!(again(&bench).now().node, Some(2));
    }

    #[test]
    fn what_was_chosen_for_bytes_that_are_not_mqtt_is_restored() {
        let bench = after([
            Act::Type("15 03 03 00 02 02 28".into()),
            Act::Take(Taking::AsTheyAre),
        ]);
        assert_eq!(bench.now().recording.bytes().len(), 7);
        assert_eq!(seen(bench.now()), seen(again(&bench).now()));
    }

    #[test]
    fn what_is_too_large_is_not_stored() {
        let large: Rc<str> = "c0 00 ".repeat(LARGEST / 6 + 1).into();
        let bench = after([Act::Open(Given::Typed(large.clone()))]);
        assert_eq!(bench.saved_now(), None);
        let file = Given::File {
            name: "large".into(),
            bytes: vec![0xc0; LARGEST].into(),
        };
        assert_eq!(after([Act::Open(file)]).saved_now(), None);
        // One step back is large: the document is stored, the way back is not.
        let bench = after([
            Act::Open(Given::Typed(large)),
            Act::Open(Given::Typed("c0 00".into())),
        ]);
        assert!(bench.saved_now().is_some());
        assert_eq!(bench.saved_history(), None);
    }

    #[test]
    fn what_is_not_ours_is_nothing() {
        for saved in [
            "",
            "x",
            "typed\n",
            "typed - - - - 0 - 0 0 99 \nc0 00",
            "typed - 7 - - 0 - 0 0 5 \nc0 00",
            "typed nothing - - - 0 - 0 0 5 \nc0 00",
            "typed - - - 9 0 - 0 0 5 \nc0 00",
            "typed - - - - x - 0 0 5 \nc0 00",
            "typed - - - - 0 - 9 0 5 \nc0 00",
            "file - - - - 0 - 0 0 3 name\n***",
            "made - - - - 0 - 0 0 2 \nzz",
            "made - - - - 0 - 0 0 5 ;2:1,0:1\nc0 00",
        ] {
            assert!(
                Workbench::restored(saved, None, read_here).is_none(),
                "{saved:?}"
            );
        }
        let bench = Workbench::restored(
            "typed - - - - 7 - 0 0 5 \nc0 00",
            Some("undo rubbish"),
            read_here,
        );
        assert_eq!(bench.unwrap().now().packet, 0);
    }
}
