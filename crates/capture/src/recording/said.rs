//! What can be read of a log's words for a packet.

/// What the words of a log tell of a packet in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SaidNumbers {
    /// The Packet Identifier; none: it has none, or the log does not tell it.
    pub packet_identifier: Option<u16>,
    /// 0, 1 or 2, of a PUBLISH.
    pub qos: Option<u8>,
}

impl SaidNumbers {
    /// Reads the words of [`Event::Said`](super::Event::Said): `d0, q1, r0, m5, 'hall', …`, `Mid: 5`, `m5, rc0`,
    /// `Q1, R0, D0, Topic=hall, PacketId=5`.
    #[must_use]
    pub fn of(words: &str) -> Self {
        let mut numbers = Self::default();
        let words = match words.strip_prefix("Denied ") {
            Some(denied) => denied.split_once(" (").map_or("", |(_, told)| told),
            None => words,
        };
        // Behind a quote stand names, which may look like anything.
        let head = words.split(['\'', '"', '[']).next().unwrap_or_default();
        let mut tokens = head
            .split([',', ' ', '(', ')', ':', '='])
            .filter(|token| !token.is_empty());
        while let Some(token) = tokens.next() {
            match token {
                "Topic" => {
                    let _ = tokens.next();
                }
                "Mid" | "PacketId" => {
                    let number = tokens.next().and_then(|number| number.parse().ok());
                    numbers.packet_identifier = numbers.packet_identifier.or(number);
                }
                _ => numbers.read(token),
            }
        }
        numbers.packet_identifier = numbers.packet_identifier.filter(|number| *number > 0);
        numbers
    }

    /// A letter and a number.
    fn read(&mut self, token: &str) {
        let Some((letter, number)) = token.split_at_checked(1) else {
            return;
        };
        match letter {
            "m" => self.packet_identifier = self.packet_identifier.or(number.parse().ok()),
            "q" | "Q" => {
                let qos = number.parse().ok().filter(|qos| *qos <= 2);
                self.qos = self.qos.or(qos);
            }
            _ => {}
        }
    }
}

/// What the words of a log tell of a PUBLISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaidMessage<'a> {
    /// The Topic Name.
    pub topic: &'a str,
    /// DUP.
    pub dup: bool,
    /// RETAIN.
    pub retain: bool,
    /// Bytes of the payload, where they are told.
    pub bytes: Option<u32>,
    /// The payload, where it is told as a text.
    pub text: Option<&'a str>,
}

impl<'a> SaidMessage<'a> {
    /// Reads the words of [`Event::Said`](super::Event::Said) for a PUBLISH; none: they tell no topic.
    #[must_use]
    pub fn of(words: &'a str) -> Option<Self> {
        let (head, topic, behind) = quoted(words)
            .or_else(|| listed(words))
            .or_else(|| console(words))?;
        let is_retained = behind.ends_with(" (retained)") && head.is_empty();
        let (mut dup, mut retain) = (false, is_retained);
        // What is in brackets stands behind the client's name, where that is told.
        let head = head.rsplit_once(" (").map_or(head, |(_, flags)| flags);
        for flag in head.split([',', ' ', '(', ')']) {
            dup |= flag.eq_ignore_ascii_case("d1");
            retain |= flag.eq_ignore_ascii_case("r1");
        }
        let counted = behind.rsplit_once('(').map(|(_, count)| count);
        let bytes = counted.and_then(|count| count.split_once(" bytes")?.0.parse().ok());
        let text = match behind.split_once("Payload(text)=") {
            Some((_, text)) => Some(text),
            None => behind
                .strip_prefix(" = ")
                .map(|text| text.strip_suffix(" (retained)").unwrap_or(text)),
        };
        (!topic.is_empty()).then_some(Self {
            topic,
            dup,
            retain,
            bytes,
            text,
        })
    }

    /// Bytes of the payload, as far as they are told.
    #[must_use]
    pub fn size(&self) -> u32 {
        let of_text = || self.text.and_then(|text| u32::try_from(text.len()).ok());
        self.bytes.or_else(of_text).unwrap_or_default()
    }
}

/// `d0, q1, r0, m5, 'hall', ... (4 bytes)`; of paho in Python the topic is `b'hall'` in such quotes.
fn quoted(words: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = words.split_once('\'')?;
    if head.contains('=') {
        return None;
    }
    let (topic, behind) = match rest.strip_prefix("b'") {
        Some(inner) => inner.rsplit_once("''")?,
        None => rest.rsplit_once("', ").or_else(|| rest.rsplit_once('\''))?,
    };
    Some((head, topic, behind))
}

/// `Q1, R0, D0, Topic=hall, PacketId=5, Payload(text)=on`
fn listed(words: &str) -> Option<(&str, &str, &str)> {
    let (head, rest) = words.split_once("Topic=")?;
    let end = [", PacketId=", ", Payload"]
        .into_iter()
        .filter_map(|name| rest.find(name))
        .min();
    let (topic, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    Some((head, topic, behind))
}

/// `tele/plug/LWT = Online (retained)`
fn console(words: &str) -> Option<(&str, &str, &str)> {
    let (topic, behind) = words.split_at_checked(words.find(" = ")?)?;
    (!topic.contains(' ')).then_some(("", topic, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_stand_as_brokers_and_clients_write_them() {
        let paho = "(d0, q2, r0, m4), 'b'room/1'', properties=None, ... (5 bytes)";
        for (words, topic, flags, bytes, text) in [
            (
                "d1, q1, r0, m5, 'hall m7', ... (4 bytes)",
                "hall m7",
                (true, false),
                Some(4),
                None,
            ),
            (
                "d0, q0, r1, m0, 'a', b', ... (0 bytes)",
                "a', b",
                (false, true),
                Some(0),
                None,
            ),
            (paho, "room/1", (false, false), Some(5), None),
            (
                "Denied PUBLISH from r1 (d0, q0, r0, m0, 'x', ... (4 bytes))",
                "x",
                (false, false),
                Some(4),
                None,
            ),
            (
                "Q1, R1, D0, Topic=a, b, PacketId=77, Payload(text)=on (4 bytes)",
                "a, b",
                (false, true),
                Some(4),
                Some("on (4 bytes)"),
            ),
            ("Q0, R0, D1, Topic=a/b", "a/b", (true, false), None, None),
            (
                "tele/plug_1/LWT = Online (retained)",
                "tele/plug_1/LWT",
                (false, true),
                None,
                Some("Online"),
            ),
        ] {
            let message = SaidMessage::of(words).unwrap();
            assert_eq!(message.topic, topic, "{words}");
            assert_eq!((message.dup, message.retain), flags, "{words}");
            assert_eq!((message.bytes, message.text), (bytes, text), "{words}");
        }
        for words in ["", "m5, rc0", "d0, q1, r0, m5", "Q1, R0, D0"] {
            assert_eq!(SaidMessage::of(words), None, "{words}");
        }
    }

    #[test]
    fn numbers_stand_as_brokers_and_clients_write_them() {
        for (words, packet_identifier, qos) in [
            ("d0, q1, r0, m5, 'hall m7', ... (4 bytes)", Some(5), Some(1)),
            ("d0, q0, r0, m0, 'q2', ... (4 bytes)", None, Some(0)),
            ("m1, rc0", Some(1), None),
            (
                "Denied PUBLISH from m7 (d0, q1, r0, m8, 'x', ... (4 bytes))",
                Some(8),
                Some(1),
            ),
            ("Mid: 3, RC:0", Some(3), None),
            (
                "(d0, q2, r0, m4), 'b'room/1'', properties=None",
                Some(4),
                Some(2),
            ),
            ("(d0, m2) [(b'm9', 0)]", Some(2), None),
            ("Mid: 1, Topic: m5, QoS: 2, Options: 0x00", Some(1), None),
            ("Q1, R0, D0, Topic=m5, PacketId=77", Some(77), Some(1)),
            ("tele/plug_1/LWT = Online", None, None),
            ("m70000, q7", None, None),
            ("", None, None),
        ] {
            let expected = SaidNumbers {
                packet_identifier,
                qos,
            };
            assert_eq!(SaidNumbers::of(words), expected, "{words}");
        }
    }
}
