//! Stars over passwords and authentication data, before what passed is kept.
//!
//! A packet is kept when it is whole. Of a WebSocket the MQTT inside is kept, since its frames are masked and packed, and its
//! head has secrets of its own; of what is no MQTT nobody can say what is secret in it, so all of it is starred.

use std::collections::HashMap;

use anyhow::Result;
use mqttscope_capture::mark::Mark;
use mqttscope_capture::recording::FromWebSocket;
use mqttscope_wire::{
    Context, ControlPacket, Field, Frame, Framed, Framer, PacketType, ProtocolVersion, Sender,
    dissect, mask_passwords,
};

use super::inner::{Inner, sender_of};
use super::keep::Keep;
use super::tape::{Closed, ConnectionId, Ends};

/// The largest packet that is held until it is whole.
const LARGEST: usize = 1 << 20;

/// Keeps with stars what `K` would keep as it is.
pub(crate) struct Masking<K> {
    keep: K,
    connections: HashMap<ConnectionId, Connection>,
}

struct Connection {
    inner: Inner,
    version: ProtocolVersion,
    client: Side,
    server: Side,
}

struct Side {
    framer: Framer,
    /// Bytes of a packet that is too large, which are still to come; whether they are starred.
    passing: usize,
    is_starred: bool,
}

impl<K: Keep> Masking<K> {
    pub(crate) fn new(keep: K) -> Self {
        Self {
            keep,
            connections: HashMap::new(),
        }
    }

    /// Keeps bytes of MQTT.
    fn mqtt(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        let Self { keep, connections } = self;
        if let Some(connection) = connections.get_mut(&id) {
            connection.take(from, bytes, |bytes| keep.bytes(id, from, bytes, at_ns));
        }
    }

    /// What is not whole will not be: nobody knows what it is.
    fn rest(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        if let Inner::Unknown(held) = &mut connection.inner
            && from == Sender::Client
        {
            let held = std::mem::take(held);
            connection.inner = Inner::Plain;
            self.mqtt(id, Sender::Client, &held, at_ns);
        }
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let framer = &mut connection.side(from).framer;
        let rest = stars(framer.rest().len());
        framer.clear();
        if !rest.is_empty() {
            self.keep.bytes(id, from, &rest, at_ns);
        }
    }
}

impl<K: Keep> Keep for Masking<K> {
    fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64) {
        self.connections.insert(id, Connection::new(ends));
        self.keep.opened(id, ends, at_ns);
    }

    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        let Some(connection) = self.connections.get_mut(&id) else {
            return;
        };
        let mut inner = std::mem::replace(&mut connection.inner, Inner::Plain);
        if matches!(inner, Inner::Plain) {
            return self.mqtt(id, from, bytes, at_ns);
        }
        if let Some(held) = inner.settle(from, bytes) {
            self.mqtt(id, Sender::Client, &held, at_ns);
            return self.mqtt(id, from, bytes, at_ns);
        }
        inner.handle(from, bytes);
        while let Some(found) = inner.poll() {
            // A gap or a refusal leaves nothing that could be read.
            if let FromWebSocket::Bytes(from, bytes) = found {
                self.mqtt(id, sender_of(from), bytes, at_ns);
            }
        }
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.inner = inner;
        }
    }

    fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        self.rest(id, from, at_ns);
        self.keep.ended(id, from, at_ns);
    }

    fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64) {
        self.rest(id, Sender::Client, at_ns);
        self.rest(id, Sender::Server, at_ns);
        self.connections.remove(&id);
        self.keep.closed(id, how, at_ns);
    }

    fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64) {
        self.keep.marked(id, mark, at_ns);
    }

    fn flush(&mut self, at_ns: u64) {
        self.keep.flush(at_ns);
    }

    fn finish(&mut self) -> Result<()> {
        self.keep.finish()
    }
}

impl Connection {
    fn new(ends: &Ends) -> Self {
        let side = || Side {
            framer: Framer::new(LARGEST),
            passing: 0,
            is_starred: false,
        };
        Self {
            inner: Inner::of(ends),
            version: ProtocolVersion::V5,
            client: side(),
            server: side(),
        }
    }

    const fn side(&mut self, from: Sender) -> &mut Side {
        match from {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.server,
        }
    }

    fn take(&mut self, from: Sender, bytes: &[u8], mut keep: impl FnMut(&[u8])) {
        let side = self.side(from);
        let (passed, rest) = bytes.split_at_checked(side.passing).unwrap_or((bytes, &[]));
        side.passing = side.passing.saturating_sub(passed.len());
        match side.is_starred {
            true => keep(&stars(passed.len())),
            false => keep(passed),
        }
        if rest.is_empty() {
            return;
        }
        let mut framer = std::mem::replace(&mut side.framer, Framer::new(LARGEST));
        framer.push(rest);
        while let Some(framed) = framer.next_frame() {
            match framed {
                Framed::Packet(packet) => keep(&self.masked(packet, from)),
                Framed::TooLarge { start, len } => {
                    let side = self.side(from);
                    side.passing = len.saturating_sub(start.len());
                    side.is_starred = has_secrets(start);
                    match side.is_starred {
                        true => keep(&stars(start.len())),
                        false => keep(start),
                    }
                    if side.passing > 0 {
                        // The framer would pass over what is still to come.
                        return;
                    }
                }
                Framed::Unframed(rest) => keep(&stars(rest.len())),
            }
        }
        self.side(from).framer = framer;
    }

    /// A packet with stars in it.
    fn masked(&mut self, packet: &[u8], from: Sender) -> Vec<u8> {
        let mut bytes = packet.to_vec();
        if has_secrets(packet) {
            let context = Context::new(self.version).sent_by(from);
            if let Some(frame) = Frame::read(packet, context)
                && let Ok(ControlPacket::Connect(connect)) = &frame.packet
            {
                self.version = connect.version;
            }
            let dissection = dissect(packet, Context::new(self.version).sent_by(from));
            let nodes = dissection.tree.nodes().iter();
            for node in nodes.filter(|node| node.field == Field::AuthenticationData) {
                let (start, end) = node.span.bytes();
                // The first two bytes are the length.
                if let Some(secret) = bytes.get_mut(start.saturating_add(2)..end) {
                    secret.fill(b'*');
                }
            }
        }
        // Also of a CONNECT in a payload.
        mask_passwords(&mut bytes);
        bytes
    }
}

/// Whether packets of this type may hold passwords or authentication data.
fn has_secrets(packet: &[u8]) -> bool {
    let kind = packet
        .first()
        .map(|&first| PacketType::from_first_byte(first));
    matches!(
        kind,
        Some(PacketType::Connect | PacketType::Connack | PacketType::Auth)
    )
}

fn stars(len: usize) -> Vec<u8> {
    vec![b'*'; len]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of each side.
    #[derive(Default)]
    struct Kept(Vec<u8>, Vec<u8>);

    impl Keep for Kept {
        fn opened(&mut self, _: ConnectionId, _: &Ends, _: u64) {}

        fn bytes(&mut self, _: ConnectionId, from: Sender, bytes: &[u8], _: u64) {
            match from {
                Sender::Client => self.0.extend_from_slice(bytes),
                Sender::Server => self.1.extend_from_slice(bytes),
            }
        }

        fn ended(&mut self, _: ConnectionId, _: Sender, _: u64) {}
        fn closed(&mut self, _: ConnectionId, _: &Closed, _: u64) {}
        fn marked(&mut self, _: ConnectionId, _: &Mark, _: u64) {}
        fn flush(&mut self, _: u64) {}
        fn finish(&mut self) -> Result<()> {
            Ok(())
        }
    }

    const CONNECT: &[u8] = b"\x10\x18\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x01u\x00\x06secret";
    const MASKED: &[u8] = b"\x10\x18\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x01u\x00\x06******";

    /// What is kept of a client's bytes, which come in pieces of this length.
    fn kept(client: &[u8], piece: usize) -> Vec<u8> {
        let mut masking = Masking::new(Kept::default());
        let at = ([127, 0, 0, 1], 1).into();
        let ends = Ends {
            client: at,
            tap: at,
            broker: at,
            begins: true,
        };
        let id = ConnectionId(1);
        masking.opened(id, &ends, 0);
        for piece in client.chunks(piece) {
            masking.bytes(id, Sender::Client, piece, 0);
        }
        masking.closed(id, &Closed::Done, 0);
        assert_eq!(masking.connections.len(), 0);
        masking.keep.0
    }

    #[test]
    fn passwords_are_starred_wherever_they_are_cut_and_the_rest_is_kept() {
        let rest: &[u8] = b"\x30\x0a\x00\x01tsecret!\xc0\x00";
        for piece in [1, 3, 1000] {
            let all = kept(&[CONNECT, rest].concat(), piece);
            assert_eq!(all, [MASKED, rest].concat(), "{piece}");
        }
    }

    #[test]
    fn authentication_data_is_starred() {
        let connect =
            b"\x10\x1c\x00\x04MQTT\x05\x02\x00\x3c\x0e\x15\x00\x01m\x16\x00\x06secret\x0f\x00\x01a";
        let auth = b"\xf0\x0d\x18\x0b\x15\x00\x01m\x16\x00\x04hush";
        let all = kept(&[&connect[..], auth].concat(), 7);
        assert_eq!(all.len(), connect.len() + auth.len());
        let has = |word: &[u8]| all.windows(word.len()).any(|part| part == word);
        assert!(!has(b"secret") && !has(b"hush"), "{all:?}");
        assert!(
            has(b"MQTT") && has(b"******") && all.ends_with(b"****"),
            "{all:?}"
        );
    }

    #[test]
    fn what_nobody_can_read_is_starred_as_a_whole() {
        // Half a CONNECT, and what is no MQTT.
        let half = &CONNECT[..CONNECT.len() - 1];
        assert_eq!(kept(half, 5), stars(half.len()));
        let basic = b"GET / HTTP/1.1\r\nAuthorization: Basic c2VjcmV0\r\n\r\n";
        let all = kept(basic, 1000);
        assert!(!all.windows(5).any(|part| part == b"Basic"), "{all:?}");
    }

    #[test]
    fn a_large_connect_is_starred_and_a_large_publish_is_kept() {
        let large = |first: u8| {
            let mut packet = vec![first, 0x80, 0x80, 0x80, 0x01];
            packet.resize(5 + (2 << 20), b's');
            [&packet[..], CONNECT].concat()
        };
        let all = kept(&large(0x10), 100_000);
        assert!(all.len() == large(0x10).len() && all.ends_with(MASKED));
        assert!(!all.contains(&b's'));
        let all = kept(&large(0x30), 100_000);
        assert!(all.starts_with(&large(0x30)[..2 << 20]) && all.ends_with(MASKED));
    }

    #[test]
    fn a_websocket_is_kept_as_the_mqtt_inside() {
        let ask = b"GET /mqtt?token=secret HTTP/1.1\r\nUpgrade: websocket\r\n\r\n";
        let mut frame = vec![
            0x82,
            0x80 | u8::try_from(CONNECT.len()).unwrap(),
            0,
            0,
            0,
            0,
        ];
        frame.extend(CONNECT);
        for piece in [1, 1000] {
            assert_eq!(kept(&[&ask[..], &frame].concat(), piece), MASKED);
        }
    }
}
