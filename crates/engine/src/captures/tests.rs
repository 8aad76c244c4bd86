//! Key logs are known, and bytes are asked for in turn.

use super::*;

#[test]
fn a_key_log_is_known_by_its_lines() {
    let line = format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48));
    assert!(is_key_log(line.as_bytes()));
    assert!(is_key_log(format!("# made by\r\n{line}").as_bytes()));
    assert!(is_key_log(line.repeat(100).as_bytes()));
    assert!(!is_key_log(b"CLIENT_RANDOM of the connection\nand more"));
    assert!(!is_key_log(&[0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0]));
    assert!(!is_key_log(b""));
}

#[test]
fn bytes_are_wanted_of_one_file_after_the_other() {
    let mut captures = Captures::default();
    captures.open([("a".to_owned(), Some(3 << 20)), ("b".to_owned(), Some(0))]);
    let wanted = |file, offset, len| Some(WantedBytes { file, offset, len });
    assert_eq!(captures.wanted(), wanted(0, 0, 1 << 20));
    // What is told of a file, here in notes, is taken until something else is to be done.
    let turn = |captures: &mut Captures| loop {
        match captures.turn() {
            Turn::Events(_) => {
                let (mut reader, _) = captures.lend().unwrap();
                while reader.poll_event().is_some() {}
                captures.give_back(reader, Instant::ZERO);
            }
            other => return other,
        }
    };
    captures.take(Instant::ZERO, &vec![0; 1 << 20]);
    assert_eq!(captures.wanted(), None, "nobody looked at them yet");
    // Whose packets are earlier is known as soon as there are bytes of all.
    assert_eq!(turn(&mut captures), Turn::Bytes);
    assert_eq!(captures.wanted(), wanted(1, 0, 0));
    captures.take(Instant::ZERO, &[]);
    assert_eq!(turn(&mut captures), Turn::Bytes);
    assert_eq!(captures.wanted(), wanted(0, 1 << 20, 1 << 20));
    captures.take(Instant::ZERO, &[]);
    for _ in 0..2 {
        assert_eq!(turn(&mut captures), Turn::End, "it became shorter");
        assert!(!captures.end(CaptureState::Read));
    }
    assert_eq!(turn(&mut captures), Turn::Bytes);
    assert_eq!(captures.wanted(), None, "all is read");
    captures.stop();
    assert_eq!(captures.wanted(), None);
}

#[test]
fn how_fast_a_file_is_read_is_told_once_it_can_be() {
    let mut captures = Captures::default();
    captures.open([("a".to_owned(), Some(4 << 20))]);
    let mut header = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0];
    header.resize(1 << 20, 0);
    captures.take(Instant::from_millis(1_000), &header);
    assert_eq!(captures.files[0].rate, None);
    for (at, read) in [(1_100, None), (1_500, Some(4 << 20))] {
        captures.wanted = Some(0);
        captures.take(Instant::from_millis(at), &vec![0; 1 << 20]);
        assert_eq!(captures.files[0].rate, read);
    }
}

#[test]
fn what_grows_is_waited_for_where_it_was_when_its_source_is_gone() {
    let mut captures = Captures::default();
    captures.open([("tap".to_owned(), None)]);
    let wanted = captures.wanted();
    assert!(wanted.is_some());
    captures.wait(true);
    assert_eq!(captures.files[0].state, CaptureState::Awaited);
    assert_eq!(captures.wanted(), wanted);
    captures.wait(false);
    assert_eq!(captures.files[0].state, CaptureState::Reading);
    captures.wait(true);
    captures.take(Instant::ZERO, &[0; 10]);
    assert_eq!(captures.files[0].state, CaptureState::Reading);
}
