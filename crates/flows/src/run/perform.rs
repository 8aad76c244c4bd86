//! What a scenario's steps and faults do to the world.

use mqttscope_broker::{self as broker, Broker};
use mqttscope_client::{Client, Command, Phase};

use super::agenda::Todo;
use super::application::{acknowledge, options, publish, subscribe};
use super::stage::Stage;
use super::{Break, RESTART, What, Why};
use crate::scenario::Act;

impl Stage<'_> {
    pub(super) fn perform(&mut self, todo: Todo) {
        match todo {
            Todo::Act(client, act) => self.act(client, act),
            Todo::Cut(client) => {
                self.blame(client, Why::Cut);
                self.happen(What::Cut { client });
                self.world.cut(client);
            }
            Todo::Restart(client, keeps) => self.restart(client, keeps),
            Todo::RestartBroker(keeps) => self.restart_broker(keeps),
            Todo::Revive(client) => {
                self.unblock(client);
                self.command(client, Command::Connect);
            }
            Todo::Answer => {
                for client in 0..self.scenario.clients.len() {
                    self.unblock(client);
                }
            }
            Todo::Offline(client) => self.offline(client),
            Todo::Online(client) => {
                self.happen(What::Online { client });
                self.unblock(client);
            }
            Todo::Slow(client, delay) => {
                self.happen(What::Slow { client, delay });
                self.set_delay(client, delay);
            }
            Todo::Release(client) => self.release(client),
            Todo::Reply(work) => self.reply(work),
        }
    }

    fn act(&mut self, client: usize, act: Act) {
        match act {
            Act::Connect => self.command(client, Command::Connect),
            Act::Disconnect => self.command(client, Command::disconnect()),
            Act::Subscribe { filter, qos } => {
                if let Some(command) = subscribe(&filter, qos) {
                    self.command(client, command);
                }
                if let Some(application) = self.applications.get_mut(client) {
                    application.wanted.push((filter, qos));
                }
            }
            Act::Publish(publication) => {
                let Some(command) = publish(&publication, self.scenario.version) else {
                    return;
                };
                let phase = self.world.client(client).map(|client| client.view().phase);
                let (at, topic) = (self.now(), publication.topic);
                let expiry = publication.expiry.filter(|_| self.scenario.version.is_v5());
                let payload = publication.payload.as_bytes();
                self.book.published(at, &topic, payload, expiry);
                self.happen(What::Published {
                    client,
                    topic,
                    waits: phase != Some(Phase::Connected),
                });
                self.command(client, command);
            }
        }
    }

    /// One more reason why a client cannot reach the broker.
    fn block(&mut self, client: usize) {
        if let Some(count) = self.blocks.get_mut(client) {
            *count = count.saturating_add(1);
        }
        self.world.set_reachable(client, false);
    }

    /// One reason less; with the last one gone it can. A client that wants no connection is no longer without one.
    fn unblock(&mut self, client: usize) {
        let Some(count) = self.blocks.get_mut(client) else {
            return;
        };
        *count = count.saturating_sub(1);
        if *count > 0 {
            return;
        }
        self.world.set_reachable(client, true);
        let phase = self.world.client(client).map(|client| client.view().phase);
        if phase == Some(Phase::Idle) {
            let now = self.now();
            let is_over = |gone: &&mut Break| {
                gone.client == client && gone.to.is_none() && gone.why == Why::Offline
            };
            let over = self.breaks.iter_mut().filter(is_over);
            over.for_each(|gone| gone.to = Some(now));
        }
    }

    fn offline(&mut self, client: usize) {
        let phase = self.world.client(client).map(|client| client.view().phase);
        let connected = matches!(phase, Some(Phase::Connecting | Phase::Connected));
        self.blame(client, Why::Offline);
        self.happen(What::Offline { client, connected });
        self.block(client);
        self.world.cut(client);
        // A connection that is lost by this is heard of first; where there was none, the time begins as well.
        self.note();
        self.begin_break(client);
    }

    fn restart(&mut self, client: usize, keeps: bool) {
        let Some(station) = self.scenario.clients.get(client) else {
            return;
        };
        self.blame(client, Why::Restart);
        self.happen(What::Restart { client, keeps });
        self.abandon(client);
        self.begin_break(client);
        if let Some(application) = self.applications.get_mut(client) {
            application.held.clear();
        }
        let options = options(self.scenario, station, client, !keeps);
        self.block(client);
        if keeps {
            // The same options were good before.
            let _ = self.world.restart(client, options);
        } else if let Ok(fresh) = Client::new(options) {
            self.world.replace(client, fresh);
        }
        let at = self.now().saturating_add(RESTART);
        self.agenda.add(at, Todo::Revive(client));
    }

    fn restart_broker(&mut self, keeps: bool) {
        self.happen(What::RestartBroker { keeps });
        for client in 0..self.scenario.clients.len() {
            self.blame(client, Why::BrokerRestart);
            self.block(client);
        }
        if keeps {
            self.world.cut_all();
            self.note();
        } else {
            self.world.cut_all();
            self.note();
            self.world
                .replace_broker(Broker::new(broker::Options::new(0)));
            self.log.next_broker();
        }
        let at = self.now().saturating_add(RESTART);
        self.agenda.add(at, Todo::Answer);
    }

    fn release(&mut self, client: usize) {
        if self.scenario.holds(client, self.now()) {
            return;
        }
        let held = match self.applications.get_mut(client) {
            Some(application) => core::mem::take(&mut application.held),
            None => return,
        };
        self.happen(What::Released {
            client,
            messages: held.len(),
        });
        for delivery in held {
            // What came on a connection that is gone comes again and is acknowledged then.
            let _ = self.world.command(client, acknowledge(delivery));
        }
    }

    pub(super) fn command(&mut self, client: usize, command: Command) {
        if let Err(misuse) = self.world.command(client, command) {
            self.happen(What::Refused {
                client,
                why: misuse.to_string(),
            });
        }
    }
}
