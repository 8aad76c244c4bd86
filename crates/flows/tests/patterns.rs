//! The patterns of the gallery: what their words say is what the packets do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use mqttscope_flows::{Packet, Run, Scenario, gallery};
use mqttscope_wire::{PacketType, Sender};

fn run(title: &str) -> Run {
    let scenario = gallery().into_iter().find(|found| found.title == title);
    Run::of(&scenario.unwrap())
}

/// The messages that reach a client: topic, payload, Correlation Data, RETAIN.
fn reach(run: &Run, name: &str) -> Vec<(String, String, Option<String>, bool)> {
    let reaches = |packet: &&Packet| {
        packet.sender == Sender::Server
            && packet.facts.kind == PacketType::Publish
            && run
                .scenario
                .clients
                .get(packet.client)
                .is_some_and(|client| client.name == name)
    };
    let read = |packet: &Packet| {
        let facts = packet.facts.clone();
        let payload = String::from_utf8(facts.payload).unwrap();
        (facts.topic, payload, facts.correlate, facts.retain)
    };
    run.packets.iter().filter(reaches).map(read).collect()
}

#[test]
fn responses_come_in_another_order_and_name_their_requests() {
    let run = run("Two requests at a time");
    let message = |topic: &str, payload: &str, data: &str| {
        (
            topic.to_owned(),
            payload.to_owned(),
            Some(data.to_owned()),
            false,
        )
    };
    assert_eq!(
        reach(&run, "Responder"),
        [message("sums", "3 + 4", "a"), message("sums", "5 * 6", "b")]
    );
    assert_eq!(
        reach(&run, "Requester"),
        [
            message("sums/answers", "30", "b"),
            message("sums/answers", "7", "a")
        ]
    );
    let told = run.to_text();
    for said in [
        "The response is wanted at sums/answers, with Correlation Data “a”.",
        "Correlation Data “b” names the request it answers.",
    ] {
        assert!(told.contains(said), "{told}");
    }
}

#[test]
fn a_late_subscriber_gets_what_is_retained_and_nothing_else() {
    let run = run("Weather by city, and a late subscriber");
    let topics = |name: &str| -> Vec<(String, bool)> {
        let reached = reach(&run, name).into_iter();
        reached
            .map(|(topic, _, _, retain)| (topic, retain))
            .collect()
    };
    let city = |name: &str, retain: bool| (format!("weather/{name}"), retain);
    assert_eq!(topics("Oslo"), [city("oslo", false)]);
    assert_eq!(topics("All"), [city("oslo", false), city("rome", false)]);
    assert_eq!(topics("Late"), [city("oslo", true)]);
}

#[test]
fn every_worker_does_the_job_that_it_was_given() {
    let run = run("Jobs for two workers");
    for (worker, job) in [("A", "1"), ("B", "2")] {
        let jobs = reach(&run, worker);
        let payloads: Vec<&str> = jobs
            .iter()
            .map(|(_, payload, ..)| payload.as_str())
            .collect();
        assert_eq!(payloads, [job], "{worker}");
    }
    let results: Vec<String> = reach(&run, "Collector")
        .into_iter()
        .map(|(_, payload, ..)| payload)
        .collect();
    assert_eq!(results, ["result of 1", "result of 2"]);
}

#[test]
fn correlation_data_is_written_as_it_is_read() {
    let text = "version 5\ndelay 50\npublisher P\nat 0 P connect\nat 100 P publish t 0 respond r correlate x : 1\nat 200 P publish t 0 correlate y : 2\nat 300 P publish t 0 respond r : 3\n";
    let scenario = Scenario::parse(text).unwrap();
    assert_eq!(Scenario::parse(&scenario.to_text()).unwrap(), scenario);
    let run = Run::of(&scenario);
    let sent = run
        .packets
        .iter()
        .filter(|packet| packet.facts.kind == PacketType::Publish);
    let data: Vec<Option<&str>> = sent
        .map(|packet| packet.facts.correlate.as_deref())
        .collect();
    // A request for which none is named has one all the same.
    assert_eq!(data, [Some("x"), Some("y"), Some("1")]);
    assert!(Scenario::parse("publisher P\nat 0 P publish t 0 correlate").is_err());
}
