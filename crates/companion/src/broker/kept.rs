//! Sessions and retained messages on disk, in a file that is replaced as a whole: whatever happens while it is written, one
//! of the two states is there.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use mqttscope_broker::Message;
use mqttscope_broker::{
    SavedBroker, SavedDelivery, SavedHandshake, SavedMessage, SavedSession, SavedSubscription,
    SavedWill,
};
use mqttscope_wire::{
    Context, ControlPacket, Decoded, PacketIdentifier, ProtocolVersion, QoS, SubscriptionOptions,
    decode,
};
use serde::{Deserialize, Serialize};

/// What stands before all else: a number for each layout.
const BEGINNING: &[u8] = b"mqttscope sessions 1\n";

/// The file.
#[derive(Debug)]
pub(super) struct Kept {
    path: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct All {
    /// Milliseconds since 1970.
    at_ms: u64,
    messages: Vec<Stored>,
    retained: Vec<usize>,
    sessions: Vec<Session>,
}

/// A message as the PUBLISH that carries it, in version 5, which can say all there is.
#[derive(Serialize, Deserialize)]
struct Stored {
    #[serde(with = "serde_bytes")]
    publish: Vec<u8>,
    publisher: Option<String>,
    expires_in: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
struct Session {
    client_identifier: String,
    /// Protocol Version.
    level: u8,
    connected: bool,
    session_expiry_interval: u32,
    expires_in: Option<Duration>,
    will: Option<Will>,
    subscriptions: Vec<Subscription>,
    next_identifier: u16,
    outgoing: Vec<(u16, Option<Delivery>)>,
    incoming: Vec<u16>,
    queued: Vec<Delivery>,
}

#[derive(Serialize, Deserialize)]
struct Will {
    #[serde(with = "serde_bytes")]
    publish: Vec<u8>,
    delay_interval: u32,
    due_in: Option<Duration>,
}

#[derive(Serialize, Deserialize)]
struct Subscription {
    topic_filter: String,
    options: u8,
    identifier: Option<u32>,
    sharing: bool,
}

#[derive(Serialize, Deserialize)]
struct Delivery {
    message: usize,
    qos: u8,
    retain: bool,
    subscription_identifiers: Vec<u32>,
}

impl Kept {
    pub(super) const fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// What is in the file, and how long ago it was written; `None`: there is none yet.
    ///
    /// # Errors
    /// It cannot be read, or is no such file.
    pub(super) fn read(&self) -> Result<Option<(SavedBroker, Duration)>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("reading {}", self.path.display()));
            }
        };
        let read = of_bytes(&bytes).with_context(|| {
            let path = self.path.display();
            format!("{path} holds no sessions of this program; move it away to begin anew")
        })?;
        Ok(Some(read))
    }

    /// Writes all anew.
    ///
    /// # Errors
    /// Which step failed; what was there before is there still.
    pub(super) fn write(&self, saved: &SavedBroker) -> Result<()> {
        let next = self.path.with_added_extension("next");
        let written = self.replace(&next, &to_bytes(saved)?);
        written.with_context(|| format!("keeping sessions in {}", self.path.display()))
    }

    fn replace(&self, next: &std::path::Path, bytes: &[u8]) -> Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // Messages are nobody else's business.
            options.mode(0o600);
        }
        let mut file: File = options.open(next)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(next, &self.path)?;
        #[cfg(unix)]
        {
            // The new name is on the disk with its folder.
            let folder = self.path.parent().filter(|it| !it.as_os_str().is_empty());
            File::open(folder.unwrap_or(std::path::Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

fn to_bytes(saved: &SavedBroker) -> Result<Vec<u8>> {
    let messages = saved.messages.iter().map(|saved| {
        Ok(Stored {
            publish: publish(&saved.message)?,
            publisher: saved.publisher.clone(),
            expires_in: saved.expires_in,
        })
    });
    let sessions = saved.sessions.iter().map(session);
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    let all = All {
        at_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        messages: messages.collect::<Result<_>>()?,
        retained: saved.retained.clone(),
        sessions: sessions.collect::<Result<_>>()?,
    };
    Ok(postcard::to_extend(&all, BEGINNING.to_vec())?)
}

fn of_bytes(bytes: &[u8]) -> Result<(SavedBroker, Duration)> {
    let Some(rest) = bytes.strip_prefix(BEGINNING) else {
        bail!("it does not begin like one");
    };
    let all: All = postcard::from_bytes(rest)?;
    let messages = all.messages.into_iter().map(|stored| {
        Ok(SavedMessage {
            message: message(&stored.publish)?,
            publisher: stored.publisher,
            expires_in: stored.expires_in,
        })
    });
    let saved = SavedBroker {
        messages: messages.collect::<Result<_>>()?,
        retained: all.retained,
        sessions: all
            .sessions
            .into_iter()
            .map(saved_session)
            .collect::<Result<_>>()?,
    };
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    Ok((
        saved,
        since.saturating_sub(Duration::from_millis(all.at_ms)),
    ))
}

fn publish(message: &Message) -> Result<Vec<u8>> {
    let identifier = match message.qos {
        QoS::AtMostOnce => None,
        _ => PacketIdentifier::new(1),
    };
    let mut bytes = Vec::new();
    let packet = ControlPacket::Publish(message.publish(identifier, false));
    packet
        .encode(ProtocolVersion::V5, &mut bytes)
        .map_err(|error| anyhow!("a message: {error:?}"))?;
    Ok(bytes)
}

fn message(bytes: &[u8]) -> Result<Message> {
    match decode(bytes, Context::new(ProtocolVersion::V5)) {
        Ok(Decoded::Packet {
            packet: ControlPacket::Publish(publish),
            ..
        }) => Ok(Message::from_publish(&publish, publish.topic_name.as_str())),
        _ => bail!("a message is broken"),
    }
}

fn session(saved: &SavedSession) -> Result<Session> {
    let will = saved.will.as_ref().map(|will| {
        anyhow::Ok(Will {
            publish: publish(&will.message)?,
            delay_interval: will.delay_interval,
            due_in: will.due_in,
        })
    });
    let subscriptions = saved.subscriptions.iter().map(|saved| Subscription {
        topic_filter: saved.topic_filter.clone(),
        options: saved.options.byte(),
        identifier: saved.identifier,
        sharing: saved.sharing,
    });
    let outgoing = saved.outgoing.iter().map(|handshake| match handshake {
        SavedHandshake::Publish(identifier, saved) => (identifier.get(), Some(delivery(saved))),
        SavedHandshake::Pubrel(identifier) => (identifier.get(), None),
    });
    Ok(Session {
        client_identifier: saved.client_identifier.clone(),
        level: saved.version.level(),
        connected: saved.connected,
        session_expiry_interval: saved.session_expiry_interval,
        expires_in: saved.expires_in,
        will: will.transpose()?,
        subscriptions: subscriptions.collect(),
        next_identifier: saved.next_identifier.get(),
        outgoing: outgoing.collect(),
        incoming: saved
            .incoming
            .iter()
            .map(|identifier| identifier.get())
            .collect(),
        queued: saved.queued.iter().map(delivery).collect(),
    })
}

fn saved_session(session: Session) -> Result<SavedSession> {
    let will = session.will.map(|will| {
        anyhow::Ok(SavedWill {
            message: message(&will.publish)?,
            delay_interval: will.delay_interval,
            due_in: will.due_in,
        })
    });
    let subscriptions = session.subscriptions.into_iter().map(|subscription| {
        Ok(SavedSubscription {
            topic_filter: subscription.topic_filter,
            options: SubscriptionOptions::from_byte(subscription.options)
                .context("the options of a subscription are none")?,
            identifier: subscription.identifier,
            sharing: subscription.sharing,
        })
    });
    let outgoing = session.outgoing.into_iter().map(|(identifier, delivery)| {
        let identifier = packet_identifier(identifier)?;
        Ok(match delivery {
            Some(delivery) => SavedHandshake::Publish(identifier, saved_delivery(delivery)?),
            None => SavedHandshake::Pubrel(identifier),
        })
    });
    Ok(SavedSession {
        client_identifier: session.client_identifier,
        version: ProtocolVersion::from_level(session.level).context("a version is none")?,
        connected: session.connected,
        session_expiry_interval: session.session_expiry_interval,
        expires_in: session.expires_in,
        will: will.transpose()?,
        subscriptions: subscriptions.collect::<Result<_>>()?,
        next_identifier: packet_identifier(session.next_identifier)?,
        outgoing: outgoing.collect::<Result<_>>()?,
        incoming: session
            .incoming
            .into_iter()
            .map(packet_identifier)
            .collect::<Result<_>>()?,
        queued: session
            .queued
            .into_iter()
            .map(saved_delivery)
            .collect::<Result<_>>()?,
    })
}

fn packet_identifier(number: u16) -> Result<PacketIdentifier> {
    PacketIdentifier::new(number).context("a Packet Identifier is 0")
}

fn delivery(saved: &SavedDelivery) -> Delivery {
    Delivery {
        message: saved.message,
        qos: saved.qos as u8,
        retain: saved.retain,
        subscription_identifiers: saved.subscription_identifiers.clone(),
    }
}

fn saved_delivery(delivery: Delivery) -> Result<SavedDelivery> {
    Ok(SavedDelivery {
        message: delivery.message,
        qos: QoS::new(delivery.qos).context("a QoS is none")?,
        retain: delivery.retain,
        subscription_identifiers: delivery.subscription_identifiers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_broker::Instant;
    use mqttscope_broker::{Broker, Options};

    /// A broker with a bit of everything: a retained message with properties, and a session with subscription, will and
    /// messages in flight.
    fn full() -> SavedBroker {
        let now = Instant::ZERO;
        let mut broker = Broker::new(Options::new(0));
        let one = broker.handle_open(now);
        // Clean Start 0, will at QoS 1, session for ever.
        broker.handle_bytes(
            now,
            one,
            b"\x10\x1d\x00\x04MQTT\x05\x0c\x00\x00\x05\x11\xff\xff\xff\xff\x00\x01a\x00\x00\x04gone\x00\x01x",
        );
        broker.handle_bytes(now, one, b"\x82\x09\x00\x01\x02\x0b\x07\x00\x01#\x02");
        let other = broker.handle_open(now);
        broker.handle_bytes(
            now,
            other,
            b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x00\x00\x00\x01b",
        );
        broker.handle_bytes(
            now,
            other,
            b"\x33\x10\x00\x01t\x00\x09\x08\x03\x00\x05a/b-c12",
        );
        broker.handle_bytes(now, other, b"\x34\x06\x00\x01u\x00\x0a\x00");
        while broker.poll_transmit().is_some() {}
        broker.save(now)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let saved = full();
        assert_eq!(saved.sessions.len(), 2);
        assert_eq!(saved.retained.len(), 1);
        assert!(saved.sessions[0].will.is_some() && saved.sessions[0].outgoing.len() == 2);
        let (back, away) = of_bytes(&to_bytes(&saved).unwrap()).unwrap();
        assert_eq!(back, saved);
        assert!(away < Duration::from_secs(60));
    }

    #[test]
    fn a_file_of_something_else_is_no_sessions_and_no_panic() {
        let bytes = to_bytes(&full()).unwrap();
        for end in 0..bytes.len() {
            assert!(of_bytes(&bytes[..end]).is_err(), "{end}");
        }
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 0x55;
            // Some of these are other sessions; none may do harm.
            let _ = of_bytes(&broken);
        }
    }

    #[test]
    fn a_file_is_replaced_as_a_whole() {
        let folder = std::env::temp_dir().join(format!("mqttscope-kept-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let kept = Kept::new(folder.join("sessions"));
        assert!(kept.read().unwrap().is_none());
        let saved = full();
        kept.write(&saved).unwrap();
        kept.write(&saved).unwrap();
        assert_eq!(kept.read().unwrap().unwrap().0, saved);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::write(folder.join("sessions"), "mine").unwrap();
        let error = format!("{:#}", kept.read().unwrap_err());
        assert!(
            error.contains("holds no sessions of this program"),
            "{error}"
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
