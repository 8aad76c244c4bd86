//! Clients under examination, in one virtual time, without sockets: our own client keeps what every situation shows, and
//! with what stands under `-- broken by` between the two it does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

mod device;

use std::collections::BTreeSet;

use mqttscope_examine::{
    self as examine, ClientCommand, ClientExamination, Happened, Instant, Mutation, Report, Seen,
    Situation, Verdict, situations,
};
use mqttscope_wire::ProtocolVersion;

use device::{Device, run};

const VERSIONS: [ProtocolVersion; 2] = [ProtocolVersion::V5, ProtocolVersion::V3_1_1];

fn all() -> Vec<Situation> {
    situations().expect("all situations can be read")
}

fn is_for(situation: &Situation, version: ProtocolVersion) -> bool {
    situation.shows.iter().any(|shows| shows.version == version)
}

/// Those that a client with a session cannot show, or one without.
fn device(situation: &Situation, version: ProtocolVersion) -> Device {
    Device {
        version,
        has_session: situation.id != "refuses-unknown-session",
    }
}

fn of<'r>(reports: &'r [Report], situation: &Situation) -> &'r Report {
    let mut of = reports.iter().filter(|report| report.id == situation.id);
    of.next().expect("each situation has a report")
}

#[test]
fn our_client_keeps_what_every_situation_shows() {
    for version in VERSIONS {
        for situation in all()
            .into_iter()
            .filter(|situation| is_for(situation, version))
        {
            let own = [situation];
            let [situation] = &own;
            let ended = run(&own, device(situation, version), None);
            let report = of(&ended.reports, situation);
            assert_eq!(report.verdict, Verdict::Kept, "{version:?} {report:#?}");
            assert_eq!(ended.reports.len(), 1, "{version:?} {:#?}", ended.reports);
        }
    }
}

#[test]
fn a_client_that_breaks_just_it_is_told_so() {
    for version in VERSIONS {
        for situation in all()
            .into_iter()
            .filter(|situation| is_for(situation, version))
        {
            assert!(!situation.broken_by.is_empty(), "{}", situation.id);
            for lines in situation.broken_by.clone() {
                let own = [situation.clone()];
                let [situation] = &own;
                let mutation = Mutation::new(&lines).expect("a mutation");
                let ended = run(&own, device(situation, version), Some(mutation));
                let report = of(&ended.reports, situation);
                let expected = if report.is_must {
                    Verdict::Broken
                } else {
                    Verdict::Allowed
                };
                assert_eq!(report.verdict, expected, "{version:?} {report:#?}");
            }
        }
    }
}

#[test]
fn one_run_leads_a_client_through_all() {
    let all = all();
    for version in VERSIONS {
        let has_session = true;
        let ended = run(
            &all,
            Device {
                version,
                has_session,
            },
            None,
        );
        let verdicts: Vec<_> = ended
            .reports
            .iter()
            .map(|report| (report.id, report.verdict, &*report.why))
            .collect();
        for situation in all.iter().filter(|situation| is_for(situation, version)) {
            let report = of(&ended.reports, situation);
            let expected = match situation.id {
                // The others begin with each connection, too, and come first.
                "refuses-unknown-session" => Verdict::Unknown,
                _ => Verdict::Kept,
            };
            assert_eq!(
                report.verdict, expected,
                "{version:?} {report:#?} {verdicts:#?}"
            );
        }
        let card = ended.card.get(version, "Client Identifier");
        assert_eq!(card, Some("device"));
    }
}

#[test]
fn a_client_that_never_comes_has_shown_nothing() {
    let all = all();
    let mut examination = ClientExamination::new(&all, 1);
    let reports = examination.finish(Instant::ZERO);
    assert!(
        reports
            .iter()
            .all(|report| report.verdict == Verdict::Unknown)
    );
    assert!(
        reports
            .iter()
            .all(|report| report.why.contains("never shown"))
    );
}

#[test]
fn reports_hold_no_password() {
    let all = all();
    let mut examination = ClientExamination::new(&all, 1);
    let now = Instant::ZERO;
    let link = examination.handle_opened(now);
    let connect = b"\x10\x1b\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01a\x00\x02me\x00\x08p4ssw0rd";
    examination.handle_bytes(now, link, connect);
    let reports = examination.finish(now);
    let packets = || reports.iter().flat_map(|report| &report.packets);
    let holds = |seen: &Seen, text: &[u8]| match &seen.what {
        Happened::Received(bytes) => bytes.windows(text.len()).any(|part| part == text),
        _ => false,
    };
    assert!(packets().any(|seen| holds(seen, b"********")));
    assert!(!packets().any(|seen| holds(seen, b"p4ssw0rd")));
}

/// Whatever a client sends, in whatever pieces: nothing panics, and there is a report for everything that was begun.
#[test]
fn any_bytes_of_a_client_are_borne() {
    let all = all();
    let mut seed = 1_u64;
    let mut random = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as usize
    };
    let packets: [&[u8]; 8] = [
        b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x02\x00\x01a",
        b"\x10\x0e\x00\x04MQTT\x05\x00\x00\x02\x00\x00\x01a",
        b"\x82\x06\x00\x01\x00\x01#\x02",
        b"\x32\x06\x00\x01t\x00\x01x",
        b"\x34\x06\x00\x01t\x00\x02x",
        b"\x62\x02\x00\x02",
        b"\xc0\x00",
        b"\xff\xff\xff\xff\xff",
    ];
    for _ in 0..300 {
        let mut examination = ClientExamination::new(&all, 1);
        let mut now = Instant::ZERO;
        let mut links = Vec::new();
        for _ in 0..60 {
            now += std::time::Duration::from_millis(random() as u64 % 4000);
            match random() % 6 {
                0 => links.push(examination.handle_opened(now)),
                1 => examination.handle_timeout(now),
                2 if !links.is_empty() => {
                    let link = links.swap_remove(random() % links.len());
                    examination.handle_closed(now, link);
                }
                _ => {
                    let mut bytes = packets[random() % packets.len()].to_vec();
                    if random() % 4 == 0 {
                        let at = random() % bytes.len();
                        bytes[at] = random() as u8;
                    }
                    for link in &links {
                        examination.handle_bytes(now, *link, &bytes);
                    }
                }
            }
            while examination.poll_command().is_some() {}
        }
        let reports = examination.finish(now);
        let ids: BTreeSet<_> = reports.iter().map(|report| report.id).collect();
        assert_eq!(ids.len(), reports.len(), "a report each");
    }
}

#[test]
fn each_situation_has_its_own_name_words_and_statements() {
    let all = all();
    let ids: BTreeSet<_> = all.iter().map(|situation| situation.id).collect();
    assert_eq!(ids.len(), all.len());
    for situation in &all {
        let id = situation.id;
        assert!(
            situation.title.ends_with('.') && situation.ask.ends_with('.'),
            "{id}"
        );
        assert!(!situation.shows.is_empty(), "{id}");
        for shows in &situation.shows {
            let file = if shows.version.is_v5() {
                include_str!("../../../../requirements/v5.toml")
            } else {
                include_str!("../../../../requirements/v3_1_1.toml")
            };
            for statement in &shows.statements {
                let (_, rest) = file
                    .split_once(&format!("id = \"{statement}\"\n"))
                    .unwrap_or_else(|| panic!("{id}: {statement}"));
                let binds = rest.lines().next().unwrap_or_default();
                assert!(!binds.contains("server"), "{id}: {statement} {binds}");
            }
        }
    }
}

/// Only this situation.
fn only(id: &str) -> Vec<Situation> {
    let mut all = all();
    all.retain(|situation| situation.id == id);
    assert_eq!(all.len(), 1, "{id}");
    all
}

const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01a";

fn sent(examination: &mut ClientExamination<'_>) -> Vec<Vec<u8>> {
    let commands = std::iter::from_fn(|| examination.poll_command());
    let bytes = commands.filter_map(|command| match command {
        ClientCommand::Send(_, bytes) => Some(bytes),
        ClientCommand::Close(_) => None,
    });
    bytes.collect()
}

#[test]
fn what_is_held_back_has_a_bound() {
    let own = only("closes-without-pingresp");
    let mut examination = ClientExamination::new(&own, 1);
    let now = Instant::ZERO;
    let link = examination.handle_opened(now);
    examination.handle_bytes(now, link, CONNECT);
    examination.handle_bytes(now, link, b"\x82\x06\x00\x01\x00\x01#\x00");
    let other = examination.handle_opened(now);
    let connect = b"\x10\x0d\x00\x04MQTT\x04\x00\x00\x3c\x00\x01b";
    examination.handle_bytes(now, other, connect);
    sent(&mut examination);
    examination.handle_bytes(now, link, b"\xc0\x00");
    assert!(sent(&mut examination).is_empty(), "all is held back");
    // 1,003 bytes each.
    let message = [b"\x30\xe8\x07\x00\x01t".as_slice(), &[b'x'; 997]].concat();
    let mut published = 0;
    let out = loop {
        assert!(published < 2000, "more is held back than a million bytes");
        examination.handle_bytes(now, other, &message);
        published += 1;
        let out = sent(&mut examination);
        if !out.is_empty() {
            break out;
        }
    };
    assert!(published > 500, "{published}");
    // Nothing is lost: the PINGRESP, and every message.
    assert_eq!(out.len(), 1 + published);
    assert_eq!(out[0], b"\xd0\x00");
    let (report, _) = examination.reports().next().unwrap();
    assert_eq!(report.verdict, Verdict::Unknown);
    assert!(report.why.contains("held back"), "{report:#?}");
}

#[test]
fn what_a_report_keeps_of_a_conversation_has_a_bound() {
    // It waits for what this client never does.
    let own = only("keeps-maximum-qos");
    let mut examination = ClientExamination::new(&own, 1);
    let now = Instant::ZERO;
    let link = examination.handle_opened(now);
    let connect = b"\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a";
    examination.handle_bytes(now, link, connect);
    for _ in 0..60_000 {
        examination.handle_bytes(now, link, b"\xc0\x00");
        sent(&mut examination);
    }
    let reports = examination.finish(now);
    let packets = reports[0].packets.len();
    assert!((1_000..40_000).contains(&packets), "{packets}");
    // CONNECT, CONNACK, and that the connection was closed.
    let left_out = 2 * 60_000 + 3 - packets;
    let says = format!("The last {left_out} of its packets are not in this report.");
    assert!(reports[0].why.ends_with(&says), "{}", reports[0].why);
}

#[test]
fn what_is_known_of_a_client_does_not_grow_with_what_it_sends() {
    let own = all();
    let mut examination = ClientExamination::new(&own, 1);
    let now = Instant::ZERO;
    for at in 0..2_000_u16 {
        // Each time another name, of 30,000 bytes.
        let (high, low) = ((at >> 8) as u8, at as u8);
        let link = examination.handle_opened(now);
        let mut connect = b"\x10\xbc\xea\x01\x00\x04MQTT\x04\x02\x00\x3c\x75\x30".to_vec();
        let name = format!("{high:02x}{low:02x}{}", "x".repeat(29_996));
        connect.extend(name.bytes());
        examination.handle_bytes(now, link, &connect);
        sent(&mut examination);
        examination.handle_closed(now, link);
    }
    let card = examination.card();
    let bytes: usize = (card.facts.iter())
        .map(|fact| fact.name.len() + fact.value.len())
        .sum();
    assert!(bytes < 2_000, "{bytes} bytes of {} facts", card.facts.len());
    let name = card.get(ProtocolVersion::V3_1_1, "Client Identifier");
    let name = name.unwrap();
    assert!(
        name.starts_with("07cfxxx") && name.ends_with("… (30000 bytes)"),
        "{name}"
    );
}

#[test]
fn nothing_begins_while_it_is_paused_and_what_is_skipped_says_so() {
    let own = all();
    let mut examination = ClientExamination::new(&own, 1);
    let now = Instant::ZERO;
    examination.pause(true);
    let link = examination.handle_opened(now);
    examination.handle_bytes(now, link, CONNECT);
    let later = Instant::from_millis(60_000);
    examination.handle_timeout(later);
    assert!(examination.is_idle());
    let commands: Vec<_> = std::iter::from_fn(|| examination.poll_command()).collect();
    let closes = |command: &ClientCommand| matches!(command, ClientCommand::Close(_));
    assert!(!commands.iter().any(closes), "nobody is led on");
    examination.pause(false);
    let publish = b"\x32\x06\x00\x01t\x00\x07x";
    // QoS 1 begins the lost PUBACK, which cuts the link; it is left out while it runs, and others before they do.
    examination.handle_bytes(later, link, publish);
    let running = |examination: &ClientExamination<'_>| {
        let mut all = examination.situations();
        let runs = all.find(|(_, phase)| matches!(phase, examine::Phase::Running(_)));
        runs.map(|(situation, _)| situation.id)
    };
    assert_eq!(running(&examination), Some("repeats-qos-1"));
    for id in ["repeats-qos-1", "connects", "connects", "no-such"] {
        examination.skip(later, id);
    }
    assert!(examination.is_idle());
    let link = examination.handle_opened(later);
    examination.handle_bytes(later, link, CONNECT);
    let reports = examination.finish(later);
    for id in ["repeats-qos-1", "connects"] {
        let of: Vec<_> = reports.iter().filter(|report| report.id == id).collect();
        assert_eq!(of.len(), 1, "{of:#?}");
        assert_eq!(
            (of[0].verdict, &*of[0].why),
            (Verdict::Unknown, "It was left out.")
        );
    }
}

#[test]
fn a_version_has_its_own_situations() {
    let of = |version| {
        let all = all().into_iter();
        all.filter_map(|situation| situation.for_version(version))
            .collect::<Vec<_>>()
    };
    assert!(of(ProtocolVersion::V3_1).is_empty());
    let own = of(ProtocolVersion::V3_1_1);
    assert!(own.len() > 5 && own.len() < all().len(), "{}", own.len());
    let versions = own.iter().flat_map(|situation| &situation.shows);
    assert!(
        versions
            .into_iter()
            .all(|shows| shows.version == ProtocolVersion::V3_1_1)
    );
}
