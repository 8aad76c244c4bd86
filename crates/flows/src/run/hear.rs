//! What clients and broker tell.

use mqttscope_broker::{self as broker, Dropped};
use mqttscope_client::{Cause, Event, Failure};

use super::application::{acknowledge, subscribe};
use super::stage::Stage;
use super::{What, Why};

impl Stage<'_> {
    pub(super) fn hear(&mut self, client: usize, event: Event) {
        match event {
            Event::Connected(connected) => self.connected(client, connected.session_present),
            Event::Disconnected { cause, .. } => match cause {
                Cause::Requested => {}
                // It wanted a connection while the broker could not be reached.
                Cause::NotOpened => self.begin_break(client),
                cause => {
                    let closed = self.blame.get(client) == Some(&Why::Closed);
                    if closed {
                        let by_client = matches!(cause, Cause::ProtocolError(_));
                        self.happen(What::Closed { client, by_client });
                        if by_client {
                            self.blame(client, Why::ClosedByClient);
                        }
                    }
                    self.begin_break(client);
                }
            },
            Event::Message {
                message, delivery, ..
            } => {
                let now = self.now();
                let topic = message.topic_name().as_str().to_owned();
                let time = self
                    .book
                    .arrived(now, client, &topic, &message.payload, message.retain);
                self.happen(What::Delivered {
                    client,
                    topic,
                    payload: message.payload.clone(),
                    time,
                });
                let is_worked_on = self.take_up(client, &message, delivery, time > 1);
                let holds = self.scenario.holds(client, now);
                let Some(application) = self.applications.get_mut(client) else {
                    return;
                };
                application.received = application.received.saturating_add(1);
                let Some(delivery) = delivery.filter(|_| !is_worked_on) else {
                    return;
                };
                if holds {
                    application.held.push(delivery);
                } else {
                    // It has just come, so it waits for this.
                    let _ = self.world.command(client, acknowledge(delivery));
                }
            }
            Event::Failed {
                failure: Failure::SessionLost,
                ..
            } => self.happen(What::GivenUp { client }),
            _ => {}
        }
    }

    fn connected(&mut self, client: usize, session_present: bool) {
        let Some(application) = self.applications.get_mut(client) else {
            return;
        };
        let again = core::mem::replace(&mut application.connected, true) && !session_present;
        if !again {
            return;
        }
        for (filter, qos) in application.wanted.clone() {
            if let Some(command) = subscribe(&filter, qos) {
                self.command(client, command);
            }
        }
    }

    pub(super) fn hear_broker(&mut self, event: broker::Event) {
        match event {
            broker::Event::Dropped {
                client_identifier,
                topic_name,
                reason,
            } => self.happen(What::Dropped {
                identifier: client_identifier.to_string(),
                topic: topic_name.to_string(),
                expired: reason == Dropped::Expired,
            }),
            broker::Event::WillPublished {
                client_identifier,
                topic_name,
            } => {
                let will = self.scenario.clients.iter().find_map(|station| {
                    station
                        .will
                        .as_ref()
                        .filter(|_| station.client_identifier() == &*client_identifier)
                });
                if let Some(will) = will {
                    self.book.published(
                        self.world.now().millis(),
                        &topic_name,
                        will.payload.as_bytes(),
                        None,
                    );
                }
                self.happen(What::Will {
                    identifier: client_identifier.to_string(),
                    topic: topic_name.to_string(),
                });
            }
            _ => {}
        }
    }
}
