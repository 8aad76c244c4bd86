//! An examination of a client by the companion: what the page asks for, and what it is told, as JSON in text messages of
//! a WebSocket.

use core::fmt;
use core::time::Duration;

use mqttscope_examine::{Seen, Verdict};
use mqttscope_shared::Instant;
use mqttscope_wire::ProtocolVersion;
use serde::{Deserialize, Serialize};

use super::{ExaminedStage, Exported, TextMessage, micros};

/// What the page asks of the companion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AskLed {
    /// Listens for a client, and examines it. What was found before is forgotten, and an examination that runs is ended.
    Begin(LedOptions),
    /// Begins no more situations, or goes on.
    Pause(bool),
    /// Leaves a situation out, by its place in [`LedView::rows`].
    Skip(u32),
    /// Ends it: what has been found stays.
    Cancel,
    /// The packets of a situation: [`LedSays::Packets`].
    Open(u32),
    /// A file of all verdicts: [`LedSays::File`].
    Export(LedFormat),
    /// The certificate that clients must trust, where one was made: [`LedSays::File`].
    Authority,
}

/// Where a client is waited for, and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedOptions {
    /// 0: one that is free.
    pub port: u16,
    /// At all addresses of the machine; else only at 127.0.0.1.
    pub everywhere: bool,
    /// Only situations of this version; none: of the one that the client speaks.
    pub version: Option<ProtocolVersion>,
    /// Whether clients speak TLS.
    pub tls: LedTls,
}

/// How clients reach the companion.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedTls {
    /// Over TCP as it is.
    #[default]
    None,
    /// With a certificate that the companion makes, for this machine and these names and addresses. Until it ends, it makes
    /// one only for the same names.
    Made(Vec<String>),
    /// With this one. Both are paths of files on the companion's machine, or the text of a PEM.
    Given {
        /// With its chain, or with its key, too (PEM or PKCS#12).
        certificate: String,
        /// Where it is not in the certificate's file.
        key: String,
        /// What opens an encrypted key or a PKCS#12 file.
        passphrase: String,
    },
}

/// It holds secrets, and what is printed is read by others.
impl fmt::Debug for LedTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Made(_) => "Made",
            Self::Given { .. } => "Given",
        })
    }
}

/// A file of an examination, in the form that `mqttscope examine-client` writes, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedFormat {
    /// For programs.
    Json,
    /// For people, in a browser.
    Html,
    /// For people, in a terminal or a mail.
    Text,
}

/// What the companion says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedSays {
    /// How it stands; said after each change.
    View(Box<LedView>),
    /// An answer to [`AskLed::Open`].
    Packets(Box<LedPackets>),
    /// An answer to [`AskLed::Export`].
    File(Box<Exported>),
    /// Nothing has begun: why, in a sentence.
    Failed(String),
}

/// An examination of a client as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedView {
    /// How far it is. It is never [`ExaminedStage::Reaching`], nor in any other stage that only a broker leads to.
    pub stage: ExaminedStage,
    /// When it began, in milliseconds since 1970; no two of a companion begin at the same time.
    pub began: u64,
    /// Where the client is to connect to, `mqtt://HOST:PORT` or `mqtts://HOST:PORT`; empty: none has begun.
    pub address: String,
    /// Clients must trust a certificate that was made: see [`AskLed::Authority`].
    pub has_authority: bool,
    /// Why the last client that came did not get as far as MQTT, in a sentence.
    pub trouble: Option<String>,
    /// How long it took; zero until it is over, since a time alone is no news.
    #[serde(with = "micros")]
    pub took: Duration,
    /// Connections that are open.
    pub connected: u32,
    /// The version that the client speaks; none: it has not connected.
    pub version: Option<ProtocolVersion>,
    /// The row whose [`LedRow::ask`] is to be done now, by its place; none: a situation runs, or nothing is left.
    pub next: Option<u32>,
    /// The situations in their order, and behind them what the client broke beside them.
    pub rows: Vec<LedRow>,
    /// What was found out by version, the newest first; each fact with its value.
    pub card: Vec<(ProtocolVersion, Vec<(String, String)>)>,
}

/// A situation, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedRow {
    /// Its name, or that of the rule that was broken.
    pub name: String,
    /// What is asked of the client, in a sentence.
    pub title: String,
    /// What is to be done with the client so that it begins, in a sentence.
    pub ask: String,
    /// The version that its statements are of.
    pub version: ProtocolVersion,
    /// `MQTT-…`.
    pub statements: Vec<String>,
    /// Whether they say MUST.
    pub is_must: bool,
    /// How far it is.
    pub stands: LedStands,
}

/// How far a situation is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedStands {
    /// The client cannot show it yet: it lacks what that needs, or speaks another version.
    Later,
    /// It begins when the client does what [`LedRow::ask`] says.
    Open,
    /// It waits for this, in the notation of situations.
    Running(String),
    /// The examination has ended before the client had shown it; why, in a sentence or two.
    Never(String),
    /// What became of it; and why, in a sentence or two.
    Judged(Verdict, String),
}

/// What went over the client's connections in a situation. The engine makes rows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedPackets {
    /// The place in [`LedView::rows`].
    pub number: u32,
    /// The version that was spoken.
    pub version: ProtocolVersion,
    /// When the situation began, in milliseconds since 1970.
    pub began: Instant,
    /// In order, without passwords.
    pub packets: Vec<Seen>,
}

/// The most bytes of a message of the page.
pub const ASK_LED: usize = 64 << 10;

impl TextMessage for AskLed {}
impl TextMessage for LedSays {}

#[cfg(test)]
mod tests {
    use super::*;
    use mqttscope_examine::Happened;

    #[test]
    fn what_is_asked_and_said_comes_through() {
        let options = LedOptions {
            port: 1883,
            everywhere: true,
            version: Some(ProtocolVersion::V3_1_1),
            tls: LedTls::Made(vec!["broker.example".into()]),
        };
        let secret = LedOptions {
            tls: LedTls::Given {
                certificate: "/etc/mine.pem".into(),
                key: "-----BEGIN PRIVATE KEY-----".into(),
                passphrase: "open sesame".into(),
            },
            ..options.clone()
        };
        let printed = format!("{secret:?}");
        assert!(printed.ends_with("tls: Given }"), "{printed}");
        for asked in [
            AskLed::Begin(options),
            AskLed::Begin(secret),
            AskLed::Authority,
            AskLed::Pause(true),
            AskLed::Skip(3),
            AskLed::Cancel,
            AskLed::Open(0),
            AskLed::Export(LedFormat::Text),
        ] {
            let text = asked.to_text();
            assert!(text.len() < ASK_LED, "{text}");
            assert_eq!(AskLed::of_text(&text), Some(asked));
        }
        let row = |stands| LedRow {
            name: "connects".into(),
            title: "It connects.".into(),
            ask: "Switch it on.".into(),
            version: ProtocolVersion::V5,
            statements: vec!["MQTT-3.1.0-1".into()],
            is_must: true,
            stands,
        };
        let view = LedView {
            stage: ExaminedStage::Running,
            took: Duration::from_millis(1_500),
            rows: vec![
                row(LedStands::Later),
                row(LedStands::Never("It was never shown.".into())),
                row(LedStands::Running("> PINGREQ".into())),
                row(LedStands::Judged(Verdict::Broken, "It does not.".into())),
            ],
            ..LedView::default()
        };
        let packets = LedPackets {
            number: 2,
            version: ProtocolVersion::V5,
            began: Instant::from_millis(1_700_000_000_000),
            packets: vec![Seen {
                at: 7,
                connection: "client".into(),
                what: Happened::Received(vec![0xc0, 0]),
            }],
        };
        let file = Exported {
            name: "mqttscope-client.txt".into(),
            mime: "text/plain".into(),
            bytes: b"broken".to_vec(),
        };
        for said in [
            LedSays::View(Box::new(view)),
            LedSays::Packets(Box::new(packets)),
            LedSays::File(Box::new(file)),
            LedSays::Failed("It is taken.".into()),
        ] {
            assert_eq!(LedSays::of_text(&said.to_text()), Some(said));
        }
    }

    #[test]
    fn what_is_no_message_of_this_version_is_none() {
        for text in ["", "{}", "\"Nothing\"", "{\"Skip\":-1}"] {
            assert_eq!(AskLed::of_text(text), None);
            assert_eq!(LedSays::of_text(text), None);
        }
    }
}
