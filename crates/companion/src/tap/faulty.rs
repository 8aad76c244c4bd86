//! Bytes from one end to the other through faults.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mqttscope_faults::{Action, Faults, InPlaceOf, Link};
use mqttscope_protocol::{ActiveFault, FaultError};
use mqttscope_wire::Sender;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::relay::PIECE;
use super::tape::{Closed, Place, Tape, What};
use crate::net::{Stop, Stream, stream};

/// Bytes that wait for the socket of a side before the other side is read no further.
const MOST_UNSENT: usize = 256 << 10;

/// One end: its socket, and what is still to be written to it.
struct End {
    from: ReadHalf<Stream>,
    to: WriteHalf<Stream>,
    unsent: Vec<u8>,
    /// Bytes of `unsent` that are written.
    sent: usize,
    piece: Vec<u8>,
    is_read: bool,
    /// Nothing more is to be written.
    ends: bool,
    /// That is said, or it takes nothing any more.
    is_shut: bool,
}

impl End {
    fn new(stream: Stream) -> Self {
        let (from, to) = tokio::io::split(stream);
        Self {
            from,
            to,
            unsent: Vec::new(),
            sent: 0,
            piece: vec![0; PIECE],
            is_read: false,
            ends: false,
            is_shut: false,
        }
    }

    /// Whether there is something to write, or an end to be said.
    const fn writes(&self) -> bool {
        !self.is_shut && (!self.unsent.is_empty() || self.ends)
    }

    fn has_unsent(&self) -> bool {
        self.sent < self.unsent.len() && !self.is_shut
    }

    fn is_full(&self) -> bool {
        self.unsent.len() >= MOST_UNSENT
    }

    /// Takes bytes to be written. Whoever takes nothing any more gets nothing.
    fn send(&mut self, bytes: &[u8]) {
        if !self.is_shut {
            self.unsent.extend_from_slice(bytes);
        }
    }

    /// So many bytes were written, or the end was said.
    fn wrote(&mut self, written: io::Result<usize>) {
        match written {
            Ok(len @ 1..) => self.sent = self.sent.saturating_add(len),
            // What comes from it still says how it ended.
            Ok(0) | Err(_) => {
                self.is_shut = true;
                self.sent = self.unsent.len();
            }
        }
        if self.sent >= self.unsent.len() {
            self.unsent.clear();
            self.sent = 0;
        }
    }

    fn into_stream(self) -> Stream {
        self.from.unsplit(self.to)
    }
}

struct Ends {
    client: End,
    broker: End,
}

impl Ends {
    const fn of(&mut self, side: Sender) -> &mut End {
        match side {
            Sender::Client => &mut self.client,
            Sender::Server => &mut self.broker,
        }
    }
}

/// What came next.
enum Next {
    Read(Sender, io::Result<usize>),
    Written(Sender, io::Result<usize>),
    Due,
    /// There are other faults.
    Changed,
    Stop,
}

/// The faults of all taps, for all their connections.
#[derive(Debug)]
pub(crate) struct Faulty {
    faults: Mutex<Faults>,
    /// Told when there are others.
    changed: watch::Sender<()>,
    start: Instant,
}

impl Faulty {
    pub(crate) fn new(faults: Faults) -> Self {
        Self {
            faults: Mutex::new(faults),
            changed: watch::Sender::default(),
            start: Instant::now(),
        }
    }

    /// All that are in force, the oldest first.
    pub(crate) fn active(&self) -> Vec<ActiveFault> {
        self.lock().active()
    }

    /// Puts the faults of these lines in force, see [`Faults::set`].
    pub(crate) fn set(&self, text: &str, replaced: &InPlaceOf) -> Result<(), Vec<FaultError>> {
        let now = self.now();
        self.lock().set(text, replaced, now)?;
        self.changed.send_replace(());
        Ok(())
    }

    /// Takes the fault with this number out of force, or all.
    pub(crate) fn clear(&self, number: Option<u32>) {
        let has_changed = self.lock().clear(number);
        if has_changed {
            self.changed.send_replace(());
        }
    }

    /// Carries both directions until a fault or both sides end it. What comes is on the tape as it came.
    pub(super) async fn carry(
        &self,
        client: Stream,
        broker: Stream,
        tape: &Tape,
        place: Place,
        stop: &Stop,
    ) -> Closed {
        let mut link = Link::new(&self.lock(), self.now());
        let mut ends = Ends {
            client: End::new(client),
            broker: End::new(broker),
        };
        let closed = self.run(&mut link, &mut ends, tape, place, stop).await;
        let (client, broker) = (ends.client.into_stream(), ends.broker.into_stream());
        if matches!(closed, Closed::Broken(..)) {
            client.reset();
            broker.reset();
        } else {
            tokio::join!(stream::close(client), stream::close(broker));
        }
        closed
    }

    async fn run(
        &self,
        link: &mut Link,
        ends: &mut Ends,
        tape: &Tape,
        place: Place,
        stop: &Stop,
    ) -> Closed {
        let mut stop = stop.clone();
        let asked = stop.asked();
        tokio::pin!(asked);
        let mut over = None;
        let mut is_stopping = false;
        let mut changes = self.changed.subscribe();
        link.handle_faults(&self.lock(), self.now());
        loop {
            while let Some(action) = link.poll_action() {
                match action {
                    Action::Send(to, bytes) => ends.of(to).send(&bytes),
                    Action::End(side) | Action::Close(side) => ends.of(side).ends = true,
                    Action::Over { by_fault } => over = Some(by_fault),
                    Action::Say(said) => tape.say(place, What::Did(Box::new(said))),
                }
            }
            if let Some(by_fault) = over
                && !ends.client.has_unsent()
                && !ends.broker.has_unsent()
            {
                return match by_fault {
                    _ if is_stopping => Closed::ByTap("it was asked to end".into()),
                    true => Closed::ByTap("a fault".into()),
                    false => Closed::Done,
                };
            }
            let due = link
                .poll_timeout()
                .map(|due| self.start + Duration::from_millis(due));
            let is_open = over.is_none();
            let reads_client = is_open && link.wants(Sender::Client) && !ends.broker.is_full();
            let reads_broker = is_open && link.wants(Sender::Server) && !ends.client.is_full();
            let Ends { client, broker } = ends;
            let next = tokio::select! {
                written = write(&mut client.to, client.unsent.get(client.sent..)), if client.writes() =>
                    Next::Written(Sender::Client, written),
                written = write(&mut broker.to, broker.unsent.get(broker.sent..)), if broker.writes() =>
                    Next::Written(Sender::Server, written),
                read = client.from.read(&mut client.piece), if reads_client && !client.is_read =>
                    Next::Read(Sender::Client, read),
                read = broker.from.read(&mut broker.piece), if reads_broker && !broker.is_read =>
                    Next::Read(Sender::Server, read),
                () = sleep_until(due.unwrap_or(self.start)), if due.is_some() => Next::Due,
                () = &mut asked, if !is_stopping => Next::Stop,
                Ok(()) = changes.changed() => Next::Changed,
            };
            match next {
                Next::Written(side, written) => ends.of(side).wrote(written),
                Next::Due => link.handle_timeout(self.now()),
                Next::Changed => {
                    let faults = self.lock();
                    link.handle_faults(&faults, self.now());
                }
                Next::Stop => {
                    is_stopping = true;
                    link.handle_stop(self.now(), "the tap ends");
                }
                Next::Read(from, Ok(0)) => {
                    ends.of(from).is_read = true;
                    tape.say(place, What::Ended(from));
                    link.handle_end(self.now(), from);
                }
                Next::Read(from, Ok(len)) => {
                    let bytes = ends.of(from).piece.get(..len).unwrap_or_default();
                    tape.bytes(place, from, bytes).await;
                    link.handle_bytes(&mut self.lock(), self.now(), from, bytes);
                }
                Next::Read(from, Err(error)) => {
                    return Closed::Broken(from, error.to_string().into());
                }
            }
        }
    }

    /// Milliseconds since the tap began, rounded up: what is due then is due now.
    fn now(&self) -> u64 {
        let nanos = self.start.elapsed().as_nanos().div_ceil(1_000_000);
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes some of what waits; without any, says that nothing more comes.
async fn write(to: &mut WriteHalf<Stream>, rest: Option<&[u8]>) -> io::Result<usize> {
    match rest {
        None | Some([]) => to.shutdown().await.map(|()| 0),
        Some(rest) => {
            let written = to.write(rest).await?;
            to.flush().await?;
            Ok(written)
        }
    }
}
