//! Bytes in every notation, with what people leave around them: how many are read right, and that
//! none is wrong with confidence.

#![allow(
    clippy::print_stdout,
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a test that measures says what it measured"
)]

use std::collections::BTreeMap;

use mqttscope_capture::reading::Role;
use mqttscope_capture::text::{Format, TextErrorKind, Turns, read, read_parts};

const CONNECT: &[u8] = b"\x10\x15\x00\x04MQTT\x04\x02\x00\x3c\x00\x09hall-7-ab";
const CONNACK: &[u8] = b"\x20\x02\x00\x00";
const PUBLISH: &[u8] = b"\x32\x1d\x00\x0asite/t1/re\x00\x0721.5 \xc2\xb0C and so";
const SUBSCRIBE: &[u8] = b"\x82\x0b\x00\x05\x00\x06site/#\x01";
const SUBACK_FAULTY: &[u8] = b"\x92\x03\x00\x05\x02";
const PINGREQ: &[u8] = b"\xc0\x00";
const LONG: &[u8] = b"\x30\x4a\x00\x0bhall/sensor{\"temperature\": 21.5, \"humidity\": 48, \"battery\": 3.01, \"x\":1}";

/// Its length says two bytes less than there are.
const SHORT: &[u8] = b"\x32\x0d\x00\x06hall/t\x00\x0721.5 C";

const PACKETS: [&[u8]; 8] = [
    SHORT,
    CONNECT,
    CONNACK,
    PUBLISH,
    SUBSCRIBE,
    SUBACK_FAULTY,
    PINGREQ,
    LONG,
];

fn hex(bytes: &[u8], between: &str) -> String {
    let all: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    all.join(between)
}

fn decimal(bytes: &[u8]) -> String {
    let all: Vec<String> = bytes.iter().map(ToString::to_string).collect();
    all.join(", ")
}

fn escaped(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|&byte| match byte {
            b'"' | b'\\' | b'\'' => format!("\\x{byte:02x}"),
            0x20..0x7f => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect()
}

fn readable(bytes: &[u8]) -> String {
    let sign = |byte: &u8| {
        if (0x20..0x7f).contains(byte) {
            char::from(*byte)
        } else {
            '.'
        }
    };
    bytes.iter().map(sign).collect()
}

fn rows(bytes: &[u8], row: impl Fn(usize, &[u8]) -> String) -> String {
    let rows: Vec<String> = bytes
        .chunks(16)
        .enumerate()
        .map(|(n, chunk)| row(n * 16, chunk))
        .collect();
    rows.join("\n")
}

fn base64(bytes: &[u8]) -> String {
    mqttscope_capture::text::write(bytes, mqttscope_capture::text::Style::Base64)
}

/// A notation: its name, and how it writes bytes.
type Notation = (&'static str, fn(&[u8]) -> String);

fn intel(byte: u8) -> String {
    let zero = if byte >= 0xa0 { "0" } else { "" };
    format!("{zero}{byte:02X}h")
}

const NOTATIONS: [Notation; 40] = [
    ("hex with full stops", |b| hex(b, ".")),
    ("hex with full stops, upper case", |b| {
        hex(b, ".").to_uppercase()
    }),
    ("xxd -e", |b| {
        rows(b, |at, row| {
            let word = |word: &[u8]| {
                let turned: Vec<u8> = word.iter().rev().copied().collect();
                format!("{:>8}", hex(&turned, ""))
            };
            let words: Vec<String> = row.chunks(4).map(word).collect();
            format!("{at:08x}: {:36} {}", words.join(" "), readable(row))
        })
    }),
    ("Intel's notation", |b| {
        let all: Vec<String> = b.iter().map(|&byte| intel(byte)).collect();
        all.join(" ")
    }),
    ("Intel's notation with commas", |b| {
        let all: Vec<String> = b.iter().map(|&byte| intel(byte)).collect();
        all.join(", ")
    }),
    ("rows of an assembler", |b| {
        rows(b, |_, row| {
            let all: Vec<String> = row.iter().map(|&byte| intel(byte)).collect();
            format!("    db {}", all.join(","))
        })
    }),
    ("hex pairs, a line of eight each", |b| {
        let all: Vec<String> = b.chunks(8).map(|row| hex(row, " ")).collect();
        all.join("\n")
    }),
    ("0x list, a line of eight each", |b| {
        let all: Vec<String> = b
            .chunks(8)
            .map(|row| format!("0x{},", hex(row, ", 0x")))
            .collect();
        all.join("\n")
    }),
    ("hex stream, wrapped", |b| {
        let all: Vec<String> = b.chunks(16).map(|row| hex(row, "")).collect();
        all.join("\n")
    }),
    ("hex pairs", |b| hex(b, " ")),
    ("hex pairs, upper case", |b| hex(b, " ").to_uppercase()),
    ("hex stream", |b| hex(b, "")),
    ("hex with colons", |b| hex(b, ":")),
    ("BitConverter", |b| hex(b, "-").to_uppercase()),
    ("0x list", |b| format!("0x{}", hex(b, ", 0x"))),
    ("C array", |b| {
        format!("uint8_t packet[{}] = {{ 0x{} }};", b.len(), hex(b, ", 0x"))
    }),
    ("Python literal", |b| format!("b'{}'", escaped(b))),
    ("Rust literal", |b| format!("b\"{}\"", escaped(b))),
    ("list", |b| format!("[{}]", decimal(b))),
    ("Java list", |b| {
        let all: Vec<String> = b
            .iter()
            .map(|byte| byte.cast_signed().to_string())
            .collect();
        format!("[{}]", all.join(", "))
    }),
    ("Erlang", |b| format!("<<{}>>", decimal(b).replace(' ', ""))),
    ("NSData", |b| {
        let words: Vec<String> = b.chunks(4).map(|word| hex(word, "")).collect();
        format!("<{}>", words.join(" "))
    }),
    ("Data with its length", |b| {
        format!("{{length = {}, bytes = 0x{}}}", b.len(), hex(b, ""))
    }),
    ("Node buffer", |b| format!("<Buffer {}>", hex(b, " "))),
    ("base64 in quotes", |b| format!("\"{}\"", base64(b))),
    ("printf", |b| {
        format!(
            "printf '{}' | nc broker 1883",
            escaped(b).replace('%', "%%")
        )
    }),
    ("bytea", |b| format!("\\x{}", hex(b, ""))),
    ("bits", |b| {
        let all: Vec<String> = b.iter().map(|byte| format!("{byte:08b}")).collect();
        all.join(" ")
    }),
    ("strace", |b| {
        let all: String = b.iter().map(|byte| format!("\\x{byte:02x}")).collect();
        format!(
            "sendto(3, \"{all}\", {0}, MSG_NOSIGNAL, NULL, 0) = {0}",
            b.len()
        )
    }),
    ("xxd", |b| {
        rows(b, |at, row| {
            let words: Vec<String> = row.chunks(2).map(|word| hex(word, "")).collect();
            format!("{at:08x}: {:39}  {}", words.join(" "), readable(row))
        })
    }),
    ("hexdump -C", |b| {
        let all = rows(b, |at, row| {
            let (left, right) = row.split_at(row.len().min(8));
            format!(
                "{at:08x}  {:23}  {:23}  |{}|",
                hex(left, " "),
                hex(right, " "),
                readable(row)
            )
        });
        format!("{all}\n{:08x}", b.len())
    }),
    ("Wireshark", |b| {
        rows(b, |at, row| {
            format!("{at:04x}  {:47}   {}", hex(row, " "), readable(row))
        })
    }),
    ("Netty", |b| {
        let line = format!("+{}+{}+{}+", "-".repeat(8), "-".repeat(49), "-".repeat(16));
        let ruler = "|  0  1  2  3  4  5  6  7  8  9  a  b  c  d  e  f |";
        let all = rows(b, |at, row| {
            format!("|{at:08x}| {:47} |{:16}|", hex(row, " "), readable(row))
        });
        format!(
            "         +{}+\n         {ruler}\n{line}\n{all}\n{line}",
            "-".repeat(49)
        )
    }),
    ("gdb", |b| {
        let all: Vec<String> = b
            .chunks(8)
            .enumerate()
            .map(|(n, row)| format!("{:#x}:\t0x{}", 0x2000_0930 + n * 8, hex(row, "\t0x")))
            .collect();
        all.join("\n")
    }),
    ("ESP_LOG_BUFFER_HEXDUMP", |b| {
        rows(b, |at, row| {
            let (left, right) = row.split_at(row.len().min(8));
            format!(
                "I (4156) mqtt: {:#x}   {:23}  {:23} |{}|",
                0x3ffb_2a10 + at,
                hex(left, " "),
                hex(right, " "),
                readable(row)
            )
        })
    }),
    ("mbedTLS", |b| {
        rows(b, |at, row| {
            format!(
                "1125 1936 [iot] ssl: |4| 0x3ffe3424: {at:04x}:  {:47}  {}",
                hex(row, " "),
                readable(row)
            )
        })
    }),
    ("bytes of a signed char", |b| {
        let all: Vec<String> = b
            .iter()
            .map(|&byte| format!("{:02X}", i32::from(byte.cast_signed())))
            .collect();
        all.join(" ")
    }),
    ("0x list of a signed char", |b| {
        let all: Vec<String> = b
            .iter()
            .map(|&byte| format!("0x{:x}", i32::from(byte.cast_signed())))
            .collect();
        all.join(", ")
    }),
    ("Adafruit's library", |b| {
        let cell = |byte: &u8| {
            let is_shown = (0x20..0x7f).contains(byte);
            let shown = if is_shown { char::from(*byte) } else { ' ' };
            format!("{shown} [0x{byte:02X}], ")
        };
        let rows: Vec<String> = b
            .chunks(8)
            .map(|row| row.iter().map(cell).collect())
            .collect();
        rows.join("\n")
    }),
    ("table of indexes", |b| {
        let all: Vec<String> = b
            .iter()
            .enumerate()
            .map(|(n, byte)| format!("{n}:      {byte}"))
            .collect();
        all.join("\n")
    }),
];

/// What stands around the bytes.
type Decoy = (&'static str, fn(&str) -> String);

fn each_line(text: &str, start: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("{start}{line}")).collect();
    lines.join("\n")
}

const DECOYS: [Decoy; 14] = [
    ("nothing", str::to_owned),
    ("a sentence before", |t| {
        format!("the client (version 5.3.1) sends the following to port 1883:\n\n{t}\n")
    }),
    ("a sentence behind", |t| {
        format!("{t}\n\nand after 60 s the broker closes the connection, see issue 1042.\n")
    }),
    ("prose with numbers", |t| {
        format!(
            "On 2024-05-17 at 10:42:07.113 I saw this 3 times with 192.168.4.17:1883 (build 20240517, id 8016:704381).\n{t}\nExpected 4 more within 250 ms. Cheers, 0x42\n"
        )
    }),
    ("a heading and a fence", |t| {
        format!("## Steps 1 to 3\n\n```\n{t}\n```\n\nThanks in advance")
    }),
    ("a UUID and a MAC", |t| {
        format!(
            "device 3f2504e0-4f89-11d3-9a0c-0305e82c3301, mac 00:1A:2B:3C:4D:5E\n{t}\ncommit 9d5799c1 on main"
        )
    }),
    ("Chinese prose", |t| {
        format!(
            "连接服务器之后，客户端发送了下面的数据：\n{t}\n服务器没有任何回应，请问是什么原因？\n"
        )
    }),
    ("quoting marks", |t| each_line(t, "> ")),
    ("line numbers", |t| {
        let lines: Vec<String> = t
            .lines()
            .enumerate()
            .map(|(n, line)| format!("{:>3} | {line}", n + 1))
            .collect();
        format!(
            "{}\n{:>3} | done with it",
            lines.join("\n"),
            lines.len() + 1
        )
    }),
    ("colours", |t| {
        format!(
            "\u{1b}[0;32m{}\u{1b}[0m",
            t.replace('\n', "\u{1b}[0m\n\u{1b}[0;32m")
        )
    }),
    ("a time and a tag", |t| {
        format!("2021-03-09 22:23:42.010 DEBUG c.a.MqttClient - {t}")
    }),
    ("lines end in CR LF", |t| {
        format!("Data:\r\n{}\r\n", t.replace('\n', "\r\n"))
    }),
    ("an address and a port", |t| {
        format!("Connected to tcp://10.0.0.5:1883\n{t}\nDisconnected (code 0x8E)")
    }),
    ("an odd line", |t| format!("{t}\n~~~ socket closed ~~~")),
];

/// A decoy that a notation loses nothing by: a table has one number a line and no room for a tag.
fn fits(notation: &str, decoy: &str) -> bool {
    let lines = [
        "xxd",
        "xxd -e",
        "hexdump -C",
        "Wireshark",
        "Netty",
        "gdb",
        "ESP_LOG_BUFFER_HEXDUMP",
        "mbedTLS",
        "table of indexes",
    ];
    match decoy {
        "a time and a tag" => !lines.contains(&notation),
        "line numbers" | "quoting marks" => notation != "table of indexes",
        _ => true,
    }
}

#[test]
fn bytes_are_found_among_decoys() {
    let (mut all, mut right, mut wrong_sure, mut wrong, mut refused) = (0, 0, 0, 0, 0);
    let mut misses: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut confident = Vec::new();
    for (name, write) in NOTATIONS {
        for (decoy, around) in DECOYS {
            if !fits(name, decoy) {
                continue;
            }
            for packet in PACKETS {
                let text = around(&write(packet));
                all += 1;
                match read(&text, None, Turns::Marked) {
                    Ok(reading) if reading.decoded.bytes == packet => right += 1,
                    Ok(reading) => {
                        *misses.entry((name, decoy)).or_default() += 1;
                        wrong += 1;
                        if reading.sure {
                            wrong_sure += 1;
                            confident.push(format!(
                                "{text}\n  => {} {}",
                                reading.decoded.format,
                                hex(&reading.decoded.bytes, " ")
                            ));
                        }
                    }
                    Err(_) => {
                        *misses.entry((name, decoy)).or_default() += 1;
                        refused += 1;
                    }
                }
            }
        }
    }
    let percent = |part: i32, whole: i32| f64::from(part * 1000 / whole) / 10.0;
    println!(
        "{all} texts: {right} right ({} %), {wrong} wrong, {wrong_sure} of them with confidence, {refused} refused",
        percent(right, all)
    );
    println!(
        "precision {} %, recall {} %",
        percent(right, right + wrong),
        percent(right, all)
    );
    for ((name, decoy), count) in misses {
        println!("  {name} with {decoy}: {count} missed");
    }
    assert_eq!(wrong_sure, 0, "{}", confident.join("\n----\n"));
    assert!(right * 100 >= all * 90, "{right} of {all}");
}

/// A conversation: whether the client sent it, and the bytes.
const CONVERSATION: [(bool, &[u8]); 4] = [
    (true, CONNECT),
    (false, CONNACK),
    (true, PUBLISH),
    (false, b"\x40\x02\x00\x07"),
];

/// Who sent what, as it was read.
type Said<'a> = (Option<Role>, &'a [u8]);

/// How a text says who sent what: its name, and how it writes one packet.
type Telling = (&'static str, fn(bool, &[u8]) -> String);

fn dump(bytes: &[u8], from: usize) -> String {
    rows(bytes, |at, row| {
        format!("{:08x}: {:47}  {}", from + at, hex(row, " "), readable(row))
    })
}

fn verb(is_client: bool, verbs: [&'static str; 2]) -> &'static str {
    let [sent, received] = verbs;
    if is_client { sent } else { received }
}

const TELLINGS: [Telling; 22] = [
    ("a heading above addresses without a colon", |c, b| {
        let rows = rows(b, |at, row| {
            format!("0x{:08x}  {}", 0x2000_1a40 + at, hex(row, " "))
        });
        format!("{}: len={}\n{rows}", verb(c, ["tx", "rx"]), b.len())
    }),
    ("a heading above addresses in brackets", |c, b| {
        let rows = rows(b, |at, row| {
            format!("[0x{:08x}] {}", 0x2000_1a40 + at, hex(row, " "))
        });
        format!("[mqtt] {} {} bytes\n{rows}", verb(c, ["tx", "rx"]), b.len())
    }),
    ("a heading above addresses and bars", |c, b| {
        let rows = rows(b, |at, row| {
            format!(
                "0x{:08x} | {:47} | {}",
                0x2000_1a40 + at,
                hex(row, " "),
                readable(row)
            )
        });
        format!("{} {} bytes\n{rows}", verb(c, ["TX", "RX"]), b.len())
    }),
    ("a heading above what gdb prints", |c, b| {
        let row = |(n, row): (usize, &[u8])| {
            format!("{:#x}:\t0x{}", 0x2000_0930 + n * 8, hex(row, "\t0x"))
        };
        let rows: Vec<String> = b.chunks(8).enumerate().map(row).collect();
        format!(
            "{} {} bytes:\n{}",
            verb(c, ["tx", "rx"]),
            b.len(),
            rows.join("\n")
        )
    }),
    ("a heading between rulers", |c, b| {
        format!(
            "--- {} {} bytes ---\n{}",
            verb(c, ["tx", "rx"]),
            b.len(),
            dump(b, 0x2000_1a40)
        )
    }),
    ("a heading in angles above words", |c, b| {
        let rows = rows(b, |at, row| {
            format!("{:08x}: {}", 0x2000_1a40 + at, hex(row, ""))
        });
        format!("<{}> {} bytes\n{rows}", verb(c, ["tx", "rx"]), b.len())
    }),
    ("arrows", |c, b| {
        format!("{} {}", verb(c, [">", "<"]), hex(b, " "))
    }),
    ("tx N bytes above a dump with addresses", |c, b| {
        format!(
            "{} {} bytes\n{}",
            verb(c, ["tx", "rx"]),
            b.len(),
            dump(b, 0x3ffb_2a10)
        )
    }),
    ("tx N bytes above a dump", |c, b| {
        format!(
            "{} {} bytes\n{}",
            verb(c, ["tx", "rx"]),
            b.len(),
            dump(b, 0)
        )
    }),
    ("routes", |c, b| {
        format!("{} {}", verb(c, ["dev>>brk", "brk>>dev"]), hex(b, " "))
    }),
    ("routes with blanks", |c, b| {
        format!(
            "{} {}",
            verb(c, ["device -> broker:", "broker -> device:"]),
            hex(b, " ")
        )
    }),
    ("routes above dumps", |c, b| {
        format!("{}\n{}", verb(c, ["dev>>brk", "brk>>dev"]), dump(b, 0))
    }),
    ("German", |c, b| {
        format!("{}: {}", verb(c, ["Gesendet", "Empfangen"]), hex(b, " "))
    }),
    ("German above a dump", |c, b| {
        format!(
            "{} {} Bytes:\n{}",
            verb(c, ["Gesendet", "Empfangen"]),
            b.len(),
            dump(b, 0)
        )
    }),
    ("French", |c, b| {
        format!("{}: {}", verb(c, ["Envoyé", "Reçu"]), hex(b, ""))
    }),
    ("French, written small", |c, b| {
        format!("{}: {}", verb(c, ["émis", "reçu"]), hex(b, " "))
    }),
    ("Spanish", |c, b| {
        format!("{}: {}", verb(c, ["Enviado", "Recibido"]), hex(b, ":"))
    }),
    ("Chinese", |c, b| {
        format!("{}: {}", verb(c, ["发送", "接收"]), hex(b, " "))
    }),
    ("Chinese with its own colon", |c, b| {
        format!("{}：{}", verb(c, ["发送数据", "接收数据"]), hex(b, " "))
    }),
    ("records of JSON with hex", |c, b| {
        format!(
            "{{\"ts\":17,\"dir\":\"{}\",\"hex\":\"{}\"}}",
            verb(c, ["tx", "rx"]),
            hex(b, "")
        )
    }),
    ("records of JSON with the way behind", |c, b| {
        format!(
            "{{\"data\":\"{}\",\"direction\":\"{}\"}}",
            base64(b),
            verb(c, ["out", "in"])
        )
    }),
    ("full stops", |c, b| {
        format!("{}: {}", verb(c, ["tx", "rx"]), hex(b, "."))
    }),
];

#[test]
fn who_sent_what_is_found_among_decoys() {
    let (mut all, mut right) = (0, 0);
    let mut wrong = Vec::new();
    let mut misses: BTreeMap<(&str, &str), String> = BTreeMap::new();
    for (name, write) in TELLINGS {
        let lines: Vec<String> = CONVERSATION
            .iter()
            .map(|(is_client, bytes)| write(*is_client, bytes))
            .collect();
        for (decoy, around) in DECOYS {
            // One time and one tag are those of one line.
            if decoy == "a time and a tag" {
                continue;
            }
            let text = around(&lines.join("\n"));
            all += 1;
            let Ok(reading) = read(&text, None, Turns::Marked) else {
                misses.insert((name, decoy), "refused".to_owned());
                continue;
            };
            let said: Vec<_> = reading
                .parts
                .iter()
                .map(|part| (part.from, &reading.decoded.bytes[part.bytes.clone()]))
                .collect();
            let told = CONVERSATION.map(|(is_client, bytes)| {
                (
                    Some(if is_client {
                        Role::Client
                    } else {
                        Role::Server
                    }),
                    bytes,
                )
            });
            if said == told {
                right += 1;
                continue;
            }
            let is_other = |(said, told): (&Said<'_>, &Said<'_>)| {
                said.1 == told.1 && said.0.is_some() && said.0 != told.0
            };
            if reading.sure
                && (said.iter().zip(&told).any(is_other)
                    || reading.decoded.bytes != told.map(|(_, bytes)| bytes).concat())
            {
                wrong.push(format!("{text}\n  => {said:?}"));
            }
            misses.insert((name, decoy), format!("{} parts", said.len()));
        }
    }
    println!(
        "{all} conversations: {right} right, {} wrong with confidence",
        wrong.len()
    );
    for ((name, decoy), what) in misses {
        println!("  {name} with {decoy}: {what}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
    assert!(right * 100 >= all * 90, "{right} of {all}");
}

/// Texts with numbers and words that hold no bytes of packets.
const WITHOUT: &[&str] = &[
    "The broker was restarted at 10:42:07 on 2024-05-17.",
    "see 192.168.4.17:1883 and fe80::1ff:fe23:4567:890a",
    "device 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "mac 00:1A:2B:3C:4D:5E",
    "mac 00.1A.2B.3C.4D.5E and 001a.2b3c.4d5e",
    "from 10.12.20.40 to 192.168.10.20, then 10.0.0.4:1883 and 20.20.20.20",
    "on 24.12.20, 01.02.24 and 30.03.2024 at 10.42.07",
    "firmware 10.02.00.01 after 9.12.30, release 20.02.01",
    "files ab.cd and be.ef, section 12.34",
    "commit 9d5799c1a4b2c3d4e5f60718293a4b5c6d7e8f90",
    "It runs for 12h, then 24h, at last 36h without a fault.",
    "Backups at 00h, 06h, 12h, 18h; kept for 48h.",
    "08h 09h 10h 11h 12h 13h 14h 15h 16h 17h 18h",
    "open 09h-17h, closed 12h-13h",
    "cells of 2Ah, 3Ah, 5Ah, 10Ah",
    "cells of 2Ah 3Ah 5Ah 8Ah 9Ah 2Ah 3Ah 4Ah 7Ah",
    "int 21h with AH=4Ch, then int 10h",
    "Invoice 2024-11 for 40 hours at 95.50",
    "连接服务器之后，没有任何回应。",
    "I get error 0x8E after 60 seconds, then 0x80 twice.",
    "mosquitto_sub -h localhost -p 1883 -t 'hall/#' -q 1",
    "1534347568: New connection from 127.0.0.1 on port 1883.",
    "1534347617: Sending PUBREC to rig27134 (Mid: 35962)",
    "2021-03-09 22:23:42.010 [emqx] CONNECT(Q0, R0, D0, ClientId=a, ProtoVsn=4)",
    "    Header Flags: 0x30, Message Type: Publish Message\n    Msg Len: 49\n    Message: 48656c6c6f",
    "temperature 21 22 23 21 20 degrees in rooms 1 to 5",
    "phone 030 20 02 00 00 is busy, call 0800 100 200",
    "[12:00] a\n[12:05] b",
    "keepalive = 60\nport = 1883\nqos = 1",
    "The face of a dead cafe, bad beef and a fade: be an ace.",
    "SELECT * FROM t WHERE id IN (1, 2, 3, 4, 5)",
    "v1.2.3, v1.2.4, v2.0.0",
    "for (i = 0; i < 10; i++) { a[i] = i; }",
    "{\"port\": 1883, \"host\": \"broker\", \"qos\": [0, 1, 2]}",
    "HardFault: R0=00000000 R1=20001A30 R2=0000000C R3=E000ED00 LR=08001235 PC=08002468 CFSR=00008200",
    "SCB->CFSR = 0x00008200\nSCB->HFSR = 0x40000000\nSCB->BFAR = 0xE000ED00",
    "r0/a1:  0x00000000  r1/a2:  0x20001a30\nr3/a4:  0xe000ed00 r12/ip:  0x00000000 r14/lr:  0x08001235",
    "PC      : 0x400d1234  PS      : 0x00060030  A0      : 0x800d2345\nBacktrace: 0x400d1234:0x3ffb5c10 0x400d2345:0x3ffb5c30",
    "e0001523-1212-efde-1523-785feabcd123",
    "service c0000001-0000-1000-8000-00805f9b34fb found",
    "UID: 30003700 0B513430 38373039",
    "+CEREG: 5,\"0AFB\",\"0211860C\",7,,,\"11100000\",\"11100000\"",
    "Traceback (most recent call last):\n  File \"a.py\", line 42, in <module>\nValueError: 12",
];

#[test]
fn what_holds_no_bytes_is_not_read_with_confidence() {
    let confident: Vec<_> = WITHOUT
        .iter()
        .filter_map(|text| {
            let reading = read(text, None, Turns::Marked).ok()?;
            reading.sure.then(|| {
                format!(
                    "{text}\n  => {} {}",
                    reading.decoded.format,
                    hex(&reading.decoded.bytes, " ")
                )
            })
        })
        .collect();
    let read_all = WITHOUT
        .iter()
        .filter(|text| read(text, None, Turns::Marked).is_ok())
        .count();
    println!(
        "{} texts without bytes: {} refused",
        WITHOUT.len(),
        WITHOUT.len() - read_all
    );
    assert!(confident.is_empty(), "{}", confident.join("\n----\n"));
}

#[test]
fn a_log_of_packets_is_named_as_such() {
    for text in [
        "1534347617: Sending PUBREC to rig27134 (Mid: 35962)",
        "2021-03-09 22:23:42.010 [emqx] CONNECT(Q0, R0, D0, ClientId=a, ProtoVsn=4)",
    ] {
        let error = read(text, None, Turns::Marked).unwrap_err();
        assert!(
            matches!(
                error.kind,
                TextErrorKind::LogInWords | TextErrorKind::LogWithoutBytes
            ),
            "{text}"
        );
        assert!(error.found.is_empty(), "{text}");
        let parts = read_parts(text, None).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(
            parts.other.map(|other| other.name()),
            Some("log-without-bytes")
        );
        assert!(parts.parts.is_empty() && !parts.notes.is_empty());
    }
}

#[test]
fn words_and_commands_are_no_bytes() {
    for text in [
        r#"mosquitto_pub -h broker -t 'a/b' -m '{"x":1}' -q 1 -r"#,
        r"mosquitto_sub -t 'site/b' -F '%t %p'",
        "We met at the facade of the old bad cafe\nand ordered decaf, as we did last time",
        "the device added a decade of dead beef to the feed, which was bad",
    ] {
        let reading = read(text, None, Turns::Marked);
        assert!(reading.is_err(), "{text}: {reading:?}");
    }
    // With digits in them they are.
    let reading = read(
        "at 12:00 the gateway sent c0de cafe 0000 0001",
        None,
        Turns::Marked,
    );
    assert!(reading.is_ok());
}

#[test]
fn hours_and_charges_are_no_bytes_and_rows_of_an_assembler_are() {
    for text in WITHOUT {
        if let Ok(reading) = read(text, None, Turns::Marked) {
            assert_ne!(reading.decoded.format, Format::IntelHex, "{text}");
        }
    }
    let text = "connect:\n    db 10h, 0Ch, 00h, 04h   ; header, length, name\n    db 'MQTT', 04h, 02h\n    DB 0, 3Ch\n";
    let reading = read(text, None, Turns::Marked).unwrap();
    assert_eq!(
        hex(&reading.decoded.bytes, " "),
        "10 0c 00 04 4d 51 54 54 04 02"
    );
    for text in [
        "sent: 0C0h 00h",
        "c0h,00h",
        "the answer was 0D0h 00h and then nothing",
        "20H 02H 00H 00H",
    ] {
        let reading =
            read(text, None, Turns::Marked).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(reading.decoded.format, Format::IntelHex, "{text}");
    }
}
