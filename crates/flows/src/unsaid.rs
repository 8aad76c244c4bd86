//! What a scenario asks for and its version cannot say: it is left out when it runs, and told.

use crate::scenario::{Act, Publication, Scenario, Station};

impl Scenario {
    /// What only version 5 has of all that this scenario asks for, and what happens without it: a sentence each.
    /// None where its clients speak version 5.
    #[must_use]
    pub fn unsaid(&self) -> Vec<String> {
        if self.version.is_v5() {
            return Vec::new();
        }
        let version = format!("MQTT {}", self.version.name());
        let mut unsaid = Vec::new();
        let mut has_no =
            |what: &str, so: &str| unsaid.push(format!("{version} has no {what}: {so}."));
        if let Some(name) = self.first_name(|client| client.receive_maximum.is_some()) {
            has_no(
                "Receive Maximum",
                &format!("all messages are sent to {name} at once, acknowledged or not"),
            );
        }
        if self.first_name(|client| client.alias).is_some() {
            has_no("Topic Alias", "every PUBLISH carries its topic name");
        }
        if let Some(name) = self.first_name(|client| {
            let will = client.will.as_ref();
            will.is_some_and(|will| will.delay > 0)
        }) {
            has_no(
                "Will Delay Interval",
                &format!("the will of {name} is published as soon as its connection is lost"),
            );
        }
        let messages = || self.messages();
        if messages().any(|message| message.expiry.is_some()) {
            has_no("Message Expiry Interval", "no message expires");
        }
        if messages().any(|message| message.respond.is_some()) {
            has_no(
                "Response Topic and no Correlation Data",
                "a request does not say where its response is wanted, nor a response which request it answers",
            );
        } else if messages().any(|message| message.correlate.is_some()) {
            has_no("Correlation Data", "messages are sent without it");
        }
        if let Some(filter) = self.shared_filter() {
            has_no(
                "shared subscriptions",
                &format!(
                    "to its standard, `{filter}` is a filter like any other. This broker shares all the same, as many do"
                ),
            );
        }
        unsaid
    }

    /// The name of the first client of which this is true.
    fn first_name(&self, is_true: impl Fn(&Station) -> bool) -> Option<&str> {
        let found = self.clients.iter().find(|client| is_true(client));
        found.map(|client| client.name.as_str())
    }

    fn messages(&self) -> impl Iterator<Item = &Publication> {
        self.steps.iter().filter_map(|step| match &step.act {
            Act::Publish(publication) => Some(publication),
            Act::Connect | Act::Disconnect | Act::Subscribe { .. } => None,
        })
    }

    /// The first filter of a shared subscription.
    pub(crate) fn shared_filter(&self) -> Option<&str> {
        self.steps.iter().find_map(|step| match &step.act {
            Act::Subscribe { filter, .. } if filter.starts_with("$share/") => Some(&**filter),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Run, gallery};
    use mqttscope_wire::ProtocolVersion;

    #[test]
    fn what_an_older_version_cannot_say_is_told_in_place_of_what_to_watch_for() {
        let table = [
            (
                "Receive Maximum 1",
                "no Receive Maximum: all messages are sent to Subscriber at once",
            ),
            ("Acknowledgement held back", "no Receive Maximum"),
            (
                "Topic alias",
                "no Topic Alias: every PUBLISH carries its topic name.",
            ),
            (
                "Message expiry while offline",
                "no Message Expiry Interval: no message expires.",
            ),
            (
                "Will that is not needed",
                "no Will Delay Interval: the will of Publisher is published",
            ),
            (
                "Shared subscription",
                "`$share/g/t/a` is a filter like any other",
            ),
            (
                "Request and response",
                "no Response Topic and no Correlation Data",
            ),
            (
                "Two requests at a time",
                "no Response Topic and no Correlation Data",
            ),
            (
                "Two requesters, one responder",
                "no Response Topic and no Correlation Data",
            ),
            (
                "An answer that comes too late",
                "no Response Topic and no Correlation Data",
            ),
            (
                "The responder dies with a request",
                "no Response Topic and no Correlation Data",
            ),
            ("Jobs for two workers", "no shared subscriptions"),
            ("A slow worker and a quick one", "no shared subscriptions"),
            ("Jobs for five workers", "no shared subscriptions"),
            ("A worker dies with a job, QoS 0", "no shared subscriptions"),
            ("A worker dies with a job, QoS 1", "no shared subscriptions"),
            ("A worker dies with a job, QoS 2", "no shared subscriptions"),
        ];
        for version in [ProtocolVersion::V3_1, ProtocolVersion::V3_1_1] {
            let mut told = 0;
            for scenario in gallery() {
                let run = Run::of(&scenario.with_version(version));
                let beats = run.beats();
                let expected = table.iter().find(|(title, _)| *title == scenario.title);
                let Some((_, says)) = expected else {
                    assert!(run.scenario.unsaid().is_empty(), "{}", scenario.title);
                    continue;
                };
                told += 1;
                let name = format!("MQTT {} has ", version.name());
                for text in [&beats[0].text, &beats[beats.len() - 1].text] {
                    assert!(text.contains(&name) && text.contains(says), "{text}");
                }
                assert!(
                    !beats[0].text.contains(&scenario.watch),
                    "{}",
                    beats[0].text
                );
                for beat in &beats[1..] {
                    assert!(!beat.text.contains("it allows at a time"), "{}", beat.text);
                }
                assert!(Run::of(&scenario).scenario.unsaid().is_empty());
            }
            assert_eq!(told, table.len());
        }
    }

    #[test]
    fn a_message_waits_for_an_acknowledgement_only_where_there_is_one_that_waits() {
        let scenario = gallery()
            .into_iter()
            .find(|scenario| scenario.title == "Receive Maximum 1");
        let beats = Run::of(&scenario.unwrap()).beats();
        let waits: Vec<bool> = beats
            .iter()
            .filter(|beat| beat.text.contains("it allows at a time"))
            .map(|beat| beat.text.contains("The next message has to wait for that."))
            .collect();
        assert_eq!(waits, [true, true, false]);
    }
}
