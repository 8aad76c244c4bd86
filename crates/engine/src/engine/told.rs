//! What a log tells in words: packets without bytes, and why connections ended.

use mqttscope_capture::recording::{self, Ending, SaidMessage, SaidNumbers};
use mqttscope_protocol::{ConnectionId, EventKind, RecordId};
use mqttscope_wire::{PacketType, ProtocolVersion, Sender};

use super::Engine;
use super::capturing::event;
use crate::captures::Sent;
use crate::log::New;
use crate::topics::{NONE, Noted};

impl Engine {
    /// A log tells of a packet in words: a row without bytes, which nobody judges.
    pub(super) fn told(
        &mut self,
        id: recording::ConnectionId,
        sent: Sent,
        packet_type: PacketType,
        version: Option<ProtocolVersion>,
        words: &str,
    ) {
        self.flush(id);
        self.captures.count_in_words();
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let is_new = captured.packets == 0;
        if is_new {
            captured.begins_with(packet_type);
        }
        let is_first = captured.told(version, sent.at);
        let (number, version, socket) = (captured.id, captured.version(), captured.socket);
        self.log.set_frame(sent.frame);
        if is_new {
            let begins = event(EventKind::Begins, captured.says_beginning());
            self.captures.list(id);
            let first = self.log.push_event(sent.at, number, version, &begins);
            if let Some(captured) = self.captures.get_mut(id) {
                captured.first = first.0;
            }
        }
        // Of what it tells in bytes, too, the answers may be told in words.
        if is_first && let Some((id, monitor)) = self.watch.monitor(socket) {
            monitor.handle_gap(id, None, sent.at);
        }
        let mut event = event(EventKind::Told(sent.sender), words.to_owned());
        packet_type.name().clone_into(&mut event.reason);
        let numbers = SaidNumbers::of(words);
        let is_publish = packet_type == PacketType::Publish;
        let message = is_publish.then(|| SaidMessage::of(words)).flatten();
        let topic = message.map_or(NONE, |message| self.topics.number(message.topic));
        let new = New {
            at: sent.at,
            connection: number,
            sender: sent.sender,
            version,
            packet_identifier: numbers.packet_identifier.unwrap_or_default(),
            topic,
            severity: None,
        };
        let qos = numbers.qos.filter(|_| is_publish);
        let flags = message.map_or(0, |it| u8::from(it.dup) << 3 | u8::from(it.retain));
        let first = packet_type.nibble() << 4 | qos.unwrap_or_default() << 1 | flags;
        let record = self.log.push_told(new, first, &event);
        self.tie_told(number, sent.sender, first, numbers, record);
        if let Some(message) = message {
            let noted = Noted {
                connection: number,
                sender: sent.sender,
                record,
                size: message.size(),
                retain: message.retain,
            };
            self.topics.note(topic, noted);
        }
        if is_publish && qos.is_none() {
            self.captures.pass(sent.at);
        } else {
            self.captures.count(id, sent.at, first);
        }
        self.captures.changed();
    }

    /// Ties a packet in words to what it answers, as those with bytes are tied.
    fn tie_told(
        &mut self,
        connection: ConnectionId,
        sender: Sender,
        first: u8,
        numbers: SaidNumbers,
        record: RecordId,
    ) {
        use PacketType::{Puback, Pubcomp, Publish, Pubrec, Pubrel};
        let is_numbered = matches!(
            PacketType::from_first_byte(first),
            Publish | Puback | Pubrec | Pubrel | Pubcomp
        );
        let identifier = match numbers.packet_identifier {
            Some(identifier) if is_numbered => identifier,
            // Without it nobody knows what is answered.
            None if is_numbered => return,
            // Logs do not tell that of a SUBACK: it answers the SUBSCRIBE before it.
            _ => 0,
        };
        let asked = (self.links).note(connection, sender, first, identifier, record);
        if let Some(asked) = asked {
            self.log.link(asked, record);
        }
    }
}

/// What is worth knowing of an end that a log tells in its words.
pub(super) fn why_ended(how: Ending, words: &str) -> Option<String> {
    let why = match how {
        Ending::TakenOver => {
            "The connection was taken over by another one with the same client identifier"
        }
        Ending::TimedOut => "The client was silent for longer than its Keep Alive allows",
        Ending::Failed => "The connection did not end as one side wanted",
        Ending::Fin | Ending::Reset | Ending::Reused | Ending::Evicted => return None,
    };
    Some(format!("{why}; the log says: “{words}”."))
}
