//! A client over plain TCP, which publishes a message to itself:
//! `cargo run -p mqttscope-client --example tcp_client -- 127.0.0.1:1883`.

use std::error::Error;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant as Clock};

use mqttscope_client::{Client, Command, Event, Instant, Message, Options};
use mqttscope_wire::{ProtocolVersion, QoS, TopicFilter, TopicName};

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:1883".into());
    let mut client = Client::new(Options {
        reconnect: None,
        ..Options::new(ProtocolVersion::V5, "example")
    })?;
    let began = Clock::now();
    let now = || Instant::ZERO + began.elapsed();

    let mut stream = TcpStream::connect(&address)?;
    client.handle_command(now(), Command::Connect)?;
    client.handle_connected(now());
    loop {
        // Drain: bytes first, then events, then the time until which it may wait.
        while let Some(bytes) = client.poll_transmit() {
            stream.write_all(&bytes)?;
        }
        while let Some(event) = client.poll_event() {
            match event {
                Event::Connected(connected) => {
                    println!("connected as {}", connected.client_identifier);
                    let filter = TopicFilter::try_from("example/#")?;
                    let subscribe = Command::subscribe(filter, QoS::AtLeastOnce);
                    client.handle_command(now(), subscribe)?;
                    let topic = TopicName::try_from("example/greeting")?;
                    let message = Message::new(topic, "hello").with_qos(QoS::AtLeastOnce);
                    client.handle_command(now(), Command::publish(message))?;
                }
                Event::Message { message, .. } => {
                    let text = String::from_utf8_lossy(&message.payload);
                    println!("{}: {text}", message.topic_name());
                    client.handle_command(now(), Command::disconnect())?;
                }
                Event::Disconnected { cause, .. } => {
                    println!("{cause}");
                    return Ok(());
                }
                other => println!("{other:?}"),
            }
        }
        while let Some(bytes) = client.poll_transmit() {
            stream.write_all(&bytes)?;
        }
        let wait = client.poll_timeout().map(|due| due - now());
        stream.set_read_timeout(wait.map(|wait| wait.max(Duration::from_millis(1))))?;
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => client.handle_disconnected(now()),
            Ok(len) => client.handle_bytes(now(), buffer.get(..len).unwrap_or_default()),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                client.handle_timeout(now());
            }
            Err(error) => return Err(error.into()),
        }
    }
}
