//! What the engine reports, taken into the page's state.

use std::rc::Rc;

use mqttscope_protocol::Report;

use super::Live;
use crate::state::live::lists::{Rows, Tab};
use crate::state::live::sent::Sent;

impl Live {
    pub(super) fn take(&mut self, report: Report) {
        match report {
            Report::Summary(summary) => {
                let gone = summary.capture.as_ref().and_then(|capture| capture.gone);
                self.summary = summary.into();
                // Its file was read again: what is looked at by itself is not there any more.
                if !self.everything && self.connection.is_some_and(|id| Some(id) <= gone) {
                    (self.connection, self.everything) = (None, true);
                    self.begin_anew();
                }
            }
            Report::Timeline(timeline) => self.timeline = timeline.into(),
            Report::Captured {
                first,
                total,
                of,
                rows,
            } => {
                self.captured_of = of;
                self.captured = Rows::new(first, total, 0, rows).into();
            }
            Report::Wire {
                first,
                total,
                dropped,
                events,
                rows,
                revealed,
            } => {
                if !self.paused {
                    self.wire_events = events;
                }
                if let Some((record, row)) = revealed
                    && self.reveal == Some(record)
                {
                    (self.reveal, self.revealed) = (None, Some(row));
                    self.still.reach(Tab::Wire, dropped.saturating_add(row));
                }
                self.wire = self.cut(Tab::Wire, Rows::new(first, total, dropped, rows));
            }
            Report::Messages {
                first,
                total,
                dropped,
                rows,
            } => self.messages = self.cut(Tab::Messages, Rows::new(first, total, dropped, rows)),
            Report::Topics {
                first,
                total,
                left_out,
                too_deep,
                found,
                system,
                rows,
            } => {
                self.topics_found = found;
                self.tree.open_small(&rows, total);
                self.topics_left_out = (left_out, too_deep);
                if *self.system != system {
                    self.system = system.into();
                }
                self.topics = Rows::new(first, total, 0, rows).into();
            }
            Report::Flows {
                first,
                total,
                dropped,
                rows,
            } => self.flows = self.cut(Tab::Flows, Rows::new(first, total, dropped, rows)),
            Report::Findings {
                first,
                total,
                dropped,
                findings,
                rows,
            } => {
                if !self.paused {
                    self.findings_listed = findings;
                }
                self.findings = self.cut(Tab::Findings, Rows::new(first, total, dropped, rows));
            }
            Report::State(state) => {
                if let Some(record) = self.around.take(state) {
                    if self.selected != Some(record) {
                        self.history = None;
                    }
                    self.selected = Some(record);
                    self.reveal = Some(record).filter(|_| self.tab == Tab::Wire);
                }
            }
            Report::Chart(chart) => self.take_chart(chart),
            Report::Packet(packet) if Some(packet.record) == self.selected => {
                (self.packet, self.event) = (Some(packet.into()), None);
            }
            Report::Event(event) if Some(event.record) == self.selected => {
                (self.packet, self.event) = (None, Some((*event).into()));
            }
            Report::History(history) if Some(history.record) == self.selected => {
                self.history = Some(history.into());
            }
            Report::Handshake(packets) => self.handshake = packets.into(),
            Report::Published(published) => {
                let id = published.connection;
                let sent = Sent::after(self.published.get(&id).map(|sent| &**sent), published);
                Rc::make_mut(&mut self.published).insert(id, sent.into());
            }
            Report::BytesSent(sent) => {
                Rc::make_mut(&mut self.bytes_sent).insert(sent.connection, sent.into());
            }
            Report::Answers(mut view) => {
                let before = self.answers.get(&view.connection);
                if view.tables.is_none() {
                    view.tables = before.and_then(|before| before.tables.clone());
                }
                Rc::make_mut(&mut self.answers).insert(view.connection, Rc::new(*view));
            }
            Report::Faults {
                told,
                rows,
                is_answer,
            } => Rc::make_mut(&mut self.faults).take(told, rows, is_answer),
            Report::Checks(checks) => self.examine.checks = checks.into(),
            Report::Examination(view) => self.examine.take(*view),
            Report::Examined(check) => self.examine.opened = Some((*check).into()),
            Report::CaseOffers(offers) => self.case_offers = Some((*offers).into()),
            Report::Case(case) => self.case = Some((*case).into()),
            Report::Led(check) => self.led.take(*check),
            // A packet that is not wanted any more; files, notices and what scripts are told are nobody's state.
            Report::Script(..)
            | Report::Recording(_)
            | Report::Link(_)
            | Report::Packet(_)
            | Report::Event(_)
            | Report::History(_)
            | Report::Exported(_)
            | Report::Notice(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::live::Act;
    use mqttscope_protocol::{CaptureView, ConnectionId, Summary};
    use yew::Reducible;

    #[test]
    fn a_connection_that_was_read_again_is_not_looked_at_any_more() {
        let gone = |id| {
            let view = CaptureView {
                gone: Some(ConnectionId(id)),
                ..CaptureView::default()
            };
            let summary = Summary {
                capture: Some(view.into()),
                ..Summary::default()
            };
            Act::Report(vec![Report::Summary(summary.into())])
        };
        let acts = [
            Act::Connection(ConnectionId(3)),
            Act::Everything(false),
            gone(2),
        ];
        let start = Rc::new(Live::of_captures());
        let live = acts.into_iter().fold(start, |live, act| live.reduce(act));
        assert_eq!(
            (live.connection, live.everything),
            (Some(ConnectionId(3)), false)
        );
        let live = live.reduce(gone(3));
        assert_eq!((live.connection, live.everything), (None, true));
    }
}
