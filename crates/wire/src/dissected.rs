//! A recording taken apart in one call: packets that know their bytes, ready to be printed.

use core::fmt;

use crate::{
    Context, Diagnostic, Dissection, Field, Node, PacketAt, Sender, Severity, Span, Value, detect,
    dissect, explain, packets, summary,
};

/// Characters and bytes of a value that are shown.
const SHOWN: usize = 60;

/// Works out the version of a recording, finds its packets and takes each apart, one after the other.
///
/// `sender` is who sent them, if it is known; else no rule about direction is applied. Bytes between
/// packets and a packet that is cut off are [`Fault`]s, too, so a recording without any is sound.
///
/// ```
/// use mqttscope_wire::dissect_all;
/// let recording = b"\x36\x07\0\x03a/b\0\x0a\xc0\0";
/// let mut text = String::new();
/// for packet in dissect_all(recording, None) {
///     text += &format!("{packet}\n");
///     for fault in packet.faults() {
///         text += &format!("  {fault}\n");
///     }
/// }
/// assert_eq!(text, "\
/// PUBLISH, MQTT 3.1.1, 9 bytes: QoS 3 · id 10 · a/b · empty
///   error at bits 5 to 6 of byte 0: publish-qos-reserved [MQTT-3.3.1-4]: QoS 3 does not exist: both QoS bits are set.
/// PINGREQ, MQTT 3.1.1, 2 bytes
/// ");
/// ```
pub fn dissect_all(bytes: &[u8], sender: Option<Sender>) -> impl Iterator<Item = Dissected<'_>> {
    let context = Context {
        version: detect(bytes, sender).version,
        sender,
    };
    packets(bytes, context).map(move |at| Dissected::new(bytes, at, sender))
}

/// A packet of a recording, taken apart, with its bytes. Its `Display` is one line that says what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissected<'a> {
    /// Its first byte in the recording.
    pub offset: usize,
    /// Its bytes that are there.
    pub bytes: &'a [u8],
    /// These bytes are no packet: they were passed over to find the next one.
    pub skipped: bool,
    /// Tree, diagnostics and counts. Of skipped bytes it is that of the packet they would be.
    pub dissection: Dissection,
}

impl<'a> Dissected<'a> {
    fn new(recording: &'a [u8], at: PacketAt, sender: Option<Sender>) -> Self {
        let end = at.offset.saturating_add(at.len);
        let bytes = recording.get(at.offset..end).unwrap_or_default();
        let context = Context {
            version: at.version,
            sender,
        };
        Self {
            offset: at.offset,
            bytes,
            skipped: at.skipped,
            dissection: dissect(bytes, context),
        }
    }

    /// Its fields, each behind the one that it is part of; none of skipped bytes.
    pub fn fields(&self) -> impl Iterator<Item = FieldAt<'_>> {
        let nodes = if self.skipped {
            &[]
        } else {
            self.dissection.tree.nodes()
        };
        nodes.iter().enumerate().map(|(index, node)| FieldAt {
            packet: self,
            index,
            node,
        })
    }

    /// What is wrong with it: broken rules in the order of reading (of very many only the first), then
    /// whether it is cut off. Of skipped bytes it is only that they were skipped.
    pub fn faults(&self) -> impl Iterator<Item = Fault<'_>> {
        let dissection = &self.dissection;
        let diagnostics = if self.skipped {
            &[]
        } else {
            &dissection.diagnostics[..]
        };
        let missing = dissection.missing;
        let skipped = self.skipped.then_some(Fault::Skipped {
            len: self.bytes.len(),
        });
        let is_cut = !self.skipped && missing > 0;
        diagnostics
            .iter()
            .map(|diagnostic| Fault::Broken {
                diagnostic,
                packet: self.bytes,
            })
            .chain(is_cut.then_some(Fault::Incomplete { missing }))
            .chain(skipped)
    }

    /// Whether it is a whole packet that breaks no rule of severity error.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.skipped && self.dissection.missing == 0 && !self.dissection.has_errors()
    }
}

impl fmt::Display for Dissected<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dissection, len) = (&self.dissection, self.bytes.len());
        let len = explain::words::bytes(len);
        if self.skipped {
            return write!(f, "{len} that are no packet");
        }
        write!(
            f,
            "{}, MQTT {}, {len}",
            dissection.packet_type, dissection.version
        )?;
        match &*summary(dissection, self.bytes) {
            "" => Ok(()),
            summary => write!(f, ": {summary}"),
        }
    }
}

/// A field of a [`Dissected`] packet. Its `Display` is name, value and meaning.
#[derive(Clone, Copy, Debug)]
pub struct FieldAt<'p> {
    packet: &'p Dissected<'p>,
    index: usize,
    node: &'p Node,
}

impl FieldAt<'_> {
    /// Which field.
    #[must_use]
    pub const fn field(&self) -> Field {
        self.node.field
    }

    /// How many fields it is part of.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.node.depth.into()
    }

    /// Its bits in the packet.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.node.span
    }

    /// Its content: of a string or binary data without the length.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.packet
            .dissection
            .tree
            .content(self.index, self.packet.bytes)
    }
}

impl fmt::Display for FieldAt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tree = &self.packet.dissection.tree;
        let context = self.packet.dissection.context();
        f.write_str(self.node.field.name_in(context.version))?;
        match self.node.value {
            Value::Group => {}
            Value::Number(number) => write!(f, ": {number}")?,
            Value::Text => write!(f, ": {}", explain::shown(self.content(), SHOWN))?,
            Value::Bytes => {
                f.write_str(":")?;
                let content = self.content();
                for byte in content.iter().take(SHOWN) {
                    write!(f, " {byte:02x}")?;
                }
                if content.len() > SHOWN {
                    write!(f, " … ({} bytes)", content.len())?;
                }
            }
        }
        match explain::value(tree, self.index, self.packet.bytes, context) {
            Some(meaning) => write!(f, " ({meaning})"),
            None => Ok(()),
        }
    }
}

/// What is wrong with a [`Dissected`] packet, as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault<'p> {
    /// It breaks a rule.
    Broken {
        /// Which, and where in the packet.
        diagnostic: &'p Diagnostic,
        /// The packet's bytes.
        packet: &'p [u8],
    },
    /// The recording ends inside of it.
    Incomplete {
        /// Bytes that must at least be added.
        missing: usize,
    },
    /// Bytes that are no packet.
    Skipped {
        /// How many.
        len: usize,
    },
}

impl Fault<'_> {
    /// How sure it is; what is cut off or no packet is an error.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self {
            Self::Broken { diagnostic, .. } => diagnostic.severity(),
            Self::Incomplete { .. } | Self::Skipped { .. } => Severity::Error,
        }
    }
}

impl fmt::Display for Fault<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken { diagnostic, packet } => write!(
                f,
                "{} at {}: {} [{}]: {}",
                diagnostic.severity(),
                diagnostic.span,
                diagnostic.rule,
                diagnostic.citation(),
                diagnostic.message(packet)
            ),
            Self::Incomplete { missing } => {
                write!(
                    f,
                    "error: cut off, at least {} missing",
                    explain::words::bytes(*missing)
                )
            }
            Self::Skipped { len } => {
                write!(
                    f,
                    "error: {} passed over to find the next packet",
                    explain::words::bytes(*len)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ProtocolVersion;

    #[test]
    fn what_is_cut_off_or_skipped_is_a_fault() {
        // A PINGRESP, a Remaining Length without end, two packets that are sound, one that is cut off.
        let recording = b"\xd0\0\x30\xff\xff\xff\xff\x01\x02\xc0\0\xd0\0\x30\x05\0";
        let packets: Vec<_> = dissect_all(recording, None).collect();
        let bytes: Vec<u8> = packets
            .iter()
            .flat_map(|packet| packet.bytes)
            .copied()
            .collect();
        assert_eq!(bytes, recording);
        let sound: Vec<_> = packets.iter().map(Dissected::is_sound).collect();
        assert_eq!(sound, [true, false, false, true, true, false]);
        let faults: Vec<_> = packets
            .iter()
            .flat_map(Dissected::faults)
            .map(|fault| (fault.severity(), fault.to_string()))
            .collect();
        assert!(
            faults
                .iter()
                .all(|(severity, _)| *severity == Severity::Error)
        );
        assert!(faults[0].1.contains("vbi-too-long"), "{faults:?}");
        assert_eq!(
            faults[1].1,
            "error: 2 bytes passed over to find the next packet"
        );
        assert_eq!(faults[2].1, "error: cut off, at least 4 bytes missing");
        assert_eq!(packets[2].to_string(), "2 bytes that are no packet");
        assert_eq!(packets[2].fields().count(), 0);
    }

    #[test]
    fn a_field_says_what_it_is() {
        let recording =
            b"\x10\x0d\0\x04MQTT\x05\x02\0\x3c\0\0\0\x32\x0b\0\x01a\0\x07\0\x01\x02\xff\x00\x01";
        let [connect, publish] = &dissect_all(recording, None).collect::<Vec<_>>()[..] else {
            panic!("two packets");
        };
        assert_eq!(publish.offset, connect.bytes.len());
        assert_eq!(publish.dissection.version, ProtocolVersion::V5);
        let lines: Vec<_> = publish.fields().map(|field| field.to_string()).collect();
        assert!(
            lines.contains(&"Topic Name: a (1 level, 1 byte)".to_owned()),
            "{lines:?}"
        );
        let message = publish
            .fields()
            .find(|field| field.field() == Field::ApplicationMessage)
            .unwrap();
        assert!(message.to_string().contains("01 02 ff 00 01"), "{message}");
        assert_eq!(
            (message.depth(), message.content()),
            (1, &b"\x01\x02\xff\x00\x01"[..])
        );
        assert_eq!(message.span().to_string(), "bytes 8 to 12");
    }
}
