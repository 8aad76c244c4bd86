//! A client under test, and the server's lines spoken by hand.

use std::time::Duration;

use mqttscope_client::{Client, Command, CommandError, Event, Instant, Message, Options, Ticket};
use mqttscope_wire::{
    Acknowledgement, Connack, ControlPacket, PacketIdentifier, PropertiesBuf, Property,
    ProtocolVersion, Publish, QoS, TopicName,
};

pub(crate) struct Peer {
    pub(crate) client: Client,
    pub(crate) now: Instant,
}

pub(crate) fn id(number: u16) -> PacketIdentifier {
    PacketIdentifier::new(number).unwrap()
}

pub(crate) fn ack(number: u16) -> Acknowledgement<'static> {
    Acknowledgement::new(id(number))
}

pub(crate) fn topic(name: &str) -> TopicName<'_> {
    TopicName::new(name).unwrap()
}

pub(crate) fn message(name: &str, payload: &str, qos: QoS) -> Message {
    Message::new(topic(name), payload).with_qos(qos)
}

pub(crate) fn publish<'a>(name: &'a str, payload: &'a str, qos: QoS, number: u16) -> Publish<'a> {
    let packet_identifier = (qos != QoS::AtMostOnce).then(|| id(number));
    Publish {
        qos,
        topic_name: topic(name),
        packet_identifier,
        payload: payload.as_bytes(),
        ..Publish::default()
    }
}

pub(crate) fn properties(list: &[Property<'_>]) -> PropertiesBuf {
    let mut buf = PropertiesBuf::new();
    for &property in list {
        buf.push(property).unwrap();
    }
    buf
}

pub(crate) fn options(version: ProtocolVersion) -> Options {
    Options {
        keep_alive: 0,
        ..Options::new(version, "c")
    }
}

/// One that keeps its session.
pub(crate) fn lasting(version: ProtocolVersion) -> Options {
    let mut options = Options {
        clean_start: false,
        ..options(version)
    };
    if version.is_v5() {
        options.properties = properties(&[Property::SessionExpiryInterval(u32::MAX)]);
    }
    options
}

impl Peer {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            client: Client::new(options).unwrap(),
            now: Instant::ZERO,
        }
    }

    /// Connected, with nothing to be seen.
    pub(crate) fn connected(options: Options, connack: &[Property<'_>]) -> Self {
        let mut peer = Self::new(options);
        peer.command(Command::Connect).unwrap();
        peer.accept(false, connack);
        peer.events();
        peer
    }

    pub(crate) fn version(&self) -> ProtocolVersion {
        self.client.options().version
    }

    pub(crate) fn command(&mut self, command: Command) -> Result<Ticket, CommandError> {
        self.client.handle_command(self.now, command)
    }

    pub(crate) fn publish(&mut self, name: &str, payload: &str, qos: QoS) -> Ticket {
        self.command(Command::publish(message(name, payload, qos)))
            .unwrap()
    }

    /// Opens the transport, takes the CONNECT away and accepts it.
    pub(crate) fn accept(&mut self, session_present: bool, connack: &[Property<'_>]) {
        assert!(self.events().contains(&Event::Open));
        self.client.handle_connected(self.now);
        assert_eq!(self.sent()[0], 0x10);
        let properties = properties(connack);
        self.feed(ControlPacket::Connack(Connack {
            session_present,
            properties: properties.as_properties(),
            ..Connack::default()
        }));
    }

    /// Loses the transport, waits and comes back.
    pub(crate) fn reconnect(&mut self, session_present: bool, connack: &[Property<'_>]) {
        self.client.handle_disconnected(self.now);
        self.pass(Duration::from_secs(60));
        self.accept(session_present, connack);
    }

    pub(crate) fn feed(&mut self, packet: ControlPacket<'_>) {
        let mut bytes = Vec::new();
        packet.encode(self.version(), &mut bytes).unwrap();
        // In two pieces: nothing may depend on where a packet is cut.
        let (head, tail) = bytes.split_at(bytes.len() / 2);
        self.client.handle_bytes(self.now, head);
        self.client.handle_bytes(self.now, tail);
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.client.handle_timeout(self.now);
    }

    pub(crate) fn sent(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = self.client.poll_transmit() {
            all.extend(bytes);
        }
        all
    }

    /// Exactly these packets went out.
    #[track_caller]
    pub(crate) fn expect(&mut self, packets: &[ControlPacket<'_>]) {
        let mut expected = Vec::new();
        for packet in packets {
            packet.encode(self.version(), &mut expected).unwrap();
        }
        assert_eq!(self.sent(), expected, "expected {packets:?}");
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.client.poll_event()).collect()
    }

    /// Payloads of the messages that came, as text.
    pub(crate) fn messages(&mut self) -> Vec<String> {
        self.events()
            .into_iter()
            .filter_map(|event| match event {
                Event::Message { message, .. } => Some(String::from_utf8(message.payload).unwrap()),
                _ => None,
            })
            .collect()
    }

    /// Nothing of any message is left.
    #[track_caller]
    pub(crate) fn expect_nothing_left(&self) {
        let view = self.client.view();
        assert!(
            view.outgoing.is_empty() && view.incoming.is_empty() && view.identifiers.is_empty()
        );
        assert_eq!(
            (
                view.queued,
                view.queued_bytes,
                view.unacknowledged,
                view.requests
            ),
            (0, 0, 0, (0, 0))
        );
    }
}
