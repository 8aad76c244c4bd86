//! A page without a browser: requests and answers.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;

use crate::support::{Running, connect, folder};

/// The program with a page of one file, and where it is.
pub(crate) struct Open {
    pub(crate) running: Running,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
}

/// A folder with a page.
pub(crate) fn page(name: &str) -> PathBuf {
    let folder = folder(name);
    std::fs::write(folder.join("index.html"), "<!doctype html>page").unwrap();
    folder
}

impl Open {
    pub(crate) fn start(name: &str, arguments: &[&str]) -> Self {
        let page = page(name);
        let all = [
            &["open", "--no-browser", "--port", "0", "--page"][..],
            &[page.to_str().unwrap()],
            arguments,
        ]
        .concat();
        Self::of(Running::start(&all))
    }

    pub(crate) fn of(mut running: Running) -> Self {
        let line = running.err().wait("the page is at ");
        let rest = line.split("http://").nth(1).unwrap();
        let (address, hash) = rest.split_once("/#/").unwrap();
        let token = hash.split("companion=").nth(1).unwrap();
        let token = token.split('&').next().unwrap();
        Self {
            running,
            address: address.parse().unwrap(),
            token: token.to_owned(),
        }
    }

    /// Asks for something of what is lent.
    pub(crate) fn lent(&self, what: &str) -> Answer {
        self.ask(&format!("/companion/{}/{what}", self.token), &[])
    }

    /// Asks with these lines of a header; without a host among them it is the right one.
    pub(crate) fn ask(&self, path: &str, lines: &[&str]) -> Answer {
        self.send("GET", path, lines, b"")
    }

    /// Asks for something else than to be given something.
    pub(crate) fn send(&self, method: &str, path: &str, lines: &[&str], body: &[u8]) -> Answer {
        let mut stream = connect(self.address);
        let host = format!("Host: {}", self.address);
        let has_host = lines.iter().any(|line| line.starts_with("Host:"));
        let lines: Vec<&str> = lines
            .iter()
            .copied()
            .chain((!has_host).then_some(&*host))
            .collect();
        let length = format!("Content-Length: {}", body.len());
        let text = format!(
            "{method} {path} HTTP/1.1\r\n{}\r\n{length}\r\n\r\n",
            lines.join("\r\n")
        );
        stream.write_all(text.as_bytes()).unwrap();
        // Who is refused may not be read to the end.
        let _ = stream.write_all(body);
        Answer::read(stream)
    }
}

/// An answer whose body is read as it comes.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    stream: BufReader<TcpStream>,
}

impl Answer {
    fn read(stream: TcpStream) -> Self {
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        Self {
            status: head[9..12].parse().unwrap(),
            head: head.to_lowercase(),
            stream,
        }
    }

    /// A piece of the body; `None` at its end, an error where it breaks off.
    pub(crate) fn piece(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let len = usize::from_str_radix(line.trim(), 16)
            .map_err(|_| std::io::ErrorKind::UnexpectedEof)?;
        let mut piece = vec![0; len + 2];
        self.stream.read_exact(&mut piece)?;
        piece.truncate(len);
        Ok((len > 0).then_some(piece))
    }

    /// All of the body.
    pub(crate) fn body(mut self) -> Vec<u8> {
        let length = self.head.split("content-length: ").nth(1);
        if let Some(length) = length {
            let length = length.split("\r\n").next().unwrap().parse().unwrap();
            return crate::support::exactly(&mut self.stream, length);
        }
        let mut body = Vec::new();
        while let Some(piece) = self.piece().unwrap() {
            body.extend(piece);
        }
        body
    }

    /// The body until it holds these bytes.
    pub(crate) fn until(&mut self, body: &mut Vec<u8>, bytes: &[u8]) {
        let mut looked = 0;
        while !(body[looked..].windows(bytes.len())).any(|part| part == bytes) {
            looked = (body.len() + 1).saturating_sub(bytes.len());
            body.extend(self.piece().unwrap().expect("it ends too early"));
        }
    }
}
