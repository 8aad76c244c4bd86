//! What happened beside packets.

use mqttscope_wire::ProtocolVersion;

use super::cited::{self, Statements};
use super::{Beat, sentence};
use crate::flows::run::{Happening, Run, What};

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
                        "The application of {} publishes to {topic}; without a connection the message waits.",
                        name(client)
                    )
                } else {
                    format!("The application of {} publishes to {topic}.", name(client))
                },
                cited::NONE,
            ),
            What::Delivered {
                client,
                topic,
                time,
                ..
            } => (
                format!(
                    "The application of {} gets a message from {topic}, time {time}.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Offline { client } => (
                format!(
                    "{} loses its connection and gets none. The broker keeps messages of QoS 1 and 2 if the session lasts.",
                    name(client)
                ),
                cited::QUEUE,
            ),
            What::Online { client } => (
                format!("{} can reach the broker again.", name(client)),
                cited::NONE,
            ),
            What::Restart { client, keeps } => (
                if *keeps {
                    format!(
                        "The process of {} dies. What it had on its disk is all it will know.",
                        name(client)
                    )
                } else {
                    format!(
                        "The process of {} dies, and nothing was on its disk: it will begin anew.",
                        name(client)
                    )
                },
                cited::KEEP_SESSION,
            ),
            What::RestartBroker { keeps } => (
                if *keeps {
                    "The broker dies: every connection is gone. Sessions and retained messages are on its disk.".to_owned()
                } else {
                    "The broker dies, and nothing was on its disk: sessions, subscriptions and messages are gone.".to_owned()
                },
                cited::KEEP_SESSION,
            ),
            What::Slow { client, delay } => (
                format!(
                    "From now on packets take {delay} ms between {} and the broker.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Released { client, messages } => (
                format!(
                    "The application of {} acknowledges what it had held back: {messages}.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Closed { client } => (
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
                        "The message to {topic} waited longer than it may: the broker drops it instead of giving it to {identifier}."
                    )
                } else {
                    format!("The broker drops a message to {topic} for {identifier}.")
                },
                if *expired {
                    cited::EXPIRED
                } else {
                    cited::NONE
                },
            ),
            What::Will { identifier, topic } => (
                format!(
                    "{identifier} is gone without a good-bye: the broker publishes its will to {topic}."
                ),
                cited::WILL,
            ),
            What::GivenUp { client } => (
                format!(
                    "{} gives its open message up: with the session gone, nobody can say whether it arrived.",
                    name(client)
                ),
                cited::NONE,
            ),
            What::Refused { client, why } => (
                format!("{} cannot do that: {why}.", name(client)),
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
            [] => "nothing was on its way".to_owned(),
            [one] => format!("the {one} on its way is lost with it"),
            more => format!("{} on their way are lost with it", more.join(" and ")),
        };
        let then = match self.scenario.version {
            ProtocolVersion::V5 => "Version 5 allows sending again only on a new connection.",
            ProtocolVersion::V3_1_1 => {
                "Version 3.1.1 asks for sending again on a new connection, and only then."
            }
            ProtocolVersion::V3_1 => {
                "Version 3.1 expected senders to try again on a timer, too; this client waits for a new connection."
            }
        };
        let name = self.scenario.name_of(client);
        (
            format!("The link of {name} breaks: {what}. {then}"),
            cited::RESEND,
        )
    }
}
