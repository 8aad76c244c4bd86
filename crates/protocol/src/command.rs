//! What the page asks of the engine.

use mqttscope_answers::{Answer, ScriptSays, TableEdit};
use mqttscope_schema::Given as Schemas;
use mqttscope_shared::Instant;
use mqttscope_wire::Severity;
use serde::{Deserialize, Serialize};

use super::{
    AskCase, AskFaults, CapturedOrder, ConnectionId, Examine, FindingKey, MessageDraft, Profile,
    RecordId, SubscriptionDraft,
};

/// What the page asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Opens a connection, or opens it anew with other settings.
    Connect(ConnectionId, Box<Profile>),
    /// Ends it in order: DISCONNECT, then the socket. `reason_code` and `session_expiry_interval`
    /// (seconds) are for version 5.
    Disconnect {
        /// The connection to end.
        connection: ConnectionId,
        /// The Reason Code.
        reason_code: u8,
        /// Another Session Expiry Interval.
        session_expiry_interval: Option<u32>,
    },
    /// Drops the socket without DISCONNECT, as a lost link does.
    Cut(ConnectionId),
    /// Forgets the connection, with its part of the log.
    Remove(ConnectionId),
    /// One SUBSCRIBE.
    Subscribe(ConnectionId, Vec<SubscriptionDraft>),
    /// One UNSUBSCRIBE.
    Unsubscribe(ConnectionId, Vec<String>),
    /// Shows the messages of a filter no longer, or again. They still come.
    Mute(ConnectionId, String, bool),
    /// Publishes, once or on a timer.
    Publish(ConnectionId, Box<MessageDraft>, Option<Repeat>),
    /// Sends bytes as they are, right or wrong, on an open connection. Its client knows nothing of them: what
    /// the server answers is recorded and judged, see [`super::BytesSent`].
    SendBytes(ConnectionId, #[serde(with = "serde_bytes")] Vec<u8>),
    /// Ends what [`Repeat`] began.
    StopRepeating(ConnectionId),
    /// Clears the retained messages of a level of the topic tree and of all below it, as far as this
    /// connection has seen them: an empty retained message to each topic.
    ClearRetained(ConnectionId, u32),
    /// Publishes a request and waits for its answer: Response Topic and Correlation Data are made
    /// when the draft has none, and the Response Topic is subscribed to.
    Request(ConnectionId, Box<MessageDraft>, u32),
    /// Answers messages so, and no longer as before.
    Answers(ConnectionId, Vec<Answer>),
    /// Changes the tables of a connection's answers.
    EditTable(ConnectionId, Box<TableEdit>),
    /// The script of an answer runs, or runs on while answers have changed; what it is to be told comes as
    /// [`super::Report::Script`].
    BeginScript {
        /// The connection that has the answer.
        connection: ConnectionId,
        /// Which of its answers, from 0.
        place: u32,
        /// The number of this run.
        run: u32,
        /// What it waits for, as far as it said so.
        filters: Vec<String>,
        /// How many changes of tables it has made.
        edits: u64,
    },
    /// This run of a script is over.
    EndScript(ConnectionId, u32),
    /// What a run of a script says.
    ScriptSays(ConnectionId, u32, Vec<ScriptSays>),
    /// What is on screen; takes the place of what was before.
    Look(Box<Looking>),
    /// The last reports have been drawn, more are welcome.
    Drawn,
    /// A packet's bytes, for the inspector.
    Inspect(RecordId),
    /// Packets with their times, for the picture of a handshake: the first 64 of them.
    Handshake(Vec<RecordId>),
    /// The most bytes that the log may take; the oldest packets are dropped.
    Budget(u64),
    /// Empties the log.
    Clear,
    /// Brings back what was cleared last, as far as it did not make room for what came since.
    Restore,
    /// What was cleared is not wanted back.
    ForgetCleared,
    /// A file of what was recorded.
    Export(Export),
    /// Reads no more of the capture files.
    StopReading,
    /// The companion opens connections from now on; holds the address of its bridge, `ws://…`.
    Bridge(String),
    /// Something of the examination of a broker.
    Examine(Examine),
    /// Something of cases.
    Case(AskCase),
    /// Something of the faults of live connections.
    Faults(AskFaults),
    /// Payloads are read by these schemas, and no longer as before.
    Schemas(Box<Schemas>),
}

impl Command {
    /// The connection of which it asks something that its server sees.
    #[must_use]
    pub const fn asks_of(&self) -> Option<ConnectionId> {
        match self {
            Self::Connect(connection, _)
            | Self::Disconnect { connection, .. }
            | Self::Cut(connection)
            | Self::Remove(connection)
            | Self::Subscribe(connection, _)
            | Self::Unsubscribe(connection, _)
            | Self::Publish(connection, ..)
            | Self::SendBytes(connection, _)
            | Self::ClearRetained(connection, _)
            | Self::Request(connection, ..) => Some(*connection),
            _ => None,
        }
    }
}

/// A message published on a timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// Milliseconds between two.
    pub every_ms: u32,
    /// None: until stopped.
    pub times: Option<u32>,
}

/// Rows of a list: the first and how many. With `tail`, the last `count` rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The first row.
    pub first: u64,
    /// How many.
    pub count: u32,
    /// Follows the end of the list.
    pub tail: bool,
    /// How many rows had been dropped before the list's row 0 when `first` was counted: rows that
    /// were dropped since do not move what is asked for.
    pub dropped: u64,
}

/// A packet around which the state is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Moment {
    /// This one.
    Packet(RecordId),
    /// The one of a connection that has so many of its packets before it in the log.
    Row(ConnectionId, u64),
}

/// How the topic tree is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tree {
    /// Every branch is open but for [`Tree::toggled`], which are the open ones otherwise.
    pub unfolded: bool,
    /// Branches by their numbers; see [`super::TopicRow::number`].
    pub toggled: Vec<u32>,
    /// Only topics with this text, in either case; empty: all.
    pub text: String,
    /// Only topics with a retained message.
    pub retained: bool,
}

/// What is on screen. Only these lists are reported.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Looking {
    /// None: all connections.
    pub connection: Option<ConnectionId>,
    /// The list of captured connections, and by what it is sorted.
    pub captured: Option<(Window, CapturedOrder)>,
    /// How many packets came when, over the whole log.
    pub timeline: bool,
    /// Only what came between these times, the second one not included.
    pub span: Option<(Instant, Instant)>,
    /// The list of packets.
    pub wire: Option<Window>,
    /// The list of messages.
    pub messages: Option<Window>,
    /// The tree of topics.
    pub topics: Option<Window>,
    /// The list of handshakes.
    pub flows: Option<Window>,
    /// The list of findings.
    pub findings: Option<Window>,
    /// Only findings of this severity; none: all.
    pub severity: Option<Severity>,
    /// The row of findings whose findings are listed one by one.
    pub opened: Option<FindingKey>,
    /// A packet that the list of packets is to show: where it stands there is reported.
    pub reveal: Option<RecordId>,
    /// What both ends know around a packet.
    pub state: Option<Moment>,
    /// The chart.
    pub chart: bool,
    /// Shows only what contains this text; with a leading `topic:` what a Topic Filter matches, with `hex:`
    /// what contains these bytes; or what a filter says (`docs/filters.md`). See [`super::Summary::search`].
    pub search: String,
    /// Which branches of the topic tree are open, and what it is narrowed to.
    pub tree: Tree,
    /// What the chart draws: a Topic Filter, and a path into JSON such as `t` or `a.b.0`.
    pub chart_topic: String,
    /// See [`Looking::chart_topic`]; empty: the whole payload is the number.
    pub chart_path: String,
    /// Another one each time when other rows are wanted; see [`super::Summary::settled`].
    pub number: u32,
}

/// A file of what was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// None: all connections.
    pub connection: Option<ConnectionId>,
    /// Packets or messages.
    pub format: ExportFormat,
    /// As in [`Looking::search`].
    pub search: String,
    /// As in [`Looking::span`].
    pub span: Option<(Instant, Instant)>,
    /// Whether passwords and authentication data are in it.
    pub with_secrets: bool,
}

/// What an export holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExportFormat {
    /// A capture, MQTT over TCP, which Wireshark opens.
    WirePcapng,
    /// A link to the Dissect page, not to be saved: it comes as [`super::Report::Link`].
    WireLink,
    /// A line of hex for each packet, which the Dissect page reads.
    WireHex,
    /// A JSON object for each packet.
    WireJsonLines,
    /// A line for each packet.
    WireCsv,
    /// A JSON object for each message.
    MessagesJsonLines,
    /// A line for each message.
    MessagesCsv,
    /// The same as [`ExportFormat::MessagesJsonLines`], not to be saved: it comes as [`super::Report::Recording`].
    Recording,
}
