//! What is on screen, and what the engine is asked for because of it.

mod reported;

use std::collections::BTreeMap;
use std::rc::Rc;

use mqttscope_protocol::{
    AnswersView, BytesSent, CapturedOrder, CapturedRow, CaseOffers, CaseView, Chart, ConnectionId,
    ConnectionView, EventView, FindingKey, FindingView, FlowView, History, Instant, Looking,
    MessageRow, Packet, Rates, RecordId, Report, SearchView, Summary, TimedPacket, Timeline,
    TopicRow, Window, WireRow,
};
use mqttscope_wire::Severity;
use yew::Reducible;

use super::around::{Around, Detail};
use super::examine::Examine;
use super::faults::Faults;
use super::led::{Led, LedAct};
use super::lists::{List, Rows, Source, Still, Tab};
use super::sent::Sent;
use super::stopped::Stopped;
use super::tree::{TreeAct, TreeView};

/// The page as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Live {
    /// Where what is recorded comes from.
    pub source: Source,
    /// What is always shown.
    pub summary: Rc<Summary>,
    /// Captured connections on screen.
    pub captured: Rc<Rows<CapturedRow>>,
    /// Connections there are, where not all are listed.
    pub captured_of: Option<u64>,
    /// By what these are sorted.
    pub captured_order: CapturedOrder,
    /// How many packets came when.
    pub timeline: Rc<Timeline>,
    /// See [`Looking::span`].
    pub span: Option<(Instant, Instant)>,
    /// The engine has stopped: why, and what was connected.
    pub stopped: Option<Rc<Stopped>>,
    /// Packets on screen.
    pub wire: Rc<Rows<WireRow>>,
    /// Messages on screen.
    pub messages: Rc<Rows<MessageRow>>,
    /// Topics on screen.
    pub topics: Rc<Rows<TopicRow>>,
    /// Topics with messages that are found, and all; none: nothing is searched for, or it does not narrow them.
    pub topics_found: Option<(u64, u64)>,
    /// Handshakes on screen.
    pub flows: Rc<Rows<FlowView>>,
    /// Findings on screen.
    pub findings: Rc<Rows<FindingView>>,
    /// Findings that these rows stand for, those that are not on screen too.
    pub findings_listed: u64,
    /// See [`Looking::opened`].
    pub opened: Option<FindingKey>,
    /// The message that each connection was asked to publish last.
    pub published: Rc<BTreeMap<ConnectionId, Rc<Sent>>>,
    /// The bytes that were sent as they are last, by connection.
    pub bytes_sent: Rc<BTreeMap<ConnectionId, Rc<BytesSent>>>,
    /// What the answers of each connection have done; with the tables as they were told last.
    pub answers: Rc<BTreeMap<ConnectionId, Rc<AnswersView>>>,
    /// The faults of live connections.
    pub faults: Rc<Faults>,
    /// Only findings of this severity are listed; none: all.
    pub severity: Option<Severity>,
    /// The chart.
    pub chart: Rc<Chart>,
    /// The packet that the inspector shows.
    pub packet: Option<Rc<Packet>>,
    /// Earlier messages of its topic.
    pub history: Option<Rc<History>>,
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
    /// How the topic tree is shown.
    pub tree: TreeView,
    /// Topics that the tree has no room for, and those of them that have too many levels for it.
    pub topics_left_out: (u64, u64),
    /// What the server says of itself below `$SYS`.
    pub system: Rc<Vec<(String, String)>>,
    /// See [`Looking::chart_topic`].
    pub chart_topic: Rc<str>,
    /// See [`Looking::chart_path`].
    pub chart_path: Rc<str>,
    /// The broker that is examined.
    pub examine: Examine,
    /// The client that is examined.
    pub led: Led,
    /// The case that runs, or was run last.
    pub case: Option<Rc<CaseView>>,
    /// Cases that break one rule each, in the version that was asked for last.
    pub case_offers: Option<Rc<CaseOffers>>,
    /// Rows of the list of packets that are no packets.
    wire_events: u64,
    /// The packet that the list of packets is to show.
    reveal: Option<RecordId>,
    /// A person chose [`Live::chart_path`].
    is_path_chosen: bool,
    middle: Option<Window>,
    topics_window: Option<Window>,
    captured_window: Option<Window>,
    /// While paused: where the lists ended.
    still: Still,
    /// See [`Looking::number`].
    number: u32,
}

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
    /// The examination of this connection's broker is shown; none: the traffic again.
    Examine(Option<ConnectionId>),
    /// Cards of brokers are shown in place of anything else, or no longer.
    Cards(bool),
    /// Something of the examination of a client.
    Led(LedAct),
    /// An examination of this connection's broker was begun.
    Examining(ConnectionId),
    /// No check is opened.
    CloseCheck,
    /// Only what contains this.
    Search(Rc<str>),
    /// Only what came between these times, in microseconds since 1970.
    Span(Option<(Instant, Instant)>),
    /// Captured connections in this order.
    CapturedOrder(CapturedOrder),
    /// Only findings of this severity, or all.
    Severity(Option<Severity>),
    /// The findings that a row stands for are listed one by one, or none are.
    OpenFindings(Option<FindingKey>),
    /// Stand still, or go on.
    Pause(bool),
    /// These rows of a list are on screen.
    Scroll(List, Window),
    /// Something with the topic tree.
    Tree(TreeAct),
    /// The chart is of this Topic Filter.
    ChartTopic(Rc<str>),
    /// The chart is of this path.
    ChartPath(Rc<str>),
    /// The log is empty now.
    Cleared,
    /// What was cleared is in the log again.
    Restored,
    /// The engine has stopped, for this reason.
    Stopped(Rc<str>),
    /// It was started again.
    Restarted,
    /// The capture files are closed.
    Closed,
    /// Capture files are read anew.
    Reopened,
}

impl Live {
    /// A page of capture files: all connections are looked at until one is chosen.
    #[must_use]
    pub fn of_captures() -> Self {
        Self {
            source: Source::Captures,
            everything: true,
            ..Self::default()
        }
    }

    /// Whether packets come while it is looked at: of connections, or of a capture that grows.
    #[must_use]
    pub fn grows(&self) -> bool {
        let files = (self.summary.capture.iter()).flat_map(|capture| &capture.files);
        self.source == Source::Connections || files.into_iter().any(|file| file.size.is_none())
    }

    /// The Topic Filter of the chart.
    fn charted(&self) -> &str {
        if self.chart_topic.is_empty() {
            "#"
        } else {
            &self.chart_topic
        }
    }

    /// Whether the chart is not yet that of all messages, or of what was chosen before.
    #[must_use]
    pub fn is_charting(&self) -> bool {
        let chart = &self.chart;
        chart.is_counting || chart.topic != self.charted() || *chart.path != *self.chart_path
    }

    /// What the engine is to report.
    #[must_use]
    pub fn looking(&self) -> Looking {
        let middle = |tab: Tab| {
            let window = self.middle.filter(|_| self.tab == tab)?;
            Some(self.still.window(tab, window))
        };
        Looking {
            connection: self.connection.filter(|_| !self.everything),
            timeline: self.source == Source::Captures,
            span: self.span,
            captured: (self.captured_window).map(|window| (window, self.captured_order)),
            wire: middle(Tab::Wire),
            messages: middle(Tab::Messages),
            flows: middle(Tab::Flows),
            findings: middle(Tab::Findings),
            severity: self.severity,
            opened: self.opened.clone(),
            reveal: self.reveal,
            state: self.around.moment(),
            topics: self.topics_window,
            chart: self.tab == Tab::Chart,
            search: self.search.as_ref().into(),
            tree: self.tree.tree.as_ref().clone(),
            chart_topic: self.charted().to_owned(),
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

    /// Why the TLS of the captured connection that is looked at was not opened, where its row is in the list's window.
    #[must_use]
    pub fn sealed(&self) -> Option<&str> {
        let id = self.connection.filter(|_| !self.everything)?;
        let row = self.captured.rows.iter().find(|row| row.id == id)?;
        row.sealed.as_deref()
    }

    /// How fast it goes over what the lists show (one connection, or all of them), and what waits to be sent; none: there is
    /// no connection.
    #[must_use]
    pub fn rates(&self) -> Option<(Rates, u64)> {
        let all = self.summary.connections.iter();
        all.filter(|view| self.everything || Some(view.id) == self.connection)
            .map(|view| (view.rates, view.queued))
            .reduce(|(a, queued_a), (b, queued_b)| {
                let rates = Rates {
                    messages_in: a.messages_in + b.messages_in,
                    messages_out: a.messages_out + b.messages_out,
                    bytes_in: a.bytes_in + b.bytes_in,
                    bytes_out: a.bytes_out + b.bytes_out,
                };
                (rates, queued_a.saturating_add(queued_b))
            })
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

    /// Rows in the list of packets that are none.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.wire_events
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
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.summary.settled == Some(self.number)
    }

    /// Whether a search narrows the lists: this one or, where it is no filter or not yet one, the one before it.
    #[must_use]
    pub fn is_searched(&self) -> bool {
        let stands = match &self.summary.search {
            SearchView::Unfinished(problem) | SearchView::Wrong(problem) => problem.stands.as_str(),
            _ => &*self.search,
        };
        !self.search.is_empty() && !stands.is_empty()
    }

    /// The lists become others.
    fn begin_anew(&mut self) {
        self.number = self.number.wrapping_add(1);
        self.still = Still::default();
    }

    /// Where payloads are no numbers themselves, the first number in them is drawn until a person
    /// chooses another.
    fn take_chart(&mut self, chart: Chart) {
        if let Some(first) = chart.paths.first()
            && chart.lines.is_empty()
            && self.chart_path.is_empty()
            && !self.is_path_chosen
        {
            self.chart_path = first.as_str().into();
        }
        self.chart = chart.into();
    }

    /// Nothing is recorded any more.
    fn clear(&mut self) {
        self.published = Rc::default();
        self.bytes_sent = Rc::default();
        self.select(None);
        self.forget_rows();
    }

    /// Other rows come, in lists and trees that begin anew.
    fn forget_rows(&mut self) {
        self.begin_anew();
        self.wire = Rc::default();
        self.messages = Rc::default();
        self.flows = Rc::default();
        self.handshake = Rc::default();
        self.findings = Rc::default();
        self.topics = Rc::default();
        self.topics_left_out = (0, 0);
        (self.captured_of, self.topics_found) = (None, None);
        self.system = Rc::default();
        self.tree.clear();
        self.chart = Rc::default();
    }

    fn show(&mut self, tab: Tab) {
        if self.tab != tab {
            self.number = self.number.wrapping_add(1);
        }
        // Another list begins where it says itself that it is.
        self.middle = self.middle.filter(|_| self.tab == tab);
        // What is selected is to be seen in the list of the packets.
        let selected = self
            .selected
            .filter(|_| self.tab != tab && tab == Tab::Wire);
        self.tab = tab;
        (self.reveal, self.revealed) = (selected, None);
    }

    fn select(&mut self, record: Option<RecordId>) {
        self.selected = record;
        self.history = None;
        (self.reveal, self.revealed) = (None, None);
        self.around.select(record);
        if record.is_none() {
            (self.packet, self.event) = (None, None);
        }
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
                    next.span = None;
                    next.select(None);
                    next.begin_anew();
                }
                next.connection = Some(id);
            }
            Act::Everything(everything) => {
                next.everything = everything;
                next.begin_anew();
            }
            Act::Examine(of) => next.examine.of = of,
            Act::Cards(shown) => next.examine.has_cards = shown,
            Act::Led(act) => next.led.act(act),
            Act::Examining(begun) => next.examine.begun = Some(begun),
            Act::CloseCheck => next.examine.opened = None,
            Act::Search(search) => {
                next.search = search;
                next.begin_anew();
            }
            Act::Span(span) => {
                next.span = span;
                next.begin_anew();
            }
            Act::CapturedOrder(order) => next.captured_order = order,
            Act::Severity(severity) => {
                next.severity = severity;
                next.begin_anew();
            }
            Act::OpenFindings(opened) => {
                next.opened = opened;
                next.begin_anew();
            }
            Act::Pause(paused) => next.pause(paused),
            Act::Scroll(List::Middle, window) => next.middle = Some(window),
            Act::Scroll(List::Topics, window) => next.topics_window = Some(window),
            Act::Scroll(List::Captured, window) => next.captured_window = Some(window),
            Act::Tree(act) => next.tree.act(act),
            Act::ChartTopic(topic) => {
                next.chart_topic = topic;
                (next.chart_path, next.is_path_chosen) = (Rc::default(), false);
            }
            Act::ChartPath(path) => (next.chart_path, next.is_path_chosen) = (path, true),
            Act::Cleared => next.clear(),
            // Numbers of packets stay, so that what is selected does.
            Act::Restored => next.forget_rows(),
            Act::Stopped(why) => {
                let stopped = Stopped::new(why, &next.summary, next.stopped.as_deref());
                next.summary = stopped.summary().into();
                next.stopped = Some(stopped.into());
                next.answers = Rc::default();
                next.faults = Rc::default();
                next.examine.stop();
                next.case = None;
                next.clear();
            }
            Act::Restarted => {
                next.stopped = None;
                next.begin_anew();
            }
            Act::Closed => {
                next = Self {
                    number: self.number.wrapping_add(1),
                    ..Self::of_captures()
                };
            }
            // Numbers of packets and connections begin again; what is looked for stays.
            Act::Reopened => {
                next = Self {
                    number: self.number.wrapping_add(1),
                    tab: self.tab,
                    search: self.search.clone(),
                    captured_order: self.captured_order,
                    ..Self::of_captures()
                };
            }
        }
        Rc::new(next)
    }
}

#[cfg(test)]
mod tests;
