//! A device: our client with a program that subscribes and publishes, and an examination that it connects to.

use std::time::Duration;

use mqttscope_client::{Client, Command, Event, Message, Options, Phase};
use mqttscope_examine as examine;
use mqttscope_examine::{
    Card, ClientCommand, ClientConnection, ClientExamination, Instant, Mutation, Report, Situation,
};
use mqttscope_wire::{
    Framed, Framer, PropertiesBuf, Property, ProtocolVersion, QoS, Subscription,
    SubscriptionOptions, SubscriptionsBuf, TopicFilter, TopicName,
};

/// In virtual time.
const LONGEST: Duration = Duration::from_secs(3600);
/// The device publishes as often.
const EVERY: Duration = Duration::from_secs(25);

#[derive(Clone, Copy)]
pub(crate) struct Device {
    pub(crate) version: ProtocolVersion,
    pub(crate) has_session: bool,
}

pub(crate) struct Ended {
    pub(crate) reports: Vec<Report>,
    pub(crate) card: Card,
}

struct Pump<'s> {
    now: Instant,
    examination: ClientExamination<'s>,
    client: Client,
    link: Option<ClientConnection>,
    opens_at: Option<Instant>,
    publishes_at: Option<Instant>,
    from_client: Framer,
    from_server: Framer,
    mutation: Option<Mutation>,
}

/// Runs until all situations are done, or for an hour.
pub(crate) fn run(situations: &[Situation], device: Device, mutation: Option<Mutation>) -> Ended {
    let now = Instant::from_millis(1000);
    let mut pump = Pump {
        now,
        examination: ClientExamination::new(situations, 7),
        client: client(device),
        link: None,
        opens_at: None,
        publishes_at: None,
        from_client: Framer::default(),
        from_server: Framer::default(),
        mutation,
    };
    pump.client.handle_command(now, Command::Connect).unwrap();
    while pump.now - now < LONGEST {
        pump.drain();
        let is_done = |(situation, phase): (&Situation, &examine::Phase)| {
            let mut shows = situation.shows.iter();
            !shows.any(|shows| shows.version == device.version)
                || matches!(phase, examine::Phase::Done(_))
        };
        if pump.examination.situations().all(is_done) {
            break;
        }
        pump.next();
    }
    Ended {
        reports: pump.examination.finish(pump.now),
        card: pump.examination.card().clone(),
    }
}

fn client(device: Device) -> Client {
    let mut options = Options::new(device.version, "device");
    options.clean_start = !device.has_session;
    options.keep_alive = 10;
    options.automatic_topic_alias = true;
    options.seed = Some(3);
    let mut properties = PropertiesBuf::new();
    if device.version.is_v5() {
        properties.push(Property::TopicAliasMaximum(8)).unwrap();
        if device.has_session {
            properties
                .push(Property::SessionExpiryInterval(3600))
                .unwrap();
        }
    }
    options.properties = properties;
    Client::new(options).unwrap()
}

impl Pump<'_> {
    fn next(&mut self) {
        let phase = match self.client.view().phase {
            Phase::Waiting(at) => Some(at),
            _ => None,
        };
        let at = [
            self.opens_at,
            self.publishes_at,
            self.examination.poll_timeout(),
            self.client.poll_timeout(),
            phase,
        ];
        let at = at.into_iter().flatten().min();
        self.now = self.now.max(at.unwrap_or(self.now + EVERY));
        if self.opens_at.is_some_and(|at| at <= self.now) {
            self.opens_at = None;
            self.link = Some(self.examination.handle_opened(self.now));
            (self.from_client, self.from_server) = (Framer::default(), Framer::default());
            self.client.handle_connected(self.now);
        }
        if self.publishes_at.is_some_and(|at| at <= self.now) {
            self.publishes_at = Some(self.now + EVERY);
            self.publish();
        }
        self.client.handle_timeout(self.now);
        self.examination.handle_timeout(self.now);
    }

    fn publish(&mut self) {
        for (qos, retain) in [
            (QoS::AtLeastOnce, false),
            (QoS::AtLeastOnce, false),
            (QoS::ExactlyOnce, false),
            (QoS::AtMostOnce, false),
        ] {
            let topic = TopicName::new("device/out").unwrap();
            let message = Message::new(topic, "21.5")
                .with_qos(qos)
                .with_retain(retain);
            let _ = self
                .client
                .handle_command(self.now, Command::publish(message));
        }
    }

    /// Everything that either side has to say.
    fn drain(&mut self) {
        loop {
            let mut is_idle = true;
            while let Some(bytes) = self.client.poll_transmit() {
                is_idle = false;
                self.up(&bytes);
            }
            while let Some(event) = self.client.poll_event() {
                is_idle = false;
                self.happened(event);
            }
            while let Some(command) = self.examination.poll_command() {
                is_idle = false;
                self.command(command);
            }
            if is_idle {
                return;
            }
        }
    }

    fn up(&mut self, bytes: &[u8]) {
        self.from_client.push(bytes);
        while let Some(Framed::Packet(packet)) = self.from_client.next_frame() {
            let packet = packet.to_owned();
            let version = self.client.options().version;
            let write = |words: &[&str]| mqttscope_examine::written(words, version);
            let passed = match &mut self.mutation {
                Some(mutation) => mutation.from_client("client", &packet, &write),
                None => mqttscope_examine::Passed {
                    to_server: vec![packet],
                    ..mqttscope_examine::Passed::default()
                },
            };
            for packet in passed.to_server {
                if let Some(link) = self.link {
                    self.examination.handle_bytes(self.now, link, &packet);
                }
            }
            for packet in passed.to_client {
                self.client.handle_bytes(self.now, &packet);
            }
        }
    }

    fn happened(&mut self, event: Event) {
        match event {
            Event::Open => self.opens_at = Some(self.now + Duration::from_millis(5)),
            Event::Close => {
                while let Some(bytes) = self.client.poll_transmit() {
                    self.up(&bytes);
                }
                if let Some(link) = self.link.take() {
                    self.examination.handle_closed(self.now, link);
                }
            }
            Event::Connected(connected) => {
                if !connected.session_present {
                    let mut subscriptions = SubscriptionsBuf::new();
                    subscriptions.push(Subscription {
                        topic_filter: TopicFilter::new("device/in/#").unwrap(),
                        options: SubscriptionOptions {
                            maximum_qos: QoS::ExactlyOnce,
                            ..SubscriptionOptions::default()
                        },
                    });
                    let command = Command::Subscribe {
                        subscriptions,
                        properties: PropertiesBuf::new(),
                    };
                    self.client.handle_command(self.now, command).unwrap();
                }
                self.publishes_at = Some(self.now + EVERY);
            }
            _ => {}
        }
    }

    fn command(&mut self, command: ClientCommand) {
        match command {
            ClientCommand::Send(link, bytes) => {
                if self.link != Some(link) {
                    return;
                }
                self.from_server.push(&bytes);
                while let Some(Framed::Packet(packet)) = self.from_server.next_frame() {
                    let packet = packet.to_owned();
                    let version = self.client.options().version;
                    let write = |words: &[&str]| mqttscope_examine::written(words, version);
                    let passed = match &mut self.mutation {
                        Some(mutation) => mutation.from_server("client", &packet, &write).to_client,
                        None => vec![packet],
                    };
                    for packet in passed {
                        self.client.handle_bytes(self.now, &packet);
                    }
                }
            }
            ClientCommand::Close(link) => {
                if self.link == Some(link) {
                    self.link = None;
                    self.client.handle_disconnected(self.now);
                }
            }
        }
    }
}
