//! The packet whose state is looked at, and what both ends know there.

use std::rc::Rc;

use mqttscope_protocol::{ConnectionId, Moment, RecordId, StateAt};
use mqttscope_view::states::StateView;

/// What is shown of the selected packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// Its fields and bytes.
    #[default]
    Fields,
    /// What both ends know before and after it.
    State,
    /// Of a message: earlier ones of its topic, and what it changed.
    History,
}

impl Detail {
    /// All of them, as they stand.
    pub const ALL: [Self; 3] = [Self::Fields, Self::State, Self::History];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fields => "Fields",
            Self::State => "State",
            Self::History => "History",
        }
    }
}

/// See [the module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// What is shown of the selected packet.
    pub detail: Detail,
    /// The packet that was reported last, without its state.
    pub at: Option<Rc<StateAt>>,
    /// The state that was known last; of the packet before while that of this one is worked out.
    pub view: Option<Rc<StateView>>,
    /// What was asked for.
    moment: Option<Moment>,
    is_gone: bool,
}

impl Around {
    /// What the engine is asked for.
    #[must_use]
    pub fn moment(&self) -> Option<Moment> {
        self.moment.filter(|_| self.detail == Detail::State)
    }

    /// The place of the slider: where it was drawn to, or the packet's.
    #[must_use]
    pub fn row(&self) -> u64 {
        match self.moment {
            Some(Moment::Row(_, row)) => row,
            _ => self.at.as_ref().map_or(0, |at| at.row),
        }
    }

    /// Why there is no state to be shown, or why it is not that of the packet; empty: it is.
    #[must_use]
    pub fn says(&self) -> String {
        match &self.at {
            _ if self.is_gone => "This packet is no longer in the log.".into(),
            Some(at) if at.left > 0 => {
                format!("Going through {} packets …", super::words::whole(at.left))
            }
            Some(_) if self.view.is_none() => "What both ends know here cannot be told.".into(),
            None if self.view.is_none() => "Going through the log …".into(),
            _ => String::new(),
        }
    }

    /// A packet is selected, or none.
    pub(super) fn select(&mut self, record: Option<RecordId>) {
        if record.is_none() {
            *self = Self {
                detail: self.detail,
                ..Self::default()
            };
        }
        self.moment = record.map(Moment::Packet);
        self.is_gone = false;
    }

    /// The slider is drawn.
    pub(super) fn slide(&mut self, connection: ConnectionId, row: u64) {
        self.moment = Some(Moment::Row(connection, row));
    }

    /// Takes a report; gives the packet that the slider has come to, if it was drawn.
    pub(super) fn take(&mut self, state: Option<Box<StateAt>>) -> Option<RecordId> {
        let Some(mut state) = state else {
            self.is_gone = self.moment.is_some();
            return None;
        };
        if self.moment != Some(state.moment) {
            // It answers what is not asked any more.
            return None;
        }
        self.is_gone = false;
        match state.view.take() {
            Some(view) if self.view.as_deref() != Some(&view) => self.view = Some(view.into()),
            None if state.left == 0 => self.view = None,
            _ => {}
        }
        let drawn = matches!(state.moment, Moment::Row(..)).then_some(state.record);
        if drawn.is_some() {
            self.moment = Some(Moment::Packet(state.record));
        }
        self.at = Some((*state).into());
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_protocol::Instant;
    use mqttscope_wire::{PacketType, Sender};

    fn state(moment: Moment, record: u64, left: u64) -> Option<Box<StateAt>> {
        Some(Box::new(StateAt {
            moment,
            record: RecordId(record),
            connection: ConnectionId(1),
            packet_type: PacketType::Pubrec,
            sender: Sender::Server,
            at: Instant::ZERO,
            row: record / 2,
            total: 50,
            view: (left == 0).then(StateView::default),
            left,
        }))
    }

    const fn packet(record: u64) -> Moment {
        Moment::Packet(RecordId(record))
    }

    fn around() -> Around {
        let mut around = Around {
            detail: Detail::State,
            ..Around::default()
        };
        around.select(Some(RecordId(8)));
        around
    }

    #[test]
    fn nothing_is_asked_for_that_is_not_shown() {
        let mut around = around();
        assert_eq!(around.moment(), Some(packet(8)));
        around.detail = Detail::Fields;
        assert_eq!(around.moment(), None);
    }

    #[test]
    fn the_slider_leads_the_selection() {
        let mut around = around();
        assert_eq!(around.take(state(packet(8), 8, 0)), None);
        assert_eq!(around.row(), 4);
        around.slide(ConnectionId(1), 7);
        assert_eq!(around.row(), 7, "the slider stays where it is drawn");
        assert_eq!(around.take(state(packet(8), 8, 0)), None, "an old answer");
        let row = Moment::Row(ConnectionId(1), 7);
        assert_eq!(around.take(state(row, 14, 0)), Some(RecordId(14)));
        assert_eq!((around.moment(), around.row()), (Some(packet(14)), 7));
    }

    #[test]
    fn while_it_is_worked_out_the_last_state_stays() {
        let mut around = around();
        assert!(around.says().contains("Going through"));
        around.take(state(packet(8), 8, 0));
        assert_eq!(around.says(), "");
        around.select(Some(RecordId(20)));
        around.take(state(packet(20), 20, 90_000));
        assert!(around.says().contains("90,000"), "{}", around.says());
        assert!(around.view.is_some());
        around.take(None);
        assert!(around.says().contains("no longer"));
        around.select(None);
        assert_eq!((around.view.clone(), around.moment()), (None, None));
    }
}
