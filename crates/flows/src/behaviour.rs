//! What an application does with messages: it answers them, after some work. The answer is one of the Live page
//! ([`mqttscope_answers`]), so a scenario and a connection answer alike.

use mqttscope_answers::{Action, Answer, Publish, Template, check};
use mqttscope_wire::QoS;

/// How a client's application answers messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Which client, as an index.
    pub client: usize,
    /// The Topic Filter of the messages.
    pub filter: String,
    /// The QoS of its answers.
    pub qos: QoS,
    /// Where it publishes them, as a [`Template`]; none: to the message's Response Topic, with its Correlation Data.
    pub to: Option<String>,
    /// Answers are to be kept for later subscribers.
    pub retain: bool,
    /// How long it works on each message before it answers, in milliseconds; it works on one at a time.
    pub after: u32,
    /// It acknowledges a message when it has answered it, and not when it gets it.
    pub hold: bool,
    /// What its answers say, as a [`Template`].
    pub payload: String,
}

impl Behaviour {
    /// The answer that does this.
    #[must_use]
    pub fn answer(&self) -> Answer {
        Answer {
            name: self.filter.clone(),
            filter: self.filter.clone(),
            actions: vec![Action::Publish(Publish {
                respond: self.to.is_none(),
                topic: Template(self.to.clone().unwrap_or_default()),
                payload: Template(self.payload.clone()),
                qos: self.qos as u8,
                retain: self.retain,
                ..Publish::default()
            })],
            ..Answer::default()
        }
    }

    /// What keeps it from working, as a sentence without its full stop; none: nothing.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        check(&self.answer(), None).into_iter().next()
    }
}
