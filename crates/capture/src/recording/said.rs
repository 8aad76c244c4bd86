//! Numbers among a log's words for a packet.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_as_brokers_and_clients_write_them() {
        for (words, packet_identifier, qos) in [
            ("d0, q1, r0, m5, 'hall m7', ... (4 bytes)", Some(5), Some(1)),
            ("d0, q0, r0, m0, 'q2', ... (4 bytes)", None, Some(0)),
            ("m1, rc0", Some(1), None),
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
