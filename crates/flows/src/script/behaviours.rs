//! Lines that say how applications answer: `on S jobs reply 1 to results after 300 hold : done with {{payload}}`.

use std::fmt::Write as _;

use mqttscope_wire::TopicFilter;

use super::lines::qos;
use super::words::Words;
use super::wrong::Wrong;
use crate::behaviour::Behaviour;
use crate::scenario::{MAX_AT, Scenario};

const OPTIONS: [&str; 4] = ["to", "retain", "after", "hold"];

/// What a line of this kind looks like, for who has written another.
const FORM: &str = "Such a line is `on CLIENT FILTER reply QOS`, then any of `to TOPIC`, `retain`, `after MS` and `hold`, then ` : ` and the payload.";

impl Scenario {
    /// What stands behind `on`.
    pub(super) fn behaviour(&mut self, words: &mut Words<'_>) -> Result<(), Wrong> {
        let read = self.read_behaviour(words);
        let behaviour = read.map_err(|wrong| wrong.or_else(FORM))?;
        if let Some(fault) = behaviour.fault() {
            return Err(format!("This answer cannot work: {fault}.").into());
        }
        self.behaviours.push(behaviour);
        Ok(())
    }

    fn read_behaviour(&self, words: &mut Words<'_>) -> Result<Behaviour, Wrong> {
        let client = self.named(words)?;
        let filter = words.want("the topic filter of the messages that it answers")?;
        if filter == "reply" && words.peek() != Some("reply") {
            let what = "A topic filter is missing before `reply`: which messages does it answer?";
            return Err(what.into());
        }
        TopicFilter::new(filter)
            .ok_or_else(|| format!("`{filter}` is not a valid topic filter: `#` must be the last level, and `+` and `#` must be a whole level."))?;
        words.exactly("reply")?;
        let mut behaviour = Behaviour {
            client,
            filter: filter.to_owned(),
            qos: qos(words)?,
            to: None,
            retain: false,
            after: 0,
            hold: false,
            payload: String::new(),
        };
        while let Some(word) = words.peek().filter(|&word| word != ":") {
            words.next();
            match word {
                "to" => {
                    let topic = words.peek().filter(|&word| word != ":");
                    let topic = topic.ok_or("Behind `to` a topic name is missing.")?;
                    words.next();
                    behaviour.to = Some(topic.to_owned());
                }
                "retain" => behaviour.retain = true,
                "after" => {
                    let after = words.number(0, MAX_AT as u32);
                    behaviour.after = after.map_err(|wrong| wrong.at("after", "milliseconds"))?;
                }
                "hold" => behaviour.hold = true,
                word => {
                    return Err(Wrong::word(
                        word,
                        &format!("Unknown option `{word}`."),
                        OPTIONS,
                        "A reply can have to, retain, after or hold; write the payload after ` : `.",
                    ));
                }
            }
        }
        behaviour.payload = words.payload()?;
        Ok(behaviour)
    }

    /// A behaviour as its line.
    pub(crate) fn behaviour_text(&self, behaviour: &Behaviour) -> String {
        let name = self.name_of(behaviour.client);
        let mut text = format!(
            "on {name} {} reply {}",
            behaviour.filter, behaviour.qos as u8
        );
        if let Some(topic) = &behaviour.to {
            // Writing to a string does not fail.
            let _ = write!(text, " to {topic}");
        }
        if behaviour.retain {
            text.push_str(" retain");
        }
        if behaviour.after > 0 {
            let _ = write!(text, " after {}", behaviour.after);
        }
        if behaviour.hold {
            text.push_str(" hold");
        }
        if !behaviour.payload.is_empty() {
            let _ = write!(text, " : {}", behaviour.payload);
        }
        text
    }
}
