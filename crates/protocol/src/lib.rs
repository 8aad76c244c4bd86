//! What the page and the engine say to each other.
//!
//! The page says what it wants done and what it looks at. The engine answers with the few rows
//! that are on screen, never with everything: however busy the wire is, a report is small, and
//! there is at most one that the page has not drawn yet ([`Command::Drawn`]).
//!
//! [`profiles`] are how a person connects, also as files; [`brokers`] are where those lead by default.

mod address;
mod bridge;
pub mod brokers;
mod by_hand;
mod captured;
mod case;
mod command;
mod draft;
mod event;
mod examined;
mod faults;
mod led;
mod message;
mod micros;
mod profile;
pub mod profiles;
mod report;
mod rows;
mod version;

pub use address::{MASK, bare_address, is_masked, without_address_secrets};
pub use bridge::{
    BRIDGE_MESSAGE, BridgeEnd, BridgeFailure, BridgeOpened, BridgeRequest, BridgeSays, BridgeStep,
    Bridged, Certificate, CertificateFault, Secured, TlsFacts, TlsFailure, TlsFault, is_pem,
};
pub use by_hand::{BytesSent, Followed};
pub use captured::{
    Apart, CaptureFile, CaptureState, CaptureView, CapturedOrder, CapturedRow, Fate, FaultAnswer,
    FaultRow, FaultStrike, Timeline, TimelineBar,
};
pub use case::{AskCase, CaseFinding, CaseOffer, CaseOffers, CaseView};
pub use command::{Command, Export, ExportFormat, Looking, Moment, Repeat, Tree, Window};
pub use draft::{MessageDraft, MessageProperties, SubscriptionDraft};
pub use event::{ClosedBy, ConnectionEvent, EventKind, EventView, LastPacket, duration};
pub use examined::{
    CheckLine, CheckView, Examine, ExaminedCheck, ExaminedFormat, ExaminedStage, ExaminedView,
    JudgedView,
};
pub use faults::{
    ActiveFault, AskFaults, FAULT_CHOICES, FAULTS_TEXT, FaultChoice, FaultError, FaultFix,
    TapFaults, TapTold,
};
pub use led::{
    ASK_LED, AskLed, LedFormat, LedOptions, LedPackets, LedRow, LedSays, LedStands, LedTls, LedView,
};
pub use message::TextMessage;
pub use mqttscope_examine::{
    CaseFault, Compared, ComparedCheck, ComparedFact, SavedCard, Verdict, case_fault, is_case,
};
pub use mqttscope_shared::{Instant, Recorded};
pub use mqttscope_view::payload::{DiffLine, LineChange};
pub use profile::{ConnectProperties, Profile, Reconnect, Target, WillDraft};
pub use report::{
    Action, Advice, AnswersView, Chart, ChartPoint, ConnectionState, ConnectionView, Exported,
    FilterView, LogView, Notice, OpeningView, Outcome, Packet, PacketLink, PayloadForm, Published,
    Rates, Repeated, Report, SearchProblem, SearchView, ServerLimit, StateAt, Summary, TimedPacket,
};
pub use rows::{
    FindingKey, FindingView, FlowState, FlowView, History, HistoryRow, MessageRow, TopicRow,
    WireRow,
};

pub use mqttscope_schema as schema;
use serde::{Deserialize, Serialize};

/// A connection of the page, by the number that the page gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ConnectionId(pub u32);

/// A packet's place in the log of the wire, counted from 0. It stays when older packets are dropped or
/// cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordId(pub u64);
