//! Fields of what is around a packet: frames, IP, TCP, TLS, WebSocket, by Wireshark's names.

use super::{Described, row};
use crate::kind::Kind;
use crate::packet::{Fact as F, Source};

pub(super) static TABLE: &[Described] = &[
    row(
        "frame",
        Kind::Protocol,
        Source::Bytes,
        "the packet: a list has a row for each packet of MQTT, not for each frame of a network",
    ),
    row(
        "frame.number",
        Kind::Number(u64::MAX),
        Source::Fact(F::Number),
        "in a capture the frame of the file in which it ends, as Wireshark counts; else its place among all rows, from 1",
    ),
    row(
        "frame.len",
        Kind::Number(u32::MAX as u64),
        Source::Fact(F::Length),
        "bytes of the packet",
    ),
    row(
        "frame.time",
        Kind::Time,
        Source::Fact(F::Time),
        "when it came, in UTC: \"2026-11-29 13:05:00\"",
    ),
    row(
        "frame.time_epoch",
        Kind::Seconds,
        Source::Fact(F::TimeEpoch),
        "seconds since 1970",
    ),
    row(
        "frame.time_relative",
        Kind::Seconds,
        Source::Fact(F::TimeRelative),
        "seconds since the first packet",
    ),
    row(
        "frame.time_delta",
        Kind::Seconds,
        Source::Fact(F::TimeDelta),
        "seconds since the packet before, of whatever connection",
    ),
    row(
        "ip",
        Kind::Presence,
        Source::Fact(F::Ip),
        "a connection over IPv4, where an address is known",
    ),
    row(
        "ip.addr",
        Kind::Ipv4,
        Source::Fact(F::Address(2, false)),
        "the address of either end: 10.0.0.1 or 10.0.0.0/8",
    ),
    row(
        "ip.src",
        Kind::Ipv4,
        Source::Fact(F::Address(0, false)),
        "the sender's address",
    ),
    row(
        "ip.dst",
        Kind::Ipv4,
        Source::Fact(F::Address(1, false)),
        "the receiver's address",
    ),
    row(
        "ipv6",
        Kind::Presence,
        Source::Fact(F::Ipv6),
        "a connection over IPv6, where an address is known",
    ),
    row(
        "ipv6.addr",
        Kind::Ipv6,
        Source::Fact(F::Address(2, true)),
        "the IPv6 address of either end",
    ),
    row(
        "ipv6.src",
        Kind::Ipv6,
        Source::Fact(F::Address(0, true)),
        "the sender's IPv6 address",
    ),
    row(
        "ipv6.dst",
        Kind::Ipv6,
        Source::Fact(F::Address(1, true)),
        "the receiver's IPv6 address",
    ),
    row(
        "tcp",
        Kind::Presence,
        Source::Fact(F::Tcp),
        "a connection over TCP, where a port is known",
    ),
    row(
        "tcp.port",
        Kind::Number(65_535),
        Source::Fact(F::Port(2)),
        "the port of either end",
    ),
    row(
        "tcp.srcport",
        Kind::Number(65_535),
        Source::Fact(F::Port(0)),
        "the sender's port",
    ),
    row(
        "tcp.dstport",
        Kind::Number(65_535),
        Source::Fact(F::Port(1)),
        "the receiver's port",
    ),
    row(
        "tcp.stream",
        Kind::Number(u32::MAX as u64),
        Source::Fact(F::Stream),
        "the number of the connection among all of TCP in the capture, as in Wireshark: from 0 (conn is the number on this page)",
    ),
    row(
        "tls",
        Kind::Presence,
        Source::Fact(F::Tls),
        "the connection is in TLS",
    ),
    row(
        "websocket",
        Kind::Presence,
        Source::Fact(F::WebSocket),
        "the connection is in WebSocket frames",
    ),
];
