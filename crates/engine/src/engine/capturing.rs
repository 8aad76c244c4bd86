//! Capture files into the log: each connection in them is recorded as our own are, without anybody who answers.

use core::time::Duration;

use mqttscope_capture::reading::Role;
use mqttscope_capture::recording::{self, Ending, Event};
use mqttscope_protocol::{CaptureState, ConnectionEvent, EventKind, Fate, RecordId, Target};
use mqttscope_shared::Instant;
use mqttscope_wire::{Context, Detection, Sender, dissect};

use super::Engine;
use super::told::why_ended;
use crate::captures::{Captured, Sent, Turn, WantedBytes, moment};
use crate::connection::SocketId;
use crate::states;
use crate::stream::Recorder;

/// The most bytes of a Fixed Header (section 2.1).
const MAXIMUM_HEADER: usize = 5;

impl Engine {
    /// Opens capture files and key logs, by name and size. Their bytes are asked for by [`Engine::poll_read`].
    ///
    /// One without a size grows: it ends where an empty piece is read.
    pub fn handle_files<S: Into<Option<u64>>>(
        &mut self,
        files: impl IntoIterator<Item = (String, S)>,
    ) {
        let files = files.into_iter().map(|(name, size)| (name, size.into()));
        self.captures.open(files);
        self.changed = true;
    }

    /// The bytes of a file that are to be given to [`Engine::handle_read`] next.
    #[must_use]
    pub fn poll_read(&self) -> Option<WantedBytes> {
        self.captures.wanted()
    }

    /// The bytes that were asked for, or why they could not be read.
    pub fn handle_read(&mut self, now: Instant, read: Result<&[u8], String>) {
        self.changed = true;
        self.read_at = now;
        self.pace.packets(now);
        let bytes = match read {
            Ok(bytes) => bytes,
            Err(why) => {
                self.captures.fail();
                self.end_file(CaptureState::Failed(why));
                self.read_on();
                return;
            }
        };
        self.captures.take(now, bytes);
        self.read_on();
    }

    /// What the bytes come from that were asked for is gone, and is asked again; or it is there again.
    pub fn handle_read_awaited(&mut self, is_gone: bool) {
        self.changed = true;
        self.captures.wait(is_gone);
    }

    /// Takes what is there of all files, in its order, until more bytes are needed.
    fn read_on(&mut self) {
        loop {
            match self.captures.turn() {
                Turn::Bytes => return,
                Turn::End => self.end_file(CaptureState::Read),
                Turn::Again => self.read_again(),
                Turn::Events(until) => {
                    let Some((mut reader, last)) = self.captures.lend() else {
                        return;
                    };
                    // What has no time of its own has none of another file.
                    self.captured_at = last.unwrap_or_default();
                    while self.captures.is_next(&mut reader, until)
                        && let Some(event) = reader.poll_event()
                    {
                        self.captured(&event);
                    }
                    self.captures.give_back(reader, self.captured_at);
                }
            }
        }
    }

    fn read_again(&mut self) {
        self.captures.begin_again();
        self.forget_recorded();
        self.captured_at = Instant::ZERO;
    }

    /// Reads no more of any file.
    pub(super) fn stop_reading(&mut self) {
        self.captures.stop();
        while self.captures.give_up_next() {
            self.end_file(CaptureState::Stopped);
        }
    }

    fn end_file(&mut self, state: CaptureState) {
        self.end_open();
        if self.captures.end(state) {
            // Keys came behind what they open.
            self.read_again();
        }
    }

    /// What is known of connections that do not end in the file.
    fn end_open(&mut self) {
        for id in self.captures.open_ones() {
            self.flush(id);
            self.hear_no_more(id);
            if let Some(captured) = self.captures.get_mut(id) {
                captured.stream = None;
            }
            self.captures.settled(id);
        }
        if !self.captures.went_on() {
            let judged = self.watch.end_recording();
            self.judged(judged);
        }
        self.captures.changed();
    }

    /// The log begins anew, and all that was made of it.
    fn forget_recorded(&mut self) {
        self.log.clear();
        self.log.forget_cleared();
        self.links = crate::log::Links::default();
        self.topics = crate::topics::Topics::default();
        self.watch = crate::watch::Watch::default();
        self.payloads.sparkplug = crate::sparkplug::Sparkplug::default();
        self.states = states::States::default();
        self.list_anew();
    }

    fn captured(&mut self, event: &Event<'_>) {
        match *event {
            Event::Opened(ref opened) => {
                self.next_socket = self.next_socket.wrapping_add(1);
                self.captures
                    .opened(opened.clone(), SocketId(self.next_socket));
            }
            Event::Transport {
                connection,
                transport,
                why,
            } => self.captures.carries(connection, transport, why),
            Event::Bytes {
                connection,
                from,
                at_ns,
                frame,
                bytes,
            } => {
                let at = moment(at_ns).unwrap_or(self.captured_at);
                let sender = sender(from);
                self.captured_bytes(connection, Sent { sender, at, frame }, bytes);
            }
            Event::Gap {
                connection,
                from,
                bytes,
            } => {
                self.captures.lose(bytes);
                let count = bytes.map_or_else(|| "bytes".to_owned(), counted);
                let verb = if bytes == Some(1) { "is" } else { "are" };
                let says = format!("{count} of the {} {verb} missing here", from.name());
                self.captured_gap(connection, sender(from), None, says);
            }
            Event::Skipped {
                connection,
                from,
                at_ns,
                frame,
                bytes,
            } => {
                let says = format!(
                    "{} of the {} belong to no packet whose beginning is in the capture",
                    counted(bytes.len() as u64),
                    from.name()
                );
                if bytes.is_empty() {
                    self.break_off(connection, sender(from));
                } else {
                    self.log.set_frame(frame);
                    self.captured_gap(connection, sender(from), moment(at_ns), says);
                }
            }
            Event::Fin {
                connection,
                from,
                at_ns,
                frame,
            } => self.captured_fin(connection, moment(at_ns), frame, from),
            Event::Closed {
                connection,
                how,
                from,
                at_ns,
                frame,
                words,
            } => {
                self.flush(connection);
                self.hear_no_more(connection);
                let at = moment(at_ns).unwrap_or(self.captured_at);
                self.captured_end(connection, at, frame, (how, from, words));
                self.captures.settled(connection);
                self.captures.changed();
            }
            Event::Named {
                connection,
                end,
                name,
            } => self.captures.named(connection, end, name),
            Event::Client {
                connection,
                identifier,
                address,
            } => self.captures.identified(connection, identifier, address),
            Event::Said {
                connection,
                from,
                at_ns,
                frame,
                packet_type,
                version,
                words,
            } => {
                let at = moment(at_ns).unwrap_or(self.captured_at);
                self.captured_at = at;
                let sender = sender(from);
                let sent = Sent { sender, at, frame };
                self.told(connection, sent, packet_type, version, words);
            }
            Event::Marked {
                connection,
                at_ns,
                frame,
                comment,
            } => {
                let at = moment(at_ns).unwrap_or(self.captured_at);
                self.marked(connection, at, frame, comment);
            }
            Event::Sealed { connection, why } => self.captures.seal(connection, why),
            // The reader itself uses them where it can.
            Event::KeyLog(text) => self.captures.add_keys(text),
            Event::Note(note) => self.captures.note(note.to_owned()),
        }
    }

    fn captured_bytes(&mut self, id: recording::ConnectionId, sent: Sent, bytes: &[u8]) {
        self.captured_at = sent.at;
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        if let Some(held) = &mut captured.held {
            if let Some(detected) = held.push(sent, bytes) {
                self.begin_captured(id, detected);
            }
            return;
        }
        self.write_captured(id, sent, bytes);
    }

    /// The version is known by now, or has to be guessed: what waited for it is written down.
    pub(super) fn flush(&mut self, id: recording::ConnectionId) {
        let held = self.captures.get_mut(id).and_then(|it| it.held.as_ref());
        if let Some(detected) = held
            .filter(|held| !held.is_empty())
            .map(|held| held.detect())
        {
            self.begin_captured(id, detected);
        }
    }

    fn begin_captured(&mut self, id: recording::ConnectionId, detected: Detection) {
        let version = self.captures.read_as.unwrap_or(detected.version);
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let held = captured.held.take().unwrap_or_default();
        // A log may have told of packets of it before.
        let is_new = captured.packets == 0;
        captured.begin(version, detected.reasons);
        let was_open = match held.first().filter(|_| is_new) {
            Some(first) => captured.begins_with(first),
            None => !captured.opened.has_syn,
        };
        let (number, socket) = (captured.id, captured.socket);
        let lacks_client = captured.lacks_client && captured.opened.has_syn;
        let begins = captured.opened.frame;
        // Two captures of the same traffic are two recordings, and no client is in both.
        let broker = captured.broker();
        let server = Target::WebSocket(match captured.copy_in {
            Some(file) => format!("{broker} in file {file}"),
            None => broker,
        });
        let event = event(EventKind::Begins, captured.says_beginning());
        let at = held.begins().unwrap_or(self.captured_at);
        // Its first frame was before its first packet.
        let opened_at = captured.opened_at().unwrap_or(at).min(at);
        self.watch.join(&server, socket, number);
        if is_new {
            self.captures.list(id);
            self.log.set_frame(begins);
            let first = self.log.push_event(opened_at, number, version, &event);
            if let Some(captured) = self.captures.get_mut(id) {
                captured.first = first.0;
                captured.pass(opened_at);
            }
            self.captures.pass(opened_at);
        }
        let turn = if was_open {
            states::Turn::WasOpen
        } else {
            states::Turn::Opens
        };
        self.turned(at, number, socket, turn);
        // What is missing before all that is here may be the CONNECT.
        if is_new
            && lacks_client
            && let Some((id, monitor)) = self.watch.monitor(socket)
        {
            monitor.handle_gap(id, Some(Sender::Client), at);
        }
        for (sent, bytes) in (*held).into_chunks() {
            self.write_captured(id, sent, &bytes);
        }
    }

    fn write_captured(&mut self, id: recording::ConnectionId, sent: Sent, bytes: &[u8]) {
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let Some(mut stream) = captured.stream.take() else {
            return;
        };
        let socket = captured.socket;
        self.log.set_frame(sent.frame);
        captured.pass_frame(sent);
        let mut name = None;
        let before = self.log.end();
        let mut recorder = Recorder {
            log: &mut self.log,
            links: &mut self.links,
            topics: &mut self.topics,
            monitor: (self.watch.monitor(socket))
                .filter(|_| !captured.is_told() && !captured.is_silent()),
            now: sent.at,
        };
        recorder.record(&mut stream, sent.sender, bytes, |written, topics| {
            self.payloads
                .sparkplug
                .note(captured.id, sent.sender, written, topics);
            let is_named = matches!(written.first >> 4, 1 | 2);
            let before = is_named.then(|| captured.client_identifier().to_owned());
            captured.note(sent, written);
            if before.is_some_and(|before| before != captured.client_identifier()) {
                name = Some((captured.id, captured.first));
            }
            self.firsts.push(written.first);
        });
        captured.stream = Some(stream);
        if captured.is_silent() {
            for record in (before..self.log.end()).map(RecordId) {
                self.log.doom(record, Fate::Lost);
            }
        }
        if let Some((connection, first)) = name {
            self.captures.rename(connection, first);
        }
        self.captures.count_found(self.firsts.len());
        for first in self.firsts.drain(..) {
            self.captures.count(id, sent.at, first);
        }
        self.captures.changed();
        let judged = self.watch.take(socket);
        self.judged(judged);
        self.judge_sparkplug();
        if self.captures.awaits() {
            self.hear_captured(id, before);
        }
    }

    /// Bytes are missing, or are not to be read.
    fn captured_gap(
        &mut self,
        id: recording::ConnectionId,
        sender: Sender,
        at: Option<Instant>,
        says: String,
    ) {
        self.flush(id);
        self.break_off(id, sender);
        let at = at.unwrap_or(self.captured_at);
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        captured.gaps = captured.gaps.saturating_add(1);
        captured.lacks_client |= sender == Sender::Client;
        let (number, version, socket) = (captured.id, captured.version(), captured.socket);
        if captured.stream.is_none() {
            // Nothing of it was seen yet: what comes will show that it begins in the middle.
            return;
        }
        if let Some((id, monitor)) = self.watch.monitor(socket) {
            monitor.handle_gap(id, Some(sender), at);
        }
        self.payloads.sparkplug.gap(number);
        let event = event(EventKind::Gap, says);
        self.log.push_event(at, number, version, &event);
        self.turned(at, number, socket, states::Turn::Gap);
    }

    /// What came of a packet that has no end is written down as it is.
    fn break_off(&mut self, id: recording::ConnectionId, sender: Sender) {
        let at = self.captured_at;
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let Some(mut stream) = captured.stream.take() else {
            return;
        };
        let framer = core::mem::take(stream.framer(sender));
        if !framer.rest().is_empty() {
            let frame = captured.last_frame(sender);
            let before = self.log.set_frame(frame);
            let header = framer.rest().get(..MAXIMUM_HEADER);
            let context = Context::new(stream.version).sent_by(sender);
            let header = header.unwrap_or(framer.rest());
            let is_faulty = dissect(header, context).has_errors();
            let mut recorder = Recorder {
                log: &mut self.log,
                links: &mut self.links,
                topics: &mut self.topics,
                monitor: self.watch.monitor(captured.socket),
                now: at,
            };
            let written = recorder.rest(&mut stream, sender, framer.rest(), is_faulty);
            let sent = Sent { sender, at, frame };
            captured.note(sent, &written);
            self.log.set_frame(before);
        }
        captured.stream = Some(stream);
    }

    /// A side closed its half: the row of the end stands here, in the order of time, whatever the other side still sends.
    fn captured_fin(
        &mut self,
        id: recording::ConnectionId,
        at: Option<Instant>,
        frame: u64,
        from: Role,
    ) {
        let at = at.unwrap_or(self.captured_at);
        let has_stream = |captured: &Captured| captured.stream.is_some();
        if !self.captures.get_mut(id).is_some_and(|it| has_stream(it)) {
            return;
        }
        self.break_off(id, sender(from));
        self.list_end(id, at, frame, (Ending::Fin, Some(from), ""));
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        let socket = captured.socket;
        if let Some((id, monitor)) = self.watch.monitor(socket) {
            monitor.handle_end(id, sender(from), at);
        }
        let judged = self.watch.take(socket);
        self.judged(judged);
        self.captures.changed();
    }

    /// The row of the end, once.
    fn list_end(
        &mut self,
        id: recording::ConnectionId,
        at: Instant,
        frame: u64,
        end: (Ending, Option<Role>, &str),
    ) {
        let rival = self.captures.rival(id);
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        if captured.ended().is_some() {
            captured.pass(at);
            // At the end of a file the first FIN may be all there is.
            if frame > captured.ended_in {
                captured.end_other(end.0, at);
            }
            return;
        }
        captured.ended_in = frame;
        captured.end(end, at, rival);
        if captured.stream.is_none() && !captured.is_told() {
            return;
        }
        let (number, version) = (captured.id, captured.version());
        let says = captured.ended().unwrap_or_default().to_owned();
        let mut event = event(EventKind::Ended, says);
        event.address = captured.ends();
        let (is_taken_over, socket) = (captured.is_taken_over(), captured.socket);
        self.log.set_frame(frame);
        let record = self.log.push_event(at, number, version, &event);
        self.captures.pass(at);
        if is_taken_over && let Some((id, monitor)) = self.watch.monitor(socket) {
            monitor.handle_takeover(id, record.0, at);
        } else if let Some(says) = why_ended(end.0, end.2) {
            self.watch.remark(number, version, record, &says);
        }
    }

    fn captured_end(
        &mut self,
        id: recording::ConnectionId,
        at: Instant,
        frame: u64,
        end: (Ending, Option<Role>, &str),
    ) {
        for sender in [Sender::Client, Sender::Server] {
            self.break_off(id, sender);
        }
        self.list_end(id, at, frame, end);
        let Some(captured) = self.captures.get_mut(id) else {
            return;
        };
        if captured.stream.take().is_none() {
            return;
        }
        let (number, socket) = (captured.id, captured.socket);
        self.turned(at, number, socket, states::Turn::Closes);
        let judged = self.watch.close(socket, at);
        self.judged(judged);
    }
}

const fn sender(role: Role) -> Sender {
    match role {
        Role::Client => Sender::Client,
        Role::Server => Sender::Server,
    }
}

fn counted(bytes: u64) -> String {
    let count = mqttscope_view::digits::grouped(bytes);
    format!("{count} byte{}", if bytes == 1 { "" } else { "s" })
}

pub(super) fn event(kind: EventKind, says: String) -> ConnectionEvent {
    let (address, cause) = match kind {
        EventKind::Begins => (says, String::new()),
        _ => (String::new(), says),
    };
    ConnectionEvent {
        kind,
        address,
        after: Duration::ZERO,
        by: None,
        code: None,
        reason: String::new(),
        cause,
        was_accepted: false,
        client_identifier: String::new(),
        last_sent: None,
        last_received: None,
        retry_in: None,
        advice: Vec::new(),
    }
}
