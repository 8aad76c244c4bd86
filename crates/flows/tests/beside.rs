//! Runs that are compared stand on one time line, and what differs is told.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

use mqttscope_flows::{
    Diagram, Fault, Look, Run, Scenario, When, differ_from, gallery, what_differs,
};
use mqttscope_wire::QoS;

const QOS: [QoS; 3] = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];

/// The picture shows every packet at the heights of its moments.
fn is_on_its_time_line(run: &Run, diagram: &Diagram) {
    for (arrow, packet) in diagram.arrows.iter().zip(&run.packets) {
        let sent = diagram.time.heights(packet.sent).1;
        assert!(arrow.top >= sent && diagram.time.moment(arrow.top) == packet.sent);
        if let Some(at) = packet.arrived().or(packet.lost()) {
            assert!(arrow.bottom >= diagram.time.heights(at).0);
        }
    }
}

fn are_beside(runs: &[&Run]) {
    let diagrams = Diagram::beside(runs, Look::TIGHT);
    let differs = differ_from(runs);
    for (run, diagram) in runs.iter().zip(&diagrams) {
        assert_eq!(diagram.time, diagrams[0].time, "{}", run.scenario.title);
        assert_eq!(diagram.height, diagrams[0].height);
        assert_eq!(diagram.end(), diagrams[0].end());
        let line = differs.map(|at| diagram.time.heights(at).0);
        assert_eq!(diagram.differs.is_some(), line.is_some());
        if let (Some(line), Some(height)) = (line, diagram.differs) {
            assert!((line - 28..=line).contains(&height));
        }
        is_on_its_time_line(run, diagram);
    }
    let Some(at) = differs else { return };
    // What is sent before is the same in all of them.
    let before = |run: &Run| -> Vec<_> {
        let early = run.packets.iter().filter(|packet| packet.sent < at);
        early
            .map(|packet| (packet.sent, packet.client, packet.bytes.clone()))
            .collect()
    };
    for run in runs {
        assert_eq!(before(run), before(runs[0]));
    }
}

#[test]
fn equal_moments_are_at_equal_heights_at_every_qos() {
    for scenario in gallery() {
        let runs = QOS.map(|qos| Run::of(&scenario.with_publish_qos(qos).with_subscribe_qos(qos)));
        are_beside(&runs.each_ref());
    }
}

#[test]
fn a_fork_differs_from_its_fault_on() {
    for scenario in gallery() {
        let run = Run::of(&scenario);
        for at in [250, 430, 470] {
            let fault = Fault::Cut {
                client: 0,
                when: When::At(at),
            };
            let fork = Run::of(&scenario.with_fault(fault));
            are_beside(&[&run, &fork]);
            let differs = differ_from(&[&run, &fork]);
            assert!(
                differs.is_none_or(|differs| differs >= at),
                "{} {at}",
                scenario.title
            );
        }
    }
}

#[test]
fn what_differs_is_said() {
    let qos0 = gallery().remove(0);
    let run = Run::of(&qos0);
    assert_eq!(
        what_differs(&[&run, &run]),
        "No difference from beginning to end."
    );
    let cut = Fault::Cut {
        client: 0,
        when: When::At(420),
    };
    let fork = Run::of(&qos0.with_fault(cut));
    let said = what_differs(&[&run, &fork]);
    assert!(
        said.starts_with(
            "The same before 0.420 s, then different. In the end: 1 and 0 delivered; 0 and 1 lost; "
        ),
        "{said}"
    );
    let all = QOS.map(|qos| Run::of(&qos0.with_publish_qos(qos).with_subscribe_qos(qos)));
    let said = what_differs(&all.each_ref());
    assert!(said.starts_with("The same before 0.200 s"), "{said}");
    assert!(said.ends_with("8, 10 and 14 packets."), "{said}");
}

#[test]
fn short_labels_stand_between_their_lanes() {
    for scenario in gallery() {
        for diagram in Diagram::beside(&[&Run::of(&scenario)], Look::TIGHT) {
            for arrow in &diagram.arrows {
                // Pixels of a letter in the style sheet: 10.5 pixels of a monospaced font.
                let wide = (arrow.label.chars().count() as f64 * 6.32) as u32;
                let room = diagram.look.spacing - 14;
                assert!(wide <= room, "{}: {}", scenario.title, arrow.label);
            }
        }
    }
}

#[test]
fn a_run_alone_has_its_own_time_line() {
    let scenario = Scenario::parse("version 5\npublisher P\nat 0 P connect").unwrap();
    let run = Run::of(&scenario);
    assert_eq!(
        Diagram::of(&run, Look::WIDE),
        Diagram::beside(&[&run], Look::WIDE)[0]
    );
}

#[test]
fn the_line_where_runs_begin_to_differ_strikes_no_label_and_a_label_says_how_they_differ() {
    let scenario = gallery().remove(2);
    let runs = QOS.map(|qos| Run::of(&scenario.with_publish_qos(qos).with_subscribe_qos(qos)));
    for look in [Look::TIGHT, Look::NARROW, Look::WIDE] {
        let diagrams = Diagram::beside(&runs.each_ref(), look);
        for (level, diagram) in diagrams.iter().enumerate() {
            let line = diagram.differs.unwrap();
            for arrow in &diagram.arrows {
                let covers = arrow.label_place.covers(arrow.label.chars().count());
                let is_off = line < covers.top || covers.bottom < line;
                assert!(is_off, "{} at {line}\n{diagram}", arrow.label);
            }
            let says = |what: &str| {
                let mut labels = diagram.arrows.iter().map(|arrow| &arrow.label);
                labels.any(|label| label.starts_with(what))
            };
            let between = if look.short { " Q" } else { " · QoS " };
            assert!(says(&format!("SUBSCRIBE{between}{level}")), "{diagram}");
            assert!(says(&format!("SUBACK{between}{level}")), "{diagram}");
        }
    }
}
