//! Conversations with the broker as text.
//!
//! ```text
//! a > CONNECT v5 id=a clean        a client sends (a packet, or `raw` bytes)
//! a < CONNACK 00                   and this is all that the broker then sends to anybody,
//! b < close                        in any order between clients, in order for each
//! wait 1500                        so many milliseconds pass
//! a gone                           the transport breaks
//! restart 2000                     the broker, with what it saves, so many milliseconds later
//! ```

mod read;
mod show;

use std::collections::BTreeMap;
use std::time::Duration;

use mqttscope_broker::{Broker, ConnectionId, Event, Instant, Limits, Options, Transmit};
use mqttscope_wire::{Context, Decoded, ProtocolVersion, Sender, decode};

/// A broker and its named clients.
pub(crate) struct Talk {
    pub(crate) broker: Broker,
    pub(crate) now: Instant,
    clients: BTreeMap<String, Client>,
}

struct Client {
    id: ConnectionId,
    version: ProtocolVersion,
}

/// Options under which a CONNACK of version 5 announces nothing.
pub(crate) fn plain() -> Options {
    Options {
        limits: Limits {
            packet_size: usize::MAX,
            receive_maximum: u16::MAX,
            topic_alias_maximum: 0,
            topic_aliases_out: 0,
            ..Limits::default()
        },
        ..Options::new(0)
    }
}

/// Runs a conversation with a broker of plain options.
pub(crate) fn talk(script: &str) -> Talk {
    talk_with(plain(), script)
}

/// Runs a conversation.
pub(crate) fn talk_with(options: Options, script: &str) -> Talk {
    let mut talk = Talk {
        broker: Broker::new(options),
        now: Instant::ZERO,
        clients: BTreeMap::new(),
    };
    talk.run(script);
    talk
}

impl Talk {
    /// Goes on with a conversation.
    pub(crate) fn run(&mut self, script: &str) {
        let lines: Vec<&str> = script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .collect();
        let mut at = 0;
        while at < lines.len() {
            let act = lines[at];
            assert!(
                !act.contains(" < "),
                "what is sent must follow what causes it: {act}"
            );
            self.act(act);
            at += 1;
            let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
            while let Some((who, what)) = lines.get(at).and_then(|line| line.split_once(" < ")) {
                wanted
                    .entry(who.trim().into())
                    .or_default()
                    .push(what.split_whitespace().collect::<Vec<_>>().join(" "));
                at += 1;
            }
            let sent = self.sent();
            assert_eq!(sent, wanted, "\nleft: sent, right: expected, after: {act}");
        }
    }

    /// What everybody is told because of one line.
    pub(crate) fn told(&mut self, act: &str) -> Vec<String> {
        self.act(act);
        self.sent().into_values().flatten().collect()
    }

    fn act(&mut self, act: &str) {
        let words: Vec<&str> = act.split_whitespace().collect();
        match *words.as_slice() {
            ["restart", away] => self.restart(Duration::from_millis(away.parse().unwrap())),
            ["wait", millis] => self.wait(millis.parse().unwrap()),
            [who, "gone"] => {
                let client = self.clients.remove(who).unwrap();
                self.broker.handle_closed(self.now, client.id);
            }
            [who, "congested"] => {
                self.broker
                    .handle_congestion(self.now, self.clients[who].id, true)
            }
            [who, "free"] => self
                .broker
                .handle_congestion(self.now, self.clients[who].id, false),
            [who, ">", ref packet @ ..] => self.send(who, packet),
            _ => panic!("not understood: {act}"),
        }
    }

    fn send(&mut self, who: &str, packet: &[&str]) {
        let connects = packet.first() == Some(&"CONNECT");
        if !self.clients.contains_key(who) {
            let id = self.broker.handle_open(self.now);
            self.clients.insert(
                who.into(),
                Client {
                    id,
                    version: ProtocolVersion::V3_1_1,
                },
            );
        }
        let client = self.clients.get_mut(who).unwrap();
        if connects && let Some(version) = packet.get(1).and_then(|word| read::version(word)) {
            client.version = version;
        }
        let bytes = read::packet(packet, client.version);
        self.broker.handle_bytes(self.now, client.id, &bytes);
    }

    /// The process ends with all connections; the next one counts its time from zero again.
    fn restart(&mut self, away: Duration) {
        let saved = self.broker.save(self.now);
        self.now = Instant::ZERO;
        self.broker = Broker::restore(plain(), saved, self.now, away);
        self.clients.clear();
    }

    /// Lets time pass, with every deadline on the way.
    fn wait(&mut self, millis: u64) {
        let end = Instant::from_millis(self.now.millis() + millis);
        while let Some(at) = self.broker.poll_timeout().filter(|&at| at <= end) {
            self.now = self.now.max(at);
            self.broker.handle_timeout(self.now);
        }
        self.now = end;
    }

    /// What the broker sends to each client.
    fn sent(&mut self) -> BTreeMap<String, Vec<String>> {
        let mut sent: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Some((id, transmit)) = self.broker.poll_transmit() {
            let Some((name, client)) = self.clients.iter().find(|(_, client)| client.id == id)
            else {
                panic!("{transmit:?} for {id:?}, which no client is")
            };
            let name = name.clone();
            let version = client.version;
            let list = sent.entry(name.clone()).or_default();
            match transmit {
                Transmit::Close => {
                    list.push("close".into());
                    self.clients.remove(&name);
                }
                Transmit::Bytes(bytes) => {
                    let mut rest = &bytes[..];
                    while !rest.is_empty() {
                        match decode(rest, Context::new(version).sent_by(Sender::Server)) {
                            Ok(Decoded::Packet { packet, len }) => {
                                list.push(show::packet(&packet));
                                rest = &rest[len..];
                            }
                            other => panic!("the broker sent {rest:02x?}: {other:?}"),
                        }
                    }
                }
            }
        }
        sent
    }

    /// All events so far.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.broker.poll_event()).collect()
    }
}
