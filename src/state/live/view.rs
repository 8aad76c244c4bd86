//! What is on screen, and what the engine is asked for because of it.

use std::rc::Rc;

use mqttscope_engine::protocol::{
    Chart, ConnectionId, ConnectionView, ExplanationView, FindingView, FlowView, Looking,
    MessageRow, Packet, RecordId, Report, Summary, TimedPacket, TopicRow, Window, WireRow,
};
use yew::Reducible;

use super::around::{Around, Detail};

/// Rows that are on screen, or about to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows<T> {
    /// The row that the first is.
    pub first: u64,
    /// Rows there are.
    pub total: u64,
    /// The rows.
    pub rows: Vec<T>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self {
            first: 0,
            total: 0,
            rows: Vec::new(),
        }
    }
}

/// What stands in the middle of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// The messages.
    Messages,
    /// Every packet.
    #[default]
    Wire,
    /// The handshakes.
    Flows,
    /// Numbers over time.
    Chart,
    /// Broken rules.
    Findings,
}

impl Tab {
    /// All of them, as they stand.
    pub const ALL: [Self; 5] = [
        Self::Messages,
        Self::Wire,
        Self::Flows,
        Self::Chart,
        Self::Findings,
    ];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Wire => "Wire",
            Self::Flows => "Flows",
            Self::Chart => "Chart",
            Self::Findings => "Findings",
        }
    }
}

/// A list that scrolls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// The one in the middle.
    Middle,
    /// The tree of topics.
    Topics,
}

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
    /// The recording in plain words; none: it was not told yet.
    pub explanations: Option<Rc<Vec<ExplanationView>>>,
    /// The chart.
    pub chart: Rc<Chart>,
    /// The packet that the inspector shows.
    pub packet: Option<Rc<Packet>>,
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
    /// See [`Looking::paused`].
    pub paused: bool,
    /// Branches of the topic tree that are open.
    pub open_topics: Rc<Vec<String>>,
    /// See [`Looking::chart_topic`].
    pub chart_topic: Rc<str>,
    /// See [`Looking::chart_path`].
    pub chart_path: Rc<str>,
    /// The packet that the list of packets is to show.
    reveal: Option<RecordId>,
    middle: Option<Window>,
    tree: Option<Window>,
    /// Branches that a person opened or closed.
    touched: Rc<Vec<String>>,
    /// While paused: how many rows the lists had when they were first seen since.
    still: [Option<u64>; 5],
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
            Some(self.standing(tab, window))
        };
        Looking {
            connection: self.connection.filter(|_| !self.everything),
            wire: middle(Tab::Wire),
            messages: middle(Tab::Messages),
            flows: middle(Tab::Flows),
            findings: middle(Tab::Findings),
            explanations: self.tab == Tab::Findings,
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
            paused: self.paused,
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

    /// The end of a list that stands still is where it was.
    fn standing(&self, tab: Tab, window: Window) -> Window {
        let end = self.still.get(tab as usize).copied().flatten();
        match end.filter(|_| self.paused && window.tail) {
            Some(end) => Window {
                first: end.saturating_sub(u64::from(window.count)),
                tail: false,
                ..window
            },
            None => window,
        }
    }

    /// Rows of a list, cut where it stood when it was paused.
    fn cut<T>(&mut self, tab: Tab, mut rows: Rows<T>) -> Rc<Rows<T>> {
        if let Some(still) = self.still.get_mut(tab as usize).filter(|_| self.paused) {
            let end = *still.get_or_insert(rows.total);
            rows.total = rows.total.min(end);
            let left = rows.total.saturating_sub(rows.first);
            rows.rows
                .truncate(usize::try_from(left).unwrap_or(usize::MAX));
        }
        rows.into()
    }

    fn pause(&mut self, paused: bool) {
        self.paused = paused;
        self.still = [None; 5];
        let total = match self.tab {
            Tab::Messages => self.messages.total,
            Tab::Wire => self.wire.total,
            Tab::Flows => self.flows.total,
            Tab::Findings => self.findings.total,
            Tab::Chart => return,
        };
        if let Some(still) = self.still.get_mut(self.tab as usize).filter(|_| paused) {
            *still = Some(total);
        }
    }

    fn show(&mut self, tab: Tab) {
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
            self.packet = None;
        }
    }

    fn take(&mut self, report: Report) {
        match report {
            Report::Summary(summary) => self.summary = summary.into(),
            Report::Wire {
                first,
                total,
                rows,
                revealed,
            } => {
                if let Some((record, row)) = revealed
                    && self.reveal == Some(record)
                {
                    (self.reveal, self.revealed) = (None, Some(row));
                }
                self.wire = self.cut(Tab::Wire, Rows { first, total, rows });
            }
            Report::Messages { first, total, rows } => {
                self.messages = self.cut(Tab::Messages, Rows { first, total, rows });
            }
            Report::Topics { first, total, rows } => {
                if total <= SMALL_TREE {
                    self.open_small(&rows);
                }
                self.topics = Rows { first, total, rows }.into();
            }
            Report::Flows { first, total, rows } => {
                self.flows = self.cut(Tab::Flows, Rows { first, total, rows });
            }
            Report::Findings { first, total, rows } => {
                self.findings = self.cut(Tab::Findings, Rows { first, total, rows });
            }
            Report::Explanations(lines) => self.explanations = Some(lines.into()),
            Report::State(state) => {
                if let Some(record) = self.around.take(state) {
                    self.selected = Some(record);
                    self.reveal = Some(record).filter(|_| self.tab == Tab::Wire);
                }
            }
            Report::Chart(chart) => self.chart = chart.into(),
            Report::Packet(packet) if Some(packet.record) == self.selected => {
                self.packet = Some(packet.into());
            }
            Report::Handshake(packets) => self.handshake = packets.into(),
            // A packet that is not wanted any more; files and notices are nobody's state.
            Report::Packet(_) | Report::Exported(_) | Report::Notice(_) => {}
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
                next.search = Rc::default();
                next.select(Some(record));
                next.reveal = Some(record);
            }
            Act::Detail(detail) => next.around.detail = detail,
            Act::Slide(connection, row) => next.around.slide(connection, row),
            Act::Connection(id) => {
                if next.connection != Some(id) {
                    next.select(None);
                }
                next.connection = Some(id);
            }
            Act::Everything(everything) => next.everything = everything,
            Act::Search(search) => {
                next.search = search;
                next.still = [None; 5];
            }
            Act::Pause(paused) => next.pause(paused),
            Act::Scroll(List::Middle, window) => next.middle = Some(window),
            Act::Scroll(List::Topics, window) => next.tree = Some(window),
            Act::Fold(topic) => next.fold(&topic),
            Act::ChartTopic(topic) => next.chart_topic = topic,
            Act::ChartPath(path) => next.chart_path = path,
            Act::Cleared => {
                next.still = [None; 5];
                next.select(None);
                next.explanations = None;
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
mod tests {
    use super::*;
    use mqttscope_engine::protocol::Direction;

    fn after(acts: impl IntoIterator<Item = Act>) -> Rc<Live> {
        acts.into_iter()
            .fold(Rc::new(Live::default()), |live, act| live.reduce(act))
    }

    fn window(first: u64) -> Window {
        Window {
            first,
            count: 40,
            tail: false,
        }
    }

    fn packet(record: u64) -> Report {
        Report::Packet(Packet {
            record: RecordId(record),
            direction: Direction::In,
            version: "5".into(),
            bytes: vec![0xd0, 0],
            findings: Vec::new(),
            linked: None,
            round_trip_ms: None,
        })
    }

    #[test]
    fn only_the_list_on_screen_is_asked_for() {
        let live = after([
            Act::Connection(ConnectionId(3)),
            Act::Scroll(List::Middle, window(7)),
            Act::Scroll(List::Topics, window(0)),
        ]);
        let looking = live.looking();
        assert_eq!(looking.connection, Some(ConnectionId(3)));
        assert_eq!(looking.wire, Some(window(7)));
        assert_eq!(looking.topics, Some(window(0)));
        assert_eq!((looking.messages, looking.chart), (None, false));

        let looking = live.reduce(Act::Show(Tab::Chart)).looking();
        assert_eq!((looking.wire, looking.chart), (None, true));
    }

    #[test]
    fn another_list_does_not_begin_where_the_last_one_was() {
        let live = after([
            Act::Scroll(List::Middle, window(90)),
            Act::Show(Tab::Messages),
        ]);
        assert_eq!(live.looking().messages, None);
        let live = live.reduce(Act::Scroll(List::Middle, window(2)));
        assert_eq!(live.looking().messages, Some(window(2)));
    }

    #[test]
    fn all_connections_or_the_one() {
        let live = after([Act::Connection(ConnectionId(1)), Act::Everything(true)]);
        assert_eq!(live.looking().connection, None);
        assert_eq!(live.connection, Some(ConnectionId(1)));
    }

    #[test]
    fn a_packet_that_comes_late_is_not_shown() {
        let live = after([
            Act::Select(Some(RecordId(1))),
            Act::Select(Some(RecordId(2))),
            Act::Report(vec![packet(1)]),
        ]);
        assert_eq!(live.packet, None);
        let live = live.reduce(Act::Report(vec![packet(2)]));
        assert_eq!(live.packet.as_ref().unwrap().record, RecordId(2));
        assert_eq!(live.reduce(Act::Cleared).packet, None);
    }

    #[test]
    fn a_paused_list_stands_where_it_was() {
        let report = |first: u64, total: u64| {
            let row = FlowView {
                connection: ConnectionId(0),
                name: "PING".into(),
                about: String::new(),
                packet_identifier: None,
                direction: Direction::Out,
                state: mqttscope_engine::protocol::FlowState::Complete,
                state_text: String::new(),
                packets: Vec::new(),
                began_ms: 0.0,
                took_ms: None,
            };
            let rows = vec![row; usize::try_from(total - first).unwrap()];
            Act::Report(vec![Report::Flows { first, total, rows }])
        };
        let tail = Window {
            first: 0,
            count: 3,
            tail: true,
        };
        let live = after([
            Act::Show(Tab::Flows),
            Act::Scroll(List::Middle, tail),
            report(2, 5),
            Act::Pause(true),
            report(2, 9),
        ]);
        assert_eq!((live.flows.total, live.flows.rows.len()), (5, 3));
        assert_eq!(live.looking().flows, Some(window_of(2, 3)));
        let live = live.reduce(Act::Pause(false)).reduce(report(6, 9));
        assert_eq!((live.flows.total, live.looking().flows), (9, Some(tail)));
    }

    fn window_of(first: u64, count: u32) -> Window {
        Window {
            first,
            count,
            tail: false,
        }
    }

    #[test]
    fn a_small_tree_opens_by_itself_but_for_what_was_closed() {
        let report = |total: u64| {
            let row = TopicRow {
                topic: "a".into(),
                level: "a".into(),
                depth: 0,
                has_children: true,
                is_open: false,
                messages: 1,
                last: None,
                last_size: 0,
                last_record: None,
                retained: false,
            };
            Act::Report(vec![Report::Topics {
                first: 0,
                total,
                rows: vec![row],
            }])
        };
        assert_eq!(after([report(3)]).looking().open_topics, ["a"]);
        assert!(after([report(90)]).looking().open_topics.is_empty());
        let closed = after([report(3), Act::Fold("a".into()), report(3)]);
        assert!(closed.looking().open_topics.is_empty());
    }

    #[test]
    fn a_jump_shows_the_packet_in_the_list() {
        let wire = |revealed| Report::Wire {
            first: 0,
            total: 0,
            rows: Vec::new(),
            revealed,
        };
        let live = after([
            Act::Show(Tab::Findings),
            Act::Search("needle".into()),
            Act::Jump(RecordId(7)),
        ]);
        assert_eq!((live.tab, live.selected), (Tab::Wire, Some(RecordId(7))));
        let looking = live.looking();
        assert_eq!((&*looking.search, looking.reveal), ("", Some(RecordId(7))));
        let late = wire(Some((RecordId(3), 1)));
        let live = live.reduce(Act::Report(vec![late, wire(None)]));
        assert_eq!(live.revealed, None);
        let live = live.reduce(Act::Report(vec![wire(Some((RecordId(7), 4)))]));
        assert_eq!((live.revealed, live.looking().reveal), (Some(4), None));
        // Another packet is chosen where the list stands.
        assert_eq!(live.reduce(Act::Select(None)).revealed, None);
    }

    #[test]
    fn a_branch_opens_and_closes() {
        let live = after([Act::Fold("a".into()), Act::Fold("a/b".into())]);
        assert_eq!(live.looking().open_topics, ["a", "a/b"]);
        assert_eq!(
            live.reduce(Act::Fold("a".into())).looking().open_topics,
            ["a/b"]
        );
    }
}
