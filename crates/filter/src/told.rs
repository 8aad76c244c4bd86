//! The values of fields of packets that a log tells of in words.

use mqttscope_wire::{Field as Part, PacketType};

use crate::packet::{self, Found, Header, Scratch, Source, Take};
use crate::subject::Subject;

/// What the words of a log tell of a packet; nothing of an opening or a closing.
pub(crate) fn each<S: Subject>(
    source: Source,
    subject: &S,
    scratch: &mut Scratch,
    see: &mut dyn FnMut(Found<'_>) -> bool,
) {
    let (Some(first), Some(of)) = (subject.first_byte(), subject.packet_type()) else {
        return;
    };
    match source {
        Source::Topic { .. } if of == PacketType::Publish => {
            scratch.text.clear();
            subject.aliased_topic(&mut scratch.text);
            if !scratch.text.is_empty() {
                see(Found::Bytes(scratch.text.as_bytes()));
            }
        }
        Source::Header(header @ (Header::Dup | Header::QoS | Header::Retain)) => {
            packet::header(header, &[first], see);
        }
        Source::Parts([Part::PacketIdentifier], Take::Number, ..) => {
            if let Some(identifier) = subject.packet_identifier() {
                see(Found::Number(identifier.into()));
            }
        }
        Source::Parts([Part::ClientIdentifier], Take::Content, ..) if of == PacketType::Connect => {
            if let Some(identifier) = subject.client_identifier() {
                see(Found::Bytes(identifier.as_bytes()));
            }
        }
        _ => {}
    }
}
