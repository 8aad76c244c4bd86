//! A capture that comes through a pipe, for pages that come when they like: what has come is in a file that nobody else
//! sees, so neither a slow page nor a late one makes the pipe wait, or misses its beginning.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context as _, Result};
use axum::body::Bytes;
use tokio::sync::watch;

use crate::net::Stop;

/// Bytes that are taken at a time.
const PIECE: usize = 256 << 10;

/// How far it is.
#[derive(Clone, Copy, Debug, Default)]
struct Come {
    bytes: u64,
    is_over: bool,
}

/// What came through a pipe so far.
#[derive(Debug)]
pub(crate) struct Pipe {
    file: Mutex<File>,
    path: PathBuf,
    come: watch::Sender<Come>,
}

/// Where a page is in it.
#[derive(Debug)]
pub(crate) struct Reader {
    pipe: Arc<Pipe>,
    come: watch::Receiver<Come>,
    offset: u64,
    stop: Stop,
}

impl Pipe {
    /// # Errors
    /// There is no room for temporary files.
    pub(crate) fn new() -> Result<Self> {
        let mut number = 0_u32;
        loop {
            let name = format!("mqttscope-{}-{number}.pipe", std::process::id());
            let path = std::env::temp_dir().join(name);
            let mut options = OpenOptions::new();
            options.read(true).write(true).create_new(true);
            #[cfg(unix)]
            {
                use std::os::unix::fs::OpenOptionsExt as _;
                options.mode(0o600);
            }
            match options.open(&path) {
                Ok(file) => {
                    // It has no name from now on, and is gone with this program; where that cannot be, see `drop`.
                    #[cfg(unix)]
                    let _ = std::fs::remove_file(&path);
                    return Ok(Self {
                        file: Mutex::new(file),
                        path,
                        come: watch::Sender::default(),
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    number = number.saturating_add(1);
                }
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("making the file {}", path.display()));
                }
            }
        }
    }

    /// Takes all that comes, on a thread of its own.
    pub(crate) fn fill(pipe: &Arc<Self>, from: impl Read + Send + 'static) {
        let pipe = Arc::clone(pipe);
        thread::spawn(move || {
            if let Err(error) = pipe.take(from) {
                eprintln!("mqttscope: nothing more is read from the pipe: {error}");
            }
            pipe.come.send_modify(|come| come.is_over = true);
        });
    }

    fn take(&self, mut from: impl Read) -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let len = match from.read(&mut piece) {
                Ok(0) => return Ok(()),
                Ok(len) => len,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            let at = self.come.borrow().bytes;
            {
                let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(at))?;
                file.write_all(piece.get(..len).unwrap_or_default())?;
            }
            self.come
                .send_modify(|come| come.bytes = come.bytes.saturating_add(len as u64));
        }
    }

    /// Reads it from its beginning on, until it is over or this program ends.
    pub(crate) fn read(pipe: &Arc<Self>, stop: Stop) -> Reader {
        Reader {
            pipe: Arc::clone(pipe),
            come: pipe.come.subscribe(),
            offset: 0,
            stop,
        }
    }

    fn piece(&self, from: u64, to: u64) -> io::Result<Bytes> {
        let len = usize::try_from(to.saturating_sub(from)).unwrap_or(PIECE);
        let mut piece = vec![0; len.min(PIECE)];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(from))?;
        file.read_exact(&mut piece)?;
        Ok(piece.into())
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        if cfg!(not(unix)) {
            // Nobody would miss it.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Reader {
    /// What comes next, when it is there; `None`: it is over.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let offset = self.offset;
        let come = tokio::select! {
            biased;
            come = self.come.wait_for(|come| come.is_over || come.bytes > offset) => match come {
                Ok(come) => *come,
                Err(_) => return Ok(None),
            },
            () = self.stop.asked() => return Ok(None),
        };
        if come.bytes <= offset {
            return Ok(None);
        }
        let pipe = Arc::clone(&self.pipe);
        let read = tokio::task::spawn_blocking(move || pipe.piece(offset, come.bytes));
        let piece = read.await.map_err(io::Error::other)??;
        self.offset = offset.saturating_add(piece.len() as u64);
        Ok(Some(piece))
    }
}
