//! Copies that a server keeps or chooses: retained messages, and messages of a share.

use core::time::Duration;

use mqttscope_wire::{QoS, Rule};

use super::connection::Connection;
use super::log::Judge;
use super::matched::Matched;
use super::messages::Message;
use super::view::View;

/// Time by which packets of two connections may reach the server in another order than the monitor.
const SLACK: Duration = Duration::from_secs(1);

impl Connection {
    /// A message of a shared subscription goes to one client.
    pub(super) fn judge_share(
        &self,
        judge: &mut Judge<'_>,
        view: &mut View,
        message: &Message<'_>,
        share: u64,
    ) {
        if judge.is_doubtful() {
            return;
        }
        let only = {
            let mut same = view.traces.of_content(message.content());
            match (same.next(), same.next()) {
                (Some(only), None) => *only,
                _ => return,
            }
        };
        match only.taken {
            Some((taken, by, true)) if taken == share && by != self.id => {
                //= [MQTT-4.8.2-5] and [MQTT-4.8.2-6] v5
                let finding = judge.found_with(Rule::SharedMessagePassedOn, only.packet);
                judge.report(finding);
            }
            _ => {
                if let Some(trace) = view.traces.get_mut(only.mark) {
                    //= [MQTT-4.8.2-5] v5: a delivery with QoS 2 that has begun stays where it is
                    let settled = message.publish.qos == QoS::ExactlyOnce;
                    trace.taken = Some((share, self.id, settled));
                }
            }
        }
    }

    /// A message with RETAIN that is not the one last retained.
    pub(super) fn judge_retained(
        &self,
        judge: &mut Judge<'_>,
        view: &View,
        message: &Message<'_>,
        matched: Option<Matched>,
    ) {
        let Some(matched) = matched.filter(|matched| !matched.any_retain_as_published) else {
            return;
        };
        let Some(retained) = view.retained(message.topic_mark) else {
            return;
        };
        let was_published = view
            .traces
            .of_content(message.content())
            .all(|trace| trace.packet < retained.packet)
            || retained.content.is_none();
        if retained.content != Some(message.content())
            && was_published
            && retained.at + SLACK < matched.newest
        {
            //= [MQTT-3.3.1-5], [MQTT-3.3.1-6] and [MQTT-3.3.1-8] v5
            let finding = judge.found_with(Rule::RetainedOutdated, retained.packet);
            judge.since = judge.since.min(retained.at);
            judge.report(finding);
        }
    }
}
