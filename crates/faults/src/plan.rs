//! Faults as lines of text, in the notation of the Flows page where it has one.
//!
//! | line | means |
//! |---|---|
//! | `cut NAME at 700` | the connection breaks, 700 ms after the client first connected |
//! | `cut NAME before PUBACK 1`, `cut NAME after PUBLISH 2` | at the n-th packet of a type, which is lost or arrives |
//! | `lose NAME PUBACK 1` | the n-th packet of a type does not go on; the connection stays |
//! | `duplicate NAME PUBLISH 1` | the n-th packet of a type goes on twice |
//! | `offline NAME from 400 to 2000` | the connection breaks, and none is let through until then |
//! | `hold NAME until 900`, `hold NAME from 400 until 900` | the client's acknowledgements are held back |
//! | `slow NAME at 0 by 400` | what is sent takes 400 ms longer from then on |
//! | `throttle NAME at 0 to 1000` | so many bytes a second each way from then on |
//! | `half-open NAME at 700`, `half-open NAME after PUBLISH 1` | the broker's side is closed, the client's stays, silent |
//! | `refuse NAME CONNECT 1 with 0x88` | the tap answers with a CONNACK; the broker never sees it |
//! | `change NAME PUBACK 1 byte 3 to 0x07` | one byte |
//! | `change NAME PUBLISH 2 field topic-name to a/b` | a field, and the lengths around it |
//!
//! What stands behind a `#` with a space before it (and one behind it, where the line may hold a `#` itself: in the value of a
//! field) is a remark.
//!
//! NAME is a client identifier, or `*` for each client. A line that comes while the tap runs counts packets and time from
//! then on. The n-th packet of a type is counted over all connections of a
//! client, whichever way it goes, or only one way with `from client` or `from server` at the end of its line; `hold … from
//! server` holds back the broker's acknowledgements.

use core::cmp::Ordering;

use mqttscope_flows::script::{ScriptError, Words, Wrong, moment, nth, one_of};
use mqttscope_flows::{MAX_DELAY, Nth};
use mqttscope_protocol::FAULTS_TEXT;
use mqttscope_wire::{Field, PacketType, ProtocolVersion, Sender};

/// The most lines that are faults.
const MOST: usize = 200;

/// The longest text, in bytes.
const LONGEST: usize = FAULTS_TEXT;

/// The last byte of an acknowledgement that can be changed.
const SMALL: usize = 1023;

/// The words that a line can begin with.
const BEGINNINGS: [&str; 10] = [
    "cut",
    "lose",
    "duplicate",
    "offline",
    "hold",
    "slow",
    "throttle",
    "half-open",
    "refuse",
    "change",
];

/// What goes wrong, for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its line, from 1.
    pub(crate) line: usize,
    /// What stands there.
    pub(crate) text: Box<str>,
    /// A client identifier; `None`: each client.
    pub(crate) client: Option<String>,
    pub(crate) fault: Fault,
}

/// What goes wrong. Moments are milliseconds after the client first connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Cut(When),
    Lose(Which),
    Duplicate(Which),
    Offline {
        from: u64,
        to: u64,
    },
    Hold {
        by: Sender,
        from: u64,
        until: u64,
    },
    Slow {
        at: u64,
        by: u64,
    },
    /// Bytes a second.
    Throttle {
        at: u64,
        to: u64,
    },
    HalfOpen(When),
    Refuse {
        packet: Which,
        code: u8,
    },
    Change {
        packet: Which,
        change: Change,
    },
}

/// The moment of a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum When {
    At(u64),
    /// The packet is lost.
    Before(Which),
    /// The packet arrives.
    After(Which),
}

/// The n-th packet of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Which {
    pub(crate) nth: Nth,
    /// Only one way.
    pub(crate) from: Option<Sender>,
}

impl Fault {
    /// The packet that it waits for.
    pub(crate) const fn packet(&self) -> Option<Which> {
        match self {
            Self::Cut(When::Before(which) | When::After(which))
            | Self::HalfOpen(When::Before(which) | When::After(which))
            | Self::Lose(which)
            | Self::Duplicate(which)
            | Self::Refuse { packet: which, .. }
            | Self::Change { packet: which, .. } => Some(*which),
            Self::Cut(When::At(_))
            | Self::HalfOpen(When::At(_))
            | Self::Offline { .. }
            | Self::Hold { .. }
            | Self::Slow { .. }
            | Self::Throttle { .. } => None,
        }
    }
}

impl Which {
    /// Whether a packet is one of those that are counted.
    pub(crate) fn counts(self, kind: PacketType, from: Sender) -> bool {
        self.nth.kind == kind && self.from.is_none_or(|only| only == from)
    }
}

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Byte {
        at: usize,
        to: u8,
    },
    /// A field by the standard's name, in small letters and with hyphens; what it is to hold, as the page takes it.
    Field {
        name: String,
        to: String,
    },
}

/// Reads the lines of a file.
///
/// # Errors
/// Each line that is wrong, and why.
pub fn parse(text: &str) -> Result<Vec<Rule>, Vec<ScriptError>> {
    let (mut rules, mut errors) = (Vec::new(), Vec::new());
    let error = |line, Wrong { message, fix }| ScriptError { line, message, fix };
    if text.len() > LONGEST {
        let message = format!("The text is longer than {LONGEST} bytes.");
        return Err(vec![error(1, message.into())]);
    }
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match rule(&mut Words::of(without_remark(line))) {
            Ok((client, fault)) => rules.push(Rule {
                line: number,
                text: line.into(),
                client,
                fault,
            }),
            Err(wrong) => errors.push(error(number, wrong)),
        }
    }
    if rules.len() > MOST {
        let message = format!("There can be at most {MOST} faults.");
        errors.push(error(1, message.into()));
    }
    if errors.is_empty() {
        Ok(rules)
    } else {
        Err(errors)
    }
}

/// A line up to its remark. A `#` alone at the end is a topic filter.
fn without_remark(line: &str) -> &str {
    let mut hashes = line.match_indices('#').filter(|&(at, _)| {
        let (before, behind) = line.split_at_checked(at).unwrap_or((line, ""));
        let behind = behind.chars().nth(1);
        let is_value = before.split_whitespace().any(|word| word == "field");
        before.ends_with(char::is_whitespace)
            && (behind.is_some_and(char::is_whitespace) || !is_value)
            // A name may begin so.
            && before.split_whitespace().count() > 1
    });
    let end = hashes.next().map_or(line.len(), |(at, _)| at);
    line.get(..end).unwrap_or(line)
}

fn rule(words: &mut Words<'_>) -> Result<(Option<String>, Fault), Wrong> {
    let word = words.want("a word")?;
    if !BEGINNINGS.contains(&word) {
        let what = format!("A line cannot begin with `{word}`.");
        let otherwise = format!("It begins with {}.", one_of(&BEGINNINGS));
        return Err(Wrong::word(word, &what, BEGINNINGS, &otherwise));
    }
    let client = words.want("a client identifier, or `*`")?;
    let client = (client != "*").then(|| client.to_owned());
    let fault = match word {
        "cut" => Fault::Cut(when(words)?),
        "lose" => Fault::Lose(which(words)?),
        "duplicate" => Fault::Duplicate(which(words)?),
        "half-open" => Fault::HalfOpen(when(words)?),
        "offline" => {
            words.exactly("from")?;
            let from = moment(words)?;
            words.exactly("to")?;
            let to = moment(words)?;
            in_order(from, to)?;
            Fault::Offline { from, to }
        }
        "hold" => hold(words)?,
        "slow" => {
            words.exactly("at")?;
            let at = moment(words)?;
            words.exactly("by")?;
            let by = u64::from(words.number(1, MAX_DELAY)?);
            Fault::Slow { at, by }
        }
        "throttle" => {
            words.exactly("at")?;
            let at = moment(words)?;
            words.exactly("to")?;
            let to = words.number(1, u64::from(u32::MAX))?;
            Fault::Throttle { at, to }
        }
        "refuse" => {
            let nth = nth(words)?;
            if nth.kind != PacketType::Connect {
                return Err(Wrong::word(
                    nth.kind.name(),
                    "Only a CONNECT can be refused.",
                    [],
                    "Write CONNECT and a number.",
                ));
            }
            words.exactly("with")?;
            let packet = Which { nth, from: None };
            let code = byte(words)?;
            if code == 0 {
                let why = "A CONNACK with 0x00 accepts: refuse with 0x01 to 0xff, such as 0x87 (version 5) or 5 (not \
                           authorized).";
                return Err(why.into());
            }
            Fault::Refuse { packet, code }
        }
        _ => change(words)?,
    };
    words.end()?;
    Ok((client, fault))
}

fn when(words: &mut Words<'_>) -> Result<When, Wrong> {
    match words.want("at, before or after")? {
        "at" => Ok(When::At(moment(words)?)),
        "before" => Ok(When::Before(which(words)?)),
        "after" => Ok(When::After(which(words)?)),
        word => Err(Wrong::word(
            word,
            &format!("`{word}` is not expected here."),
            ["at", "before", "after"],
            "Write at, before or after.",
        )),
    }
}

fn which(words: &mut Words<'_>) -> Result<Which, Wrong> {
    let nth = nth(words)?;
    if !words.take("from") {
        return Ok(Which { nth, from: None });
    }
    let from = side(words)?;
    if !nth.kind.sent_by(ProtocolVersion::V5).allows(from) {
        let (kind, other) = (nth.kind.name(), from.peer());
        let name = |side| match side {
            Sender::Client => "client",
            Sender::Server => "server",
        };
        return Err(format!(
            "No {} sends a {kind}: write `from {}`.",
            name(from),
            name(other)
        )
        .into());
    }
    Ok(Which {
        nth,
        from: Some(from),
    })
}

fn side(words: &mut Words<'_>) -> Result<Sender, Wrong> {
    match words.want("client or server")? {
        "client" => Ok(Sender::Client),
        "server" => Ok(Sender::Server),
        word => Err(Wrong::word(
            word,
            &format!("`{word}` is no side."),
            ["client", "server"],
            "Write client or server.",
        )),
    }
}

fn hold(words: &mut Words<'_>) -> Result<Fault, Wrong> {
    let from = if words.take("from") {
        moment(words)?
    } else {
        0
    };
    words.exactly("until")?;
    let until = moment(words)?;
    in_order(from, until)?;
    let by = if words.take("from") {
        side(words)?
    } else {
        Sender::Client
    };
    Ok(Fault::Hold { by, from, until })
}

fn in_order(from: u64, to: u64) -> Result<(), Wrong> {
    match to.cmp(&from) {
        Ordering::Less => Err("The end is before the start.".into()),
        Ordering::Equal => Err("It ends when it begins, and so does nothing.".into()),
        Ordering::Greater => Ok(()),
    }
}

fn byte(words: &mut Words<'_>) -> Result<u8, Wrong> {
    let word = words.want("a byte")?;
    let hex = word
        .strip_prefix("0x")
        .map(|hex| u8::from_str_radix(hex, 16));
    let byte = hex.unwrap_or_else(|| word.parse());
    byte.map_err(|_| format!("`{word}` is no byte: use 0 to 255, or 0x00 to 0xff.").into())
}

fn change(words: &mut Words<'_>) -> Result<Fault, Wrong> {
    let packet = which(words)?;
    let change = match words.want("byte or field")? {
        "byte" => {
            let at = words.number(0, 1_000_000)?;
            within(packet.nth.kind, at)?;
            words.exactly("to")?;
            let to = byte(words)?;
            Change::Byte { at, to }
        }
        "field" => {
            let name = field(words)?;
            words.exactly("to")?;
            let to = words.text();
            Change::Field { name, to }
        }
        word => {
            return Err(Wrong::word(
                word,
                &format!("`{word}` is not expected here."),
                ["byte", "field"],
                "Write byte or field.",
            ));
        }
    };
    Ok(Fault::Change { packet, change })
}

/// Whether a packet of this type may have this byte.
fn within(kind: PacketType, at: usize) -> Result<(), Wrong> {
    let (most, has) = match kind {
        PacketType::Pingreq | PacketType::Pingresp => (1, "2 bytes"),
        PacketType::Puback | PacketType::Pubrec | PacketType::Pubrel | PacketType::Pubcomp => {
            (SMALL, "4 bytes, with properties some more")
        }
        _ => return Ok(()),
    };
    if at > most {
        let kind = kind.name();
        return Err(format!("There is no byte {at}: a {kind} has {has}; use 0 to {most}.").into());
    }
    Ok(())
}

/// The name of a field, as [`field_name`] makes it.
fn field(words: &mut Words<'_>) -> Result<String, Wrong> {
    let word = words.want("the name of a field")?;
    let name = word.to_lowercase();
    let known = || {
        let fields = Field::ALL.iter();
        fields.flat_map(|field| ProtocolVersion::ALL.map(|version| field_name(*field, version)))
    };
    if known().any(|known| known == name) {
        return Ok(name);
    }
    let known: Vec<String> = known().collect();
    let known = known.iter().map(String::as_str);
    let otherwise = "Write one such as `topic-name`, as the page calls it, with hyphens.";
    Err(Wrong::word(
        word,
        &format!("`{word}` is no field."),
        known,
        otherwise,
    ))
}

/// A field as lines name it: the standard's name, in small letters and with hyphens.
pub(super) fn field_name(field: Field, version: ProtocolVersion) -> String {
    field.name_in(version).to_lowercase().replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_read() {
        let text = "
            # a remark
            cut sensor before PUBACK 1
            cut * after PUBLISH 2 from server
            cut * at 700
            offline * from 400 to 2000
            hold * until 900
            hold * from 400 until 900 from server
            slow * at 0 by 400
            throttle * at 10 to 1000
            half-open * after PUBLISH 1
            refuse * CONNECT 1 with 0x88
            change * PUBACK 1 byte 3 to 7
            change * PUBLISH 2 from client field Topic-Name to a b
            lose * PUBACK 1 from server
            duplicate * PUBLISH 2";
        let rules = parse(text).unwrap();
        assert_eq!(rules.len(), 14);
        assert_eq!(rules[0].client.as_deref(), Some("sensor"));
        assert_eq!(rules[0].line, 3);
        let nth = |kind, n| Nth { kind, n };
        let after = When::After(Which {
            nth: nth(PacketType::Publish, 2),
            from: Some(Sender::Server),
        });
        assert_eq!(rules[1].fault, Fault::Cut(after));
        let hold = |by, from| Fault::Hold {
            by,
            from,
            until: 900,
        };
        assert_eq!(rules[4].fault, hold(Sender::Client, 0));
        assert_eq!(rules[5].fault, hold(Sender::Server, 400));
        let Fault::Change { change, .. } = &rules[11].fault else {
            panic!("{:?}", rules[11]);
        };
        let (name, to) = ("topic-name".to_owned(), "a b".to_owned());
        assert_eq!(change, &Change::Field { name, to });
    }

    #[test]
    fn a_remark_may_stand_behind_a_line() {
        for (line, plain) in [
            ("cut * at 5 # soon", "cut * at 5"),
            ("cut * at 5 #field", "cut * at 5"),
            ("cut #a at 5\t# soon # or later", "cut #a at 5"),
            ("cut * at 5 #", "cut * at 5"),
            (
                "change * PUBLISH 1 field topic-name to a/b # c",
                "change * PUBLISH 1 field topic-name to a/b",
            ),
        ] {
            let (rules, wanted) = (parse(line).unwrap(), parse(plain).unwrap());
            assert_eq!(rules[0].fault, wanted[0].fault, "{line}");
            assert_eq!(rules[0].client, wanted[0].client);
            assert_eq!(&*rules[0].text, line);
        }
        for value in ["#", "a/#", "#a"] {
            let line = format!("change * SUBSCRIBE 1 field topic-filter to {value}");
            let Fault::Change { change, .. } = &parse(&line).unwrap()[0].fault else {
                panic!("{line}");
            };
            let (name, to) = ("topic-filter".to_owned(), value.to_owned());
            assert_eq!(change, &Change::Field { name, to });
        }
    }

    #[test]
    fn the_flows_page_writes_the_same_lines() {
        for scenario in mqttscope_flows::gallery() {
            for fault in &scenario.faults {
                let line = scenario.fault_text(fault);
                let is_link = ["cut", "offline", "slow", "hold"]
                    .iter()
                    .any(|word| line.starts_with(word));
                assert_eq!(parse(&line).is_ok(), is_link, "{line}");
            }
        }
    }

    #[test]
    fn each_fault_that_the_page_offers_is_read() {
        for choice in mqttscope_protocol::FAULT_CHOICES {
            let rules = parse(choice.line);
            assert_eq!(rules.map(|rules| rules.len()), Ok(1), "{}", choice.line);
        }
    }

    #[test]
    fn a_wrong_line_is_named_with_its_cause() {
        for (text, words) in [
            (
                "\n\ncutt * at 5",
                "Line 3: A line cannot begin with `cutt`. Did you mean `cut`?",
            ),
            ("cut", "Missing: a client identifier, or `*`."),
            ("cut * before PUBAK 1", "Did you mean `PUBACK`?"),
            ("cut * before PUBACK", "Missing: a number."),
            ("cut * after PUBLISH 1 from sever", "Did you mean `server`?"),
            ("offline * from 9 to 3", "The end is before the start."),
            ("offline * from 5 to 5", "It ends when it begins"),
            ("hold * until 0", "It ends when it begins"),
            (
                "refuse * CONNECT 1 with 0x00",
                "A CONNACK with 0x00 accepts",
            ),
            (
                "change * PUBLISH 1 field nonsense to 3",
                "`nonsense` is no field. Write one such as `topic-name`",
            ),
            (
                "change * PUBLISH 1 field topik-name to a",
                "Did you mean `topic-name`?",
            ),
            (
                "change * PUBACK 1 byte 3000 to 1",
                "There is no byte 3000: a PUBACK has 4 bytes",
            ),
            ("change * PINGREQ 1 byte 2 to 1", "use 0 to 1."),
            (
                "lose * CONNACK 1 from client",
                "No client sends a CONNACK: write `from server`.",
            ),
            ("cut * at 5 now # then", "The line should end before `now`."),
            (
                "refuse * PUBLISH 1 with 1",
                "Only a CONNECT can be refused.",
            ),
            ("refuse * CONNECT 1 with 256", "`256` is no byte"),
            ("throttle * at 0 to 0", "out of range"),
            (
                "change * PUBLISH 1 bit 3 to 1",
                "`bit` is not expected here.",
            ),
            ("cut * at 5 now", "The line should end before `now`."),
        ] {
            let errors = parse(text).unwrap_err();
            assert_eq!(errors.len(), 1);
            assert!(errors[0].to_string().contains(words), "{}", errors[0]);
        }
        assert_eq!(parse("x\ny\n").unwrap_err().len(), 2);
        assert!(parse(&"cut * at 5\n".repeat(MOST + 1)).is_err());
        assert!(parse(&"# ".repeat(LONGEST)).is_err());
    }
}
