//! What a page gets of files, of a pipe and of a tap.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;

use mqttscope_capture::recording::Capture;
use serde_json::{Value, json};

use crate::http::Open;
use crate::support::{CONNACK, CONNECT, Running, Server, connect, passes, publish};

fn capture() -> String {
    let path = "../capture/tests/captures/recorded/tcp.pcap";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    path.to_str().unwrap().to_owned()
}

fn sources(open: &Open) -> Value {
    serde_json::from_slice(&open.lent("sources").body()).unwrap()
}

/// All packets of a stream of the tap, in order.
fn packets(stream: &[u8]) -> Vec<Vec<u8>> {
    let capture = Capture::read(stream, None);
    assert_eq!(capture.notes, Vec::<String>::new());
    let all = capture.connections.iter().flat_map(|connection| {
        let packets = connection.packets.iter();
        packets.map(|packet| connection.bytes_of(packet).unwrap().to_vec())
    });
    all.collect()
}

#[test]
fn files_are_lent_whole() {
    let open = Open::start("files", &[&capture()]);
    let bytes = std::fs::read(capture()).unwrap();
    assert_eq!(
        sources(&open),
        json!([{"name": "tcp.pcap", "size": bytes.len()}])
    );
    assert!(open.lent("source/0").body() == bytes);
    let (code, _, err) = open.running.interrupt();
    assert_eq!(code, Some(0), "{err}");
}

#[test]
fn a_pipe_is_lent_from_its_beginning_as_it_grows_and_ends() {
    let (mut pipe, given) = std::os::unix::net::UnixStream::pair().unwrap();
    let page = crate::http::page("pipe");
    let arguments = [
        "open",
        "--no-browser",
        "--port",
        "0",
        "-",
        "--page",
        page.to_str().unwrap(),
    ];
    let open = Open::of(Running::with_input(
        std::os::fd::OwnedFd::from(given),
        &arguments,
    ));
    assert_eq!(
        sources(&open),
        json!([{"name": "standard input", "size": null}])
    );
    pipe.write_all(b"first").unwrap();
    let (mut early, mut body) = (open.lent("source/0"), Vec::new());
    early.until(&mut body, b"first");
    pipe.write_all(b"second").unwrap();
    early.until(&mut body, b"second");
    let late = open.lent("source/0");
    drop(pipe);
    assert_eq!(late.body(), b"firstsecond");
    assert_eq!(early.piece().unwrap(), None);
    assert_eq!(body, b"firstsecond");
}

#[test]
fn a_file_that_grows_is_lent_as_it_does() {
    let path = crate::support::folder("growing").join("a.pcap");
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(b"first").unwrap();
    let open = Open::start("growing-page", &["--follow", path.to_str().unwrap()]);
    assert_eq!(sources(&open), json!([{"name": "a.pcap", "size": null}]));
    let (mut early, mut body) = (open.lent("source/0"), Vec::new());
    early.until(&mut body, b"first");
    file.write_all(b"second").unwrap();
    early.until(&mut body, b"second");
    let (mut late, mut all) = (open.lent("source/0"), Vec::new());
    late.until(&mut all, b"second");
    assert_eq!(all, b"firstsecond");
    open.running.signal("INT");
    assert_eq!(early.piece().unwrap(), None);
}

pub(crate) struct Tapped {
    pub(crate) open: Open,
    pub(crate) tap: SocketAddr,
    pub(crate) server: Server,
    pub(crate) client: TcpStream,
    pub(crate) broker: TcpStream,
}

/// A client that connects through the tap of a companion, and the broker's end of it.
fn through(mut running: Running, server: &Server) -> (Open, SocketAddr, TcpStream, TcpStream) {
    let tap = running.address("tap");
    let open = Open::of(running);
    let mut client = connect(tap);
    let mut broker = server.accept();
    passes(&mut client, &mut broker, &CONNECT);
    passes(&mut broker, &mut client, &CONNACK);
    (open, tap, client, broker)
}

/// A tap with a client that has connected through it.
fn tapped(name: &str) -> Tapped {
    tapped_with(name, &[])
}

/// The same with more arguments.
pub(crate) fn tapped_with(name: &str, more: &[&str]) -> Tapped {
    let server = Server::start();
    let page = crate::http::page(name);
    let (page, to) = (page.to_str().unwrap(), server.address());
    let all = [
        "open",
        "--no-browser",
        "--port",
        "0",
        "--page",
        page,
        "--tap",
        "0",
        "--to",
        &to,
    ];
    let running = Running::start(&[&all[..], more].concat());
    let (open, tap, client, broker) = through(running, &server);
    let name = format!("tap {tap} to {to}");
    assert_eq!(sources(&open), json!([{"name": name, "size": null}]));
    Tapped {
        open,
        tap,
        server,
        client,
        broker,
    }
}

#[test]
fn pages_see_what_passes_a_tap_and_what_passed_before_they_came() {
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped("tap");
    let (mut early, mut stream) = (open.lent("source/0"), Vec::new());
    early.until(&mut stream, &CONNACK);
    let packet = publish("t", b"while it looks");
    passes(&mut client, &mut broker, &packet);
    early.until(&mut stream, &packet);
    let late = open.lent("source/0");
    drop((client, broker));
    open.running.signal("INT");
    while let Some(piece) = early.piece().unwrap() {
        stream.extend(piece);
    }
    let wanted = [CONNECT.to_vec(), CONNACK.to_vec(), packet];
    assert_eq!(packets(&stream), wanted);
    assert_eq!(packets(&late.body()), wanted);
    let (code, _, err) = open.running.ended();
    assert_eq!(code, Some(0), "{err}");
    assert!(err.contains("1 connection, 3 packets"), "{err}");
}

#[test]
fn a_page_that_does_not_read_makes_no_traffic_wait() {
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped("slow");
    let (mut slow, mut stream) = (open.lent("source/0"), Vec::new());
    slow.until(&mut stream, &CONNACK);
    // More than is kept, and than the system keeps for a socket that nobody reads.
    let packet = publish("t", &[b'x'; 1 << 20]);
    for _ in 0..100 {
        passes(&mut client, &mut broker, &packet);
    }
    let last = publish("t", b"the last of all");
    passes(&mut client, &mut broker, &last);
    slow.until(&mut stream, &last);
    let says = "frames before this place are not kept for this reader";
    assert!(
        stream
            .windows(says.len())
            .any(|part| part == says.as_bytes())
    );
    assert!(stream.len() < 90 << 20, "{}", stream.len());
    drop((client, broker));
}

#[test]
fn what_a_page_did_not_see_is_in_the_recording_and_the_page_says_so() {
    let file = crate::support::folder("open-out").join("a.pcapng");
    let path = file.to_str().unwrap();
    let Tapped {
        open,
        mut client,
        mut broker,
        ..
    } = tapped_with("recorded", &["--out", path]);
    let mut wanted = vec![CONNECT.to_vec(), CONNACK.to_vec()];
    for number in 0..100_u8 {
        let packet = publish("t", &[number; 1 << 20]);
        passes(&mut client, &mut broker, &packet);
        wanted.push(packet);
    }
    drop((client, broker));
    // More is written than is kept for pages.
    let until = std::time::Instant::now() + crate::support::PATIENCE;
    while std::fs::metadata(&file).unwrap().len() < 80 << 20 {
        assert!(std::time::Instant::now() < until, "it is not written");
        std::thread::yield_now();
    }
    // This page comes late.
    let late = open.lent("source/0");
    open.running.signal("INT");
    let capture = Capture::read(&late.body(), None);
    let says = format!("are not kept for this reader; the recording to {path} has them");
    assert!(
        capture.notes.iter().any(|it| it.contains(&says)),
        "{:?}",
        capture.notes
    );
    let (code, _, err) = open.running.ended();
    assert_eq!(code, Some(0), "{err}");
    assert!(packets(&std::fs::read(&file).unwrap()) == wanted);
}

/// The recording that an answer names.
fn run_of(answer: &crate::http::Answer) -> String {
    let run = answer.head.split("mqttscope-run: ").nth(1).unwrap();
    run.split("\r\n").next().unwrap().to_owned()
}

#[test]
fn a_page_reads_on_where_it_was_and_finds_a_companion_that_was_started_again() {
    use std::os::unix::fs::PermissionsExt as _;
    let runtime = crate::support::folder("runtime");
    std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).unwrap();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, tap) = (free(), free());
    let ports = [&port, &tap].map(|it| it.local_addr().unwrap().port().to_string());
    drop((port, tap));
    let server = Server::start();
    let page = crate::http::page("restarted");
    let to = server.address();
    let arguments = [
        "open",
        "--no-browser",
        "--port",
        &ports[0],
        "--page",
        page.to_str().unwrap(),
        "--tap",
        &ports[1],
        "--to",
        &to,
    ];
    let start = || {
        let running = Running::with_env("XDG_RUNTIME_DIR", &runtime, &arguments);
        let (open, _, client, broker) = through(running, &server);
        (open, client, broker)
    };
    let (open, mut client, mut broker) = start();
    let name = format!("tap%20127.0.0.1%3A{}%20to%20{to}", ports[1]);
    let (mut first, mut stream) = (open.lent("source/0"), Vec::new());
    let run = run_of(&first);
    first.until(&mut stream, &CONNACK);
    let mut place = mqttscope_capture::pcapng::Place::default();
    let mut all = place.handle_bytes(&stream);
    // The socket is cut, and more passes before the page comes back.
    drop(first);
    let packet = publish("t", b"meanwhile");
    passes(&mut client, &mut broker, &packet);
    let after = place.frames();
    let mut on = open.lent(&format!("source/0?run={run}&after={after}&name={name}"));
    assert_eq!(run_of(&on), run);
    let mut more = Vec::new();
    on.until(&mut more, b"meanwhile");
    all.extend(more);
    assert_eq!(packets(&all), [CONNECT.to_vec(), CONNACK.to_vec(), packet]);
    // A tap of another name is none that it was at.
    assert_eq!(open.lent("source/0?run=x&after=0&name=other").status, 404);
    let token = open.token.clone();
    open.running.signal("KILL");
    drop((open, client, broker));
    // Started again, it knows the page, and has another recording.
    let (open, ..) = start();
    assert_eq!(open.token, token);
    let mut anew = open.lent(&format!("source/0?run={run}&after={after}&name={name}"));
    assert_ne!(run_of(&anew), run);
    let mut stream = Vec::new();
    anew.until(&mut stream, &CONNACK);
    assert_eq!(packets(&stream), [CONNECT.to_vec(), CONNACK.to_vec()]);
}

#[test]
fn a_companion_that_is_killed_breaks_the_stream_off() {
    let Tapped { open, .. } = tapped("killed");
    let (mut page, mut stream) = (open.lent("source/0"), Vec::new());
    page.until(&mut stream, &CONNACK);
    open.running.signal("KILL");
    let broken = loop {
        match page.piece() {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ends as if all had come"),
            Err(error) => break error,
        }
    };
    assert!(!broken.to_string().is_empty());
}
