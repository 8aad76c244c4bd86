//! `mqttscope`: what the page knows of MQTT, in a terminal and in CI.

mod arguments;
mod bridge;
mod broker;
mod dissect;
mod encode;
mod examine;
mod follow;
mod growing;
mod input;
mod judged;
mod lint;
mod net;
mod open;
mod paint;
mod record;
mod report;
mod row;
mod series;
mod tap;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A microscope for MQTT.
#[derive(Parser)]
#[command(name = "mqttscope", version, arg_required_else_help = !open::HAS_PAGE && !input::is_piped())]
struct Arguments {
    /// Without one, the page is opened where this program has it, with the capture that comes through a pipe, if one does.
    /// Without the page, that capture is shown here.
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Says which rules of the MQTT standards the packets in these files break.
    ///
    /// Reads captures (pcap, pcapng, gzip of them) and everything that the Dissect page reads: hex in any habit, dumps,
    /// literals, logs. Exit codes: 0: nothing found, 1: something found, 2: a file could not be read.
    Lint(lint::Options),
    /// Takes packets apart: every field, what it holds and means, and every broken rule.
    Dissect(dissect::Options),
    /// Writes the bytes of a packet, a right or a wrong one, in hex, as a literal or as they are.
    Encode(encode::Options),
    /// Shows the packets of captures, dumps and logs as rows, with what they break.
    Follow(follow::Options),
    /// Stands between clients and a broker: carries every byte, shows every packet and what it breaks.
    Tap(tap::Options),
    /// A tap that shows nothing and writes all to pcapng files, for later and for other tools.
    Record(record::Options),
    /// A broker for tests and workshops, over TCP, TLS and WebSocket.
    Broker(broker::Options),
    /// Asks a broker, statement by statement of the standards, and says what it keeps and what it breaks, with the packets
    /// that show it.
    ///
    /// Exit codes: 0: nothing broken, 1: something broken, 2: it could not be examined.
    Examine(examine::Options),
    /// Is the broker that a device or a program connects to, leads it through situations (an acknowledgement that is lost, a
    /// link that is cut, limits, refusals), and says which statements of the standards it keeps.
    ///
    /// Says what to do with the client, and ticks off by itself what it has shown. Exit codes: 0: nothing broken, 1: something
    /// broken, 2: nobody was examined.
    ExamineClient(examine::client::Options),
    /// Serves the page on this machine, and opens it in the browser: with files, with a capture from a pipe, or with a
    /// tap's packets as they pass.
    Open(open::Options),
}

fn main() -> ExitCode {
    let given = Arguments::parse().command;
    let command = given.or_else(|| {
        let alone = alone(input::is_piped(), open::HAS_PAGE);
        Arguments::try_parse_from(alone).ok()?.command
    });
    let Some(command) = command else {
        return ExitCode::from(2);
    };
    match command {
        Command::Lint(options) => lint::run(&options),
        Command::Dissect(options) => dissect::run(&options),
        Command::Encode(options) => encode::run(&options),
        Command::Follow(options) => follow::run(&options),
        Command::Tap(options) => tap::run(&options),
        Command::Record(options) => record::run(&options),
        Command::Broker(options) => broker::run(&options),
        Command::Examine(options) => examine::run(&options),
        Command::ExamineClient(options) => examine::client::run(&options),
        Command::Open(options) => open::run(&options),
    }
}

/// What it does without arguments: it opens the page, with what comes through a pipe; where there is no page, it follows that.
const fn alone(is_piped: bool, has_page: bool) -> &'static [&'static str] {
    match (is_piped, has_page) {
        (false, _) => &["mqttscope", "open"],
        (true, true) => &["mqttscope", "open", "-"],
        (true, false) => &["mqttscope", "follow", "-"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_does_alone_are_commands() {
        for is_piped in [false, true] {
            for has_page in [false, true] {
                let parsed = Arguments::try_parse_from(alone(is_piped, has_page)).unwrap();
                let follows = matches!(parsed.command, Some(Command::Follow(_)));
                assert_eq!(follows, is_piped && !has_page);
            }
        }
    }
}
