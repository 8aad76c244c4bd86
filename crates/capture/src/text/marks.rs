//! Marks at the beginning of lines that say which side sent what stands there.

use core::fmt;

use serde::{Deserialize, Serialize};

use super::Side;
use super::scan::{is_hex, words};

/// How a text tells the sides apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Marks {
    /// `>` and `<`, also `->` and `<-`, or real arrows.
    Arrows,
    /// `C` and `S`, `client` and `server`: the first side is the client.
    Names,
    /// `TX` and `RX`, `sent` and `received`, `out` and `in`.
    Verbs,
    /// What the format has of its own, as a followed stream does.
    Format,
    /// Blank lines between blocks, which are taken as turns.
    Turns,
    /// No mark: types of packets that only one side sends.
    Types,
}

impl Marks {
    /// Whether the marks name the ends, so that the first side is the client for certain.
    #[must_use]
    pub const fn is_certain(self) -> bool {
        matches!(self, Self::Names)
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Arrows => "marked by > and <",
            Self::Names => "marked by client and server",
            Self::Verbs => "marked by sent and received",
            Self::Format => "told apart by the format",
            Self::Turns => "taking turns at blank lines",
            Self::Types => "told by the packets' types",
        })
    }
}

/// The mark of a line.
pub(super) struct Mark {
    pub(super) side: Side,
    pub(super) kind: Marks,
    /// Where what the mark is for begins in the line.
    pub(super) end: usize,
}

/// Words before a mark at most: a time, a level, the name of a program.
const BEFORE: usize = 5;

/// What arrows are made of.
pub(super) const ARROWS_RIGHT: [char; 5] = ['>', '→', '⇒', '⟶', '»'];
pub(super) const ARROWS_LEFT: [char; 5] = ['<', '←', '⇐', '⟵', '«'];

/// Words of whoever has what he sends and gets on his own line, in the languages of programs: English, German, French,
/// Spanish, Portuguese, Italian, Chinese.
const SENT: [&str; 28] = [
    "tx",
    "sent",
    "send",
    "sending",
    "out",
    "outgoing",
    "write",
    "gesendet",
    "senden",
    "ausgang",
    "envoyé",
    "envoye",
    "envoi",
    "émis",
    "emis",
    "enviado",
    "enviados",
    "enviando",
    "envío",
    "envio",
    "inviato",
    "发送",
    "发",
    "上行",
    "发送数据",
    "发送报文",
    "已发送",
    "發送",
];
const RECEIVED: [&str; 31] = [
    "rx",
    "received",
    "recv",
    "receiving",
    "in",
    "incoming",
    "read",
    "empfangen",
    "empfang",
    "eingang",
    "reçu",
    "recu",
    "réception",
    "reception",
    "recibido",
    "recibidos",
    "recibiendo",
    "recebido",
    "recebidos",
    "ricevuto",
    "接收",
    "收到",
    "收",
    "下行",
    "接收数据",
    "接收报文",
    "收到数据",
    "收到报文",
    "已接收",
    "接收到",
    "接收了",
];

/// The mark that a line begins with, perhaps behind a time and the like.
pub(super) fn mark(line: &str) -> Option<Mark> {
    if let Some((side, kind, end)) = sign_of_tool(line) {
        return Some(Mark { side, kind, end });
    }
    for (at, word) in words(line).take(BEFORE) {
        // A mark may touch what it is for: `C:10 0c`.
        let head = head(word);
        let len = head.len();
        if let Some((side, kind)) = meaning(head) {
            let end = at.saturating_add(len);
            return Some(Mark {
                side,
                kind,
                end: end.saturating_add(filler(line.get(end..)?)),
            });
        }
        // What stands before a mark is no byte.
        if is_hex(word.trim_matches(|c: char| !c.is_ascii_alphanumeric()))
            && !word.contains(['[', '('])
        {
            return None;
        }
    }
    None
}

/// What of a word may be a mark: up to its colon, which Chinese has its own one of.
pub(super) fn head(word: &str) -> &str {
    let colon = word.char_indices().find(|(_, c)| matches!(c, ':' | '：'));
    let end = colon.map_or(word.len(), |(at, c)| at.saturating_add(c.len_utf8()));
    let head = word.get(..end).unwrap_or(word);
    // `tx=10100004` is a field of a record; `in=5` may count anything.
    match word.split_once('=') {
        Some((name, _)) if FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name)) => {
            word.get(..name.len().saturating_add(1)).unwrap_or(head)
        }
        _ => head,
    }
}

/// Names of fields that hold what was sent or received.
const FIELDS: [&str; 6] = ["tx", "rx", "sent", "recv", "received", "send"];

/// What tools have of their own, and where it ends: `[14:22:05.118]发→◇10 0F` and `收←◆20 02`, as the serial port assistants
/// write it that are common in China; OpenSSL's `write to 0x55d0 [0x55e0] (18 bytes => 18 (0x12))`.
pub(super) fn sign_of_tool(line: &str) -> Option<(Side, Marks, usize)> {
    for (sign, side) in [("write to 0x", Side::First), ("read from 0x", Side::Second)] {
        if line.starts_with(sign) && line.trim_end().ends_with("))") {
            return Some((side, Marks::Verbs, line.len()));
        }
    }
    let head = super::scan::head(line, 64);
    [("发→", Side::First), ("收←", Side::Second)]
        .into_iter()
        .find_map(|(sign, side)| {
            let end = head.find(sign)?.saturating_add(sign.len());
            let rest = line.get(end..)?;
            let bare = rest.trim_start_matches(['◇', '◆', ' ']);
            let end = end.saturating_add(rest.len().saturating_sub(bare.len()));
            Some((side, Marks::Arrows, end))
        })
}

/// How long the words are that only go on with a mark: `client -> server:`.
fn filler(rest: &str) -> usize {
    let mut end = 0;
    for (at, word) in words(rest) {
        let bare = word.trim_end_matches(':');
        let goes_on = arrow(bare).is_some()
            || ["to", "sent", "sends", "says", ":", "|"].contains(&word)
            || name(bare).is_some_and(|_| bare.len() > 1);
        if !goes_on {
            break;
        }
        end = at.saturating_add(word.len());
        if word.ends_with(':') {
            break;
        }
    }
    end
}

pub(super) fn meaning(word: &str) -> Option<(Side, Marks)> {
    let colon = word.ends_with([':', '：']);
    // That of a field, `tx=`; an arrow may have one, too.
    let field = word
        .strip_suffix('=')
        .filter(|name| FIELDS.iter().any(|field| field.eq_ignore_ascii_case(name)));
    let word = field.unwrap_or(word);
    let bare = word.trim_matches(['[', ']', '(', ')', ':', '|', '：', '【', '】']);
    let angled = bare
        .strip_prefix('<')
        .and_then(|word| word.strip_suffix('>'));
    let bare = angled.unwrap_or(bare);
    if let Some(side) = arrow(bare) {
        return Some((side, Marks::Arrows));
    }
    // `C>S`, `S->C`, `C>`: the sender stands first.
    let sender_len = bare.find(|c: char| !c.is_ascii_alphabetic());
    let (sender, rest) = bare.split_at(sender_len.unwrap_or(bare.len()));
    let receiver = rest.trim_start_matches(['-', '=', '>', '→']);
    let is_route = rest.len() > receiver.len() && (receiver.is_empty() || name(receiver).is_some());
    let is_marked = colon || is_route || bare.len() < word.len();
    if let Some(side) = name(sender).filter(|_| is_route || rest.is_empty()) {
        // A letter alone may be a digit.
        return (is_marked || sender.len() > 1).then_some((side, Marks::Names));
    }
    // `TX(21):` and `TX[21]:`, how many bytes there are.
    let counted = bare.split_once(['(', '[']).filter(|(_, count)| {
        !count.is_empty() && count.bytes().all(|digit| digit.is_ascii_digit())
    });
    let bare = counted.map_or(bare, |(verb, _)| verb);
    // A word of a language may begin with a large letter that has an accent.
    let is = |list: &[&str]| {
        let small = |verb: &str| verb.chars().eq(bare.chars().flat_map(char::to_lowercase));
        list.iter().any(|verb| small(verb))
    };
    if is(&SENT) {
        Some((Side::First, Marks::Verbs))
    } else if is(&RECEIVED) {
        Some((Side::Second, Marks::Verbs))
    } else {
        None
    }
}

fn arrow(word: &str) -> Option<Side> {
    let made_of = |heads: [char; 5]| {
        let is_sign = |c: char| matches!(c, '-' | '=') || heads.contains(&c);
        !word.is_empty() && word.chars().all(is_sign)
    };
    if word.ends_with(ARROWS_RIGHT) && made_of(ARROWS_RIGHT) {
        Some(Side::First)
    } else if word.starts_with(ARROWS_LEFT) && made_of(ARROWS_LEFT) {
        Some(Side::Second)
    } else {
        None
    }
}

/// Whether a name is that of a server; none: it says nothing.
pub(super) fn is_end(word: &str) -> Option<bool> {
    name(word).map(|side| side == Side::Second)
}

fn name(word: &str) -> Option<Side> {
    let is = |list: [&str; 2]| list.iter().any(|name| name.eq_ignore_ascii_case(word));
    if is(["c", "client"]) {
        Some(Side::First)
    } else if is(["s", "server"]) || word.eq_ignore_ascii_case("broker") {
        Some(Side::Second)
    } else {
        None
    }
}
