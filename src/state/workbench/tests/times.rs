//! The times of a log: those of its packets, whatever is edited.

use super::super::edits::TIMES_KEPT;
use super::*;

#[test]
fn an_edit_keeps_the_times_of_a_log() {
    const LOG: &str = "12:00:01.000 TX: 10 10 00 04 4D 51 54 54 04 02 00 01 00 04 64 65 76 31\n\
        12:00:01.050 RX: 20 02 00 00\n\
        12:00:01.400 TX: 30 05 00 01 61 68 69 30 05 00 01 61 68 6a\n\
        12:00:09.000 TX: C0 00";
    let gaps = |bench: &Workbench| {
        let times = bench.now().packet_times();
        let first = times[0].unwrap();
        let gaps = times.iter().map(|at| at.unwrap() - first);
        gaps.collect::<Vec<_>>()
    };
    let bench = after([Act::Type(LOG.into())]);
    assert_eq!(gaps(&bench), [0, 50, 400, 400, 8000]);
    let notes = bench.now().notes.join("; ");
    assert!(
        notes.contains("times and sides were read from the words"),
        "{notes}"
    );
    assert!(
        !notes.contains("words around the bytes were ignored"),
        "{notes}"
    );
    // One that gets longer, one that gets shorter, one that goes, and one that is added.
    let longer = bench.reduce(Act::Edit(2, [0x30, 6, 0, 1, b'a', b'h', b'i', b'!'].into()));
    assert_eq!(gaps(&longer), [0, 50, 400, 400, 8000]);
    assert_eq!(*longer.now().notes, [TIMES_KEPT]);
    let shorter = longer
        .clone()
        .reduce(Act::Edit(3, [0x30, 3, 0, 1, b'a'].into()));
    assert_eq!(gaps(&shorter), [0, 50, 400, 400, 8000]);
    let gone = shorter.clone().reduce(Act::Edit(2, [].into()));
    assert_eq!(gaps(&gone), [0, 50, 400, 8000]);
    let gone = gone.reduce(Act::Edit(1, [].into()));
    assert_eq!(gaps(&gone), [0, 400, 8000]);
    // The last packet's time goes with it: what is added does not get it.
    let last = gone.reduce(Act::Edit(2, [].into()));
    let added = last.reduce(Act::Append([0xe0, 0].into()));
    assert_eq!(gaps(&added), [0, 400, 400]);
    // What is read in another way or version is the same log.
    let version = shorter.reduce(Act::ReadVersion(Some(ProtocolVersion::V5)));
    assert_eq!(gaps(&version), [0, 50, 400, 400, 8000]);
    let back = longer.reduce(Act::Undo);
    assert_eq!(text(&back), LOG);
    // Another text has its own, or none.
    let other = version.reduce(Act::Type("c0 00 d0 00".into()));
    assert_eq!(other.now().packet_times(), [None, None]);
}

#[test]
fn typing_in_an_edited_log_keeps_its_times() {
    for log in [
        "12:00:01.000 TX: C0 00\n12:00:01.050 RX: D0 00\n12:00:09.000 TX: C0 00",
        "2026-11-30 23:59:59.990 TX: C0 00\n2026-12-01 00:00:00.040 RX: D0 00\n2026-12-01 00:00:07.990 TX: C0 00",
        "I (4156) mqtt_tx: C0 00\nI (4206) mqtt_rx: D0 00\nI (12156) mqtt_tx: C0 00",
    ] {
        let bench = after([Act::Type(log.into())]);
        let before = bench.now().packet_times();
        assert!(before.iter().all(Option::is_some), "{log}");
        let edited = bench.reduce(Act::Edit(2, [0xE0, 0].into()));
        let made = text(&edited).to_owned();
        // Digit by digit, with what is half typed between.
        let half = edited.reduce(Act::Type(made.replace("d0 00", "d0 0").into()));
        let typed = half.reduce(Act::Type(made.replace("d0 00", "d0 01 05").into()));
        assert_eq!(
            typed.now().recording.bytes_of(1),
            [0xD0, 0x01, 0x05],
            "{made}"
        );
        assert_eq!(typed.now().packet_times(), before, "{made}");
        assert!(typed.now().recording.has_both());
    }
}

#[test]
fn the_times_of_a_conversation_stay_with_its_packets() {
    // A length that swallows what follows, and is put right again.
    const LOG: &str = "12:00:01.000 TX: C0 00\n12:00:02.000 RX: D0 00\n12:00:03.000 TX: C0 00\n\
        12:00:04.000 RX: D0 00";
    let bench = after([Act::Type(LOG.into())]);
    let before = bench.now().packet_times();
    let swallows = bench.reduce(Act::Edit(0, [0xC0, 2].into()));
    assert_ne!(swallows.now().recording.packets().len(), 4);
    let packet = swallows.now().packet;
    let bytes = swallows.now().recording.bytes_of(packet);
    let mended: Vec<u8> = [&[0xC0, 0], &bytes[2..]].concat();
    let mended = swallows.reduce(Act::Edit(packet, mended.into()));
    assert_eq!(mended.now().packet_times(), before);
}

#[test]
fn the_times_of_a_har_file_are_those_of_its_packets() {
    let har = r#"{"log":{"entries":[{"request":{"url":"wss://b/mqtt"},"_webSocketMessages":[
        {"type":"send","time":1,"opcode":2,"data":"wAA="},{"type":"receive","time":3.5,"opcode":2,"data":"0AA="}]}]}}"#;
    let bench = after([Act::Type(har.into())]);
    assert_eq!(bench.now().packet_times(), [Some(1000), Some(3500)]);
}
