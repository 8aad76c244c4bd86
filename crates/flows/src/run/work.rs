//! What applications do with messages: they work on them for a while, and answer them then.

use mqttscope_answers::{Answering, Incoming, Reply, topic_filter};
use mqttscope_client::{Command, Delivery, Phase};
use mqttscope_shared::{Message, topic_tree};
use mqttscope_wire::{BinaryData, Property, ProtocolVersion, QoS, TopicName};

use super::What;
use super::agenda::Todo;
use super::application::acknowledge;
use super::counts::Key;
use super::stage::Stage;
use crate::behaviour::Behaviour;
use crate::scenario::Scenario;

/// A behaviour at work.
#[derive(Debug)]
pub(super) struct Worker {
    answering: Answering,
    after: u64,
    hold: bool,
    /// When it is done with all that it has.
    free: u64,
    /// The index of its behaviour.
    pub(super) behaviour: usize,
    /// A message came that its Topic Filter matches.
    pub(super) met: bool,
}

/// A message that is worked on.
#[derive(Clone, Debug)]
pub(super) struct Work {
    client: usize,
    /// Of which of its lives the application is: a process that died does not go on.
    life: u32,
    /// The message.
    key: Key,
    /// It had come before.
    is_again: bool,
    replies: Vec<Reply>,
    /// What is acknowledged when it is done.
    held: Option<Delivery>,
}

impl Worker {
    /// The behaviours of a client.
    pub(super) fn all_of(scenario: &Scenario, client: usize) -> Vec<Self> {
        let own = scenario.behaviours.iter().enumerate();
        own.filter(|(_, behaviour)| behaviour.client == client)
            .map(|(index, behaviour)| Self::new(index, behaviour, client))
            .collect()
    }

    fn new(index: usize, behaviour: &Behaviour, client: usize) -> Self {
        let mut answering = Answering::new(client as u64);
        answering.set_answers(vec![behaviour.answer()]);
        Self {
            answering,
            after: behaviour.after.into(),
            hold: behaviour.hold,
            free: 0,
            behaviour: index,
            met: false,
        }
    }

    /// What it publishes for a message, and why it publishes nothing.
    fn replies(
        &mut self,
        at: mqttscope_shared::Instant,
        message: &Message,
        wanted: &[(String, QoS)],
    ) -> (Vec<Reply>, Option<String>) {
        let copies = |topic: &str| {
            let own = wanted.iter();
            let own = own.filter(|(filter, _)| topic_tree::matches(topic_filter(filter), topic));
            u32::try_from(own.count()).unwrap_or(u32::MAX)
        };
        let last = |answering: &Answering| answering.lines().last().map(|line| line.number);
        let before = last(&self.answering);
        let replies = Incoming::with(message, |incoming| {
            self.answering.handle(at, incoming, copies)
        });
        let mut new = self.answering.lines();
        let problem = new.find(|line| line.is_problem && Some(line.number) > before);
        (replies, problem.map(|line| line.text.clone()))
    }
}

impl Stage<'_> {
    /// Gives a message to the behaviours of its client; `is_again` says that it had come before. True where one of them
    /// acknowledges it when it is done.
    pub(super) fn take_up(
        &mut self,
        client: usize,
        message: &Message,
        delivery: Option<Delivery>,
        is_again: bool,
    ) -> bool {
        let at = self.world.now();
        let now = at.millis();
        let Some(application) = self.applications.get_mut(client) else {
            return false;
        };
        let life = application.life;
        let (mut todos, mut happened) = (Vec::new(), Vec::new());
        let mut delivery = delivery;
        let is_there = delivery.is_some();
        for worker in &mut application.workers {
            if !worker.answering.wants(message.topic_name().as_str()) {
                continue;
            }
            worker.met = true;
            let (replies, problem) = worker.replies(at, message, &application.wanted);
            if let Some(why) = problem {
                happened.push(What::Unanswered { client, why });
            }
            if replies.is_empty() {
                continue;
            }
            worker.free = worker.free.max(now).saturating_add(worker.after);
            let held = if worker.hold { delivery.take() } else { None };
            if worker.after > 0 {
                happened.push(What::Works {
                    client,
                    topic: message.topic_name().as_str().to_owned(),
                    until: worker.free,
                    holds: held.is_some(),
                });
            }
            let topic = message.topic_name().as_str().to_owned();
            let key = (topic, message.payload.to_vec());
            application.working.push(key.clone());
            self.book.takes_up(client, &key);
            let work = Work {
                client,
                life,
                key,
                is_again,
                replies,
                held,
            };
            todos.push((worker.free, work));
        }
        for what in happened {
            self.happen(what);
        }
        for (at, work) in todos {
            self.agenda.add(at, Todo::Reply(work));
        }
        is_there && delivery.is_none()
    }

    /// The work on a message is done.
    pub(super) fn reply(&mut self, work: Work) {
        let client = work.client;
        let now = self.now();
        match self.applications.get_mut(client) {
            Some(application) if application.life == work.life => {
                let mut working = application.working.iter();
                if let Some(place) = working.position(|key| *key == work.key) {
                    application.working.swap_remove(place);
                }
            }
            _ => return,
        }
        self.book.lets_go(client, &work.key, true);
        for reply in work.replies {
            let Some(command) = command_of(&reply, self.scenario.version) else {
                continue;
            };
            let phase = self.world.client(client).map(|client| client.view().phase);
            // The same answer to a message that came twice is no other message: it comes twice, too.
            if !(work.is_again && self.book.has(&reply.topic, &reply.payload)) {
                self.book.published(now, &reply.topic, &reply.payload, None);
            }
            self.happen(What::Answered {
                client,
                topic: reply.topic,
                waits: phase != Some(Phase::Connected),
            });
            self.command(client, command);
        }
        let Some(delivery) = work.held else { return };
        if self.scenario.holds(client, now) {
            if let Some(application) = self.applications.get_mut(client) {
                application.held.push(delivery);
            }
        } else {
            // What came on a connection that is gone comes again, and is worked on and acknowledged then.
            let _ = self.world.command(client, acknowledge(delivery));
        }
    }

    /// The process of an application dies: what it works on is gone.
    pub(super) fn abandon(&mut self, client: usize) {
        let now = self.now();
        let Some(application) = self.applications.get_mut(client) else {
            return;
        };
        application.life = application.life.saturating_add(1);
        for worker in &mut application.workers {
            worker.free = now;
        }
        let working = core::mem::take(&mut application.working);
        for key in &working {
            self.book.lets_go(client, key, false);
        }
        if !working.is_empty() {
            let messages = u32::try_from(working.len()).unwrap_or(u32::MAX);
            self.happen(What::Abandoned { client, messages });
        }
    }
}

fn command_of(reply: &Reply, version: ProtocolVersion) -> Option<Command> {
    let qos = match reply.qos {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    };
    let mut message = Message::new(TopicName::new(&reply.topic)?, reply.payload.as_slice())
        .with_qos(qos)
        .with_retain(reply.retain);
    let data = reply.correlation_data.as_deref();
    if let Some(data) = data.and_then(BinaryData::new)
        && version.is_v5()
    {
        message = message
            .with_property(Property::CorrelationData(data))
            .ok()?;
    }
    Some(Command::publish(message))
}
