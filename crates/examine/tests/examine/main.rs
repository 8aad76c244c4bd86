//! Every check against our own broker, and against one that breaks just it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod peers;
mod pump;

use std::fmt::Write as _;
use std::time::Duration;

use mqttscope_examine::{
    Check, Command, Examination, Happened, Instant, Mutation, Options, Report, Verdict, checks,
    read,
};
use mqttscope_wire::ProtocolVersion;
use pump::{Peer, lesser, run, run_at};

const NEAR: Duration = Duration::from_millis(1);
const FAR: Duration = Duration::from_millis(500);

fn all() -> Vec<Check> {
    checks().unwrap()
}

fn hostile() -> Options {
    Options {
        is_hostile: true,
        seed: 0x5eed,
        ..Options::default()
    }
}

/// A report as a failed test shows it.
fn shown(report: &Report) -> String {
    let mut text = format!(
        "{} v{}: {}: {}\n",
        report.id,
        report.version.name(),
        report.verdict.name(),
        report.why
    );
    for seen in &report.packets {
        let what = match &seen.what {
            Happened::Sent(bytes) => format!("> {}", hex(bytes)),
            Happened::Received(bytes) => format!("< {}", hex(bytes)),
            other => format!("{other:?}"),
        };
        let _ = writeln!(text, "    {:>6} {} {what}", seen.at, seen.connection);
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    let all = bytes.iter().take(80).map(|byte| format!("{byte:02x}"));
    all.collect::<Vec<_>>().join(" ")
}

fn verdicts(reports: &[Report]) -> Vec<(&'static str, &'static str, Verdict)> {
    let mut all: Vec<_> = reports
        .iter()
        .map(|report| (report.id, report.version.name(), report.verdict))
        .collect();
    all.sort_unstable();
    all
}

/// Checks of what a broker lacks, which ours has unless it is told not to.
const OF_LESSER: [&str; 4] = [
    "client-identifier-refused",
    "quality-of-will",
    "quality-subscribed",
    "retain-of-will",
];

fn is_of_lesser(report: &Report) -> bool {
    OF_LESSER.contains(&report.id)
}

/// A broker that the check is for, so far away.
fn peer_for(id: &str, way: Duration) -> Peer {
    let is_lesser = OF_LESSER.contains(&id);
    Peer {
        broker: if is_lesser {
            lesser
        } else {
            Peer::at(way).broker
        },
        ..Peer::at(way)
    }
}

#[test]
fn our_broker_keeps_everything_and_nothing_is_left_at_it() {
    let checks = all();
    let run = run(&checks, hostile(), NEAR, None);
    let wanted = |report: &Report| match is_of_lesser(report) {
        true => Verdict::NotApplicable,
        false => Verdict::Kept,
    };
    let wrong: Vec<String> = run
        .reports
        .iter()
        .filter(|report| report.verdict != wanted(report))
        .map(shown)
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(run.left, (0, 0), "sessions and retained messages");
    assert!(run.took < Duration::from_secs(60), "{:?}", run.took);
    let fact = |name| run.card.get(ProtocolVersion::V5, name);
    assert_eq!(fact("Receive Maximum"), Some("100"));
    assert_eq!(fact("QoS granted where 2 was asked for"), Some("2"));
    assert!(
        fact("a Keep Alive of 2 s is enforced after").is_some_and(|time| time.starts_with("300"))
    );
}

/// Told to lack QoS 2 and retained messages, ours keeps what is asked of such a broker.
#[test]
fn a_broker_that_lacks_something_keeps_what_it_can_be_asked() {
    let peer = Peer {
        broker: lesser,
        ..Peer::at(NEAR)
    };
    // Before version 5 a broker cannot say what it lacks.
    let options = Options {
        versions: vec![ProtocolVersion::V5],
        ..hostile()
    };
    let run = run_at(&all(), options, peer, None);
    let mut not_applicable = 0;
    for report in &run.reports {
        match report.verdict {
            Verdict::NotApplicable if !is_of_lesser(report) => not_applicable += 1,
            verdict => assert_eq!(verdict, Verdict::Kept, "{}", shown(report)),
        }
    }
    assert!((20..80).contains(&not_applicable), "{not_applicable}");
    assert_eq!(run.left, (0, 0));
}

#[test]
fn verdicts_are_the_same_each_time_and_from_far_away() {
    let checks = all();
    let first = run(&checks, hostile(), NEAR, None);
    for way in [NEAR, NEAR, FAR] {
        let again = run(&checks, hostile(), way, None);
        assert_eq!(
            verdicts(&again.reports),
            verdicts(&first.reports),
            "{way:?}"
        );
    }
}

#[test]
fn each_check_finds_what_breaks_it() {
    let checks = all();
    let mut wrong = Vec::new();
    let mut broken = 0;
    for check in checks.iter().filter(|check| !check.is_probe) {
        if check.broken_by.is_empty() {
            wrong.push(format!("{}: nothing breaks it", check.id));
        }
        for shows in &check.shows {
            let mut finds = 0;
            for lines in &check.broken_by {
                // `[v5]` and `[v3]` before a line: only in those.
                let is_v5 = shows.version.is_v5();
                let lines: Vec<&'static str> = lines
                    .iter()
                    .filter(|line| !line.starts_with(if is_v5 { "[v3] " } else { "[v5] " }))
                    .map(|line| line.trim_start_matches("[v3] ").trim_start_matches("[v5] "))
                    .collect();
                if lines.is_empty() {
                    continue;
                }
                finds += 1;
                let mutation = Mutation::new(&lines).unwrap();
                let options = Options {
                    only: vec![check.id.into()],
                    versions: vec![shows.version],
                    ..hostile()
                };
                for way in [NEAR, FAR] {
                    let mutated = Some((check.id, shows.version, mutation.clone()));
                    let peer = peer_for(check.id, way);
                    let run = run_at(&checks, options.clone(), peer, mutated);
                    let report = run
                        .reports
                        .iter()
                        .find(|report| report.id == check.id)
                        .unwrap();
                    let wanted = if shows.is_must {
                        Verdict::Broken
                    } else {
                        Verdict::Allowed
                    };
                    if report.verdict == wanted {
                        broken += 1;
                    } else {
                        wrong.push(format!("{lines:?} {way:?}\n{}", shown(report)));
                    }
                }
            }
            if finds == 0 {
                wrong.push(format!(
                    "{}: nothing breaks it in {}",
                    check.id,
                    shows.version.name()
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(broken > 100, "{broken}");
}

#[test]
fn checks_have_names_of_their_own_and_cite_statements_that_exist() {
    let requirements = [
        include_str!("../../../../requirements/v3_1_1.toml"),
        include_str!("../../../../requirements/v5.toml"),
    ];
    let checks = all();
    let mut ids: Vec<_> = checks.iter().map(|check| check.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), checks.len());
    assert!(checks.len() > 100, "{}", checks.len());
    for check in &checks {
        assert!(
            !check.shows.is_empty() && check.title.ends_with('.'),
            "{}",
            check.id
        );
        for shows in &check.shows {
            let text = match shows.version.name() {
                "3.1.1" => requirements[0],
                "5" => requirements[1],
                _ => "",
            };
            assert_eq!(shows.statements.is_empty(), text.is_empty(), "{}", check.id);
            for statement in &shows.statements {
                let entry = format!("id = \"{statement}\"");
                assert!(text.contains(&entry), "{}: {statement}", check.id);
            }
        }
    }
}

#[test]
fn one_check_can_be_asked_for_by_its_name_or_by_a_statement() {
    let checks = all();
    let asked = |id: &str| {
        let options = Options {
            only: vec![id.into()],
            ..hostile()
        };
        let run = run(&checks, options, NEAR, None);
        let others = run
            .reports
            .into_iter()
            .filter(|report| report.id != "probe");
        others.map(|report| report.id).collect::<Vec<_>>()
    };
    assert_eq!(asked("one-connack"), ["one-connack"; 2]);
    assert_eq!(asked("MQTT-3.3.1-13"), ["retain-as-published"]);
    assert_eq!(asked("one-connack@5"), ["one-connack"]);
    assert!(asked("one-connack@3.1").is_empty());
}

#[test]
fn a_check_says_its_conversation_line_by_line() {
    let checks = all();
    let check = checks.iter().find(|check| check.id == "ping").unwrap();
    let lines: Vec<_> = check.conversation(ProtocolVersion::V5).collect();
    let texts: Vec<&str> = lines.iter().map(|(text, ..)| *text).collect();
    assert_eq!(texts, ["a connect", "a> PINGREQ", "a< PINGRESP"]);
    let shown: Vec<bool> = lines.iter().map(|(.., is_shown)| *is_shown).collect();
    assert_eq!(shown, [false, true, true]);
    assert!(read("== a\nb").is_ok() && read("nothing").is_err());
}

#[test]
fn a_pause_lets_what_runs_end_and_begins_nothing() {
    let checks = all();
    let mut examination = Examination::new(&checks, hostile(), Instant::ZERO);
    assert!(matches!(examination.poll_command(), Some(Command::Open(_))));
    let now = Instant::from_millis(1);
    examination.handle_pause(now);
    // The probe goes on: it gives up after its time, and the next one does not begin.
    let mut last = now;
    while let Some(due) = examination.poll_timeout() {
        last = due;
        examination.handle_timeout(due);
    }
    assert_eq!(examination.running().count(), 0);
    assert_eq!(examination.progress().done, 1);
    assert!(!examination.is_done());
    examination.handle_resume(last + NEAR);
    assert_eq!(examination.running().count(), 1);
}

#[test]
fn passwords_stand_in_no_report() {
    let checks = all();
    let options = Options {
        user_name: Some("somebody".into()),
        password: Some(b"secret".to_vec()),
        ..hostile()
    };
    let run = run(&checks, options, NEAR, None);
    let packets = run.reports.iter().flat_map(|report| &report.packets);
    let mut stars = 0;
    for seen in packets {
        if let Happened::Sent(bytes) = &seen.what {
            assert!(
                !bytes.windows(6).any(|part| part == b"secret"),
                "{}",
                hex(bytes)
            );
            stars += usize::from(bytes.ends_with(b"******"));
        }
    }
    assert!(stars > 300, "{stars}");
}

/// A broker that answers as two lines say, and whose DISCONNECT and close are there before the newcomer's CONNACK.
#[test]
fn a_packet_before_a_close_counts_however_late_it_is_looked_at() {
    let checks = all();
    let options = Options {
        versions: vec![ProtocolVersion::V5],
        only: vec!["takeover".into()],
        ..Options::default()
    };
    let now = Instant::from_millis(5);
    let mut examination = Examination::new(&checks, options, Instant::ZERO);
    let mut first = None;
    let mut report = None;
    while report.is_none() {
        while let Some(command) = examination.poll_command() {
            let Command::Send(id, bytes) = command else {
                if let Command::Open(id) = command {
                    examination.handle_opened(now, id);
                }
                continue;
            };
            let name = examination.connection(id);
            if bytes[0] == 0x10
                && let Some(("takeover", _, "a2")) = name
            {
                examination.handle_bytes(now, first.unwrap(), b"\xe0\x01\x8e");
                examination.handle_closed(now, first.unwrap());
            }
            if let Some(("takeover", _, "a")) = name {
                first = Some(id);
            }
            let answer: &[u8] = match bytes[0] {
                0x10 => b"\x20\x03\x00\x00\x00",
                0x82 => b"\x90\x04\x00\x01\x00\x02",
                0xc0 => b"\xd0\x00",
                _ => b"",
            };
            examination.handle_bytes(now, id, answer);
        }
        examination.handle_timeout(Instant::from_millis(20));
        let reports = std::iter::from_fn(|| examination.poll_report());
        report = reports.last().filter(|report| report.id == "takeover");
    }
    let report = report.unwrap();
    assert_eq!(report.verdict, Verdict::Kept, "{}", shown(&report));
}

#[test]
fn what_the_standard_only_recommends_is_allowed_to_be_otherwise() {
    let mut checks = all();
    let ping = checks.iter_mut().find(|check| check.id == "ping").unwrap();
    ping.shows
        .iter_mut()
        .for_each(|shows| shows.is_must = false);
    let version = ping.shows[0].version;
    let options = Options {
        versions: vec![version],
        only: vec!["ping".into()],
        ..hostile()
    };
    let mutation = Mutation::new(&["a< PINGRESP drop"]).unwrap();
    let run = run(&checks, options, NEAR, Some(("ping", version, mutation)));
    let report = run
        .reports
        .iter()
        .find(|report| report.id == "ping")
        .unwrap();
    assert_eq!(report.verdict, Verdict::Allowed);
    assert!(report.why.contains("SHOULD"), "{}", report.why);
}

/// A broker that takes no version: nothing else is asked of it.
#[test]
fn versions_that_are_refused_are_not_applicable() {
    let checks = all();
    let version = ProtocolVersion::V5;
    let options = Options {
        versions: vec![version],
        ..hostile()
    };
    let mutation = Mutation::new(&["a< CONNACK replace CONNACK 84"]).unwrap();
    let run = run(&checks, options, NEAR, Some(("probe", version, mutation)));
    assert!(run.reports.len() > 100);
    for report in &run.reports {
        assert_eq!(report.verdict, Verdict::NotApplicable, "{}", shown(report));
        assert!(
            report.why.contains("refuses this version"),
            "{}",
            report.why
        );
    }
}

#[test]
fn an_examination_that_is_ended_says_so_and_cleans_up() {
    let checks = all();
    let mut examination = Examination::new(&checks, hostile(), Instant::ZERO);
    let Some(Command::Open(id)) = examination.poll_command() else {
        panic!("the probe opens a connection")
    };
    let now = Instant::from_millis(1);
    examination.handle_opened(now, id);
    examination.handle_cancel(now);
    let commands: Vec<_> = std::iter::from_fn(|| examination.poll_command()).collect();
    assert_eq!(commands.last(), Some(&Command::Close(id)));
    let report = examination.poll_report().unwrap();
    assert_eq!((report.id, report.verdict), ("probe", Verdict::Unknown));
    assert!(examination.is_done());
    let progress = examination.progress();
    assert_eq!(progress.done, progress.total);
}

/// Bytes from a broker that speaks anything but MQTT: it ends, nothing panics, nothing is kept.
#[test]
fn whatever_comes_the_examination_ends() {
    let checks = all();
    for seed in 1..40_u64 {
        let mut random = seed;
        let mut next = move || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        let mut now = Instant::ZERO;
        let mut examination = Examination::new(&checks, hostile(), now);
        while !examination.is_done() {
            while let Some(command) = examination.poll_command() {
                match command {
                    Command::Open(id) if next() % 9 == 0 => {
                        examination.handle_failed(now, id, "nobody");
                    }
                    Command::Open(id) => examination.handle_opened(now, id),
                    Command::Send(id, bytes) => {
                        // Whole packets of a kind now and then, so that checks get beyond their beginning.
                        let mut answer = match (next() % 8, bytes.first()) {
                            (0, _) => (0..next() % 64).map(|_| next() as u8).collect(),
                            (_, Some(0x10)) if bytes.get(8) == Some(&5) => vec![0x20, 3, 0, 0, 0],
                            (_, Some(0x10)) => vec![0x20, 2, 0, 0],
                            (_, Some(0xc0)) => vec![0xd0, 0],
                            (_, Some(0x82)) => vec![0x90, 4, bytes[2], bytes[3], 0, 2],
                            (_, Some(0x30..0x40)) => bytes,
                            _ => vec![0x90, 3, 0, 1, 0],
                        };
                        if next() % 8 == 0 {
                            answer
                                .iter_mut()
                                .for_each(|byte| *byte ^= (next() % 16 / 15) as u8);
                        }
                        examination.handle_bytes(now, id, &answer);
                        if next() % 32 == 0 {
                            examination.handle_closed(now, id);
                        }
                    }
                    Command::Close(_) => {}
                }
            }
            while examination.poll_report().is_some() {}
            if let Some(at) = examination.poll_timeout() {
                now = now.max(at);
                examination.handle_timeout(now);
            }
        }
        assert_eq!(examination.progress().left, Some(Duration::ZERO));
    }
}
