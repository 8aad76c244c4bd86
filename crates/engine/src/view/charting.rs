//! Numbers in payloads over time.

use mqttscope_protocol::{Chart, ChartPoint, ConnectionId};
use mqttscope_shared::Instant;
use mqttscope_wire::Sender;
use serde_json::Value;

use crate::log::{Index, Wanted, WireLog};
use crate::payloads::Payloads;
use crate::sieve::Facts;
use crate::topics::Topics;
use crate::view::cut::cut;
use crate::view::rows;

/// Lines that are drawn; more is no picture.
const LINES: usize = 12;
/// Points of a line; when there are more, every second one goes.
const POINTS: usize = 4_000;
/// Paths that are offered.
const PATHS: usize = 40;
/// Characters of a line's name, and bytes of a path that is offered.
const MOST_NAME: usize = 200;
/// The line of topics that the tree does not keep.
const OTHER: &str = "(topics that are not kept)";
/// Payloads above this hold no number worth a chart.
const LARGEST: usize = 64 << 10;

/// Follows the messages of a Topic Filter and picks a number out of each.
#[derive(Debug, Default)]
pub(crate) struct Charting {
    index: Index,
    topic: String,
    path: String,
    lines: Vec<Line>,
    paths: Paths,
    without_number: u64,
    not_drawn: u64,
    /// The next packet whose number has not been read.
    next: u64,
    /// Not only of what servers send.
    of_both: bool,
    /// There is more to look at.
    is_counting: bool,
}

#[derive(Debug)]
struct Line {
    topic: u32,
    points: Vec<ChartPoint>,
    /// One in so many numbers is kept.
    step: u64,
    seen: u64,
}

impl Charting {
    /// Draws something else from now on.
    /// Of a capture, messages of both sides count: it may hold one side only.
    pub(crate) fn want(
        &mut self,
        topic: &str,
        path: &str,
        connection: Option<ConnectionId>,
        of_both: bool,
    ) {
        self.of_both = of_both;
        let wanted = Wanted {
            connection,
            messages: true,
            search: format!("topic:{topic}"),
            ..Wanted::default()
        };
        if self.index.wants(&wanted) && self.path == path {
            return;
        }
        *self = Self {
            topic: topic.to_owned(),
            path: path.to_owned(),
            of_both,
            ..Self::default()
        };
        self.index.want(wanted);
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Looks at what was added; whether there is more to look at.
    pub(crate) fn extend(&mut self, log: &WireLog, topics: &Topics, payloads: &Payloads) -> bool {
        if self.topic.is_empty() {
            return false;
        }
        self.is_counting = self.index.extend(log, topics, Facts::default());
        let next = self.next;
        let fresh: Vec<_> = self.index.since(next).collect();
        for id in fresh {
            self.next = id.0.saturating_add(1);
            let Some(record) = log
                .get(id)
                .filter(|record| self.of_both || record.sender == Sender::Server)
            else {
                continue;
            };
            let Some(publish) = rows::publish(log, record) else {
                continue;
            };
            let small = Some(publish.payload).filter(|body| body.len() <= LARGEST);
            let number = small.and_then(|body| {
                let topic = rows::topic_of(log, topics, record).unwrap_or_default();
                let content_type = publish.properties.content_type();
                let value = payloads.value(&topic, id, body, content_type.as_deref());
                self.number(value.as_ref(), body)
            });
            match number {
                Some(value) => self.add(record.topic, record.at, value),
                None => self.without_number = self.without_number.saturating_add(1),
            }
        }
        self.is_counting
    }

    /// The number of a payload, whose value is this where it has one.
    fn number(&mut self, value: Option<&Value>, payload: &[u8]) -> Option<f64> {
        let Some(value) = value else {
            // `007` is no JSON, and a number all the same.
            let text = core::str::from_utf8(payload).ok()?;
            return self.path.is_empty().then(|| of_text(text))?;
        };
        if !self.paths.are_full() {
            offer(value, &mut String::new(), &mut self.paths);
        }
        match find(value, &self.path)? {
            Value::Number(number) => number.as_f64(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::String(text) => of_text(text),
            _ => None,
        }
    }

    fn add(&mut self, topic: u32, at: Instant, value: f64) {
        let line = match self.lines.iter().position(|line| line.topic == topic) {
            Some(at) => self.lines.get_mut(at),
            None if self.lines.len() < LINES => {
                self.lines.push(Line {
                    topic,
                    points: Vec::new(),
                    step: 1,
                    seen: 0,
                });
                self.lines.last_mut()
            }
            None => None,
        };
        let Some(line) = line else {
            self.not_drawn = self.not_drawn.saturating_add(1);
            return;
        };
        line.seen = line.seen.saturating_add(1);
        if !line.seen.is_multiple_of(line.step) {
            return;
        }
        line.points.push(ChartPoint { at, value });
        if line.points.len() > POINTS {
            let mut keep = false;
            line.points.retain(|_| {
                keep = !keep;
                keep
            });
            line.step = line.step.saturating_mul(2);
        }
    }

    pub(crate) fn chart(&self, topics: &Topics) -> Chart {
        Chart {
            lines: self
                .lines
                .iter()
                .map(|line| {
                    let topic = topics.topic(line.topic);
                    let name = topic.map_or_else(|| OTHER.to_owned(), |it| cut(&it, MOST_NAME));
                    (name, line.points.clone())
                })
                .collect(),
            paths: self.paths.listed(),
            without_number: self.without_number,
            not_drawn: self.not_drawn,
            topic: self.topic.clone(),
            path: self.path.clone(),
            is_counting: self.is_counting,
        }
    }
}

/// A number that is written as text.
fn of_text(text: &str) -> Option<f64> {
    let number = text.trim().parse().ok();
    number.filter(|number: &f64| number.is_finite())
}

/// What stands at a path. A name may have dots in it, so the longest that is there counts.
fn find<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let path = path.trim_matches('.');
    if path.is_empty() {
        return Some(value);
    }
    if let Some(whole) = below(value, path) {
        return Some(whole);
    }
    let dots = path.rmatch_indices('.');
    let mut parts = dots.filter_map(|(at, _)| Some((path.get(..at)?, path.get(at..)?)));
    parts.find_map(|(name, rest)| find(below(value, name)?, rest))
}

fn below<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}

/// Paths that are offered, each once.
#[derive(Debug, Default)]
struct Paths {
    numbers: Vec<String>,
    /// To what is drawn as a number, too: what is true or false, as 1 and 0, and texts that are numbers.
    others: Vec<String>,
}

impl Paths {
    fn are_full(&self) -> bool {
        self.numbers.len().saturating_add(self.others.len()) >= PATHS
    }

    fn note(&mut self, path: &str, is_other: bool) {
        if is_other {
            let is_known = self.numbers.iter().chain(&self.others).any(|it| it == path);
            if !is_known {
                self.others.push(path.to_owned());
            }
        } else if !self.numbers.iter().any(|it| it == path) {
            self.others.retain(|it| it != path);
            self.numbers.push(path.to_owned());
        }
    }

    /// Numbers first: they are what a chart is for.
    fn listed(&self) -> Vec<String> {
        self.numbers.iter().chain(&self.others).cloned().collect()
    }
}

/// Notes the paths to numbers in a value.
fn offer(value: &Value, path: &mut String, paths: &mut Paths) {
    if paths.are_full() {
        return;
    }
    let mut below = |name: &str, value: &Value| {
        let length = path.len();
        if !path.is_empty() {
            path.push('.');
        }
        path.push_str(name);
        offer(value, path, paths);
        path.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(&at.to_string(), value)),
        _ if path.is_empty() || path.len() > MOST_NAME => {}
        Value::Number(_) | Value::Bool(_) => paths.note(path, value.is_boolean()),
        // XML has no other numbers.
        Value::String(text) if of_text(text).is_some() => paths.note(path, true),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(charting: &mut Charting, payload: &[u8]) -> Option<f64> {
        let value = mqttscope_view::payload::value(payload, None);
        charting.number(value.as_ref(), payload)
    }

    #[test]
    fn numbers_are_found_by_their_path() {
        let table: [(&str, &str, Option<f64>); 13] = [
            ("", "007", Some(7.0)),
            ("a.b", "{\"a.b\": 1, \"a\": {\"b\": 2}}", Some(1.0)),
            (
                "a.b.c.d",
                "{\"a.b\": {\"x\": 1}, \"a\": {\"b.c\": {\"d\": 2}}}",
                Some(2.0),
            ),
            ("in.t.1", "<r><in><t>1</t><t>2.5</t></in></r>", Some(2.5)),
            ("a..b", "{\"a\": {\"b\": 2}}", Some(2.0)),
            ("", "21.5", Some(21.5)),
            ("", "\"21.5\"", Some(21.5)),
            ("t", "{\"t\": 3}", Some(3.0)),
            ("a.b.1", "{\"a\": {\"b\": [1, 2]}}", Some(2.0)),
            ("on", "{\"on\": true}", Some(1.0)),
            ("t", "{\"u\": 3}", None),
            ("", "open", None),
            ("a.x", "{\"a\": [1]}", None),
        ];
        for (path, payload, expected) in table {
            let mut charting = Charting {
                path: path.into(),
                ..Charting::default()
            };
            assert_eq!(
                number(&mut charting, payload.as_bytes()),
                expected,
                "{path} of {payload}"
            );
        }
    }

    #[test]
    fn what_has_no_line_is_counted() {
        let mut charting = Charting::default();
        for topic in 0..LINES as u32 + 3 {
            charting.add(topic, Instant::ZERO, 1.0);
            charting.add(topic, Instant::from_millis(1), 2.0);
        }
        assert_eq!((charting.lines.len(), charting.not_drawn), (LINES, 6));
    }

    #[test]
    fn paths_are_offered_once() {
        let mut charting = Charting::default();
        number(
            &mut charting,
            br#"{"t": 1, "in": {"x": 2, "y": "text"}, "l": [3]}"#,
        );
        number(&mut charting, br#"{"t": 1}"#);
        let mut paths = charting.paths.listed();
        paths.sort();
        assert_eq!(paths, ["in.x", "l.0", "t"]);
        // Texts that are numbers come behind them.
        number(&mut charting, b"<r a='3'><t>x</t></r>");
        assert_eq!(charting.paths.listed().last().unwrap(), "@a");
    }

    #[test]
    fn numbers_are_offered_before_what_is_true_or_false() {
        let mut charting = Charting::default();
        number(&mut charting, br#"{"alarm": true, "t": 1, "z": false}"#);
        assert_eq!(charting.paths.listed(), ["t", "alarm", "z"]);
        number(&mut charting, br#"{"alarm": 2, "t": true}"#);
        assert_eq!(charting.paths.listed(), ["t", "alarm", "z"]);
    }

    #[test]
    fn a_long_line_is_thinned_out() {
        let mut charting = Charting::default();
        for n in 0..100_000_u32 {
            charting.add(0, Instant::from_millis(n.into()), n.into());
        }
        let points = &charting.lines[0].points;
        assert!(points.len() <= POINTS && points.len() > POINTS / 4);
        assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at));
    }
}
