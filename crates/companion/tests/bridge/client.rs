//! A client that the page examines: what the page asks for and is told, with a client of bytes.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;

use mqttscope_examine::Happened;
use mqttscope_protocol::{
    AskLed, ExaminedStage, LedFormat, LedOptions, LedPackets, LedRow, LedSays, LedStands, LedTls,
    LedView, TextMessage as _, Verdict,
};
use mqttscope_wire::ProtocolVersion;
use tokio_tungstenite::tungstenite::Message;

use crate::http::Open;
use crate::page::Page;
use crate::support::{Running, connect, exactly, folder};

/// Of version 3.1.1, with a session, a user name and a password.
const CONNECT: &[u8] = b"\x10\x1b\x00\x04MQTT\x04\xc0\x00\x3c\x00\x01a\x00\x02me\x00\x08p4ssw0rd";
/// With QoS 1, and not said to be sent again.
const PUBLISH: &[u8] = b"\x32\x06\x00\x01t\x00\x07x";

/// The page, as far as it examines a client.
struct Led {
    page: Page,
    /// What it was told last.
    view: LedView,
}

impl Led {
    fn new(open: &Open) -> Self {
        let page = Page::at(open, &open.token, "client", &[]).unwrap();
        let mut led = Self {
            page,
            view: LedView::default(),
        };
        led.until(|view| !view.rows.is_empty());
        led
    }

    fn ask(&mut self, ask: &AskLed) {
        self.page.0.send(Message::text(ask.to_text())).unwrap();
    }

    /// The next thing that is said.
    fn said(&mut self) -> LedSays {
        loop {
            match self.page.0.read().unwrap() {
                Message::Text(text) => return LedSays::of_text(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Reads until it stands so.
    fn until(&mut self, is: impl Fn(&LedView) -> bool) {
        while !is(&self.view) {
            match self.said() {
                LedSays::View(view) => self.view = *view,
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next thing that is said beside how it stands.
    fn answer(&mut self) -> LedSays {
        loop {
            match self.said() {
                LedSays::View(view) => self.view = *view,
                other => return other,
            }
        }
    }

    fn begin(&mut self, port: u16, tls: LedTls) -> SocketAddr {
        let scheme = match tls {
            LedTls::None => "mqtt://",
            _ => "mqtts://",
        };
        self.ask(&begin(port, tls));
        let before = self.view.began;
        self.until(|view| view.stage == ExaminedStage::Running && view.began != before);
        let at = self.view.address.strip_prefix(scheme);
        at.unwrap().parse().unwrap()
    }

    fn number(&self, name: &str) -> u32 {
        let place = self.view.rows.iter().position(|row| row.name == name);
        place.unwrap().try_into().unwrap()
    }

    fn packets(&mut self, name: &str) -> LedPackets {
        let number = self.number(name);
        self.ask(&AskLed::Open(number));
        match self.answer() {
            LedSays::Packets(packets) if packets.number == number => *packets,
            other => panic!("{other:?}"),
        }
    }

    fn file(&mut self, format: LedFormat) -> (String, String) {
        self.ask(&AskLed::Export(format));
        match self.answer() {
            LedSays::File(file) => (file.name, String::from_utf8(file.bytes).unwrap()),
            other => panic!("{other:?}"),
        }
    }
}

fn begin(port: u16, tls: LedTls) -> AskLed {
    AskLed::Begin(LedOptions {
        port,
        everywhere: false,
        version: Some(ProtocolVersion::V3_1_1),
        tls,
    })
}

fn row<'v>(view: &'v LedView, name: &str) -> &'v LedRow {
    view.rows.iter().find(|row| row.name == name).unwrap()
}

fn is_judged(view: &LedView, name: &str, wanted: Verdict) -> bool {
    matches!(&row(view, name).stands, LedStands::Judged(verdict, _) if *verdict == wanted)
}

/// A client that has said CONNECT, and was told whether there is a session.
fn client(at: SocketAddr, has_session: bool) -> TcpStream {
    let mut stream = connect(at);
    stream.write_all(CONNECT).unwrap();
    let connack = [0x20, 2, u8::from(has_session), 0];
    assert_eq!(exactly(&mut stream, 4), connack);
    stream
}

/// Reads to the end of the connection.
fn ends(stream: &mut TcpStream) {
    let mut rest = Vec::new();
    // A reset is an end, too.
    let _ = stream.read_to_end(&mut rest);
}

#[test]
fn the_page_leads_a_client_and_is_told_what_it_shows() {
    let open = Open::start("led", &[]);
    let mut led = Led::new(&open);
    assert_eq!(led.view.stage, ExaminedStage::None);
    assert!(led.view.rows.len() > 20, "{}", led.view.rows.len());
    assert!(
        led.view
            .rows
            .iter()
            .all(|row| row.stands == LedStands::Later)
    );

    let at = led.begin(0, LedTls::None);
    assert!(at.ip().is_loopback() && at.port() != 0, "{at}");
    // Only what is for the version.
    let of_version = |row: &LedRow| row.version == ProtocolVersion::V3_1_1;
    assert!(led.view.rows.iter().all(of_version));
    assert_eq!(led.view.next, Some(led.number("connects")));
    assert_eq!(row(&led.view, "connects").ask, "Switch the client on.");
    assert_eq!(row(&led.view, "connects").stands, LedStands::Open);

    let mut stream = client(at, false);
    led.until(|view| is_judged(view, "connects", Verdict::Kept) && view.connected == 1);
    assert_eq!(led.view.version, Some(ProtocolVersion::V3_1_1));
    // The password stands nowhere.
    let packets = led.packets("connects");
    let received: Vec<_> = packets
        .packets
        .iter()
        .filter_map(|seen| match &seen.what {
            Happened::Received(bytes) => Some(bytes),
            _ => None,
        })
        .collect();
    assert_eq!(received.len(), 1, "{packets:?}");
    assert!(received[0].ends_with(b"********"), "{received:?}");
    assert!(packets.began.millis() > 1_700_000_000_000);

    // While it is paused the client has a broker like any other.
    led.ask(&AskLed::Pause(true));
    led.until(|view| view.stage == ExaminedStage::Paused && view.next.is_none());
    stream.write_all(PUBLISH).unwrap();
    assert_eq!(exactly(&mut stream, 4), [0x40, 2, 0, 7]);
    led.ask(&AskLed::Pause(false));
    led.until(|view| view.stage == ExaminedStage::Running);

    let pings = led.number("pings");
    led.ask(&AskLed::Skip(pings));
    led.until(|view| is_judged(view, "pings", Verdict::Unknown));

    stream.write_all(PUBLISH).unwrap();
    ends(&mut stream);
    let is_running =
        |view: &LedView| matches!(row(view, "repeats-qos-1").stands, LedStands::Running(_));
    led.until(|view| is_running(view) && view.connected == 0);
    assert_eq!(led.view.next, None);
    let mut stream = client(at, true);
    stream.write_all(PUBLISH).unwrap();
    led.until(|view| is_judged(view, "repeats-qos-1", Verdict::Broken));
    assert!(led.packets("repeats-qos-1").packets.len() > 4);

    led.ask(&AskLed::Cancel);
    led.until(|view| view.stage == ExaminedStage::Cancelled);
    ends(&mut stream);
    let never = |row: &LedRow| matches!(row.stands, LedStands::Never(_));
    assert!(led.view.rows.iter().any(never));
    assert!(is_judged(&led.view, "repeats-qos-1", Verdict::Broken));
    for (format, name, holds) in [
        (
            LedFormat::Json,
            "mqttscope-client.json",
            "\"id\":\"repeats-qos-1\"",
        ),
        (
            LedFormat::Html,
            "mqttscope-client.html",
            "<b>repeats-qos-1</b>",
        ),
        (
            LedFormat::Text,
            "mqttscope-client.txt",
            "broken repeats-qos-1 (MQTT 3.1.1) MQTT-4.4.0-1",
        ),
    ] {
        let (named, text) = led.file(format);
        assert_eq!(named, name);
        assert!(text.contains(holds), "{text}");
        assert!(
            !text.contains("p4ssw0rd") && !text.contains("70 34 73 73"),
            "{text}"
        );
    }

    // Another one at the same port knows nothing of it.
    assert_eq!(led.begin(at.port(), LedTls::None), at);
    assert_eq!(row(&led.view, "connects").stands, LedStands::Open);
    let mut stream = client(at, false);
    led.until(|view| is_judged(view, "connects", Verdict::Kept));

    // It goes on without its page, and another finds it, with all that was found.
    let began = led.view.began;
    drop(led);
    stream.write_all(PUBLISH).unwrap();
    ends(&mut stream);
    let mut led = Led::new(&open);
    led.until(|view| is_judged(view, "connects", Verdict::Kept));
    assert_eq!(
        (led.view.began, &led.view.stage),
        (began, &ExaminedStage::Running)
    );
    assert!(!led.packets("connects").packets.is_empty());
    // What one page ends is ended for the other.
    let mut other = Led::new(&open);
    other.ask(&AskLed::Cancel);
    led.until(|view| view.stage == ExaminedStage::Cancelled);
    while TcpStream::connect(at).is_ok() {}
    assert_eq!(led.begin(at.port(), LedTls::None), at);
    let (code, _, err) = open.running.interrupt();
    assert_eq!(code, Some(0), "{err}");
    assert!(TcpStream::connect(at).is_err());
}

/// A client of bytes, in TLS: what stands between trusts these certificates.
fn in_tls(at: SocketAddr, ca: &Path) -> (Running, TcpStream) {
    let to = format!("localhost:{}", at.port());
    let ca = ca.to_str().unwrap();
    let mut tap = Running::start(&["tap", "0", "--to", &to, "--tls", "--cafile", ca]);
    let at = tap.address("tap");
    (tap, connect(at))
}

#[test]
fn a_client_in_tls_trusts_a_certificate_that_is_made_or_given() {
    let folder = folder("led_tls");
    let open = Open::start("led_tls", &[]);
    let mut led = Led::new(&open);
    let names = vec!["device.example".to_owned()];
    let at = led.begin(0, LedTls::Made(names.clone()));
    assert!(led.view.has_authority);
    led.ask(&AskLed::Authority);
    let LedSays::File(file) = led.answer() else {
        panic!("the certificate is a file")
    };
    assert_eq!(file.name, "ca.pem");
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, &file.bytes).unwrap();

    // Who speaks no TLS, and who trusts another, is told of.
    let mut stream = connect(at);
    stream.write_all(CONNECT).unwrap();
    ends(&mut stream);
    let says = |what: &'static str| {
        move |view: &LedView| {
            let trouble = view.trouble.as_deref();
            trouble.is_some_and(|trouble| trouble.ends_with(what))
        }
    };
    led.until(says("the TLS handshake: it does not speak TLS."));
    let other = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/identity/cert.pem"
    ));
    let (_tap, mut stream) = in_tls(at, other);
    stream.write_all(CONNECT).unwrap();
    led.until(says("it does not trust the certificate."));

    let (_tap, mut stream) = in_tls(at, &ca);
    stream.write_all(CONNECT).unwrap();
    assert_eq!(exactly(&mut stream, 4), [0x20, 2, 0, 0]);
    led.until(|view| is_judged(view, "connects", Verdict::Kept) && view.trouble.is_none());
    let (_, text) = led.file(LedFormat::Json);
    assert!(
        text.contains(&format!("\"url\":\"mqtts://{at}\"")),
        "{text}"
    );

    // The same once more is trusted still.
    assert_eq!(led.begin(at.port(), LedTls::Made(names)), at);
    let (_tap, mut stream) = in_tls(at, &ca);
    stream.write_all(CONNECT).unwrap();
    assert_eq!(exactly(&mut stream, 4), [0x20, 2, 0, 0]);

    // One's own: here a file that holds the key, too, for no name but its own.
    let own = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/identity/both.pem"
    ));
    let given = |certificate: &Path| LedTls::Given {
        certificate: certificate.to_str().unwrap().to_owned(),
        key: String::new(),
        passphrase: String::new(),
    };
    led.ask(&begin(0, given(&folder.join("none.pem"))));
    let LedSays::Failed(why) = led.answer() else {
        panic!("there is no such file")
    };
    assert!(
        why.starts_with("The certificate cannot be used: reading"),
        "{why}"
    );
    led.begin(0, given(own));
    assert!(!led.view.has_authority);
    led.ask(&begin(0, LedTls::Made(vec!["no name ä".into()])));
    let LedSays::Failed(why) = led.answer() else {
        panic!("that is no name")
    };
    assert!(why.starts_with("No certificate could be made: "), "{why}");
}

#[test]
fn who_speaks_another_protocol_is_told_of_and_not_judged() {
    let open = Open::start("led_strangers", &[]);
    let mut led = Led::new(&open);
    let at = led.begin(0, LedTls::None);
    let rows = led.view.rows.len();
    for (bytes, what) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "speaks HTTP, not MQTT"),
        (b"\x16\x03\x01\x00\xc8\x01\x00\x00", "speaks TLS, not MQTT"),
    ] {
        let mut stream = connect(at);
        stream.write_all(bytes).unwrap();
        led.until(|view| view.trouble.as_deref().is_some_and(|it| it.contains(what)));
        ends(&mut stream);
    }
    // The client behind them is led as if they had not been.
    let _stream = client(at, false);
    led.until(|view| is_judged(view, "connects", Verdict::Kept));
    assert_eq!(led.view.rows.len(), rows);
    assert_eq!(led.view.trouble, None);
}

#[test]
fn a_port_that_is_taken_is_said_and_another_can_be_asked_for() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let open = Open::start("led_taken", &[]);
    let mut led = Led::new(&open);
    led.ask(&begin(port, LedTls::None));
    let LedSays::Failed(why) = led.answer() else {
        panic!("it is taken");
    };
    assert!(why.contains(&format!("port {port}")), "{why}");
    let at = led.begin(0, LedTls::None);
    assert_ne!(at.port(), port);
}

#[test]
fn only_our_own_page_examines_and_only_what_it_can_ask_is_done() {
    let open = Open::start("led_kept_off", &[]);
    let zeros = "0".repeat(32);
    let status = |open: &Open, token: &str, headers: &[(&'static str, &str)]| {
        Page::at(open, token, "client", headers)
            .map(|_| ())
            .unwrap_err()
    };
    assert_eq!(status(&open, &zeros, &[]), 403);
    let evil = [("Origin", "http://evil.example")];
    assert_eq!(status(&open, &open.token, &evil), 403);
    // What it does not understand ends it.
    let mut led = Led::new(&open);
    led.page.0.send(Message::text("{\"Begin\":1}")).unwrap();
    assert!(matches!(led.page.0.read().unwrap(), Message::Close(_)));
    // With something to lend there is a token all the same.
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let none = Open::start("led_none", &["--no-bridge", file]);
    assert_eq!(status(&none, &none.token, &[]), 404);
}
