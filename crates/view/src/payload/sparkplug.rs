//! Sparkplug B as lines: what the message is, and a line for each metric with its name, value, type and time.

mod value;

use std::fmt::Write as _;

use mqttscope_shared::rfc3339;
use mqttscope_sparkplug::protobuf::{Fields, Value, varint};
use mqttscope_sparkplug::{
    Address, Birth, DataType, Metric, MetricValue, Names, Payload, Topic, datatype,
};

use super::View;
use crate::escape::escape_start;
pub use value::sparkplug_value;

/// Characters that are shown; a page full of text helps nobody.
const MOST: usize = 256 << 10;
/// Characters of one text, and bytes of one array or blob.
const MOST_OF_ONE: usize = 4 << 10;
/// Members of an array that are shown.
const MOST_MEMBERS: usize = 256;

/// The payload of such a topic as Sparkplug B. Its metrics have the `names` of the births before it.
///
/// `None`: topic and payload do not both fit.
#[must_use]
pub fn sparkplug(topic: &str, payload: &[u8], names: &Names<'_>) -> Option<View> {
    let (address, payload) = read(topic, payload)?;
    let mut lines = Lines::default();
    lines.head(&address, &payload, names);
    for metric in payload.metrics() {
        if lines.is_full() {
            break;
        }
        lines.metric(&metric, names, 1);
    }
    Some(View::Sparkplug(lines.finish()))
}

/// The same in one line of about so many characters: what the message is, and its metrics as far as they find room.
#[must_use]
pub fn sparkplug_line(
    topic: &str,
    payload: &[u8],
    names: &Names<'_>,
    most: usize,
) -> Option<String> {
    let (address, payload) = read(topic, payload)?;
    let mut out = address.message_type.name().to_owned();
    if let Some(seq) = payload.seq {
        let _ = write!(out, " seq {seq}");
    }
    for (metric, separator) in payload
        .metrics()
        .zip([" · "].into_iter().chain(std::iter::repeat(", ")))
    {
        if out.len() > most {
            break;
        }
        let known = Known::of(&metric, names);
        let mut lines = Lines::default();
        lines.value(&metric, known.datatype, 0);
        let value = lines.out.lines().next().unwrap_or_default().to_owned();
        let _ = write!(out, "{separator}{} = {value}", known.name);
    }
    Some(cut(&out, most))
}

fn read<'a>(topic: &'a str, payload: &'a [u8]) -> Option<(Address<'a>, Payload<'a>)> {
    let Topic::Edge(address) = Topic::of(topic)? else {
        return None;
    };
    let payload = Payload::read(payload).filter(|_| !payload.is_empty())?;
    Some((address, payload))
}

/// What a metric is called and how its value is read, from itself or from a birth.
struct Known {
    name: String,
    datatype: DataType,
    is_from_birth: bool,
}

impl Known {
    fn of(metric: &Metric<'_>, names: &Names<'_>) -> Self {
        let births = || names.device.iter().chain(&names.node).map(|it| it.1);
        let by_alias = || {
            let alias = metric.alias?;
            births().find_map(|birth: &Birth| birth.by_alias(alias))
        };
        let by_name = |name: &str| births().find_map(|birth: &Birth| birth.by_name(name));
        let own = metric.datatype.filter(|it| it.0 != 0);
        match (metric.name, by_alias()) {
            (Some(name), _) => Self {
                name: shown(name),
                datatype: own.or_else(|| by_name(name)).unwrap_or_default(),
                is_from_birth: false,
            },
            (None, Some((name, datatype))) => Self {
                name: shown(name),
                datatype: own.unwrap_or(datatype),
                is_from_birth: true,
            },
            (None, None) => Self {
                name: match metric.alias {
                    Some(alias) => format!("alias {alias}"),
                    None => "(no name)".to_owned(),
                },
                datatype: own.unwrap_or_default(),
                is_from_birth: false,
            },
        }
    }
}

/// Text on its way to the page.
#[derive(Default)]
struct Lines {
    out: String,
}

impl Lines {
    fn is_full(&self) -> bool {
        self.out.len() >= MOST
    }

    fn finish(mut self) -> String {
        if self.is_full() {
            self.out.truncate(self.out.floor_char_boundary(MOST));
            self.out.push_str("\n… the rest is left out here");
        }
        self.out
    }

    fn line(&mut self, depth: usize, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        for _ in 0..depth {
            self.out.push_str("  ");
        }
        self.out.push_str(text);
    }

    fn head(&mut self, address: &Address<'_>, payload: &Payload<'_>, names: &Names<'_>) {
        self.line(
            0,
            "Sparkplug B, by its topic; the payload fits the Protobuf schema.",
        );
        let mut whose = format!(
            "{}: group {}, edge node {}",
            address.message_type.name(),
            shown(address.group),
            shown(address.edge)
        );
        if let Some(device) = address.device {
            let _ = write!(whose, ", device {}", shown(device));
        }
        self.line(0, &whose);
        if let Some(seq) = payload.seq {
            self.line(0, &format!("seq {seq}"));
        }
        if let Some(timestamp) = payload.timestamp {
            self.line(0, &format!("timestamp {}", rfc3339(timestamp)));
        }
        if let Some(uuid) = payload.uuid {
            self.line(0, &format!("uuid {}", text(uuid)));
        }
        if let Some(body) = payload.body {
            self.line(0, &format!("body {}", hex(body)));
        }
        let has_unnamed = payload
            .metrics()
            .any(|metric| metric.name.is_none() && metric.alias.is_some());
        if has_unnamed && !address.message_type.is_birth() {
            let is_seen = names.node.is_some() || names.device.is_some();
            self.line(
                0,
                if is_seen {
                    "Names and types behind aliases are those of the birth before it."
                } else {
                    "No birth of it was seen before: names and types behind aliases are not known."
                },
            );
        }
        let count = payload.metrics().count();
        let plural = if count == 1 { "" } else { "s" };
        self.line(0, &format!("{count} metric{plural}"));
    }

    fn metric(&mut self, metric: &Metric<'_>, names: &Names<'_>, depth: usize) {
        let known = Known::of(metric, names);
        self.line(depth, &format!("{} = ", known.name));
        let at = self.out.len();
        self.value(metric, known.datatype, depth);
        let mut about = Vec::new();
        if let Some(name) = known.datatype.name().filter(|_| known.datatype.0 != 0) {
            about.push(name.to_owned());
        } else if metric.datatype.is_some_and(|it| it.name().is_none()) {
            about.push(format!("datatype {}", known.datatype.0));
        }
        if let Some(alias) = metric.alias {
            let from = if known.is_from_birth {
                ", name of the birth"
            } else {
                ""
            };
            about.push(format!("alias {alias}{from}"));
        }
        if let Some(timestamp) = metric.timestamp {
            about.push(rfc3339(timestamp));
        }
        let flags = [
            (metric.is_historical, "historical"),
            (metric.is_transient, "transient"),
        ];
        about.extend(flags.iter().filter(|it| it.0).map(|it| it.1.to_owned()));
        if !about.is_empty() {
            let about = format!("  ({})", about.join(", "));
            // Behind the value's first line: parts of it stand below.
            let value = self.out.get(at..).unwrap_or_default();
            let end = value
                .find('\n')
                .map_or(self.out.len(), |it| at.saturating_add(it));
            self.out.insert_str(end, &about);
        }
        let below = depth.saturating_add(1);
        if let Some(metadata) = metric.metadata {
            self.metadata(metadata, below);
        }
        if let Some(properties) = metric.properties {
            self.line(below, "properties");
            self.properties(properties, below.saturating_add(1));
        }
    }

    fn value(&mut self, metric: &Metric<'_>, of: DataType, depth: usize) {
        match metric.value {
            Some(value) if !metric.is_null => self.any(value, of, depth),
            _ if metric.is_null => self.out.push_str("null"),
            _ => self.out.push_str("(no value)"),
        }
    }

    fn any(&mut self, value: MetricValue<'_>, of: DataType, depth: usize) {
        let below = depth.saturating_add(1);
        match value {
            MetricValue::Number(number) => self.out.push_str(&whole(number, of)),
            MetricValue::Float(number) => self.out.push_str(&fraction(f64::from(number), number)),
            MetricValue::Double(number) => self.out.push_str(&fraction(number, number)),
            MetricValue::Boolean(is) => self.out.push_str(if is { "true" } else { "false" }),
            MetricValue::Text(it) => self.out.push_str(&text(it)),
            MetricValue::Bytes(bytes) => {
                let members = of.member().and_then(|member| array(bytes, member));
                self.out.push_str(&members.unwrap_or_else(|| hex(bytes)));
            }
            MetricValue::Extension(bytes) => {
                self.out.push_str("extension ");
                self.out.push_str(&hex(bytes));
            }
            MetricValue::DataSet(bytes) => self.data_set(bytes, below),
            MetricValue::Template(bytes) => self.template(bytes, below),
            MetricValue::PropertySet(bytes) => {
                self.out.push_str("property set");
                self.properties(bytes, below);
            }
            MetricValue::PropertySets(bytes) => {
                self.out.push_str("property sets");
                for (at, set) in parts(bytes, 1).enumerate() {
                    if self.is_full() {
                        return;
                    }
                    self.line(below, &at.to_string());
                    self.properties(set, below.saturating_add(1));
                }
            }
        }
    }

    fn metadata(&mut self, bytes: &[u8], depth: usize) {
        const NAMES: [&str; 8] = [
            "is_multi_part",
            "content_type",
            "size",
            "seq",
            "file_name",
            "file_type",
            "md5",
            "description",
        ];
        self.line(depth, "metadata");
        for field in Fields::of(bytes).flatten() {
            let at = usize::try_from(field.number.saturating_sub(1)).unwrap_or(usize::MAX);
            let Some(name) = NAMES.get(at) else { continue };
            let value = match field.value {
                Value::Varint(number) if at == 0 => (number != 0).to_string(),
                Value::Varint(number) => number.to_string(),
                Value::Bytes(bytes) => text(std::str::from_utf8(bytes).unwrap_or_default()),
                _ => continue,
            };
            self.line(depth.saturating_add(1), &format!("{name} = {value}"));
        }
    }

    fn properties(&mut self, bytes: &[u8], depth: usize) {
        let keys = parts(bytes, 1).map(|key| shown(std::str::from_utf8(key).unwrap_or_default()));
        let keys = keys.chain(std::iter::repeat("(no key)".to_owned()));
        for (key, property) in keys.zip(parts(bytes, 2)) {
            if self.is_full() {
                return;
            }
            self.line(depth, &format!("{key} = "));
            let (mut of, mut is_null, mut value) = (DataType::default(), false, None);
            for field in Fields::of(property).flatten() {
                match (field.number, field.value) {
                    (1, Value::Varint(number)) => of = datatype(number),
                    (2, Value::Varint(number)) => is_null = number != 0,
                    (number, it) => value = MetricValue::of_property(it, number).or(value),
                }
            }
            match value.filter(|_| !is_null) {
                Some(value) => self.any(value, of, depth),
                None => self.out.push_str("null"),
            }
        }
    }

    fn data_set(&mut self, bytes: &[u8], depth: usize) {
        let (columns, types) = columns(bytes);
        let _ = write!(self.out, "data set, {} rows", parts(bytes, 4).count());
        self.line(depth, &columns.join(" | "));
        for row in parts(bytes, 4) {
            if self.is_full() {
                return;
            }
            self.line(depth, "");
            let types = types
                .iter()
                .copied()
                .chain(std::iter::repeat(DataType::default()));
            for (at, (cell, of)) in parts(row, 1).zip(types).take(MOST_MEMBERS).enumerate() {
                if at > 0 {
                    self.out.push_str(" | ");
                }
                let mut fields = Fields::of(cell).flatten();
                match fields.find_map(|it| MetricValue::of_part(it.value, it.number, 1)) {
                    Some(value) => self.any(value, of, depth),
                    None => self.out.push_str("null"),
                }
            }
        }
    }

    fn template(&mut self, bytes: &[u8], depth: usize) {
        let (mut version, mut reference, mut is_definition) = (None, None, false);
        for field in Fields::of(bytes).flatten() {
            match (field.number, field.value) {
                (1, Value::Bytes(it)) => version = std::str::from_utf8(it).ok(),
                (4, Value::Bytes(it)) => reference = std::str::from_utf8(it).ok(),
                (5, Value::Varint(number)) => is_definition = number != 0,
                _ => {}
            }
        }
        self.out.push_str(if is_definition {
            "template definition"
        } else {
            "template instance"
        });
        if let Some(reference) = reference {
            let _ = write!(self.out, " of {}", shown(reference));
        }
        if let Some(version) = version {
            let _ = write!(self.out, ", version {}", shown(version));
        }
        for parameter in parts(bytes, 3) {
            if self.is_full() {
                return;
            }
            let (mut name, mut of, mut value) = ("", DataType::default(), None);
            for field in Fields::of(parameter).flatten() {
                match (field.number, field.value) {
                    (1, Value::Bytes(it)) => name = std::str::from_utf8(it).unwrap_or_default(),
                    (2, Value::Varint(number)) => of = datatype(number),
                    (number, it) => value = MetricValue::of_part(it, number, 3).or(value),
                }
            }
            self.line(depth, &format!("parameter {} = ", shown(name)));
            match value {
                Some(value) => self.any(value, of, depth),
                None => self.out.push_str("null"),
            }
        }
        for member in parts(bytes, 2) {
            if self.is_full() {
                return;
            }
            self.metric(&Metric::read(member), &Names::default(), depth);
        }
    }
}

/// The names of a data set's columns, and their types.
fn columns(data_set: &[u8]) -> (Vec<String>, Vec<DataType>) {
    let (mut columns, mut types) = (Vec::new(), Vec::new());
    for field in Fields::of(data_set).flatten() {
        match (field.number, field.value) {
            (2, Value::Bytes(name)) if columns.len() < MOST_MEMBERS => {
                columns.push(shown(std::str::from_utf8(name).unwrap_or_default()));
            }
            (3, Value::Varint(number)) => types.push(datatype(number)),
            (3, Value::Bytes(mut packed)) => {
                while let Some((number, rest)) = varint(packed) {
                    types.push(datatype(number));
                    packed = rest;
                }
            }
            _ => {}
        }
    }
    (columns, types)
}

/// The messages, texts or blobs in the fields with this number.
fn parts(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    Fields::of(message)
        .flatten()
        .filter_map(move |field| match field.value {
            Value::Bytes(bytes) if field.number == number => Some(bytes),
            _ => None,
        })
}

/// So many characters of a line, with an ellipsis when there are more.
fn cut(line: &str, most: usize) -> String {
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

/// A name as it is, but for what would hide or break a line.
fn shown(name: &str) -> String {
    escape_start(name.as_bytes(), MOST_OF_ONE)
}

fn text(text: &str) -> String {
    format!("\"{}\"", shown(text).replace('"', "\\\""))
}

fn hex(bytes: &[u8]) -> String {
    let start = bytes.get(..MOST_OF_ONE.min(bytes.len())).unwrap_or(bytes);
    let mut out = String::with_capacity(start.len().saturating_mul(2));
    out.push_str("h'");
    for byte in start {
        let _ = write!(out, "{byte:02x}");
    }
    out.push('\'');
    if start.len() < bytes.len() {
        let _ = write!(out, "… {} bytes", bytes.len());
    }
    out
}

fn whole(bits: u64, of: DataType) -> String {
    match of.signed(bits) {
        Some(number) => number.to_string(),
        None if of.is_time() => rfc3339(bits),
        None if of.0 == 11 => (bits != 0).to_string(),
        None => bits.to_string(),
    }
}

/// As short as the width of the number allows.
fn fraction(number: f64, shortest: impl std::fmt::Debug) -> String {
    if number.is_infinite() {
        let sign = if number < 0.0 { "-" } else { "" };
        return format!("{sign}Infinity");
    }
    format!("{shortest:?}")
}

/// The members of an array, whose bytes are packed (section 6.4.17 of the specification); `None`: they do not come out
/// even.
fn array(bytes: &[u8], member: DataType) -> Option<String> {
    let width = match member.0 {
        1 | 5 => 1,
        2 | 6 => 2,
        3 | 7 | 9 => 4,
        4 | 8 | 10 | 13 => 8,
        11 => return booleans(bytes),
        12 => return texts(bytes),
        _ => return None,
    };
    let (chunks, rest) = (bytes.chunks_exact(width), bytes.len() % width);
    if rest != 0 {
        return None;
    }
    let count = chunks.len();
    let words = chunks.take(MOST_MEMBERS).map(|chunk| {
        let bits = (chunk.iter().rev()).fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte));
        match member.0 {
            9 => {
                let number = f32::from_bits(bits as u32);
                fraction(f64::from(number), number)
            }
            10 => {
                let number = f64::from_bits(bits);
                fraction(number, number)
            }
            _ => whole(bits, member),
        }
    });
    Some(listed(words, count))
}

/// The count in four bytes, then bits, the highest of a byte first.
fn booleans(bytes: &[u8]) -> Option<String> {
    let (count, bits) = bytes.split_first_chunk::<4>()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    if count.div_ceil(8) != bits.len() {
        return None;
    }
    let words = (0..count.min(MOST_MEMBERS)).map(|at| {
        let byte = bits.get(at / 8).copied().unwrap_or_default();
        (byte & (0x80 >> (at % 8)) != 0).to_string()
    });
    Some(listed(words, count))
}

/// Each ends with a byte 0.
fn texts(bytes: &[u8]) -> Option<String> {
    let all = std::str::from_utf8(bytes).ok()?;
    let all = all.strip_suffix('\0').or(bytes.is_empty().then_some(""))?;
    if bytes.is_empty() {
        return Some("[]".to_owned());
    }
    let count = all.split('\0').count();
    Some(listed(all.split('\0').take(MOST_MEMBERS).map(text), count))
}

fn listed(words: impl Iterator<Item = String>, count: usize) -> String {
    let words: Vec<String> = words.collect();
    let rest = if words.len() < count {
        format!(", … {count} in all")
    } else {
        String::new()
    };
    format!("[{}{rest}]", words.join(", "))
}

#[cfg(test)]
mod tests;
