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
/// | `{{sine 18 24 60}}`, also `triangle`, `sawtooth`, `square` | a number that goes between two, in so many seconds there and back |
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

/// A place that stands for nothing that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFault(pub String);

impl fmt::Display for TemplateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{{}}}}} stands for nothing that is known", self.0)
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
    /// A wave between two bounds, and its seconds.
    Wave(Shape, Bounds, f64),
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
            Some(found.ok_or_else(|| TemplateFault(name.chars().take(40).collect())))
        })
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

/// `sine LOW HIGH SECONDS` or `walk LOW HIGH STEP`.
fn number(name: &str) -> Option<Piece<'_>> {
    let mut words = name.split_ascii_whitespace();
    let kind = words.next()?;
    let (low, high) = (words.next()?, words.next()?);
    let last = words.next()?.parse::<f64>().ok()?;
    let bounds = Bounds::new(low, high)?;
    if words.next().is_some() || !last.is_finite() || last <= 0.0 {
        return None;
    }
    Some(match kind {
        "walk" => Piece::Walk(name, bounds, last),
        _ => Piece::Wave(Shape::of_name(kind)?, bounds, last),
    })
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
    fn what_is_not_known_is_named() {
        for (text, name) in [
            ("{{}}", ""),
            ("{{topics}}", "topics"),
            ("{{topic.0}}", "topic.0"),
            ("{{jsons}}", "jsons"),
            ("{{json.}}", "json."),
            ("{{random 1}}", "random 1"),
            ("{{row.}}", "row."),
            ("a{{topic", "topic"),
        ] {
            let fault = Template::from(text).check().unwrap_err();
            assert_eq!(fault.0, name, "{text}");
        }
    }
}
