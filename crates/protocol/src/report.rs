//! What the engine tells the page: rows, counts, and what happened.

use core::time::Duration;

use mqttscope_answers::{Line, ScriptNews, Table, Tally};
use mqttscope_shared::{Instant, Recorded};
use mqttscope_wire::{PacketType, ProtocolVersion, Sender};
use serde::{Deserialize, Serialize};

use mqttscope_view::states::StateView;

use super::{
    BytesSent, CaptureView, CapturedRow, CaseOffers, CaseView, CheckView, ConnectionId, EventView,
    ExaminedCheck, ExaminedView, Fate, FaultRow, FindingView, FlowView, History, MessageRow,
    Moment, RecordId, SubscriptionDraft, TapFaults, Timeline, TopicRow, WireRow, micros,
};

/// What the engine tells the page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Report {
    /// What is always shown.
    Summary(Box<Summary>),
    /// Rows of the list of captured connections.
    Captured {
        /// The row that the first is.
        first: u64,
        /// Rows there are.
        total: u64,
        /// Connections there are, where a search or a span of time leaves some out.
        of: Option<u64>,
        /// The rows asked for.
        rows: Vec<CapturedRow>,
    },
    /// How many packets came when.
    Timeline(Timeline),
    /// Rows of the packet list, from row `first` of `total`.
    Wire {
        /// The row that the first is.
        first: u64,
        /// Rows there are, with the search applied.
        total: u64,
        /// Rows that stood before row 0 and were dropped, ever since the list is what it is.
        dropped: u64,
        /// Rows there are that are no packets: connections that opened or closed.
        events: u64,
        /// The rows asked for.
        rows: Vec<WireRow>,
        /// The packet that is to be revealed, and its row; none: it is not listed, or not yet.
        revealed: Option<(RecordId, u64)>,
    },
    /// Rows of the message list.
    Messages {
        /// The row that the first is.
        first: u64,
        /// Rows there are, with the search applied.
        total: u64,
        /// Rows that stood before row 0 and were dropped, ever since the list is what it is.
        dropped: u64,
        /// The rows asked for.
        rows: Vec<MessageRow>,
    },
    /// Rows of the topic tree, as it is folded.
    Topics {
        /// The row that the first is.
        first: u64,
        /// Rows there are.
        total: u64,
        /// Topics that the tree has no room for; counted up to a limit.
        left_out: u64,
        /// Those of them that have too many levels for it.
        too_deep: u64,
        /// Topics with messages that a search or a span of time leaves, and all with messages; none: all are left.
        found: Option<(u64, u64)>,
        /// What the server says of itself: topics below `$SYS` and the beginning of their last payload.
        system: Vec<(String, String)>,
        /// The rows asked for.
        rows: Vec<TopicRow>,
    },
    /// Rows of the list of handshakes.
    Flows {
        /// The row that the first is.
        first: u64,
        /// Rows there are.
        total: u64,
        /// Rows that stood before row 0 and are gone, ever since the list is what it is.
        dropped: u64,
        /// The rows asked for.
        rows: Vec<FlowView>,
    },
    /// Rows of the list of findings.
    Findings {
        /// The row that the first is.
        first: u64,
        /// Rows there are.
        total: u64,
        /// Rows that stood before row 0 and are gone, ever since the list is what it is.
        dropped: u64,
        /// Findings that are listed: a row may stand for several.
        findings: u64,
        /// The rows asked for.
        rows: Vec<FindingView>,
    },
    /// What both ends know around the packet that was asked for; none: it is not in the log.
    State(Option<Box<StateAt>>),
    /// What a script of this connection is told.
    Script(ConnectionId, Box<ScriptNews>),
    /// A link to packets.
    Link(PacketLink),
    /// Messages that are to be published again, a JSON object a line.
    Recording(#[serde(with = "serde_bytes")] Vec<u8>),
    /// The chart.
    Chart(Chart),
    /// An answer to [`super::Command::Inspect`].
    Packet(Packet),
    /// With [`Report::Packet`], where it is a message.
    History(History),
    /// An answer to [`super::Command::Inspect`] where there is no packet: a connection opened or closed.
    Event(Box<EventView>),
    /// An answer to [`super::Command::Handshake`]: those of the packets that are still kept.
    Handshake(Vec<TimedPacket>),
    /// What became of the message that the page asked a connection to publish last; said again when
    /// more is known.
    Published(Published),
    /// What followed the bytes that the page sent last by [`super::Command::SendBytes`]; said again when
    /// more is known.
    BytesSent(BytesSent),
    /// What the answers of a connection have done.
    Answers(Box<AnswersView>),
    /// The faults of live connections.
    Faults {
        /// Those that are in force, and what was wrong with what was asked.
        told: TapFaults,
        /// What they and earlier ones did.
        rows: Vec<FaultRow>,
        /// Whether it is the answer to [`super::Command::Faults`]; else a fault has struck since.
        is_answer: bool,
    },
    /// The checks that a broker can be examined with.
    Checks(Vec<CheckView>),
    /// How far the examination of a broker is.
    Examination(Box<ExaminedView>),
    /// An answer to [`super::Examine::Open`]; said again when the check has been run again.
    Examined(Box<ExaminedCheck>),
    /// The cases that there are.
    CaseOffers(Box<CaseOffers>),
    /// A case that runs, or has run.
    Case(Box<CaseView>),
    /// An answer to [`super::Examine::Rows`], without lines and verdict.
    Led(Box<ExaminedCheck>),
    /// An answer to [`super::Command::Export`] or [`super::Examine::Export`].
    Exported(Exported),
    /// Something that a person should know now.
    Notice(Notice),
}

/// What the answers of a connection have done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswersView {
    /// The connection it belongs to.
    pub connection: ConnectionId,
    /// Each of them, in the order of [`super::Profile::answers`].
    pub tallies: Vec<Tally>,
    /// The last lines of the log, the oldest first.
    pub lines: Vec<Line>,
    /// The tables, where an answer or a person changed them since they were told.
    pub tables: Option<Vec<Table>>,
}

/// A message that the page asked to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// By which connection.
    pub connection: ConnectionId,
    /// Messages that the page had asked it to publish before.
    pub number: u32,
    /// Its topic, shortened where it is long.
    pub topic: String,
    /// Its packet; none: it was not sent yet.
    pub record: Option<RecordId>,
    /// How it stands.
    pub outcome: Outcome,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// It waits to be sent.
    Waits,
    /// It was sent; no answer came yet, or none is due.
    Sent,
    /// The server has it: the packet that says so, with the name of its reason code where that says
    /// more.
    Acknowledged(String),
    /// The server did not take it: the reason code's name.
    Refused(String),
    /// It was not sent, or nobody knows whether it arrived: a whole sentence without its full stop.
    Failed(String),
}

/// What is always shown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Every connection, in the order of their numbers.
    pub connections: Vec<ConnectionView>,
    /// The log's size.
    pub log: LogView,
    /// Findings of each severity, of the connections that are looked at: errors, warnings, notes.
    pub findings: [u64; 3],
    /// The same on packets that a search or a span of time leaves; none: all are left.
    pub found: Option<[u64; 3]>,
    /// Findings of the same connections that are not among these: of each rule that a connection breaks,
    /// the first are listed.
    pub left_out: u64,
    /// Handshakes of all connections that are over and not kept: to each server the last 10,000 are.
    pub flows_left_out: u64,
    /// The last [`super::Looking::number`] whose rows were all found: what its lists have since, came
    /// since.
    pub settled: Option<u32>,
    /// Capture files; none: none was opened.
    pub capture: Option<Box<CaptureView>>,
    /// What [`super::Looking::search`] is taken for. Where it is no filter yet, the lists show what they showed before.
    pub search: SearchView,
}

/// What the text of a search is taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchView {
    /// Nothing: everything is shown.
    #[default]
    Nothing,
    /// Words, `topic:` or `hex:`.
    Words,
    /// A filter.
    Filter,
    /// It may become a filter with what is typed next.
    Unfinished(SearchProblem),
    /// It is meant as a filter, and is none.
    Wrong(SearchProblem),
}

/// Why a text is no filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchProblem {
    /// The first byte of the place in the text.
    pub start: u32,
    /// One past its last byte. The text may have changed meanwhile.
    pub end: u32,
    /// The cause, without a full stop.
    pub says: String,
    /// What the lists are narrowed to all the same: the last text that could be searched for. Empty: they show all.
    pub stands: String,
}

/// The log's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    /// Packets that are kept.
    pub packets: u64,
    /// Packets that were dropped for the budget.
    pub dropped: u64,
    /// Packets that were cleared last and can be brought back.
    pub cleared: u64,
    /// Bytes that it takes, also for what can be brought back.
    pub bytes: u64,
    /// Bytes that it may take.
    pub budget: u64,
}

/// A connection as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConnectionView {
    /// The number of the connection.
    pub id: ConnectionId,
    /// Where it stands.
    pub state: ConnectionState,
    /// The identifier it goes by, once known.
    pub client_identifier: String,
    /// Session Present of the last CONNACK.
    pub session_present: Option<bool>,
    /// What the CONNACK says of the server, names as in the standard.
    pub limits: Vec<ServerLimit>,
    /// What it is subscribed to.
    pub filters: Vec<FilterView>,
    /// Per second, over the last seconds.
    pub rates: Rates,
    /// The last round trip of a PINGREQ or an acknowledged packet.
    #[serde(with = "micros::option")]
    pub round_trip: Option<Duration>,
    /// Messages that wait to be sent.
    pub queued: u64,
    /// While it opens: what it waits for.
    pub opening: Option<OpeningView>,
    /// How much of the server's last packet came, in words, where its end is missing for a while.
    pub arriving: Option<String>,
    /// While it is open: the answers of the server that are missing for seconds, in words; none: none are.
    pub overdue: Option<String>,
    /// Whether a message is being repeated.
    pub repeating: bool,
    /// What became of the message that was repeated last, once that is over.
    pub repeated: Option<Repeated>,
    /// Why it does not work, as far as a browser or the companion can know; the likeliest first.
    pub advice: Vec<Advice>,
    /// While it is open: why its last link was lost, in a few words; empty: none was, since it was asked for.
    pub lost: String,
    /// It is open over TLS, and nobody has verified who the server is.
    pub unverified: bool,
    /// How the companion has opened it, in a line: the other end, TLS; empty: the browser did.
    pub link: String,
}

/// A message that was repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// How often it was handed over to be sent.
    pub count: u32,
    /// From the first time to the end.
    #[serde(with = "micros")]
    pub took: Duration,
}

/// What a connection that opens waits for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpeningView {
    /// Its socket is open, and the CONNACK has not come.
    pub for_connack: bool,
    /// How long it has waited for that.
    #[serde(with = "micros")]
    pub waited: Duration,
    /// The time until it gives up.
    #[serde(with = "micros")]
    pub gives_up_in: Duration,
}

/// Where a connection stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ConnectionState {
    /// Closed because it was asked for, or never opened.
    Closed,
    /// The socket opens, or the CONNECT waits for its answer.
    Opening,
    /// The broker accepted it.
    Open,
    /// Lost; tried again later.
    Waiting {
        /// Why, in words.
        cause: String,
        /// The time until the next attempt.
        #[serde(with = "micros")]
        again_in: Duration,
    },
    /// Ended, and nothing more is tried.
    Failed {
        /// Why, in words.
        cause: String,
    },
}

/// A guess at why a connection does not work, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What may be the cause, in a sentence.
    pub cause: String,
    /// What to change, in a sentence.
    pub remedy: String,
    /// Lines of a broker's configuration, if that is where to change it.
    pub configuration: String,
    /// What the server has shown: its certificates, in lines.
    pub shown: String,
    /// The statement that it rests on, if any.
    pub statement: Option<String>,
    /// The version whose standard has that statement.
    pub version: ProtocolVersion,
    /// Whether it is known, rather than guessed.
    pub is_certain: bool,
    /// What the page can do about it with one press.
    pub action: Option<Action>,
}

/// Something that the page can do about a connection that does not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Connect with this version.
    UseVersion(ProtocolVersion),
    /// Connect with another client identifier.
    ChangeClientIdentifier,
}

/// One thing that a CONNACK says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLimit {
    /// The property's name.
    pub name: String,
    /// Its value in words.
    pub value: String,
    /// Whether the server said it, or the standard's default holds.
    pub is_default: bool,
}

/// A subscription as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterView {
    /// As it was asked for.
    pub draft: SubscriptionDraft,
    /// What the SUBACK said in words, or why no SUBSCRIBE was sent; none: no answer yet.
    pub granted: Option<String>,
    /// Whether that is a refusal, or it was not sent.
    pub refused: bool,
    /// Messages it brought.
    pub messages: u64,
    /// Whether its messages are hidden.
    pub muted: bool,
}

/// Counts of one second, averaged over the last few.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// PUBLISH packets that came.
    pub messages_in: f64,
    /// PUBLISH packets that went.
    pub messages_out: f64,
    /// Bytes that came.
    pub bytes_in: f64,
    /// Bytes that went.
    pub bytes_out: f64,
}

/// A line of numbers over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// One line a topic.
    pub lines: Vec<(String, Vec<ChartPoint>)>,
    /// JSON paths to numbers that the payloads have, to choose from.
    pub paths: Vec<String>,
    /// Messages that matched and held no number.
    pub without_number: u64,
    /// Messages with a number of topics beyond those that have a line.
    pub not_drawn: u64,
    /// See [`super::Looking::chart_topic`].
    pub topic: String,
    /// See [`super::Looking::chart_path`].
    pub path: String,
    /// There are messages that were not looked at yet.
    pub is_counting: bool,
}

/// A number at a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChartPoint {
    /// When, since 1970.
    pub at: Instant,
    /// The number.
    pub value: f64,
}

/// A packet with its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Packet {
    /// Its place in the log.
    pub record: RecordId,
    /// Which way.
    pub sender: Sender,
    /// The version that it is read in.
    pub version: ProtocolVersion,
    /// The whole packet.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// What the conversation shows to be wrong with it.
    pub findings: Vec<FindingView>,
    /// Forms of its payload that take more than its bytes, the likeliest first: by a schema, and as Sparkplug B with the
    /// names of the births before.
    pub forms: Vec<PayloadForm>,
    /// The frame of the capture file in which it ends, from 1; none: it is not of a capture.
    pub frame: Option<u32>,
    /// See [`WireRow::fate`].
    pub fate: Option<Fate>,
    /// See [`WireRow::linked`].
    pub linked: Option<RecordId>,
    /// See [`WireRow::round_trip`].
    #[serde(with = "micros::option")]
    pub round_trip: Option<Duration>,
}

/// A payload in one form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayloadForm {
    /// What it is called.
    pub name: String,
    /// The payload.
    pub text: String,
}

/// A packet of a handshake.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TimedPacket {
    /// When it went over the wire, since 1970.
    pub at: Instant,
    /// What it is.
    pub packet: Packet,
}

impl TimedPacket {
    /// The packet as one of a recording of this connection alone.
    #[must_use]
    pub fn recorded(&self) -> Recorded<'_> {
        Recorded {
            connection: 0,
            sender: self.packet.sender,
            version: self.packet.version,
            at: self.at,
            bytes: &self.packet.bytes,
        }
    }
}

/// What both ends know around a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateAt {
    /// What was asked for.
    pub moment: Moment,
    /// The packet.
    pub record: RecordId,
    /// The connection it belongs to.
    pub connection: ConnectionId,
    /// Its type.
    pub packet_type: PacketType,
    /// Which way.
    pub sender: Sender,
    /// When, since 1970.
    pub at: Instant,
    /// Packets of its connection that are before it in the log.
    pub row: u64,
    /// Packets of its connection in the log.
    pub total: u64,
    /// The state; none: it is not known yet.
    pub view: Option<StateView>,
    /// Packets that are to be gone through until it is known; 0 and no state: it cannot be known.
    pub left: u64,
}

/// A link to packets on the Dissect page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketLink {
    /// What it carries, as the address has it.
    pub content: String,
    /// How many packets that are.
    pub packets: u64,
    /// Stars stand in it for secrets.
    pub has_stars: bool,
}

/// A file that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// A name for it.
    pub name: String,
    /// Its MIME type.
    pub mime: String,
    /// Its content.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// Something that a person should know now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// About which connection.
    pub connection: Option<ConnectionId>,
    /// In a sentence.
    pub text: String,
    /// Whether something did not work.
    pub is_problem: bool,
    /// The packet that it is about.
    pub record: Option<RecordId>,
}
