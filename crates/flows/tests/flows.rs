//! What the handshakes promise, held against every scenario of the gallery and generated ones.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

use mqttscope_flows::{
    Act, Arrow, Diagram, Export, Fate, Fault, Frame, Look, Nth, Palette, Run, Scenario, When,
    gallery,
};
use mqttscope_shared::{Instant, Recorded};
use mqttscope_wire::{PacketType, ProtocolVersion, QoS, Sender};

const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

/// Whether anybody loses a memory that a promise rests on.
fn forgets(scenario: &Scenario) -> bool {
    scenario.faults.iter().any(|fault| {
        matches!(
            fault,
            Fault::Restart { keeps: false, .. } | Fault::RestartBroker { keeps: false, .. }
        )
    })
}

/// Each message with how often it reached each application, and the QoS in force.
fn promises_hold(run: &Run) {
    let scenario = &run.scenario;
    for step in &scenario.steps {
        let Act::Publish(publication) = &step.act else {
            continue;
        };
        let granted = scenario.steps.iter().filter_map(|step| match &step.act {
            Act::Subscribe { qos, .. } => Some(*qos),
            _ => None,
        });
        let effective = publication.qos.min(granted.max().unwrap_or_default());
        let arrived: Vec<u32> = run
            .tallies
            .iter()
            .filter(|tally| {
                tally.topic == publication.topic && tally.payload == publication.payload.as_bytes()
            })
            .map(|tally| tally.times)
            .collect();
        let name = format!("{}\n{}", publication.payload, run.to_text());
        // A message of QoS 1 may be doubled on either half of its way.
        if publication.qos != QoS::AtLeastOnce && effective != QoS::AtLeastOnce {
            assert!(arrived.iter().all(|&times| times <= 1), "twice: {name}");
        }
        if effective == QoS::AtMostOnce || publication.expiry.is_some() || publication.retain {
            continue;
        }
        assert!(!arrived.is_empty(), "never: {name}");
    }
}

/// Bytes that arrived are bytes that were sent, and nothing stays on its way.
fn packets_are_whole(run: &Run) {
    for packet in &run.packets {
        assert!(packet.fate != Fate::Flying || !run.complete);
        if let Fate::Arrived(at) = packet.fate {
            assert_eq!(at, packet.due);
        }
        if let Fate::Lost(at) = packet.fate {
            assert!(at >= packet.sent && at <= packet.due);
        }
    }
    let sum: usize = run.packets.iter().map(|packet| packet.bytes.len()).sum();
    assert_eq!(
        (run.counts.packets, run.counts.bytes),
        (run.packets.len(), sum)
    );
}

#[test]
fn every_scenario_of_the_gallery_keeps_its_promise_and_comes_to_rest() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        assert!(run.complete, "{}", scenario.title);
        packets_are_whole(&run);
        if !forgets(&scenario) {
            promises_hold(&run);
        }
        assert_eq!(run, Run::of(&scenario), "a run is the same each time");
    }
}

#[test]
fn generated_scenarios_keep_their_promise() {
    let kinds = [
        PacketType::Publish,
        PacketType::Puback,
        PacketType::Pubrec,
        PacketType::Pubrel,
        PacketType::Pubcomp,
        PacketType::Connack,
    ];
    let mut runs = 0;
    for version in ProtocolVersion::ALL {
        for (published, subscribed) in QOS.into_iter().flat_map(|a| QOS.map(|b| (a, b))) {
            let calm = format!(
                "version {}\npublisher P session\nsubscriber S session\nat 0 S connect\nat 0 P connect\n\
                 at 200 S subscribe t/a {}\nat 400 P publish t/a {} : 1\nat 430 P publish t/a {} : 2",
                version.name(),
                subscribed as u8,
                published as u8,
                published as u8
            );
            let calm = Scenario::parse(&calm).unwrap();
            for client in 0..2 {
                for kind in kinds {
                    for n in 1..=2 {
                        for when in [When::Before(Nth { kind, n }), When::After(Nth { kind, n })] {
                            let cut = calm.with_fault(Fault::Cut { client, when });
                            for restart in 0..4 {
                                let scenario = match restart {
                                    1 => cut.with_fault(Fault::Restart {
                                        client: 0,
                                        at: 480,
                                        keeps: true,
                                    }),
                                    2 => cut.with_fault(Fault::Restart {
                                        client: 1,
                                        at: 560,
                                        keeps: true,
                                    }),
                                    3 => cut.with_fault(Fault::RestartBroker {
                                        at: 520,
                                        keeps: true,
                                    }),
                                    _ => cut.clone(),
                                };
                                // Cutting a first CONNACK keeps the subscription from being there in time.
                                if kind == PacketType::Connack && n == 1 {
                                    continue;
                                }
                                let run = Run::of(&scenario);
                                assert!(run.complete);
                                packets_are_whole(&run);
                                picture_is_true(&run, Look::WIDE);
                                promises_hold(&run);
                                runs += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(runs > 4000, "{runs}");
}

/// The picture has an arrow for each packet, between the right lanes, and each the right way down.
fn picture_is_true(run: &Run, look: Look) {
    let diagram = Diagram::of(run, look);
    assert_eq!(diagram.arrows.len(), run.packets.len());
    for (arrow, packet) in diagram.arrows.iter().zip(&run.packets) {
        let client = diagram.lane_of(Some(packet.client));
        let broker = diagram.lane_of(None);
        let ends = match packet.sender {
            Sender::Client => (client, broker),
            Sender::Server => (broker, client),
        };
        assert_eq!((arrow.from, arrow.to), ends);
        assert_eq!(arrow.lost, packet.lost().is_some());
        assert_eq!(arrow.reach < 1000, arrow.lost);
        assert!(arrow.top < arrow.bottom && arrow.bottom < diagram.height);
        assert!(arrow.label.starts_with(packet.facts.kind.name()));
    }
    let mut tops: Vec<_> = diagram
        .arrows
        .iter()
        .map(|arrow| (arrow.from, arrow.to, arrow.top))
        .collect();
    tops.sort_unstable();
    tops.dedup();
    assert_eq!(tops.len(), run.packets.len(), "no two arrows on each other");
}

#[test]
fn the_pictures_of_the_gallery_are_true() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        for look in [Look::WIDE, Look::NARROW, Look::TIGHT] {
            picture_is_true(&run, look);
            let diagram = Diagram::of(&run, look);
            let palette = Palette::default();
            let export = Export {
                title: "a < b",
                palette: &palette,
                until: None,
                caption: "",
            };
            let svg = diagram.to_svg(&export);
            // A way and an end for each packet.
            assert_eq!(svg.matches("<path").count(), 2 * run.packets.len());
            assert!(svg.contains("a &lt; b") && svg.ends_with("</svg>\n"));
            labels_are_legible(&diagram, &scenario.title);
        }
        assert_eq!(run.counts_at(run.end), run.counts, "{}", scenario.title);
        let beats = run.beats();
        let diagram = Diagram::of(&run, Look::WIDE);
        let heights = diagram.heights_of(&beats);
        assert!(heights.is_sorted() && heights.len() == beats.len());
        assert_eq!(heights.last(), Some(&diagram.end()));
        for arrow in diagram.arrows.iter().filter(|arrow| !arrow.lost) {
            assert_eq!(diagram.x_at(arrow, arrow.top), diagram.look.x(arrow.from));
            assert_eq!(diagram.x_at(arrow, arrow.bottom), diagram.look.x(arrow.to));
            let place = arrow.label_place;
            assert!(place.x < diagram.width && place.y <= arrow.bottom + 14);
        }
        let moments: Vec<u64> = run.beats().iter().map(|beat| beat.at).collect();
        assert!(moments.is_sorted());
    }
}

/// Where there is room, no arrow goes through a label, but for those that are sent together.
fn labels_are_legible(diagram: &Diagram, title: &str) {
    if diagram.look.short {
        return;
    }
    for (index, arrow) in diagram.arrows.iter().enumerate() {
        let covers = arrow.label_place.covers(arrow.label.chars().count());
        for other in diagram.struck_by(covers, index) {
            let other = &diagram.arrows[other];
            assert!(
                (other.from, other.to) == (arrow.from, arrow.to),
                "{title}: {} at {}\n{diagram}",
                arrow.label,
                arrow.top
            );
        }
    }
}

#[test]
fn a_message_is_told_from_another_by_what_it_carries() {
    let of = |title: &str| {
        let mut all = gallery().into_iter();
        Run::of(&all.find(|scenario| scenario.title == title).unwrap())
    };
    let run = of("A slow worker and a quick one");
    for look in [Look::fit(5, 840), Look::WIDE] {
        let diagram = Diagram::of(&run, look);
        for arrow in diagram
            .arrows
            .iter()
            .filter(|arrow| arrow.kind == PacketType::Publish)
        {
            let payload = String::from_utf8_lossy(&run.packets[arrow.packet].facts.payload);
            let (_, said) = arrow.label.split_once('“').unwrap();
            let start = said.strip_suffix("…”").or(said.strip_suffix('”')).unwrap();
            assert!(payload.starts_with(start), "{} {payload}", arrow.label);
            // As much as tells one worker from another.
            assert!(start.chars().count() >= payload.chars().count().min(6));
        }
    }
    let publish = run
        .packets
        .iter()
        .position(|packet| packet.facts.kind == PacketType::Publish);
    let line = run.packet_line(publish.unwrap());
    let facts = &run.packets[publish.unwrap()].facts;
    let carried = format!(
        "{} “{}”",
        facts.topic,
        String::from_utf8_lossy(&facts.payload)
    );
    assert!(line.contains(&carried), "{line}");
    assert_eq!(facts.carried(0), "", "nothing is cut");

    assert_eq!(of("QoS 1, no faults").scenario.mixes_qos(), (false, false));
    let mixed = of("A worker dies with a job, QoS 0").scenario;
    assert_eq!(mixed.mixes_qos(), (true, true));
    let one = mixed
        .with_publish_qos(QoS::AtMostOnce)
        .with_subscribe_qos(QoS::AtMostOnce);
    assert_eq!(one.mixes_qos(), (false, false));
}

#[test]
fn the_first_use_of_a_topic_alias_shows_the_topic_and_the_next_ones_the_alias_alone() {
    let mut all = gallery().into_iter();
    let run = Run::of(
        &all.find(|scenario| scenario.title == "Topic alias")
            .unwrap(),
    );
    for look in [Look::WIDE, Look::fit(3, 840), Look::fit(3, 1400)] {
        let diagram = Diagram::of(&run, look);
        let labels = diagram
            .arrows
            .iter()
            .filter(|arrow| arrow.kind == PacketType::Publish);
        let mut seen = Vec::new();
        for arrow in labels {
            let label = &arrow.label;
            assert!(label.starts_with("PUBLISH · QoS 0 · alias 1 · "), "{label}");
            let way = (arrow.from, arrow.to);
            let has_topic = label.contains("build");
            assert_eq!(has_topic, !seen.contains(&way), "{label}");
            assert_eq!(
                label.contains("“21”") || label.contains("“22”"),
                !has_topic,
                "{label}"
            );
            seen.push(way);
        }
        assert_eq!(seen.len(), 6);
    }
}

#[test]
fn no_label_is_on_another_where_many_are_sent_to_at_once() {
    let mut text = "publisher Pub\n".to_owned();
    for client in 1..=5 {
        text.push_str(&format!("subscriber S{client}\n"));
    }
    text.push_str("at 0 Pub connect\n");
    for client in 1..=5 {
        text.push_str(&format!(
            "at 0 S{client} connect\nat 200 S{client} subscribe t/a 2\n"
        ));
    }
    text.push_str("at 400 Pub publish t/a 2 : hi");
    let run = Run::of(&Scenario::parse(&text).unwrap());
    for look in [
        Look::NARROW,
        Look::fit(7, 840),
        Look::fit(7, 1400),
        Look::WIDE,
    ] {
        let diagram = Diagram::of(&run, look);
        let covers = |arrow: &Arrow| arrow.label_place.covers(arrow.label.chars().count());
        for (index, arrow) in diagram.arrows.iter().enumerate() {
            let one = covers(arrow);
            for other in diagram.arrows.iter().take(index) {
                let two = covers(other);
                let is_apart = one.right < two.left
                    || two.right < one.left
                    || one.bottom < two.top
                    || two.bottom < one.top;
                assert!(
                    is_apart,
                    "{}: {} is on {}\n{diagram}",
                    look.spacing, arrow.label, other.label
                );
            }
        }
    }
}

#[test]
fn a_step_is_exported_with_what_is_to_come_faint_and_its_caption() {
    let scenario = gallery().remove(2);
    let run = Run::of(&scenario);
    let diagram = Diagram::of(&run, Look::WIDE);
    let beats = run.beats();
    let heights = diagram.heights_of(&beats);
    let palette = Palette {
        publish: "green".into(),
        ..Palette::default()
    };
    let svg = |step: usize| {
        diagram.to_svg(&Export {
            title: &scenario.title,
            palette: &palette,
            until: Some(heights[step]),
            caption: &beats[step].text,
        })
    };
    let faint = |svg: &str| svg.matches(r#"<g opacity=".3"><path"#).count();
    // A label is read before its packet is sent, too.
    let read = |svg: &str| svg.matches(r#"<text opacity=".64""#).count();
    assert_eq!(faint(&svg(0)), run.packets.len());
    assert!(faint(&svg(9)) > 0 && faint(&svg(9)) < run.packets.len());
    assert_eq!(read(&svg(0)), run.packets.len());
    assert_eq!(read(&svg(9)), faint(&svg(9)));
    assert!(!svg(beats.len() - 1).contains("opacity=\""));
    assert!(svg(0).contains("Two handshakes, one on each side of the broker."));
    assert_eq!(
        svg(3).matches(r#"stroke="green""#).count(),
        4,
        "two of them, in two parts"
    );
}

#[test]
fn a_time_without_a_connection_is_seen_faint_before_it_comes() {
    let scenario = gallery()
        .into_iter()
        .find(|scenario| scenario.title == "QoS 2, PUBREC lost");
    let run = Run::of(&scenario.unwrap());
    let diagram = Diagram::of(&run, Look::WIDE);
    let export = Export {
        title: "",
        palette: &Palette::default(),
        until: Some(0),
        caption: "",
    };
    let svg = diagram.to_svg(&export);
    let area = svg.lines().find(|line| line.contains("mistyrose")).unwrap();
    assert!(area.starts_with(r#"<g opacity=".3"><rect"#), "{area}");
    assert!(
        !svg.contains(&diagram.bands[0].label),
        "not told before it is over"
    );
    // The lost packet's label is in another colour, which needs more.
    assert_eq!(svg.matches(r#"<text opacity=".82""#).count(), 1);
}

#[test]
fn the_animation_shows_every_packet_and_every_caption() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        let diagram = Diagram::of(&run, Look::NARROW);
        let beats = run.beats();
        let frames: Vec<Frame> = diagram
            .heights_of(&beats)
            .into_iter()
            .zip(&beats)
            .map(|(height, beat)| Frame {
                height,
                caption: beat.text.clone(),
            })
            .collect();
        let svg = diagram.to_animated_svg("a < b", &Palette::default(), &frames);
        for index in 0..run.packets.len() {
            assert!(svg.contains(&format!("@keyframes a{index}{{")));
            assert!(svg.contains(&format!("@keyframes l{index}{{")));
            assert!(svg.contains(&format!("<text class=\"k l{index}\"")));
            assert!(svg.contains(&format!("class=\"k t{index}\" opacity=\"0\"")));
        }
        let last = beats.len() - 1;
        assert!(svg.contains(&format!("class=\"k c{last}\" opacity=\"1\"")));
        assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf%"));
        assert_eq!(svg.matches('{').count(), svg.matches('}').count());
        let opened = svg.matches("<g").count();
        assert_eq!(opened, svg.matches("</g>").count());
    }
}

#[test]
fn a_cut_named_by_its_moment_is_the_same_cut() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        let again = Run::of(&run.with_moments());
        assert_eq!(run.packets, again.packets, "{}", scenario.title);
    }
}

#[test]
fn every_fault_that_is_offered_comes_to_rest() {
    for scenario in gallery() {
        for at in [0, 425, 475, 700] {
            for fault in Run::of(&scenario).faults_at(at) {
                let run = Run::of(&scenario.with_fault(fault));
                assert!(run.complete, "{}", run.to_text());
                packets_are_whole(&run);
            }
        }
    }
}

#[test]
fn a_fault_that_never_happens_is_told_with_its_cause() {
    let calm = "publisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 200 S subscribe t QOS\nat 400 P publish t QOS : a\n";
    let table = [
        (
            0,
            "cut P before PUBACK 1",
            Some("no PUBACK is sent on P's connection"),
        ),
        (1, "cut P before PUBACK 1", None),
        (
            1,
            "cut P after PUBLISH 2",
            Some("only 1 PUBLISH is sent on P's connection"),
        ),
        (1, "cut S at 500", None),
        (
            1,
            "offline S from 400 to 900\ncut S at 500",
            Some("S has no connection at 0.500 s"),
        ),
    ];
    for (qos, faults, why) in table {
        let text = calm.replace("QOS", &qos.to_string()) + faults;
        let run = Run::of(&Scenario::parse(&text).unwrap());
        let texts: Vec<_> = run.unused.iter().map(|unused| &unused.text).collect();
        assert_eq!(texts.len(), usize::from(why.is_some()), "{text}\n{texts:?}");
        if let Some(why) = why {
            let line = faults.lines().last().unwrap();
            assert_eq!(*texts[0], format!("`{line}` never happens: {why}."));
            assert!(run.to_text().contains(texts[0].as_str()));
        }
    }
    for scenario in gallery() {
        assert_eq!(Run::of(&scenario).unused, [], "{}", scenario.title);
    }
}

#[test]
fn an_acknowledgement_is_held_back_from_a_moment_on() {
    for (qos, kind) in [(1, PacketType::Puback), (2, PacketType::Pubrec)] {
        let text = format!(
            "publisher P\nsubscriber S session\nat 0 P connect\nat 0 S connect\nat 200 S subscribe t {qos}\nat 400 P publish t {qos} : a\nat 1000 P publish t {qos} : b\n"
        );
        let before = Run::of(&Scenario::parse(&text).unwrap());
        let at = 900;
        let held = Fault::Hold {
            client: 1,
            from: at,
            until: 2400,
        };
        assert!(before.faults_at(at).contains(&held), "{text}");
        assert_eq!(before.next_acknowledged(1, at), Some(kind));
        let forked = before.scenario.with_fault(held);
        assert_eq!(Scenario::parse(&forked.to_text()), Ok(forked.clone()));
        let after = Run::of(&forked);
        let past = |run: &Run| {
            let past = run.packets.iter().filter(|packet| packet.sent <= at);
            past.cloned().collect::<Vec<_>>()
        };
        assert_eq!(past(&before), past(&after), "the past stays");
        let answers = |run: &Run| {
            let answers = run.packets.iter().filter(|packet| {
                packet.client == 1 && packet.sender == Sender::Client && packet.facts.kind == kind
            });
            answers.map(|packet| packet.sent).collect::<Vec<_>>()
        };
        let [first, second] = answers(&before)[..] else {
            panic!("two answers: {}", before.to_text());
        };
        assert!(second < 2400);
        assert_eq!(answers(&after), [first, 2400]);
        assert!(after.to_text().contains("holds back its acknowledgement"));
        assert_eq!(after.counts.delivered, 2);
    }
}

#[test]
fn nothing_is_held_back_where_nothing_is_acknowledged() {
    let holds = |text: &str, at| {
        let run = Run::of(&Scenario::parse(text).unwrap());
        let faults = run.faults_at(at);
        let holds = faults
            .iter()
            .filter(|fault| matches!(fault, Fault::Hold { .. }));
        holds.count()
    };
    let text = "publisher P\nsubscriber S\nat 0 P connect\nat 0 S connect\nat 200 S subscribe t QOS\nat 400 P publish t 2 : a\n";
    assert_eq!(holds(&text.replace("QOS", "0"), 300), 0, "at QoS 0");
    assert_eq!(
        holds(&text.replace("QOS", "1"), 300),
        1,
        "not the publisher"
    );
    assert_eq!(holds(&text.replace("QOS", "1"), 900), 0, "all is answered");
}

#[test]
fn the_heaviest_scenarios_are_bounded() {
    let mut text = String::new();
    for client in 0..5 {
        text.push_str(&format!("subscriber S{client} session\n"));
    }
    text.push_str("publisher P session\nat 0 P connect\n");
    for client in 0..5 {
        text.push_str(&format!(
            "at 0 S{client} connect\nat 100 S{client} subscribe t 2\n"
        ));
        text.push_str(&format!("offline S{client} from 900 to 600000\n"));
    }
    for number in 0..180 {
        text.push_str(&format!("at {} P publish t 2 : {number}\n", 800 + number));
    }
    let run = Run::of(&Scenario::parse(&text).unwrap());
    assert!(run.packets.len() <= 1_200 && !run.complete);
    let most = run
        .memories
        .iter()
        .map(|(_, memory)| memory.broker.lines.len());
    assert!(most.max().unwrap() < 200);
}

#[test]
fn the_picture_of_qos_2_with_a_lost_pubrec() {
    let scenario = "publisher P session\nsubscriber S session\nat 0 S connect\nat 0 P connect\n\
        at 200 S subscribe t/a 2\nat 400 P publish t/a 2 : 21\ncut P before PUBREC 1";
    let run = Run::of(&Scenario::parse(scenario).unwrap());
    let shown = Diagram::of(&run, Look::WIDE).to_string();
    let expected = include_str!("flows/qos_2_pubrec_lost.txt");
    assert_eq!(shown, expected, "\n{shown}");
}

#[test]
fn the_picture_of_packets_seen_live() {
    let seen = |at, sender, bytes| Recorded {
        connection: 0,
        sender,
        version: ProtocolVersion::V3_1_1,
        at: Instant::from_millis(at),
        bytes,
    };
    let packets = [
        seen(1000, Sender::Client, &b"\x34\x08\x00\x01a\x00\x07hey"[..]),
        seen(1003, Sender::Server, b"\x50\x02\x00\x07"),
        seen(1003, Sender::Client, b"\x62\x02\x00\x07"),
    ];
    let shown = Diagram::of_packets("me", &packets, Look::WIDE).to_string();
    let expected = "460 × 169\nlane me at 80\nlane Broker at 380\n  28 → 43   me → Broker  PUBLISH · QoS 2 · id 7\n";
    assert!(shown.starts_with(expected), "{shown}");
    assert!(
        shown.contains("PUBREL · id 7 · +3 ms  unanswered")
            && shown.matches("unanswered").count() == 1,
        "{shown}"
    );
    let lost = Diagram::of_packets("me", &packets, Look::WIDE).with_lost(|packet| packet == 1);
    let marked: Vec<String> = (lost.to_string().lines())
        .filter(|line| line.contains('✕'))
        .map(str::to_owned)
        .collect();
    assert_eq!(marked.len(), 1, "{lost}");
    assert!(
        marked[0].contains("PUBREC") && marked[0].contains("✕ at 500 ‰"),
        "{lost}"
    );
}

#[test]
fn who_acknowledges_a_job_when_it_is_done_does_not_so_before() {
    let titled = |title: &str| {
        let found = gallery().into_iter().find(|it| it.title == title);
        Run::of(&found.unwrap()).to_text()
    };
    let text = titled("A worker dies with a job, QoS 1");
    assert!(text.contains("does not acknowledge it before it has answered it"));
    assert!(
        !text.contains("A sends PUBACK, as QoS 1 requires"),
        "{text}"
    );
    // A worker that acknowledges at once is told so.
    let text = titled("A worker dies with a job, QoS 2");
    assert!(
        text.contains("A stores the identifier and sends PUBREC"),
        "{text}"
    );
}
