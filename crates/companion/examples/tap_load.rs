//! Messages a second through a tap, beside no relay and a plain one (socat), and how much longer a round trip takes.
//!
//! `cargo build --release -p mqttscope-companion && cargo run --release -p mqttscope-companion --example tap_load`
//!
//! A broker that only echoes and clients that each wait for their answer run in this process: every message is a round
//! trip of 64 bytes, at QoS 0 (it comes back) and QoS 1 (its PUBACK comes back).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const CONNECT: &[u8] = b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
const CONNACK: [u8; 4] = [0x20, 2, 0, 0];
const PUBACK: [u8; 4] = [0x40, 2, 0, 1];
/// How long each measurement takes.
const SECONDS: u64 = 5;
/// Each is done so many times, the three ways in turn.
const ROUNDS: usize = 3;

/// What stands between.
struct Between(Option<Child>, SocketAddr, PathBuf);

impl Drop for Between {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        // Not all write one.
        let _ = std::fs::remove_file(&self.2);
    }
}

/// A PUBLISH of 64 bytes.
fn publish(qos: u8) -> Vec<u8> {
    let mut packet = vec![0x30 | qos << 1, 62, 0, 1, b't'];
    if qos > 0 {
        packet.extend([0, 1]);
    }
    packet.resize(64, b'x');
    packet
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let broker = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                tokio::spawn(echo(listener.accept().await.unwrap().0));
            }
        });
        address
    });
    println!("| connections | QoS | between | messages/s | p50 µs | p99 µs |");
    println!("|---:|---:|---|---:|---:|---:|");
    for connections in [1, 100] {
        for qos in [0, 1] {
            let mut all: Vec<(&str, Vec<Figures>)> =
                ["nothing", "socat", "tap, rows", "tap, record"]
                    .map(|way| (way, Vec::new()))
                    .into();
            for _ in 0..ROUNDS {
                for (way, figures) in &mut all {
                    let Some(between) = start(way, broker) else {
                        continue;
                    };
                    figures.push(runtime.block_on(measure(between.1, connections, qos)));
                }
            }
            for (way, mut figures) in all {
                figures.sort_by_key(|figure| figure.rate);
                if let Some(figure) = figures.get(figures.len() / 2) {
                    let Figures { rate, p50, p99 } = figure;
                    println!("| {connections} | {qos} | {way} | {rate} | {p50} | {p99} |");
                }
            }
        }
    }
}

/// The broker: each PUBLISH comes back, or its PUBACK does.
async fn echo(mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut connect = [0; 15];
    if stream.read_exact(&mut connect).await.is_err() {
        return;
    }
    stream.write_all(&CONNACK).await.unwrap();
    let mut packet = [0; 64];
    while stream.read_exact(&mut packet).await.is_ok() {
        let answer = if packet[0] == 0x30 {
            &packet[..]
        } else {
            &PUBACK
        };
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
}

fn start(way: &str, broker: SocketAddr) -> Option<Between> {
    if way == "nothing" {
        return Some(Between(None, broker, PathBuf::new()));
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let (port, to) = (address.port().to_string(), broker.to_string());
    let file = std::env::temp_dir().join(format!("tap-load-{port}.pcapng"));
    let mut command = if way == "socat" {
        let mut command = Command::new("socat");
        let listen =
            format!("TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr,nodelay,backlog=1024");
        command.args([listen, format!("TCP:{to},nodelay")]);
        command
    } else {
        // The program beside this one's folder.
        let this = std::env::current_exe().unwrap();
        let mut command = Command::new(this.parent().unwrap().parent().unwrap().join("mqttscope"));
        if way == "tap, rows" {
            command.args(["tap", &port, "--to", &to]);
        } else {
            let file: PathBuf = std::env::temp_dir().join(format!("tap-load-{port}.pcapng"));
            let _ = std::fs::remove_file(&file);
            command
                .args(["record", &port, "--to", &to, "--out"])
                .arg(file);
        }
        command
    };
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(child) = child else {
        eprintln!("{way} is left out: it cannot be started");
        return None;
    };
    let between = Between(Some(child), address, file);
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(between)
}

struct Figures {
    rate: u64,
    p50: u64,
    p99: u64,
}

async fn measure(to: SocketAddr, connections: usize, qos: u8) -> Figures {
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(CONNECT).await.unwrap();
        stream.read_exact(&mut [0; 4]).await.unwrap();
        clients.push(stream);
    }
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let tasks: Vec<_> = clients
        .into_iter()
        .map(|stream| tokio::spawn(client(stream, qos, until)))
        .collect();
    let mut times: Vec<u64> = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    times.sort_unstable();
    Figures {
        rate: times.len() as u64 / SECONDS,
        p50: times[times.len() / 2],
        p99: times[times.len() * 99 / 100],
    }
}

/// Round trips until then, each in microseconds.
async fn client(mut stream: TcpStream, qos: u8, until: Instant) -> Vec<u64> {
    let packet = publish(qos);
    let mut answer = vec![0; if qos == 0 { 64 } else { 4 }];
    let mut times = Vec::new();
    let mut start = Instant::now();
    while start < until {
        stream.write_all(&packet).await.unwrap();
        stream.read_exact(&mut answer).await.unwrap();
        let end = Instant::now();
        times.push(u64::try_from((end - start).as_micros()).unwrap());
        start = end;
    }
    times
}
