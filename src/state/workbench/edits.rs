//! A document whose packets are changed or added here.

use mqttscope_view::fields;
use mqttscope_view::recording::Recording;
use mqttscope_view::sides::Run;
use mqttscope_wire::{PacketType, ProtocolVersion, Reason, Sender};

use super::Document;

impl Document {
    /// The version that was chosen, or that holds while packets are changed.
    #[must_use]
    pub fn version_asked(&self) -> Option<ProtocolVersion> {
        self.version.or(self.held)
    }

    /// The same document with packets that were changed or added here, read in the version in which they
    /// were read before. Where a CONNECT names a version, that one counts.
    fn changed(&self, bytes: Vec<u8>, runs: &[Run]) -> Self {
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
        let made = likely.with_bytes(bytes.clone(), runs);
        if named(&made.recording) == is_named {
            return made;
        }
        other.with_bytes(bytes, runs)
    }

    /// With other bytes in place of one packet. It is selected where it stands now, and so is its field.
    pub(super) fn edited(&self, packet: usize, bytes: &[u8]) -> Self {
        let before = &self.recording;
        let cuts = before.cuts_with(packet, bytes);
        let (bytes, runs) = before.with(packet, bytes);
        let cut = Self {
            cuts: cuts.into(),
            ..self.clone()
        };
        let made = cut.changed(bytes, &runs);
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
        cut.changed([given, bytes].concat(), &runs)
            .selecting(first_new, None)
    }
}
