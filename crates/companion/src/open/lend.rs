//! What the page is lent: its list, and the bytes of each, for whoever knows the token.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use axum::body::{Body, Bytes};
use futures_util::stream;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::pipe::{self, Pipe};
use super::shelf::{self, Shelf};
use super::token;
use crate::growing::{self, Growing};
use crate::net::Stop;

/// Bytes of a file that are read at a time.
const PIECE: usize = 256 << 10;

/// Something that is lent.
pub(super) enum Source {
    /// A file as it is when it is asked for.
    File(PathBuf),
    /// A file that is still written.
    Growing(PathBuf),
    /// A capture that comes through a pipe.
    Pipe(Arc<Pipe>),
    /// What passes the taps, under the name of these.
    Tap(String, Arc<Shelf>),
}

/// A source as the page hears of it.
#[derive(Serialize)]
struct Told<'a> {
    name: &'a str,
    /// Bytes; none: it grows.
    size: Option<u64>,
}

/// All that is lent.
pub(super) struct Lent {
    token: String,
    /// By this the recordings of this run are told from those of another.
    run: String,
    sources: Vec<Source>,
    stop: Stop,
}

/// What is lent of a source.
pub(super) struct Given {
    pub(super) body: Body,
    /// Of a tap: the run whose recording it is.
    pub(super) run: Option<String>,
}

/// Where a page was in a source that broke off.
#[derive(Default)]
struct At {
    run: String,
    /// So many frames it has.
    after: u64,
    name: String,
}

impl At {
    fn of_query(query: &str) -> Self {
        let mut at = Self::default();
        for (name, value) in query.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "run" => value.clone_into(&mut at.run),
                "after" => at.after = value.parse().unwrap_or(0),
                "name" => at.name = percent_decode_str(value).decode_utf8_lossy().into_owned(),
                _ => {}
            }
        }
        at
    }
}

/// Where a page is in a source.
enum Reading {
    File(File),
    Growing(Growing, Stop),
    Pipe(pipe::Reader),
    Tap(shelf::Reader),
}

impl Lent {
    /// What is lent at this port; 0: at one that nobody asked for.
    ///
    /// # Errors
    /// This machine has no random numbers.
    pub(super) fn new(sources: Vec<Source>, port: u16, stop: Stop) -> Result<Self> {
        let token = match port {
            0 => token::random()?,
            port => token::of_port(port)?,
        };
        Ok(Self {
            token,
            run: token::random()?,
            sources,
            stop,
        })
    }

    /// What stands behind the page's address: where the page finds what it is lent, and whether that is a bridge, too.
    pub(super) fn hash(&self, has_bridge: bool) -> String {
        let bridge = if has_bridge { "&bridge=on" } else { "" };
        match (self.sources.is_empty(), has_bridge) {
            (true, false) => String::new(),
            (true, true) => format!("#/live?companion={}{bridge}", self.token),
            (false, _) => format!("#/captures?companion={}{bridge}", self.token),
        }
    }

    /// Whether this is the token. It takes the same time wherever a wrong one differs.
    pub(super) fn knows(&self, token: &str) -> bool {
        let differs = |(one, other): (u8, u8)| one ^ other;
        token.len() == self.token.len()
            && (token.bytes().zip(self.token.bytes())).fold(0, |all, pair| all | differs(pair)) == 0
    }

    /// The list, as JSON.
    pub(super) fn list(&self) -> Vec<u8> {
        let names: Vec<_> = self.sources.iter().map(Source::told).collect();
        let told = names.iter().map(|(name, size)| Told { name, size: *size });
        // Plain values can be written.
        serde_json::to_vec(&told.collect::<Vec<_>>()).unwrap_or_default()
    }

    /// The bytes of a source by its place in the list, or from where a page says that it was; `None`: there is none, it is
    /// gone, or it is another one.
    pub(super) fn source(&self, number: &str, query: Option<&str>) -> Option<Given> {
        let at = query.map(At::of_query);
        let source = self.sources.get(number.parse::<usize>().ok()?)?;
        if at.as_ref().is_some_and(|at| at.name != source.told().0) {
            return None;
        }
        let reading = match source {
            Source::File(path) => Reading::File(File::open(path).ok()?),
            Source::Growing(path) => Reading::Growing(Growing::open(path).ok()?, self.stop.clone()),
            Source::Pipe(pipe) => Reading::Pipe(Pipe::read(pipe, self.stop.clone())),
            Source::Tap(_, shelf) => Reading::Tap(match at {
                // Without a frame it may lack the beginning, too.
                Some(at) if at.run == self.run && at.after > 0 => {
                    Shelf::read_behind(shelf, at.after)
                }
                _ => Shelf::read(shelf),
            }),
        };
        let is_tap = matches!(reading, Reading::Tap(_));
        let pieces = stream::try_unfold(reading, |mut reading| async {
            let piece = reading.next().await?;
            io::Result::Ok(piece.map(|piece| (piece, reading)))
        });
        Some(Given {
            body: Body::from_stream(pieces),
            run: is_tap.then(|| self.run.clone()),
        })
    }
}

impl Source {
    /// Its name and size.
    fn told(&self) -> (String, Option<u64>) {
        match self {
            Self::File(path) => {
                let size = std::fs::metadata(path).map(|meta| meta.len());
                (name(path), Some(size.unwrap_or(0)))
            }
            Self::Growing(path) => (name(path), None),
            Self::Pipe(_) => ("standard input".into(), None),
            Self::Tap(name, _) => (name.clone(), None),
        }
    }
}

fn name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

impl Reading {
    /// What comes next, when it is there; `None` at the end.
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        match self {
            Self::File(file) => {
                let mut file = file.try_clone()?;
                let read = tokio::task::spawn_blocking(move || {
                    let mut piece = vec![0; PIECE];
                    let len = file.read(&mut piece)?;
                    piece.truncate(len);
                    io::Result::Ok(piece)
                });
                let piece = read.await.map_err(io::Error::other)??;
                Ok((!piece.is_empty()).then(|| piece.into()))
            }
            Self::Growing(file, stop) => growing(file, stop).await,
            Self::Pipe(reader) => reader.next().await,
            Self::Tap(reader) => Ok(reader.next().await),
        }
    }
}

/// What is added to a file, when it is; `None`: this program ends.
async fn growing(file: &Growing, stop: &mut Stop) -> io::Result<Option<Bytes>> {
    loop {
        let mut file = file.again()?;
        let read = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let len = file.read_now(&mut piece)?;
            piece.truncate(len);
            io::Result::Ok(piece)
        });
        let piece = read.await.map_err(io::Error::other)??;
        if !piece.is_empty() {
            return Ok(Some(piece.into()));
        }
        tokio::select! {
            () = tokio::time::sleep(growing::PAUSE) => {}
            () = stop.asked() => return Ok(None),
        }
    }
}
