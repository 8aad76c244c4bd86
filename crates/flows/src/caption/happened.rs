//! What happened beside packets.

use mqttscope_wire::ProtocolVersion;

use super::cited::{self, Statements};
use super::{Beat, sentence};
use crate::run::{Happening, Run, What};
use crate::text::seconds;

impl Run {
    pub(super) fn happening(&self, happening: &Happening) -> Beat {
        let (text, statements) = self.happened(happening);
        let fault = matches!(
            happening.what,
            What::Cut { .. }
                | What::Offline { .. }
                | What::Restart { .. }
                | What::RestartBroker { .. }
        );
        Beat {
            at: happening.at,
            packet: None,
            fault,
            text: sentence(&text),
            statements: statements.of(self.scenario.version).to_vec(),
        }
    }

    fn happened(&self, happening: &Happening) -> (String, Statements) {
        let name = |client: &usize| self.scenario.name_of(*client);
        match &happening.what {
            What::Cut { client } => self.cut(*client, happening.at),
            What::Published {
                client,
                topic,
                waits,
            } => (
                if *waits {
                    format!(
                        "The application of {} publishes to {topic}. There is no connection, so the message is queued.",
                        name(client)
                    )
                } else {
                    format!("The application of {} publishes to {topic}.", name(client))
                },
                cited::NONE,
            ),
            What::Works {
                client,
                topic,
                until,
                holds,
            } => {
                let (name, time) = (name(client), seconds(*until));
                let then = if *holds {
                    ", and acknowledges it then"
                } else {
                    ""
                };
                (
                    format!(
                        "The application of {name} works on the message from {topic}. It will have answered at {time}{then}."
                    ),
                    cited::NONE,
                )
            }
            What::Answered {
                client,
                topic,
                waits,
            } => {
                let then = if *waits {
                    " There is no connection, so the message is queued."
                } else {
                    ""
                };
                let name = name(client);
                (
                    format!("The application of {name} publishes its answer to {topic}.{then}"),
                    cited::NONE,
                )
            }
            What::Unanswered { client, why } => (
                format!("The application of {} does not answer. {why}", name(client)),
                cited::NONE,
            ),
            What::Abandoned { client, messages } => {
                let works = match messages {
                    1 => "the message that it was working on".to_owned(),
                    more => format!("the {more} messages that it was working on"),
                };
                (
                    format!(
                        "The application of {} forgets {works}: nothing of MQTT keeps what an application does.",
                        name(client)
                    ),
                    cited::NONE,
                )
            }
            What::Delivered {
                client,
                topic,
                time,
                ..
            } => (
                format!(
                    "The application of {} receives a message from {topic} (delivery {time}).",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Offline {
                client,
                connected: true,
            } => (
                format!(
                    "{} loses its connection and cannot reconnect. The broker stores messages of QoS 1 and 2 for it as long as its session exists.",
                    name(client)
                ),
                cited::QUEUE,
            ),
            What::Offline { client, .. } => (
                format!("{} is offline: it cannot reach the broker.", name(client)),
                cited::NONE,
            ),
            What::Online { client } => (
                format!("{} can reach the broker again.", name(client)),
                cited::NONE,
            ),
            What::Restart { client, keeps } => (
                if *keeps {
                    format!(
                        "{} crashes. It restarts with the state that it had stored on disk.",
                        name(client)
                    )
                } else {
                    format!(
                        "{} crashes and loses its stored state; it will start a new session.",
                        name(client)
                    )
                },
                cited::KEEP_SESSION,
            ),
            What::RestartBroker { keeps } => (
                if *keeps {
                    "The broker crashes: every connection is lost. Sessions and retained messages are stored on disk.".to_owned()
                } else {
                    "The broker crashes and loses its stored state: sessions, subscriptions and messages are gone.".to_owned()
                },
                cited::KEEP_SESSION,
            ),
            What::Slow { client, delay } => (
                format!(
                    "From now on, packets between {} and the broker take {delay} ms.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Released { client, messages } => (
                format!(
                    "The application of {} sends the acknowledgements it had held back: {messages}.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Closed {
                client,
                by_client: true,
            } => (
                format!(
                    "{} closes its connection, because of what the broker has sent.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Closed { client, .. } => (
                format!("The broker has closed the connection of {}.", name(client)),
                cited::NONE,
            ),
            What::Dropped {
                identifier,
                topic,
                expired,
            } => (
                if *expired {
                    format!(
                        "The message to {topic} has expired: the broker deletes it instead of sending it to {identifier}."
                    )
                } else {
                    format!("The broker discards a message to {topic} for {identifier}.")
                },
                if *expired {
                    cited::EXPIRED
                } else {
                    cited::NONE
                },
            ),
            What::Will { identifier, topic } => (
                format!(
                    "{identifier}'s connection closed without a DISCONNECT: the broker publishes its will to {topic}."
                ),
                cited::WILL,
            ),
            What::GivenUp { client } => (
                format!(
                    "{} discards its unacknowledged message: the session is gone, so it cannot know whether the message arrived.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Refused { client, why } => (
                format!("{} cannot do this: {why}.", name(client)),
                cited::NONE,
            ),
        }
    }

    fn cut(&self, client: usize, at: u64) -> (String, Statements) {
        let lost: Vec<&str> = self
            .packets
            .iter()
            .filter(|packet| packet.client == client && packet.lost() == Some(at))
            .map(|packet| packet.facts.kind.name())
            .collect();
        let what = match lost.as_slice() {
            [] => "no packet was on its way".to_owned(),
            [one] => format!("the {one} on its way is lost with it"),
            more => format!("{} on their way are lost with it", more.join(" and ")),
        };
        let then = match self.scenario.version {
            ProtocolVersion::V5 => {
                "MQTT 5 allows a packet to be sent again only on a new connection."
            }
            ProtocolVersion::V3_1_1 => {
                "In MQTT 3.1.1, unacknowledged packets are sent again on a new connection, and only then."
            }
            ProtocolVersion::V3_1 => {
                "MQTT 3.1 expected senders to retry on a timer as well; this client waits until it reconnects."
            }
        };
        let name = self.scenario.name_of(client);
        (
            format!("{name}'s connection breaks: {what}. {then}"),
            cited::RESEND,
        )
    }
}
