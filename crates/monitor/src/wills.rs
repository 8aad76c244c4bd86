//! Wills: when they come, when they may not, and when they should have.

use alloc::collections::BTreeMap;
use core::time::Duration;

use mqttscope_shared::Instant;
use mqttscope_wire::{Rule, Sender};

use super::both::Both;
use super::connection::Connection;
use super::log::{Judge, Log};
use super::matched::Matched;
use super::messages::Message;
use super::view::{Retained, View, Will, WillStep};
use super::{ConnectionId, Finding, content};

/// Time by which a will comes for sure, and the end of a connection is seen.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Subscribers of a will that are remembered.
const MAXIMUM_SEEN: usize = 64;

impl Connection {
    /// Whether the message is a will, and whether it may come.
    pub(super) fn judge_will(
        &self,
        judge: &mut Judge<'_>,
        view: &mut View,
        message: &Message<'_>,
        matched: Option<Matched>,
    ) -> bool {
        if view.wills.is_empty() || message.publish.dup {
            return false;
        }
        let published = view.traces.of_content(message.content()).next().is_some();
        if published {
            return false;
        }
        if let Some(will) = view.doubt_wills_like(message.content()) {
            let (retain, packet) = (will.retain && !message.publish.retain, will.packet);
            if retain {
                view.retain(message.topic_mark, retained(judge, message, packet));
            }
            return true;
        }
        let Some(will) = view.will_like(message.content(), self.id) else {
            return false;
        };
        let is_retained = message.publish.retain;
        let alone = matched.is_some_and(|matched| matched.count == 1);
        let rule = match will.step {
            //= [MQTT-3.1.2-14] v5, [MQTT-3.1.2-16] v3.1.1: a will is retained only if it says so
            _ if is_retained && !will.retain && alone => Some(Rule::RetainedOutdated),
            // What an earlier will of this client has left.
            _ if is_retained => None,
            //= [MQTT-3.1.2-10] v5 and v3.1.1: once
            _ if alone && will.seen_by.contains(&self.id) => Some(Rule::WillTwice),
            //= [MQTT-3.14.4-3] v5 and v3.1.1
            WillStep::Withdrawn => Some(Rule::WillAfterDisconnect),
            //= [MQTT-3.1.3-9] v5
            WillStep::Returned => Some(Rule::WillDespiteReturn),
            //= [MQTT-3.1.3-10] v5
            _ if self.is_v5()
                && will.version.is_v5()
                && content::of_properties(message.publish.properties) != will.properties
                && !content::adds_to(message.publish.properties, will.properties) =>
            {
                Some(Rule::MessageChanged)
            }
            _ => None,
        };
        if let Some(rule) = rule {
            let finding = judge.found_with(rule, will.packet);
            judge.report(finding);
        }
        if is_retained {
            return true;
        }
        let (retain, packet) = (will.retain, will.packet);
        if judge.is_doubtful() {
            will.doubt();
        } else if will.seen_by.len() < MAXIMUM_SEEN {
            will.seen_by.push(self.id);
        }
        will.step = match will.step {
            WillStep::Armed => WillStep::Early(judge.at),
            WillStep::Due(_) => WillStep::Settled,
            step => step,
        };
        if retain {
            //= [MQTT-3.1.2-15] v5, [MQTT-3.1.2-17] v3.1.1
            view.retain(message.topic_mark, retained(judge, message, packet));
        }
        true
    }

    /// Whether a subscriber stands on this connection to whom the will must come of one that `lived` until then.
    fn waits_for(&mut self, will: &Will, due: Instant, lived: Option<Instant>) -> bool {
        self.closed.is_none()
            // The server may have known of the end long before it is seen.
            && self.accepted <= lived
            && self.session.known
            && self
                .session
                .subscriptions
                .matching(content::of_text(&will.topic), &will.topic)
                .is_some_and(|matched| {
                    matched.plain > 0
                        && matched.newest <= due
                        && matched.settled
                        && !matched.all_no_local
                })
    }
}

/// A will that its topic retains.
fn retained(judge: &Judge<'_>, message: &Message<'_>, packet: u64) -> Retained {
    Retained {
        content: Some(message.content()),
        packet,
        at: judge.at,
    }
}

/// Wills that should have come by now, or came too early.
pub(super) fn judge_wills(
    log: &mut Log,
    view: &mut View,
    connections: &mut BTreeMap<ConnectionId, Connection>,
    at: Instant,
) {
    for will in &mut view.wills {
        let (rule, since) = match will.step {
            WillStep::Due(due) if at >= due + PATIENCE => (Rule::WillNotPublished, due),
            WillStep::Early(seen) if at >= seen + PATIENCE => (Rule::WillWhileConnected, seen),
            WillStep::Unknown(until) if at >= until => {
                will.step = WillStep::Settled;
                continue;
            }
            _ => continue,
        };
        let lived = connections.get(&will.connection).and_then(|connection| {
            let Both { client, server } = &connection.halves;
            client.last_packet.max(server.last_packet)
        });
        // In a recording its PUBLISH may be missing: only bytes behind it on the subscriber's connection show that it is not.
        let shows = |connection: &Connection| {
            let last = connection.halves.server.last_packet;
            !log.keeps_doubtful || last.is_some_and(|last| last >= since + PATIENCE)
        };
        let mut may_be_missing = false;
        let shown = connections.values_mut().any(|connection| match rule {
            //= [MQTT-3.1.2-7] v5, [MQTT-3.1.2-8] v5 and v3.1.1
            Rule::WillNotPublished => {
                let (waits, shows) = (connection.waits_for(will, since, lived), shows(connection));
                may_be_missing |= waits && !shows;
                waits && shows
            }
            // Its own connection lives on.
            _ => {
                connection.id == will.connection
                    && connection.closed.is_none()
                    && connection
                        .halves
                        .server
                        .last_packet
                        .is_some_and(|last| last > since)
            }
        });
        will.step = match may_be_missing && !shown {
            // Looked at again, and not at each packet.
            true => WillStep::Due(at),
            false => WillStep::Settled,
        };
        if !shown {
            continue;
        }
        let judge = Judge {
            log,
            connection: will.connection,
            version: will.version,
            from: Sender::Server,
            packet_type: mqttscope_wire::PacketType::Connect,
            number: will.packet,
            at,
            since: at,
        };
        let finding = Finding {
            value: u32::try_from((at - since).as_secs()).unwrap_or(u32::MAX),
            ..judge.found(rule)
        };
        // What was seen may have been a message that is missing; that nothing was is shown by the subscriber.
        let since = if rule == Rule::WillNotPublished {
            at
        } else {
            since
        };
        log.report(finding, since);
    }
}
