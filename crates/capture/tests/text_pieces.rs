//! Packets that a text gives in pieces, once more, or as something that was only meant.

#![allow(clippy::unwrap_used, reason = "a text that is not read fails its test")]

use mqttscope_capture::reading::{Role, TextReading};
use mqttscope_capture::text::{Format, decode, read_parts};

fn read(text: &str) -> TextReading {
    read_parts(text, None).unwrap()
}

fn bytes(reading: &TextReading) -> Vec<Vec<u8>> {
    reading
        .parts
        .iter()
        .map(|part| part.bytes.clone())
        .collect()
}

#[test]
fn what_should_have_been_sent_is_not_what_was() {
    let text = "a PINGREQ: it was supposed to be `0xc0` followed by `0x00` instead I see nothing";
    assert!(read(text).parts.is_empty());
    let text = "the client sends `0xc0` followed by `0x00` in a segment of its own";
    assert_eq!(bytes(&read(text)).concat(), [0xc0, 0]);
}

#[test]
fn a_buffer_that_is_logged_twice_at_once_is_one() {
    let line = |at: &str, what: &str| {
        format!(
            "I/app: 2023-09-12 {at} -- {what}, bytes are [49, 9, 0, 4, 97, 98, 99, 100, 2, 1]\n"
        )
    };
    let twice = line("12:59:41.328", "it failed") + &line("12:59:41.329", "it failed");
    assert_eq!(read(&twice).parts.len(), 1);
    // A minute later it happens again.
    let again = line("12:59:41.328", "it failed") + &line("13:00:41.328", "it failed");
    assert_eq!(read(&again).parts.len(), 2);
}

#[test]
fn a_connect_in_pieces_is_the_clients() {
    let text = "Fixed Header: bytearray(b'\\x10\\x13\\x00')\nVariable Header: bytearray(b'\\x04MQTT\\x04\\x02\\x00<')\n";
    let reading = read(text);
    assert_eq!(bytes(&reading).concat(), b"\x10\x13\0\x04MQTT\x04\x02\0<");
    assert!(
        reading
            .parts
            .iter()
            .all(|part| part.from == Some(Role::Client))
    );
}

#[test]
fn percent_signs_are_bytes_where_they_make_packets() {
    let text = "AT+SSEND=0,,,18\n%10%10%00%04MQTT%04%02%00%3c%00%04abcd\nOK\n";
    let reading = read(text);
    assert_eq!(
        bytes(&reading),
        [b"\x10\x10\0\x04MQTT\x04\x02\0<\0\x04abcd"]
    );
    assert_eq!(reading.format, Format::EscapedString);
    assert_eq!(
        decode(text, Some(Format::EscapedString)).unwrap().bytes,
        bytes(&reading).concat()
    );
    for text in [
        "see https://example.com/a%20b%2Fc?x=%10%00",
        "topic devices/%24.to=%2Fdevices%2Fa",
        "100%, 50%10 %% %1 %zz %é1",
    ] {
        assert!(
            !read_parts(text, None).is_ok_and(|reading| reading.sure),
            "{text}"
        );
    }
}

#[test]
fn a_table_of_cells_is_read_where_it_names_bytes() {
    let text = "Byte | 0 | 1 | 2 | 3 | 4 |\n-----\nHex  | 30 | 03 | 00 | 01 | 61 |\n-----\n";
    assert_eq!(bytes(&read(text)), [[0x30, 3, 0, 1, 0x61]]);
    let unnamed = "| 82 | 06 | 00 | 01 | 00 | 01 | 61 | 00 |\n";
    assert_eq!(bytes(&read(unnamed)), [[0x82, 6, 0, 1, 0, 1, 0x61, 0]]);
    for text in [
        "Warsaw | 21 | 22 | 19 | 24 | 25 | 22 | 20 | 19 |\nOslo | 11 | 12 | 10 | 14 |\n",
        "Byte | 00 | 01 | 02 | 03 | 04 | 05 | 06 | 07 |\n",
    ] {
        assert!(read_parts(text, None).is_err(), "{text}");
    }
}

#[test]
fn strings_in_erlang_binaries_have_escapes() {
    let text = "badmatch,<<16,12,\"\\0\\4MQTT\\4\\2\\0<\\0\\0\">>,[{line,104}]\n";
    assert_eq!(bytes(&read(text)), [b"\x10\x0c\0\x04MQTT\x04\x02\0<\0\0"]);
    // A name is no message.
    let names = "CONNECT {state,<<\"guest\">>,<<\"a \\\"b\\\"\">>}\n";
    assert!(!read(names).sure);
}

#[test]
fn a_quote_in_a_long_log_is_no_literal_without_an_end() {
    let log = "{\"log\":\"Generic server terminating with an error\"}\n=ERROR REPORT==== \",\"stream\":\"stdout and something more about the reason\"}\n";
    let error = read_parts(log, None).unwrap_err().to_string();
    assert!(error.contains("no bytes were found"), "{error}");
    let slip = read_parts("uint8_t data[] = { 0x10, \"MQTT };", None).unwrap_err();
    assert!(slip.to_string().contains("does not end"), "{slip}");
}
