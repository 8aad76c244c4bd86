//! Drives clients over TCP.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant as Clock};

use mqttscope_client::{Client, Command, Event, Instant, Options, Ticket};

/// So long without what a test waits for means that it will not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client on a socket.
pub(crate) struct Station {
    pub(crate) client: Client,
    address: SocketAddr,
    stream: Option<TcpStream>,
    start: Clock,
    pub(crate) events: Vec<Event>,
}

impl Station {
    pub(crate) fn new(options: Options, address: SocketAddr) -> Self {
        let client = Client::new(options).unwrap();
        Self {
            client,
            address,
            stream: None,
            start: Clock::now(),
            events: Vec::new(),
        }
    }

    fn now(&self) -> Instant {
        Instant::ZERO + self.start.elapsed()
    }

    pub(crate) fn command(&mut self, command: Command) -> Ticket {
        let ticket = self.client.handle_command(self.now(), command).unwrap();
        self.drain();
        ticket
    }

    /// Drops the connection as a broken network does.
    pub(crate) fn cut(&mut self) {
        self.stream = None;
        self.client.handle_disconnected(self.now());
        self.drain();
    }

    fn drain(&mut self) {
        loop {
            if let Some(bytes) = self.client.poll_transmit() {
                let written = match &mut self.stream {
                    Some(stream) => stream.write_all(&bytes),
                    None => continue,
                };
                if written.is_err() {
                    self.stream = None;
                    self.client.handle_disconnected(self.now());
                }
                continue;
            }
            match self.client.poll_event() {
                Some(Event::Open) => match TcpStream::connect(self.address) {
                    Ok(stream) => {
                        stream.set_nodelay(true).unwrap();
                        stream
                            .set_read_timeout(Some(Duration::from_millis(1)))
                            .unwrap();
                        self.stream = Some(stream);
                        self.client.handle_connected(self.now());
                    }
                    Err(_) => self.client.handle_disconnected(self.now()),
                },
                Some(Event::Close) => self.stream = None,
                Some(event) => self.events.push(event),
                None => return,
            }
        }
    }

    /// Reads what is there, or waits a moment for it.
    pub(crate) fn turn(&mut self) {
        let mut chunk = [0; 4096];
        let read = self.stream.as_mut().map(|stream| stream.read(&mut chunk));
        match read {
            Some(Ok(0)) => {
                self.stream = None;
                self.client.handle_disconnected(self.now());
            }
            Some(Ok(len)) => self.client.handle_bytes(self.now(), &chunk[..len]),
            Some(Err(error))
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Some(Err(_)) => {
                self.stream = None;
                self.client.handle_disconnected(self.now());
            }
            None => {}
        }
        let now = self.now();
        if self.client.poll_timeout().is_some_and(|due| due <= now) {
            self.client.handle_timeout(now);
        }
        self.drain();
    }
}

/// Turns all of them until it holds.
#[track_caller]
pub(crate) fn until(
    stations: &mut [&mut Station],
    mut holds: impl FnMut(&mut [&mut Station]) -> bool,
) {
    let start = Clock::now();
    while !holds(stations) {
        for station in stations.iter_mut() {
            station.turn();
        }
        if start.elapsed() > PATIENCE {
            for station in stations.iter() {
                let odd = |event: &&Event| {
                    !matches!(event, Event::Message { .. } | Event::Published { .. })
                };
                let odd: Vec<_> = station.events.iter().filter(odd).collect();
                eprintln!("{} events, among them {odd:?}", station.events.len());
                let view = station.client.view();
                let (outgoing, incoming) = (view.outgoing, view.incoming);
                eprintln!(
                    "{:?}, {} queued, out {outgoing:?}, in {incoming:?}",
                    view.phase, view.queued
                );
            }
            panic!("it does not come");
        }
    }
}
