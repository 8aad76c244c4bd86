//! A document whose packets are changed or added here.

use mqttscope_capture::text::Format;
use mqttscope_view::fields;
use mqttscope_view::recording::Recording;
use mqttscope_view::sides::Run;
use mqttscope_wire::{PacketType, ProtocolVersion, Reason, Sender};

use super::{Document, Given};

/// What is said where a change leaves nothing of a text but its bytes and who sent them.
pub(super) const REWRITTEN: &str =
    "the text was rewritten: its words are gone. Undo brings them back";
/// The same, where packets have times.
pub(super) const TIMES_KEPT: &str = "the text was rewritten: its words are gone, and each packet keeps its time. Undo brings them back";

/// Letters and digits from which on what stands beside bytes is a word or a time: a mark or a `0x` has fewer.
const WORD: usize = 3;

impl Document {
    /// The version that was chosen, or that holds while packets are changed.
    #[must_use]
    pub fn version_asked(&self) -> Option<ProtocolVersion> {
        self.version.or(self.held)
    }

    /// The same document with packets that were changed or added here. What the text loses by it is said until it is
    /// another text.
    fn changed(&self, bytes: Vec<u8>, runs: &[Run], times: &[(usize, u64)]) -> Self {
        let told = [REWRITTEN, TIMES_KEPT];
        let is_told = self.notes.iter().any(|note| told.contains(&note.as_str()));
        let is_told = is_told || self.has_words();
        let note = if times.is_empty() {
            REWRITTEN
        } else {
            TIMES_KEPT
        };
        let notes = is_told.then(|| [note.to_owned()].into());
        Self {
            notes: notes.unwrap_or_default(),
            ..self.changed_in_version(bytes, runs, times)
        }
    }

    /// Whether the text says more than bytes and who sent them: a dump's columns, which come of them, are no more.
    fn has_words(&self) -> bool {
        let (Given::Typed(text), Some(source)) = (&self.given, &self.source) else {
            return false;
        };
        if !matches!(self.read_as, Some(Format::Hex | Format::LogLines)) {
            return !self.times.is_empty();
        }
        let mut end = 0_usize;
        let places = (0..source.len()).filter_map(|byte| source.span(byte));
        let behind = text.len()..text.len();
        places.chain(core::iter::once(behind)).any(|place| {
            let beside = text.get(end..place.start).unwrap_or_default();
            end = place.end;
            let letters = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).count();
            beside.split_whitespace().any(|word| letters(word) >= WORD)
        })
    }

    /// The same, read in the version in which the packets were read before. Where a CONNECT names a version, that one
    /// counts.
    fn changed_in_version(&self, bytes: Vec<u8>, runs: &[Run], times: &[(usize, u64)]) -> Self {
        let named =
            |recording: &Recording| recording.detection().reasons.first() == Some(&Reason::Connect);
        let before = &self.recording;
        let now = self.held.unwrap_or(before.version());
        let with = |held| Self {
            held,
            ..self.clone()
        };
        let held = with(Some(now).filter(|_| !before.packets().is_empty()));
        let free = with(None);
        let is_named = named(before) && self.held.is_none();
        let (likely, other) = if is_named { (free, held) } else { (held, free) };
        let made = likely.with_bytes(bytes.clone(), runs, times);
        if named(&made.recording) == is_named {
            return made;
        }
        other.with_bytes(bytes, runs, times)
    }

    /// With other bytes in place of one packet. It is selected where it stands now, and so is its field.
    pub(super) fn edited(&self, packet: usize, bytes: &[u8]) -> Self {
        let before = &self.recording;
        let cuts = before.cuts_with(packet, bytes);
        let times = before.times_with(packet, bytes, &self.times);
        let (bytes, runs) = before.with(packet, bytes);
        let cut = Self {
            cuts: cuts.into(),
            ..self.clone()
        };
        let made = cut.changed(bytes, &runs, &times);
        // A length that swallows what follows lets its packet be complete later, behind the other side's.
        let place = before.packets().get(packet).map(|packet| {
            let first = packet.at.offset;
            before.given(first..first.saturating_add(1)).start
        });
        let now = place.and_then(|place| made.recording.packet_of(place));
        let key = self
            .node
            .and_then(|node| fields::key(&self.recording.dissect(packet).tree, node));
        let now = now.unwrap_or(packet);
        let node = key.and_then(|key| fields::by_key(&made.recording.dissect(now).tree, key));
        made.selecting(now, node.filter(|_| packet == self.packet))
    }

    /// With packets behind the last one, the first of them selected.
    pub(super) fn appended(&self, bytes: &[u8]) -> Self {
        let first_new = self.recording.packets().len();
        let (given, mut runs) = self.recording.as_given();
        if self.recording.has_both() {
            let kind = PacketType::from_first_byte(bytes.first().copied().unwrap_or(0));
            let by_server = !kind
                .sent_by(self.recording.version())
                .allows(Sender::Client);
            runs.push(Run {
                start: given.len(),
                from: if by_server {
                    Sender::Server
                } else {
                    Sender::Client
                },
            });
        }
        let is_cut = !self.cuts.is_empty();
        let cuts = self
            .cuts
            .iter()
            .copied()
            .chain(is_cut.then_some(given.len()));
        let cut = Self {
            cuts: cuts.collect(),
            ..self.clone()
        };
        cut.changed([given, bytes].concat(), &runs, &self.times)
            .selecting(first_new, None)
    }
}
