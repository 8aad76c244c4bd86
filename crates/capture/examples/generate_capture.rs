//! Writes a large capture for measuring: pcap with NULL links, IPv6, connections on which messages go both ways.
//! `cargo run --release -p mqttscope-capture --example generate_capture -- FILE [FRAMES [CONNECTIONS]]` (327650 and 20 unless
//! said).

use std::io::Write;

/// One direction of a connection.
struct Side {
    port: u16,
    to: u16,
    sequence: u32,
}

struct Out<W> {
    file: W,
    frames: u64,
}

impl<W: Write> Out<W> {
    /// A frame from one side, with the number that the other side is at.
    fn segment(
        &mut self,
        from: &mut Side,
        acknowledged: u32,
        flags: u8,
        payload: &[u8],
    ) -> std::io::Result<()> {
        let mut frame = vec![0x18, 0, 0, 0, 0x60, 0, 0, 0];
        let len = u16::try_from(payload.len() + 32).unwrap_or(u16::MAX);
        frame.extend(len.to_be_bytes());
        frame.extend([6, 64]);
        for _ in 0..2 {
            frame.extend([0; 15]);
            frame.push(1);
        }
        frame.extend(from.port.to_be_bytes());
        frame.extend(from.to.to_be_bytes());
        frame.extend(from.sequence.to_be_bytes());
        frame.extend(acknowledged.to_be_bytes());
        // Ten bytes of time stamps and two of padding, as real segments have them.
        frame.extend([0x80, flags, 0xff, 0xff, 0, 0, 0, 0, 1, 1, 8, 10]);
        frame.extend([0; 8]);
        frame.extend(payload);
        let micros = self.frames * 37;
        let seconds = u32::try_from(1_700_000_000 + micros / 1_000_000).unwrap_or(u32::MAX);
        let fraction = u32::try_from(micros % 1_000_000).unwrap_or(0);
        let len = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        for word in [seconds, fraction, len, len] {
            self.file.write_all(&word.to_le_bytes())?;
        }
        self.file.write_all(&frame)?;
        let gone = payload.len() + usize::from(flags & 3 != 0);
        from.sequence = from.sequence.wrapping_add(u32::try_from(gone).unwrap_or(0));
        self.frames += 1;
        Ok(())
    }
}

fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, u8::try_from(body.len()).unwrap_or(127)];
    bytes.extend(body);
    bytes
}

fn publish(message: u64, identifier: u16) -> Vec<u8> {
    let topic = format!("plant/{}/line/{}/temperature", message % 7, message % 13);
    let mut body = u16::try_from(topic.len())
        .unwrap_or(0)
        .to_be_bytes()
        .to_vec();
    body.extend(topic.bytes());
    body.extend(identifier.to_be_bytes());
    body.extend(format!("{{\"value\":{}.{}}}", message % 90, message % 10).bytes());
    packet(0x32, &body)
}

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().unwrap_or_else(|| "large.pcap".to_owned());
    let wanted: u64 = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .unwrap_or(327_650);
    let connections = arguments.next().and_then(|text| text.parse().ok());
    let file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    generate(file, wanted, connections.unwrap_or(20))
}

/// Writes so many frames, of so many connections: of at most 25,000.
pub(crate) fn generate(file: impl Write, wanted: u64, connections: u16) -> std::io::Result<()> {
    let mut out = Out { file, frames: 0 };
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 0] {
        out.file.write_all(&word.to_le_bytes())?;
    }
    let mut sides: Vec<(Side, Side)> = Vec::new();
    for number in 0..connections.min(25_000) {
        let port = 40_000 + number;
        let mut client = Side {
            port,
            to: 1883,
            sequence: 1000,
        };
        let mut server = Side {
            port: 1883,
            to: port,
            sequence: 9000,
        };
        out.segment(&mut client, 0, 2, &[])?;
        out.segment(&mut server, 1001, 18, &[])?;
        out.segment(&mut client, 9001, 16, &[])?;
        let name = format!("device-{number:04}");
        let mut body = b"\0\x04MQTT\x04\x02\0\x3c".to_vec();
        body.extend(u16::try_from(name.len()).unwrap_or(0).to_be_bytes());
        body.extend(name.bytes());
        out.segment(&mut client, 9001, 24, &packet(0x10, &body))?;
        out.segment(&mut server, 1000, 24, &[0x20, 2, 0, 0])?;
        sides.push((client, server));
    }
    let mut message = 0_u64;
    while out.frames < wanted {
        for (client, server) in &mut sides {
            if out.frames >= wanted {
                break;
            }
            message += 1;
            let identifier = u16::try_from(message % 65_000).unwrap_or(0) + 1;
            let [high, low] = identifier.to_be_bytes();
            // Message, bare acknowledgement, answer, bare acknowledgement.
            let is_upward = !message.is_multiple_of(3);
            let (sender, receiver) = if is_upward {
                (client, server)
            } else {
                (server, client)
            };
            let before = receiver.sequence;
            out.segment(sender, before, 24, &publish(message, identifier))?;
            out.segment(receiver, sender.sequence, 16, &[])?;
            out.segment(receiver, sender.sequence, 24, &[0x40, 2, high, low])?;
            out.segment(sender, receiver.sequence, 16, &[])?;
        }
    }
    out.file.flush()
}
