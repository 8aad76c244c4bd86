//! The patterns of the gallery: what their words say is what the packets do.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use mqttscope_flows::{Packet, Run, Scenario, gallery};
use mqttscope_wire::{PacketType, QoS, Sender};

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
        [
            message("sums/long/ask", "3 + 4", "a"),
            message("sums/short/ask", "5 * 6", "b")
        ]
    );
    assert_eq!(
        reach(&run, "Requester"),
        [
            message("sums/answers", "5 * 6 = 30", "b"),
            message("sums/answers", "3 + 4 = 7", "a")
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
fn each_answer_reaches_who_asked() {
    let run = run("Two requesters, one responder");
    for (name, what) in [("a", "tea"), ("b", "coffee")] {
        let answer = (
            format!("answers/{name}"),
            format!("price of {what}? 42"),
            Some("1".to_owned()),
            false,
        );
        assert_eq!(reach(&run, &name.to_uppercase()), [answer]);
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
    let wind = city("oslo/wind", false);
    assert_eq!(
        topics("All"),
        [city("oslo", false), city("rome", false), wind]
    );
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
fn the_broker_takes_turns_among_five_workers() {
    let run = run("Jobs for five workers");
    for (worker, jobs) in [("A", "16"), ("B", "27"), ("C", "3"), ("D", "4"), ("E", "5")] {
        let reached = reach(&run, worker).into_iter();
        let payloads: String = reached.map(|(_, payload, ..)| payload).collect();
        assert_eq!(payloads, jobs, "{worker}");
    }
    assert_eq!(reach(&run, "Collector").len(), 7);
}

/// The Correlation Data of what reaches a client at a topic, with what it says.
fn answers(run: &Run, topic: &str) -> Vec<(String, String)> {
    let reached = reach(run, "Requester").into_iter();
    let answers = reached.filter(|(at, ..)| at == topic);
    answers
        .map(|(_, payload, data, _)| (data.unwrap_or_default(), payload))
        .collect()
}

#[test]
fn a_late_answer_names_the_request_that_it_is_late_for() {
    let run = run("An answer that comes too late");
    let price = |data: &str| (data.to_owned(), "42".to_owned());
    assert_eq!(answers(&run, "prices"), [price("first"), price("second")]);
    let place =
        |text: &str, what: &str| text.find(what).unwrap_or_else(|| panic!("{what}\n{text}"));
    let told = run.to_text();
    let asked = place(&told, "with Correlation Data “second”");
    assert!(
        asked
            < place(
                &told,
                "Correlation Data “first” names the request it answers"
            )
    );
}

#[test]
fn a_request_dies_with_the_application_that_had_acknowledged_it() {
    let run = run("The responder dies with a request");
    assert_eq!(answers(&run, "prices"), [("b".to_owned(), "42".to_owned())]);
    assert_eq!(reach(&run, "Responder").len(), 2);
    let will = reach(&run, "Requester").into_iter().next().unwrap();
    assert_eq!((&*will.0, &*will.1), ("responders/1", "gone"));
    let told = run.to_text();
    assert!(
        told.contains("forgets the message that it was working on"),
        "{told}"
    );
}

/// What the collector gets, and how often A gets its job.
fn with_a_dead_worker(qos: u8) -> (Vec<String>, usize) {
    let run = run(&format!("A worker dies with a job, QoS {qos}"));
    let results = reach(&run, "Collector").into_iter();
    let results = results.map(|(_, payload, ..)| payload).collect();
    (results, reach(&run, "A").len())
}

#[test]
fn a_job_that_is_acknowledged_when_it_is_done_outlives_its_worker() {
    assert_eq!(with_a_dead_worker(0), (vec!["2 by B".to_owned()], 1));
    assert_eq!(
        with_a_dead_worker(1),
        (vec!["2 by B".to_owned(), "1 by A".to_owned()], 2)
    );
    assert_eq!(with_a_dead_worker(2), (vec!["2 by B".to_owned()], 1));
}

#[test]
fn an_answer_to_a_message_that_came_twice_comes_twice_and_is_one_message() {
    let text = "version 5\npublisher P\nsubscriber A session\nsubscriber C\nat 0 A connect\nat 0 C connect\nat 0 P connect\nat 200 A subscribe jobs 2\nat 200 C subscribe results 2\nat 400 P publish jobs 2 : 1\non A jobs reply 2 to results after 300 hold : done {{payload}}\ncut A at 600\n";
    let held = Run::of(&Scenario::parse(text).unwrap()).with_moments();
    let counts = |qos: QoS| {
        let run = Run::of(&held.with_publish_qos(qos).with_subscribe_qos(qos));
        let counts = run.counts;
        (counts.published, counts.delivered, counts.duplicated)
    };
    assert_eq!(counts(QoS::AtMostOnce), (2, 2, 0));
    assert_eq!(counts(QoS::AtLeastOnce), (2, 2, 2));
    assert_eq!(counts(QoS::ExactlyOnce), (2, 2, 0));
}

/// Jobs that died with their worker, at each moment at which that changes.
fn lost_at_work(run: &Run) -> Vec<u32> {
    let mut lost: Vec<u32> = run
        .beats()
        .iter()
        .map(|beat| run.counts_at(beat.at).lost_at_work)
        .collect();
    lost.dedup();
    lost
}

#[test]
fn a_job_that_nobody_does_any_more_is_counted_at_the_end() {
    for (qos, lost) in [(0, vec![0, 1]), (1, vec![0]), (2, vec![0, 1])] {
        let run = run(&format!("A worker dies with a job, QoS {qos}"));
        assert_eq!(lost_at_work(&run), lost, "QoS {qos}");
        assert_eq!(run.counts.lost_at_work, *lost.last().unwrap());
        let told = run.beats().last().unwrap().text.clone();
        assert_eq!(told.contains("1 lost at work"), lost.len() > 1, "{told}");
    }
    // Without a group each application has its own work: that of another does not make up for it.
    let text = "version 5\npublisher P\nsubscriber A session\nsubscriber B\nat 0 P connect\nat 0 A connect\nat 0 B connect\nat 100 A subscribe t 1\nat 100 B subscribe t 1\nat 300 P publish t 1 : 1\non A t reply 0 to r after 300 : x\non B t reply 0 to r after 300 : y\nrestart A at 500 keeping\n";
    let run = Run::of(&Scenario::parse(text).unwrap());
    assert_eq!(run.counts.lost_at_work, 1, "{}", run.to_text());
}

#[test]
fn an_answer_that_no_message_asks_for_is_told() {
    let text = |subscribes: &str, filter: &str| {
        format!(
            "version 5\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 100 S subscribe {subscribes} 1\nat 300 P publish t/a 1 : 1\non S {filter} reply 0 to r : x\n"
        )
    };
    for (subscribes, filter, why) in [
        ("t/#", "t/a", None),
        ("t/#", "+/a", None),
        (
            "t/#",
            "t",
            Some("no message is published to a topic that `t` matches"),
        ),
        (
            "u",
            "t/a",
            Some("messages that `t/a` matches are published, but none of them reaches S"),
        ),
    ] {
        let run = Run::of(&Scenario::parse(&text(subscribes, filter)).unwrap());
        let said: Vec<&str> = run.unused.iter().map(|one| &*one.text).collect();
        let expected =
            why.map(|why| format!("`on S {filter} reply 0 to r : x` answers nothing: {why}."));
        assert_eq!(said, expected.as_deref().into_iter().collect::<Vec<_>>());
        assert!(
            run.to_text()
                .contains(expected.as_deref().unwrap_or_default())
        );
    }
}

#[test]
fn jobs_take_turns_also_where_one_worker_is_slow() {
    let run = run("A slow worker and a quick one");
    let results: Vec<String> = reach(&run, "Collector")
        .into_iter()
        .map(|(_, payload, ..)| payload)
        .collect();
    assert_eq!(
        results,
        ["2 by Quick", "4 by Quick", "1 by Slow", "3 by Slow"]
    );
}

#[test]
fn answers_are_written_as_they_are_read_and_wait_their_turn() {
    let text = "version 5\ndelay 50\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 100 S subscribe t/+ 1\nat 100 P subscribe r/# 1\nat 300 P publish t/a 1 : 1\nat 310 P publish t/b 1 : 2\non S t/+ reply 1 to r/{{topic.2}} retain after 200 hold : {{payload}} done\n";
    let scenario = Scenario::parse(text).unwrap();
    assert_eq!(scenario.to_text(), text);
    let run = Run::of(&scenario);
    let got: Vec<(String, String)> = reach(&run, "P")
        .into_iter()
        .map(|(topic, payload, ..)| (topic, payload))
        .collect();
    let done = |topic: &str, payload: &str| (topic.to_owned(), payload.to_owned());
    assert_eq!(got, [done("r/a", "1 done"), done("r/b", "2 done")]);
    // One at a time, each acknowledged when it is answered.
    let sent = |kind: PacketType| -> Vec<u64> {
        let own = |packet: &&Packet| {
            packet.sender == Sender::Client && packet.client == 1 && packet.facts.kind == kind
        };
        run.packets
            .iter()
            .filter(own)
            .map(|packet| packet.sent)
            .collect()
    };
    assert_eq!(sent(PacketType::Publish), [600, 800]);
    assert_eq!(sent(PacketType::Puback), [600, 800]);
    let memory = run.memory_at(500).unwrap();
    let lines = memory.clients[1]
        .lines
        .iter()
        .map(|line| line.text.as_str());
    assert!(
        lines.clone().any(|line| line == "application works on 2"),
        "{memory:?}"
    );
}

#[test]
fn without_a_response_topic_nothing_is_answered_and_that_is_told() {
    for (version, respond) in [("5", ""), ("3.1.1", " respond r")] {
        let text = format!(
            "version {version}\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 100 S subscribe t 1\nat 300 P publish t 1{respond} : 1\non S t reply 1 after 100 : x\n"
        );
        let run = Run::of(&Scenario::parse(&text).unwrap());
        let told = run.to_text();
        assert!(
            told.contains("does not answer. Not done: the message has no Response Topic"),
            "{told}"
        );
        assert!(run.complete);
    }
}

#[test]
fn applications_that_answer_each_other_for_ever_are_stopped() {
    let text = "version 5\npublisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 100 S subscribe a 0\nat 100 P subscribe b 0\nat 300 P publish a 0 : 1\non S a reply 0 to b : x\non P b reply 0 to a : y\n";
    assert!(!Run::of(&Scenario::parse(text).unwrap()).complete);
    // One that would answer its own answers does not.
    let own = "version 5\npublisher P\nat 0 P connect\nat 100 P subscribe a 0\nat 300 P publish a 0 : 1\non P a reply 0 to a : x\n";
    let run = Run::of(&Scenario::parse(own).unwrap());
    assert!(run.complete);
    assert_eq!(reach(&run, "P").len(), 2);
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
