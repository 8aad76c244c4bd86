//! Texts with places: `{{topic}}`, `{{json.a[0]}}`, `{{row.used}}`.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::context::{Context, Nothing};
use crate::path;
use crate::waves::{Bounds, Shape};

/// A text with places in it, each of which stands for a part of the message or something else that differs
/// from message to message:
///
/// | place | is |
/// |---|---|
/// | `{{topic}}`, `{{topic.2}}` | the Topic Name, its second level |
/// | `{{payload}}` | the payload, byte for byte |
/// | `{{json}}`, `{{json.a.b[0]}}` | the payload's value, a value in it; a string without its quotes |
/// | `{{response_topic}}`, `{{correlation}}`, `{{content_type}}` | its properties |
/// | `{{user.NAME}}` | the first User Property of that name |
/// | `{{qos}}`, `{{retain}}` | 0, 1 or 2; `true` or `false` |
/// | `{{time}}`, `{{time.ms}}` | now: RFC 3339 in UTC, milliseconds since 1970 |
/// | `{{number}}` | messages that the answer matched, this one among them |
/// | `{{count.NAME}}` | a counter |
/// | `{{random}}`, `{{random 1 6}}` | a number from 0 to 1, a whole number between two |
/// | `{{uuid}}` | a UUID of version 4 |
/// | `{{sine 18 24 60}}`, also `triangle`, `sawtooth`, `square` | a number that goes between two, in so many seconds there and back; each client begins somewhere else |
/// | `{{sine 18 24 60 0.25}}` | the same with its phase: 0.25 is a quarter of a turn ahead, for all clients alike |
/// | `{{walk 0 100 5}}` | a number that stays between two, and differs by at most 5 from the one before |
/// | `{{client}}` | the Client Identifier of the connection |
/// | `{{row.COLUMN}}` | a cell of the row that was looked up |
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(pub String);

impl From<&str> for Template {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// A place that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault {
    /// What stands between the braces, its beginning where it is long.
    pub name: String,
    /// Its line, from 1.
    pub line: usize,
    /// The character of the line at which its braces open, from 1.
    pub column: usize,
    /// Whether its braces are closed.
    pub is_closed: bool,
}

/// What begins a place, and how it goes on.
const FORMS: [(&str, &str); 21] = [
    ("topic", "{{topic}}, or a level from 1 as in {{topic.2}}"),
    ("payload", "{{payload}}"),
    ("json", "{{json}}, or a value in it as in {{json.a.b[0]}}"),
    ("response_topic", "{{response_topic}}"),
    ("correlation", "{{correlation}}"),
    ("content_type", "{{content_type}}"),
    ("user", "{{user.NAME}}"),
    ("qos", "{{qos}}"),
    ("retain", "{{retain}}"),
    ("time", "{{time}} or {{time.ms}}"),
    ("number", "{{number}}"),
    ("count", "{{count.NAME}}"),
    (
        "random",
        "{{random}}, or two whole numbers as in {{random 1 6}}",
    ),
    ("uuid", "{{uuid}}"),
    ("sine", WAVE),
    ("triangle", WAVE),
    ("sawtooth", WAVE),
    ("square", WAVE),
    ("walk", "LOW HIGH STEP behind it, as in {{walk 0 100 5}}"),
    ("client", "{{client}}"),
    ("row", "{{row.COLUMN}}"),
];

const WAVE: &str = "LOW HIGH SECONDS behind it, as in {{sine 18 24 60}}, and then its phase from 0 to 1 if that matters";

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name, line, column, ..
        } = self;
        let line = if *line > 1 {
            format!("line {line}, ")
        } else {
            String::new()
        };
        let at = format!("at {line}character {column}");
        if !self.is_closed {
            return write!(
                f,
                "{{{{{name} is not closed, {at}: }}}} belongs behind the name"
            );
        }
        let end = name.find(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_');
        let word = name.get(..end.unwrap_or(name.len())).unwrap_or_default();
        match FORMS.iter().find(|(known, _)| *known == word) {
            Some((_, form)) => write!(
                f,
                "{{{{{name}}}}} is not complete or not right, {at}: it takes {form}"
            ),
            None => {
                let names: Vec<&str> = FORMS.iter().map(|(name, _)| *name).collect();
                let names = names.join(", ");
                write!(
                    f,
                    "{{{{{name}}}}} stands for nothing that is known, {at}; what may stand there: {names}"
                )
            }
        }
    }
}

impl core::error::Error for TemplateFault {}

/// A part of a template.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Topic,
    /// A level of the topic, from 1.
    Level(usize),
    Payload,
    /// What stands behind `$` in a path.
    Json(&'a str),
    ResponseTopic,
    Correlation,
    ContentType,
    User(&'a str),
    Qos,
    Retain,
    Time,
    TimeMs,
    Number,
    Count(&'a str),
    Random,
    RandomBetween(i64, i64),
    Uuid,
    /// A wave between two bounds, its seconds, and its phase in turns; none: that of the client.
    Wave(Shape, Bounds, f64, Option<f64>),
    /// What a walk is called, its bounds, and its longest step.
    Walk(&'a str, Bounds, f64),
    Client,
    Row(&'a str),
}

impl Piece<'_> {
    /// Whether it stands for something of the message, which a timer has none of.
    const fn is_of_message(&self) -> bool {
        matches!(
            self,
            Self::Topic
                | Self::Level(_)
                | Self::Payload
                | Self::Json(_)
                | Self::ResponseTopic
                | Self::Correlation
                | Self::ContentType
                | Self::User(_)
                | Self::Qos
                | Self::Retain
        )
    }
}

/// The most bytes that a template becomes.
const MOST: usize = 1 << 20;

impl Template {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether all its places are known.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), TemplateFault> {
        self.pieces().try_for_each(|piece| piece.map(drop))
    }

    /// Whether a place in it stands for something of a message.
    pub(crate) fn needs_message(&self) -> bool {
        let mut pieces = self.pieces();
        pieces.any(|piece| piece.is_ok_and(|piece| piece.is_of_message()))
    }

    /// Its parts, in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Result<Piece<'_>, TemplateFault>> {
        let mut rest = self.0.as_str();
        core::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let Some(place) = rest.strip_prefix("{{") else {
                let end = rest.find("{{").unwrap_or(rest.len());
                let (text, behind) = rest.split_at(end);
                rest = behind;
                return Some(Ok(Piece::Text(text)));
            };
            let (name, behind) = place.split_once("}}").unwrap_or((place, ""));
            let is_closed = place.len() > name.len();
            rest = behind;
            let found = piece(name.trim()).filter(|_| is_closed);
            Some(found.ok_or_else(|| self.fault(place, name, is_closed)))
        })
    }

    /// What is wrong with a name; `behind` is all that stands behind its braces.
    fn fault(&self, behind: &str, name: &str, is_closed: bool) -> TemplateFault {
        let begin = self.0.len().saturating_sub(behind.len()).saturating_sub(2);
        let before = self.0.get(..begin).unwrap_or_default();
        let (above, beside) = before.rsplit_once('\n').unwrap_or(("", before));
        let lines = before.len().saturating_sub(beside.len()).min(1);
        TemplateFault {
            name: name.trim().chars().take(40).collect(),
            line: above
                .matches('\n')
                .count()
                .saturating_add(lines)
                .saturating_add(1),
            column: beside.chars().count().saturating_add(1),
            is_closed,
        }
    }

    /// What becomes of it.
    pub(crate) fn render(&self, context: &mut Context<'_>) -> Result<Vec<u8>, Nothing> {
        let mut out = Vec::with_capacity(self.0.len());
        for piece in self.pieces() {
            let piece = piece.map_err(|fault| Nothing(fault.to_string()))?;
            context.write(piece, &mut out)?;
            if out.len() > MOST {
                return Err(Nothing("the text becomes longer than 1 MiB".into()));
            }
        }
        Ok(out)
    }

    /// The same as text.
    pub(crate) fn text(&self, context: &mut Context<'_>) -> Result<String, Nothing> {
        String::from_utf8(self.render(context)?)
            .map_err(|_| Nothing("the payload is not text".into()))
    }
}

fn piece(name: &str) -> Option<Piece<'_>> {
    Some(match name {
        "topic" => Piece::Topic,
        "payload" => Piece::Payload,
        "response_topic" => Piece::ResponseTopic,
        "correlation" => Piece::Correlation,
        "content_type" => Piece::ContentType,
        "qos" => Piece::Qos,
        "retain" => Piece::Retain,
        "time" => Piece::Time,
        "time.ms" => Piece::TimeMs,
        "number" => Piece::Number,
        "random" => Piece::Random,
        "uuid" => Piece::Uuid,
        "client" => Piece::Client,
        _ => return longer(name),
    })
}

fn longer(name: &str) -> Option<Piece<'_>> {
    if let Some(behind) = name.strip_prefix("json") {
        path::check_behind(behind).ok()?;
        return Some(Piece::Json(behind));
    }
    if let Some(bounds) = name.strip_prefix("random ") {
        let (from, to) = bounds.trim().split_once(' ')?;
        return Some(Piece::RandomBetween(
            from.parse().ok()?,
            to.trim().parse().ok()?,
        ));
    }
    if let Some(found) = number(name) {
        return Some(found);
    }
    let (kind, name) = name.split_once('.').filter(|(_, name)| !name.is_empty())?;
    match kind {
        "topic" => Some(Piece::Level(name.parse().ok().filter(|&level| level > 0)?)),
        "user" => Some(Piece::User(name)),
        "count" => Some(Piece::Count(name)),
        "row" => Some(Piece::Row(name)),
        _ => None,
    }
}

/// `sine LOW HIGH SECONDS`, with a phase or without, or `walk LOW HIGH STEP`.
fn number(name: &str) -> Option<Piece<'_>> {
    let mut words = name.split_ascii_whitespace();
    let kind = words.next()?;
    let (low, high) = (words.next()?, words.next()?);
    let last = words.next()?.parse::<f64>().ok()?;
    let bounds = Bounds::new(low, high)?;
    let phase = words.next().map(str::parse::<f64>).transpose().ok()?;
    let is_phase = phase.is_none_or(|phase| (0.0..=1.0).contains(&phase));
    if words.next().is_some() || !last.is_finite() || last <= 0.0 || !is_phase {
        return None;
    }
    match kind {
        "walk" => phase.is_none().then_some(Piece::Walk(name, bounds, last)),
        _ => Some(Piece::Wave(Shape::of_name(kind)?, bounds, last, phase)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<Result<Piece<'_>, TemplateFault>> {
        // The template lives as long as the text.
        let template: &'static Template = Box::leak(Box::new(Template(text.to_owned())));
        template.pieces().collect()
    }

    #[test]
    fn places_stand_among_text() {
        assert_eq!(
            pieces("{\"t\":{\"v\":{{json.a[0]}}}} {{ topic.2 }}{{random -1 6}}"),
            [
                Ok(Piece::Text("{\"t\":{\"v\":")),
                Ok(Piece::Json(".a[0]")),
                Ok(Piece::Text("}} ")),
                Ok(Piece::Level(2)),
                Ok(Piece::RandomBetween(-1, 6)),
            ]
        );
        assert_eq!(pieces("{{json}}"), [Ok(Piece::Json(""))]);
        assert_eq!(pieces("{{row.a b}}"), [Ok(Piece::Row("a b"))]);
        assert!(pieces("").is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_what_may_stand_there() {
        let says = |text: &str| Template::from(text).check().unwrap_err().to_string();
        for (text, said) in [
            (
                "{{}}",
                "{{}} stands for nothing that is known, at character 1; what may stand there: topic, payload, json, ",
            ),
            (
                "a {{topics}}",
                "{{topics}} stands for nothing that is known, at character 3; what may stand there: topic, ",
            ),
            ("{{jsons}}", "{{jsons}} stands for nothing that is known"),
            (
                "{{topic.0}}",
                "{{topic.0}} is not complete or not right, at character 1: it takes {{topic}}, or a level from 1",
            ),
            (
                "{{json.}}",
                "{{json.}} is not complete or not right, at character 1: it takes {{json}}, or a value",
            ),
            (
                "ä{{random 1}}",
                "{{random 1}} is not complete or not right, at character 2: it takes {{random}}, or two whole",
            ),
            (
                "{{row.}}",
                "{{row.}} is not complete or not right, at character 1: it takes {{row.COLUMN}}",
            ),
            (
                "{\n {{sine 18}}\n}",
                "{{sine 18}} is not complete or not right, at line 2, character 2: it takes LOW HIGH SECONDS behind it, as in {{sine 18 24 60}}",
            ),
            (
                "{{square 0 1 10 2}}",
                "{{square 0 1 10 2}} is not complete or not right, at character 1: it takes LOW HIGH SECONDS",
            ),
            (
                "{{walk 0 1 1 0}}",
                "{{walk 0 1 1 0}} is not complete or not right, at character 1: it takes LOW HIGH STEP",
            ),
            (
                "a{{topic",
                "{{topic is not closed, at character 2: }} belongs behind the name",
            ),
            (
                "{{topic}} {{",
                "{{ is not closed, at character 11: }} belongs behind the name",
            ),
        ] {
            assert!(says(text).starts_with(said), "{text}: {}", says(text));
        }
    }

    #[test]
    fn every_name_has_its_form() {
        for (name, form) in FORMS {
            let example = form.split("{{").last().unwrap_or_default();
            let example = example.split("}}").next().unwrap_or_default();
            assert!(piece(example).is_some(), "{name}: {form}");
            if form != WAVE {
                assert!(example.starts_with(name), "{name}: {form}");
            }
        }
    }
}
