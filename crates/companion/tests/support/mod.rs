//! The program as it runs, and what it stands between.
#![allow(dead_code, reason = "each test program uses some of it")]

use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a test waits for what must come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const CONNECT: [u8; 15] = *b"\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01a";
pub(crate) const CONNACK: [u8; 4] = [0x20, 2, 0, 0];

/// A folder for one test, empty.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// `mqttscope` as it runs. It is ended with the test.
pub(crate) struct Running {
    child: Child,
    out: Lines,
    err: Lines,
}

/// Lines that a process writes.
pub(crate) struct Lines {
    coming: Receiver<String>,
    pub(crate) seen: Vec<String>,
}

impl Lines {
    fn of(from: impl Read + Send + 'static) -> Self {
        let (send, coming) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Self {
            coming,
            seen: Vec::new(),
        }
    }

    /// The next line that holds these words.
    pub(crate) fn wait(&mut self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.coming.recv_timeout(left) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("no line with {words:?}: {:#?}", self.seen)
                }
            }
        }
    }

    fn rest(&mut self) -> String {
        self.seen.extend(self.coming.iter());
        self.seen.join("\n")
    }
}

impl Running {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
        command.args(arguments);
        Self::of(command)
    }

    /// Starts it with this in its environment.
    pub(crate) fn with_env(name: &str, value: &std::path::Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
        command.args(arguments).env(name, value);
        Self::of(command)
    }

    /// Starts it from a shell, behind a line that limits it.
    pub(crate) fn limited(limit: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("bash");
        // A signal at the limit would end the process; without it, writing fails.
        command
            .args(["-c", &format!("trap '' XFSZ; {limit}; exec \"$@\"")])
            .args(["mqttscope", env!("CARGO_BIN_EXE_mqttscope")])
            .args(arguments);
        Self::of(command)
    }

    /// Starts it with this as its standard input.
    pub(crate) fn with_input(input: impl Into<Stdio>, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mqttscope"));
        command.args(arguments);
        Self::fed(command, input)
    }

    fn of(command: Command) -> Self {
        Self::fed(command, Stdio::null())
    }

    fn fed(mut command: Command, input: impl Into<Stdio>) -> Self {
        let mut child = command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            out: Lines::of(child.stdout.take().unwrap()),
            err: Lines::of(child.stderr.take().unwrap()),
            child,
        }
    }

    /// The address behind `word` in the next line of errors that has it.
    pub(crate) fn address(&mut self, word: &str) -> SocketAddr {
        let line = self.err.wait(&format!("{word} "));
        let at = line.find(&format!("{word} ")).unwrap() + word.len() + 1;
        let rest = &line[at..];
        let end = rest.find([' ', ',']).unwrap_or(rest.len());
        rest[..end].parse().unwrap()
    }

    pub(crate) fn out(&mut self) -> &mut Lines {
        &mut self.out
    }

    pub(crate) fn err(&mut self) -> &mut Lines {
        &mut self.err
    }

    /// Asks it to end, and gives all that it wrote: code, output, errors.
    pub(crate) fn interrupt(mut self) -> (Option<i32>, String, String) {
        self.signal("INT");
        let status = self.wait();
        (status.code(), self.out.rest(), self.err.rest())
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.unwrap().success());
    }

    pub(crate) fn wait(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "it does not end");
            std::thread::yield_now();
        }
    }

    /// Code, output and errors of what ends by itself.
    pub(crate) fn ended(mut self) -> (Option<i32>, String, String) {
        let status = self.wait();
        (status.code(), self.out.rest(), self.err.rest())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that the test plays.
pub(crate) struct Server(pub(crate) TcpListener);

impl Server {
    pub(crate) fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    pub(crate) fn address(&self) -> String {
        self.0.local_addr().unwrap().to_string()
    }

    pub(crate) fn accept(&self) -> TcpStream {
        patient(self.0.accept().unwrap().0)
    }
}

pub(crate) fn connect(to: SocketAddr) -> TcpStream {
    patient(TcpStream::connect(to).unwrap())
}

fn patient(stream: TcpStream) -> TcpStream {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// So many bytes of a stream.
pub(crate) fn exactly(stream: &mut impl Read, len: usize) -> Vec<u8> {
    let mut bytes = vec![0; len];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Writes to one end and reads the same at the other.
pub(crate) fn passes(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).unwrap();
    assert_eq!(exactly(to, bytes.len()), bytes);
}

/// All that comes until the end, or until the connection breaks.
pub(crate) fn until_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

/// Bytes that repeat late.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_u32;
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state.to_le_bytes()[0]
        })
        .collect()
}

/// A PUBLISH of QoS 0.
pub(crate) fn publish(topic: &str, payload: &[u8]) -> Vec<u8> {
    let mut packet = vec![0x30];
    let mut rest = payload.len() + topic.len() + 2;
    loop {
        let byte = u8::try_from(rest % 128).unwrap();
        rest /= 128;
        packet.push(byte | if rest > 0 { 0x80 } else { 0 });
        if rest == 0 {
            break;
        }
    }
    packet.extend(u16::try_from(topic.len()).unwrap().to_be_bytes());
    packet.extend(topic.bytes());
    packet.extend(payload);
    packet
}

/// mosquitto, where it is installed; it ends with the test.
pub(crate) struct Mosquitto {
    pub(crate) address: SocketAddr,
    process: Child,
}

impl Mosquitto {
    /// Starts it with these lines of configuration behind its listener.
    pub(crate) fn start(configuration: &str, folder: &std::path::Path) -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let file = folder.join("mosquitto.conf");
        let text = format!(
            "listener {} 127.0.0.1\nallow_anonymous true\n{configuration}\n",
            address.port()
        );
        std::fs::write(&file, text).unwrap();
        let process = Command::new("mosquitto")
            .env("PATH", path())
            .arg("-c")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            eprintln!("skipped: mosquitto is not installed");
            return None;
        };
        let broker = Self { address, process };
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < until, "mosquitto does not listen");
            std::thread::yield_now();
        }
        Some(broker)
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn path() -> String {
    std::env::var("PATH").unwrap_or_default() + ":/usr/sbin"
}

/// Output of a tool, where it is installed.
pub(crate) fn tool(name: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(name)
        .env("PATH", path())
        .args(arguments)
        .output()
    else {
        eprintln!("skipped: {name} is not installed");
        return None;
    };
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}
