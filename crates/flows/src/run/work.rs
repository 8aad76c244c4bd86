//! What applications do with messages: they work on them for a while, and answer them then.

use mqttscope_answers::{Answering, Incoming, Reply, topic_filter};
use mqttscope_client::{Command, Delivery, Phase};
use mqttscope_shared::{Message, topic_tree};
use mqttscope_wire::{BinaryData, Property, ProtocolVersion, QoS, TopicName};

use super::What;
use super::agenda::Todo;
use super::application::acknowledge;
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
}

/// A message that is worked on.
#[derive(Clone, Debug)]
pub(super) struct Work {
    client: usize,
    /// Of which of its lives the application is: a process that died does not go on.
    life: u32,
    replies: Vec<Reply>,
    /// What is acknowledged when it is done.
    held: Option<Delivery>,
}

impl Worker {
    /// The behaviours of a client.
    pub(super) fn all_of(scenario: &Scenario, client: usize) -> Vec<Self> {
        let own = scenario.behaviours.iter();
        own.filter(|behaviour| behaviour.client == client)
            .map(|behaviour| Self::new(behaviour, client))
            .collect()
    }

    fn new(behaviour: &Behaviour, client: usize) -> Self {
        let mut answering = Answering::new(client as u64);
        answering.set_answers(vec![behaviour.answer()]);
        Self {
            answering,
            after: behaviour.after.into(),
            hold: behaviour.hold,
            free: 0,
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
    /// Gives a message to the behaviours of its client. True where one of them acknowledges it when it is done.
    pub(super) fn take_up(
        &mut self,
        client: usize,
        message: &Message,
        delivery: Option<Delivery>,
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
            application.working = application.working.saturating_add(1);
            let work = Work {
                client,
                life,
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
                application.working = application.working.saturating_sub(1);
            }
            _ => return,
        }
        for reply in work.replies {
            let Some(command) = command_of(&reply, self.scenario.version) else {
                continue;
            };
            let phase = self.world.client(client).map(|client| client.view().phase);
            self.book.published(now, &reply.topic, &reply.payload, None);
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
        let messages = core::mem::take(&mut application.working);
        if messages > 0 {
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
