//! What only the frames of TCP show: when a connection began, which were refused, what is missing, and its number.

use super::*;

/// After 1970 by so many seconds more than at the beginning of these files, in nanoseconds.
const fn at(seconds: u64) -> u64 {
    (1_600_000_000 + seconds) * SECOND
}

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// Seconds, the client's port, whether the client sent it, flags, sequence number, bytes.
type Segment<'a> = (u64, u16, bool, u8, u32, &'a [u8]);

/// A pcap of segments between a client's port and 127.0.0.1:1883.
fn pcap(segments: &[Segment<'_>]) -> Vec<u8> {
    let mut file = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    file.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    for (second, port, is_client, flags, sequence, bytes) in segments {
        let ports = if *is_client {
            [*port, 1883]
        } else {
            [1883, *port]
        };
        let len = u16::try_from(40 + bytes.len()).unwrap();
        let mut frame = vec![0x45, 0];
        frame.extend(len.to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
        frame.extend(ports.iter().flat_map(|port| port.to_be_bytes()));
        frame.extend(sequence.to_be_bytes());
        frame.extend([0, 0, 0, 0, 0x50, *flags, 255, 255, 0, 0, 0, 0]);
        frame.extend(*bytes);
        let time = u32::try_from(1_600_000_000 + second).unwrap();
        file.extend(time.to_le_bytes());
        file.extend([0; 4]);
        for _ in 0..2 {
            file.extend(u32::from(len).to_le_bytes());
        }
        file.extend(frame);
    }
    file
}

/// A refused connection, one of another protocol, one that begins in its middle with an acknowledgement, and a slow one.
fn given() -> Vec<u8> {
    let connect = connect(b'a');
    pcap(&[
        (0, 40_000, true, SYN, 9, b""),
        (0, 40_000, false, RST | ACK, 0, b""),
        (1, 40_001, true, ACK, 70, b""),
        (1, 40_002, true, SYN, 9, b""),
        (4, 40_002, false, SYN | ACK, 20, b""),
        (5, 40_001, true, ACK, 70, b"\x30\x0a\0\x05plant123"),
        (5, 40_001, true, ACK, 82, b"\x30\x0a\0\x05plant123"),
        (13, 40_002, true, ACK, 10, &connect),
        (14, 40_002, false, ACK, 21, b"\x20\x02\0\0"),
        (15, 40_002, true, ACK, 25, b"\xc0\0"),
        (16, 40_002, true, FIN | ACK, 27, b""),
    ])
}

#[test]
fn a_connection_begins_when_its_first_frame_was() {
    let given = given();
    let mut engine = opened(&given);
    let shown = shown(&mut engine, everything());
    let slow = shown.captured.iter().find(|it| it.client_identifier == "a");
    let slow = slow.unwrap();
    let second = |seconds| Instant::from_micros(at(seconds) / 1_000);
    assert_eq!(
        (slow.begins, slow.lasts),
        (second(1), Duration::from_secs(15))
    );
    let begins = shown.wire.iter().find(|row| {
        let event = row.event.as_ref();
        row.connection == slow.id && event == Some(&EventKind::Begins)
    });
    assert_eq!(begins.unwrap().at, second(1));
    assert_eq!(shown.view.times, Some((second(1), second(16))));
    let lines = String::from_utf8(exported_as(&mut engine, ExportFormat::WireCsv)).unwrap();
    let line = lines.lines().find(|it| it.contains("40002 to")).unwrap();
    assert!(line.contains("12:26:41.000Z"), "{line}");
    // As a capture: the SYN stands where it was, before packets of other connections.
    let capture = Capture::read(&exported(&mut engine), None);
    let times: Vec<u64> = frame_times(&exported(&mut engine));
    assert!(times.is_sorted(), "{times:?}");
    assert!(times.contains(&(at(1) / 1_000)));
    assert_eq!(capture.connections.len(), 2);
}

/// The times of a pcapng that we wrote, in microseconds.
fn frame_times(file: &[u8]) -> Vec<u64> {
    let word = |at: usize| u64::from(u32::from_le_bytes(*file[at..].first_chunk().unwrap()));
    let (mut at, mut times) = (0, Vec::new());
    while at < file.len() {
        if word(at) == 6 {
            let time = (word(at + 12) << 32) | word(at + 16);
            // In nanoseconds, as the interface says.
            times.push(time / 1_000);
        }
        at += usize::try_from(word(at + 4)).unwrap();
    }
    times
}

fn opened(given: &[u8]) -> Engine {
    let mut engine = Engine::new(1);
    engine.handle_files([("a".to_owned(), given.len() as u64)]);
    feed(&mut engine, &[given], 1 << 20);
    engine
}

#[test]
fn refused_connections_are_counted_by_their_server() {
    let mut segments = Vec::new();
    for port in [40_000, 40_001] {
        segments.push((1, port, true, SYN, 9, &b""[..]));
        segments.push((1, port, false, RST | ACK, 0, b""));
    }
    segments.push((2, 40_002, true, SYN, 9, b""));
    let given = pcap(&segments);
    let shown = read_bytes(&[&given], 1 << 20);
    let says = &shown.view.files[0].unreached;
    assert_eq!(
        *says,
        [
            "127.0.0.1:1883 refused the connection (RST), 2 times",
            "nothing answered the SYN to 127.0.0.1:1883, once"
        ]
    );
    assert_eq!((shown.view.connections, shown.view.others), (0, 3));
}

#[test]
fn what_is_missing_is_counted_over_all_connections() {
    let shown = read_bytes(&[&given()], 1 << 20);
    assert_eq!(shown.view.gaps, (0, 0));
    let name = "files/t10_missingseg.pcap";
    let gaps: Vec<_> = Capture::read(&file(name), None)
        .connections
        .into_iter()
        .flat_map(|it| it.gaps)
        .collect();
    let bytes: u64 = gaps.iter().filter_map(|gap| gap.bytes).sum();
    let (_, shown) = read(&[name], 1 << 20);
    assert!(bytes > 0);
    assert_eq!(shown.view.gaps, (gaps.len() as u64, bytes));
}

#[test]
fn a_stream_has_the_number_that_other_tools_give_it() {
    let given = given();
    let mut engine = opened(&given);
    let found = |engine: &mut Engine, stream: u32| {
        let looking = Looking {
            search: format!("tcp.stream == {stream}"),
            ..everything()
        };
        let shown = shown_from(engine, looking, 1_000 * (stream + 1));
        packets(&shown).count()
    };
    // The refused one, the one whose acknowledgement came first, and the slow one.
    let counts: Vec<usize> = (0..4).map(|stream| found(&mut engine, stream)).collect();
    assert_eq!(counts, [0, 2, 3, 0]);
}
