//! What is on screen, and what the engine is asked for because of it.

use std::rc::Rc;

use mqttscope_engine::protocol::{
    Chart, ConnectionId, ConnectionView, EventView, FindingView, FlowView, Grade, Looking,
    MessageRow, Packet, RecordId, Report, Summary, TimedPacket, TopicRow, Window, WireRow,
};
use yew::Reducible;

use super::around::{Around, Detail};
use super::lists::{List, Rows, Still, Tab};

/// The page as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// What is always shown.
    pub summary: Rc<Summary>,
    /// Packets on screen.
    pub wire: Rc<Rows<WireRow>>,
    /// Messages on screen.
    pub messages: Rc<Rows<MessageRow>>,
    /// Topics on screen.
    pub topics: Rc<Rows<TopicRow>>,
    /// Handshakes on screen.
    pub flows: Rc<Rows<FlowView>>,
    /// Findings on screen.
    pub findings: Rc<Rows<FindingView>>,
    /// Only findings of this grade are listed; none: all.
    pub grade: Option<Grade>,
    /// The chart.
    pub chart: Rc<Chart>,
    /// The packet that the inspector shows.
    pub packet: Option<Rc<Packet>>,
    /// The opening or closing of a connection that is shown instead of a packet.
    pub event: Option<Rc<EventView>>,
    /// The packets of the handshake that is drawn.
    pub handshake: Rc<Vec<TimedPacket>>,
    /// The packet that was chosen; it becomes [`Live::packet`] when its bytes are here.
    pub selected: Option<RecordId>,
    /// What both ends know around it.
    pub around: Around,
    /// The row of the list of packets that is to be scrolled to.
    pub revealed: Option<u64>,
    /// What stands in the middle.
    pub tab: Tab,
    /// The connection that is looked at.
    pub connection: Option<ConnectionId>,
    /// Whether the lists show all connections.
    pub everything: bool,
    /// See [`Looking::search`].
    pub search: Rc<str>,
    /// The lists stand still where they are; recording goes on.
    pub paused: bool,
    /// Different each time they go on.
    pub resumed: u32,
    /// Branches of the topic tree that are open.
    pub open_topics: Rc<Vec<String>>,
    /// See [`Looking::chart_topic`].
    pub chart_topic: Rc<str>,
    /// See [`Looking::chart_path`].
    pub chart_path: Rc<str>,
    /// Rows of the list of packets that are no packets.
    wire_events: u64,
    /// The packet that the list of packets is to show.
    reveal: Option<RecordId>,
    middle: Option<Window>,
    tree: Option<Window>,
    /// Branches that a person opened or closed.
    touched: Rc<Vec<String>>,
    /// While paused: where the lists ended.
    still: Still,
    /// See [`Looking::number`].
    number: u32,
}

/// Rows of a topic tree that opens by itself.
const SMALL_TREE: u64 = 12;

/// What happens to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// The engine reports.
    Report(Vec<Report>),
    /// Something else in the middle.
    Show(Tab),
    /// This packet, in the inspector; none: no packet.
    Select(Option<RecordId>),
    /// This packet, in the list of packets and in the inspector.
    Jump(RecordId),
    /// This of the selected packet.
    Detail(Detail),
    /// The state around the packet of a connection that has so many before it.
    Slide(ConnectionId, u64),
    /// This connection.
    Connection(ConnectionId),
    /// All connections in the lists, or the one that is looked at.
    Everything(bool),
    /// Only what contains this.
    Search(Rc<str>),
    /// Only findings of this grade, or all.
    Grade(Option<Grade>),
    /// Stand still, or go on.
    Pause(bool),
    /// These rows of a list are on screen.
    Scroll(List, Window),
    /// Opens a branch of the topic tree, or closes it.
    Fold(String),
    /// The chart is of this Topic Filter.
    ChartTopic(Rc<str>),
    /// The chart is of this path.
    ChartPath(Rc<str>),
    /// The log is empty now.
    Cleared,
}

impl Live {
    /// What the engine is to report.
    #[must_use]
    pub fn looking(&self) -> Looking {
        let middle = |tab: Tab| {
            let window = self.middle.filter(|_| self.tab == tab)?;
            Some(self.still.window(tab, window))
        };
        Looking {
            connection: self.connection.filter(|_| !self.everything),
            wire: middle(Tab::Wire),
            messages: middle(Tab::Messages),
            flows: middle(Tab::Flows),
            findings: middle(Tab::Findings),
            grade: self.grade,
            reveal: self.reveal,
            state: self.around.moment(),
            topics: self.tree,
            chart: self.tab == Tab::Chart,
            search: self.search.as_ref().into(),
            open_topics: self.open_topics.as_ref().clone(),
            chart_topic: if self.chart_topic.is_empty() {
                "#".into()
            } else {
                self.chart_topic.as_ref().into()
            },
            chart_path: self.chart_path.as_ref().into(),
            number: self.number,
        }
    }

    /// A connection as the engine has it.
    #[must_use]
    pub fn view_of(&self, id: ConnectionId) -> Option<&ConnectionView> {
        self.summary
            .connections
            .iter()
            .find(|connection| connection.id == id)
    }

    /// The connection that is looked at.
    #[must_use]
    pub fn current(&self) -> Option<&ConnectionView> {
        self.view_of(self.connection?)
    }

    /// The row of the packet that the inspector shows, while that row is on screen.
    #[must_use]
    pub fn selected_row(&self) -> Option<&WireRow> {
        let selected = self.packet.as_ref()?.record;
        self.wire.rows.iter().find(|row| row.record == selected)
    }

    /// Packets in the list of packets.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.wire.total.saturating_sub(self.wire_events)
    }

    /// The row that is selected in the lists.
    #[must_use]
    pub fn shown_record(&self) -> Option<RecordId> {
        let event = self.event.as_ref().map(|event| event.record);
        event.or_else(|| Some(self.packet.as_ref()?.record))
    }

    /// Rows that came to the list in the middle since it stands still.
    #[must_use]
    pub fn fresh(&self) -> u64 {
        self.still.fresh(self.tab)
    }

    /// Rows of a list, cut where it stood when it was paused.
    fn cut<T>(&mut self, tab: Tab, rows: Rows<T>) -> Rc<Rows<T>> {
        if self.paused {
            let is_settled = self.is_settled();
            self.still.cut(tab, rows, is_settled)
        } else {
            rows.into()
        }
    }

    fn pause(&mut self, paused: bool) {
        self.still = Still::default();
        if !paused && self.paused {
            self.resumed = self.resumed.wrapping_add(1);
        }
        self.paused = paused;
        if paused && self.is_settled() {
            match self.tab {
                Tab::Messages => self.still.stand(self.tab, &self.messages),
                Tab::Wire => self.still.stand(self.tab, &self.wire),
                Tab::Flows => self.still.stand(self.tab, &self.flows),
                Tab::Findings => self.still.stand(self.tab, &self.findings),
                Tab::Chart => {}
            }
        }
    }

    /// Whether all rows have been found of what is asked for, so that others are new.
    fn is_settled(&self) -> bool {
        self.summary.settled == Some(self.number)
    }

    /// The lists become others.
    fn begin_anew(&mut self) {
        self.number = self.number.wrapping_add(1);
        self.still = Still::default();
    }

    fn show(&mut self, tab: Tab) {
        if self.tab != tab {
            self.number = self.number.wrapping_add(1);
        }
        // Another list begins where it says itself that it is.
        self.middle = self.middle.filter(|_| self.tab == tab);
        self.tab = tab;
        (self.reveal, self.revealed) = (None, None);
    }

    fn select(&mut self, record: Option<RecordId>) {
        self.selected = record;
        (self.reveal, self.revealed) = (None, None);
        self.around.select(record);
        if record.is_none() {
            (self.packet, self.event) = (None, None);
        }
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Summary(summary) => self.summary = summary.into(),
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
            Report::Topics { first, total, rows } => {
                if total <= SMALL_TREE {
                    self.open_small(&rows);
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
                rows,
            } => self.findings = self.cut(Tab::Findings, Rows::new(first, total, dropped, rows)),
            Report::State(state) => {
                if let Some(record) = self.around.take(state) {
                    self.selected = Some(record);
                    self.reveal = Some(record).filter(|_| self.tab == Tab::Wire);
                }
            }
            Report::Chart(chart) => self.chart = chart.into(),
            Report::Packet(packet) if Some(packet.record) == self.selected => {
                (self.packet, self.event) = (Some(packet.into()), None);
            }
            Report::Event(event) if Some(event.record) == self.selected => {
                (self.packet, self.event) = (None, Some((*event).into()));
            }
            Report::Handshake(packets) => self.handshake = packets.into(),
            // A packet that is not wanted any more; files and notices are nobody's state.
            Report::Packet(_) | Report::Event(_) | Report::Exported(_) | Report::Notice(_) => {}
        }
    }

    /// A small tree opens by itself, but for what a person closed.
    fn open_small(&mut self, rows: &[TopicRow]) {
        let closed: Vec<_> = rows
            .iter()
            .filter(|row| row.has_children && !row.is_open)
            .map(|row| row.topic.clone())
            .filter(|topic| !self.touched.contains(topic) && !self.open_topics.contains(topic))
            .collect();
        if !closed.is_empty() {
            let mut open = self.open_topics.as_ref().clone();
            open.extend(closed);
            self.open_topics = open.into();
        }
    }

    fn fold(&mut self, topic: &str) {
        if !self.touched.iter().any(|other| other == topic) {
            let mut touched = self.touched.as_ref().clone();
            touched.push(topic.to_owned());
            self.touched = touched.into();
        }
        let mut open = self.open_topics.as_ref().clone();
        let before = open.len();
        open.retain(|other| other != topic);
        if open.len() == before {
            open.push(topic.to_owned());
        }
        self.open_topics = open.into();
    }
}

impl Reducible for Live {
    type Action = Act;

    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut next = (*self).clone();
        match act {
            Act::Report(reports) => reports.into_iter().for_each(|report| next.take(report)),
            Act::Show(tab) => next.show(tab),
            Act::Select(record) => {
                next.select(record);
            }
            Act::Jump(record) => {
                next.show(Tab::Wire);
                // What is searched for might hide it.
                if !next.search.is_empty() {
                    next.search = Rc::default();
                    next.begin_anew();
                }
                next.select(Some(record));
                next.reveal = Some(record);
            }
            Act::Detail(detail) => next.around.detail = detail,
            Act::Slide(connection, row) => next.around.slide(connection, row),
            Act::Connection(id) => {
                if next.connection != Some(id) {
                    next.select(None);
                    next.begin_anew();
                }
                next.connection = Some(id);
            }
            Act::Everything(everything) => {
                next.everything = everything;
                next.begin_anew();
            }
            Act::Search(search) => {
                next.search = search;
                next.begin_anew();
            }
            Act::Grade(grade) => {
                next.grade = grade;
                next.begin_anew();
            }
            Act::Pause(paused) => next.pause(paused),
            Act::Scroll(List::Middle, window) => next.middle = Some(window),
            Act::Scroll(List::Topics, window) => next.tree = Some(window),
            Act::Fold(topic) => next.fold(&topic),
            Act::ChartTopic(topic) => next.chart_topic = topic,
            Act::ChartPath(path) => next.chart_path = path,
            Act::Cleared => {
                next.begin_anew();
                next.select(None);
                next.wire = Rc::default();
                next.messages = Rc::default();
                next.flows = Rc::default();
                next.handshake = Rc::default();
                next.findings = Rc::default();
                next.topics = Rc::default();
                next.chart = Rc::default();
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests;
