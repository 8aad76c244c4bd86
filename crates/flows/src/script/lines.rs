//! What each line says.

use mqttscope_wire::{PacketType, ProtocolVersion, QoS, TopicFilter, TopicName};

use super::words::Words;
use super::wrong::Wrong;
use crate::scenario::{
    Act, Fault, MAX_AT, MAX_DELAY, Nth, Publication, Scenario, Station, Step, When, Will,
};

/// The words that a line can begin with.
const BEGINNINGS: [&str; 14] = [
    "title",
    "watch",
    "version",
    "delay",
    "publisher",
    "subscriber",
    "will",
    "at",
    "on",
    "cut",
    "restart",
    "offline",
    "slow",
    "hold",
];
const ACTIONS: [&str; 4] = ["connect", "disconnect", "subscribe", "publish"];
/// The longest name of a client.
const MAX_NAME: usize = 20;

impl Scenario {
    pub(super) fn read_line(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        match words.want("a word")? {
            "title" => self.title = words.text(),
            "watch" => self.watch = words.text(),
            "version" => self.version = version(words)?,
            "delay" => self.delay = words.number(1, MAX_DELAY)?,
            "publisher" => self.client(words, true)?,
            "subscriber" => self.client(words, false)?,
            "will" => self.will(words)?,
            "at" => self.step(words)?,
            "on" => self.behaviour(words)?,
            "cut" => self.cut(words)?,
            "restart" => self.restart(words)?,
            "offline" => self.offline(words)?,
            "slow" => {
                let client = self.named(words)?;
                words.exactly("at")?;
                let at = moment(words)?;
                words.exactly("by")?;
                let delay = words.number(1, MAX_DELAY)?;
                self.faults.push(Fault::Slow { client, at, delay });
            }
            "hold" => {
                let client = self.named(words)?;
                let from = if words.take("from") {
                    moment(words)?
                } else {
                    0
                };
                words.exactly("until")?;
                let until = moment(words)?;
                if until < from {
                    return Err("The end is before the start.".into());
                }
                self.faults.push(Fault::Hold {
                    client,
                    from,
                    until,
                });
            }
            word => {
                return Err(Wrong::word(
                    word,
                    &format!("A line cannot begin with `{word}`."),
                    BEGINNINGS,
                    &format!("It begins with {}.", one_of(&BEGINNINGS)),
                ));
            }
        }
        words.end()
    }

    fn client(&mut self, words: &mut Words<'_>, publisher: bool) -> Result<(), Wrong> {
        let called = name(words.want("a name")?)?;
        if called == "broker" {
            return Err("`broker` is the name of the broker: choose another name.".into());
        }
        if self.clients.iter().any(|client| client.name == called) {
            return Err(format!("There is already a client `{called}`.").into());
        }
        let mut station = Station::new(called, publisher);
        while let Some(word) = words.next() {
            match word {
                "session" => station.session = true,
                "alias" => station.alias = true,
                "receive-maximum" => station.receive_maximum = Some(words.number(1, u16::MAX)?),
                "as" => {
                    station.identifier = Some(name(words.want("a Client Identifier")?)?);
                }
                word => {
                    let options = ["session", "alias", "receive-maximum", "as"];
                    return Err(Wrong::word(
                        word,
                        &format!("Unknown option `{word}`."),
                        options,
                        &format!("A client can have {}.", one_of(&options)),
                    ));
                }
            }
        }
        self.clients.push(station);
        Ok(())
    }

    fn will(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let client = self.named(words)?;
        let will = Will {
            topic: topic_name(words)?,
            qos: qos(words)?,
            delay: words.number(0, 3600)?,
            payload: words.payload()?,
        };
        if let Some(station) = self.clients.get_mut(client) {
            station.will = Some(will);
        }
        Ok(())
    }

    fn step(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let at = moment(words)?;
        let client = self.named(words)?;
        let act = match words.want("what it does")? {
            "connect" => Act::Connect,
            "disconnect" => Act::Disconnect,
            "subscribe" => {
                let filter = words.want("a topic filter")?;
                TopicFilter::new(filter)
                    .ok_or_else(|| format!("`{filter}` is not a valid topic filter: `#` must be the last level, and `+` and `#` must be a whole level."))?;
                Act::Subscribe {
                    filter: filter.to_owned(),
                    qos: qos(words)?,
                }
            }
            "publish" => Act::Publish(publication(words)?),
            word => {
                return Err(Wrong::word(
                    word,
                    &format!("Unknown action `{word}`."),
                    ACTIONS,
                    &format!("A client can {}.", one_of(&ACTIONS)),
                ));
            }
        };
        self.steps.push(Step { at, client, act });
        Ok(())
    }

    fn cut(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let client = self.named(words)?;
        let when = match words.want("at, before or after")? {
            "at" => When::At(moment(words)?),
            "before" => When::Before(nth(words)?),
            "after" => When::After(nth(words)?),
            word => {
                return Err(Wrong::word(
                    word,
                    &format!("`{word}` is not expected here."),
                    ["at", "before", "after"],
                    "Write at, before or after.",
                ));
            }
        };
        self.faults.push(Fault::Cut { client, when });
        Ok(())
    }

    fn restart(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let client = if words.take("broker") {
            None
        } else {
            Some(self.named(words)?)
        };
        words.exactly("at")?;
        let at = moment(words)?;
        let keeps = match words.want("keeping or forgetting")? {
            "keeping" => true,
            "forgetting" => false,
            word => {
                return Err(Wrong::word(
                    word,
                    &format!("`{word}` is not expected here."),
                    ["keeping", "forgetting"],
                    "Write keeping or forgetting.",
                ));
            }
        };
        self.faults.push(match client {
            Some(client) => Fault::Restart { client, at, keeps },
            None => Fault::RestartBroker { at, keeps },
        });
        Ok(())
    }

    fn offline(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let client = self.named(words)?;
        words.exactly("from")?;
        let from = moment(words)?;
        words.exactly("to")?;
        let to = moment(words)?;
        if to < from {
            return Err("The end is before the start.".into());
        }
        self.faults.push(Fault::Offline { client, from, to });
        Ok(())
    }

    pub(super) fn named(&self, words: &mut Words<'_>) -> Result<usize, Wrong> {
        let name = words.want("a client's name")?;
        self.clients
            .iter()
            .position(|client| client.name == name)
            .ok_or_else(|| {
                Wrong::word(
                    name,
                    &format!("There is no client `{name}`."),
                    self.clients.iter().map(|client| client.name.as_str()),
                    "Add a `publisher` or `subscriber` line for it above.",
                )
            })
    }
}

fn version(words: &mut Words<'_>) -> Result<ProtocolVersion, Wrong> {
    let word = words.want("5, 3.1.1 or 3.1")?;
    ProtocolVersion::ALL
        .into_iter()
        .find(|version| version.name() == word)
        .or_else(|| (word == "5").then_some(ProtocolVersion::V5))
        .ok_or_else(|| format!("`{word}` is not a version of MQTT: use 5, 3.1.1 or 3.1.").into())
}

fn publication(words: &mut Words<'_>) -> Result<Publication, Wrong> {
    let mut publication = Publication {
        topic: topic_name(words)?,
        qos: qos(words)?,
        retain: false,
        expiry: None,
        respond: None,
        correlate: None,
        payload: String::new(),
    };
    while let Some(word) = words.peek().filter(|&word| word != ":") {
        words.next();
        match word {
            "retain" => publication.retain = true,
            "expiry" => publication.expiry = Some(words.number(0, u32::MAX)?),
            "respond" => publication.respond = Some(topic_name(words)?),
            "correlate" => {
                publication.correlate = Some(words.want("Correlation Data")?.to_owned());
            }
            word => {
                return Err(Wrong::word(
                    word,
                    &format!("Unknown option `{word}`."),
                    ["retain", "expiry", "respond", "correlate"],
                    "A message can have retain, expiry, respond or correlate; write the payload after ` : `.",
                ));
            }
        }
    }
    publication.payload = words.payload()?;
    Ok(publication)
}

/// Milliseconds after the beginning.
///
/// # Errors
/// No such number stands there.
pub fn moment(words: &mut Words<'_>) -> Result<u64, Wrong> {
    words.number(0, MAX_AT)
}

pub(super) fn qos(words: &mut Words<'_>) -> Result<QoS, Wrong> {
    let word = words.want("a QoS")?;
    match word {
        "0" => Ok(QoS::AtMostOnce),
        "1" => Ok(QoS::AtLeastOnce),
        "2" => Ok(QoS::ExactlyOnce),
        _ => Err(format!("`{word}` is not a QoS: use 0, 1 or 2.").into()),
    }
}

/// A packet type and a number: `PUBACK 1`.
///
/// # Errors
/// Something else stands there.
pub fn nth(words: &mut Words<'_>) -> Result<Nth, Wrong> {
    let word = words.want("a packet type")?;
    let mut kinds = (1..=15).map(PacketType::from_nibble);
    let kind = kinds
        .clone()
        .find(|kind| kind.name() == word)
        .ok_or_else(|| {
            Wrong::word(
                word,
                &format!("`{word}` is not a packet type."),
                kinds.by_ref().map(PacketType::name),
                "Write one such as PUBLISH or PUBACK.",
            )
        })?;
    Ok(Nth {
        kind,
        n: words.number(1, 10_000)?,
    })
}

fn topic_name(words: &mut Words<'_>) -> Result<String, Wrong> {
    let word = words.want("a topic name")?;
    TopicName::new(word)
        .filter(|_| !word.is_empty())
        .map(|_| word.to_owned())
        .ok_or_else(|| {
            format!("`{word}` is not a valid topic name: wildcards are only for subscriptions.")
                .into()
        })
}

fn name(word: &str) -> Result<String, Wrong> {
    let fits = word.len() <= MAX_NAME
        && word
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fits {
        Ok(word.to_owned())
    } else {
        Err(format!(
            "`{word}` is not a valid name: use at most {MAX_NAME} letters, digits, `-` and `_`."
        )
        .into())
    }
}

/// Words as a list: "a, b or c".
#[must_use]
pub fn one_of(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => words.concat(),
    }
}
