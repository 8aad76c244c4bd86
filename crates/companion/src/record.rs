//! `mqttscope record`: a tap without a page, into pcapng files.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Args;
use mqttscope_capture::mark::Mark;
use mqttscope_capture::pcapng;
use mqttscope_wire::Sender;

use crate::tap::blocks::Blocks;
use crate::tap::keep::Keep;
use crate::tap::masking::Masking;
use crate::tap::tape::{Closed, ConnectionId, Ends, now_ns};
use crate::tap::{self, Carried};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    carried: Carried,
    /// The file; where files rotate, each has a number and the time of its beginning before the extension.
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    writing: Writing,
}

/// How a recording is written.
#[derive(Args)]
pub(crate) struct Writing {
    /// Begin another file when one has so many bytes (K, M, G).
    #[arg(long, value_name = "SIZE")]
    pub(crate) rotate_size: Option<Size>,
    /// Begin another file when one is so old (s, m, h, d).
    #[arg(long, value_name = "TIME")]
    pub(crate) rotate_time: Option<Age>,
    /// Write stars over passwords and authentication data; a WebSocket is then recorded as the MQTT inside it, and what is no
    /// MQTT as stars. Without this all is recorded as it passed, as a recording is there to show what was sent; only you can
    /// read the file.
    #[arg(long, requires = "out")]
    pub(crate) mask_secrets: bool,
}

/// A recording, for whoever tells of it.
pub(crate) struct Written {
    /// Where it is.
    pub(crate) path: PathBuf,
    has_failed: AtomicBool,
}

impl Written {
    /// Nothing more is written.
    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

/// Bytes as people write them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Size(u64);

/// A time as people write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Age(Duration);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)];
        let wrong = "write a number of bytes, or one with K, M or G: 100M";
        number(text, &units).map(Self).ok_or_else(|| wrong.into())
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
        let wrong = "write a number of seconds, or one with s, m, h or d: 1h";
        let seconds = number(text, &units).ok_or(wrong)?;
        Ok(Self(Duration::from_secs(seconds)))
    }
}

/// A number above 0 with one of these units behind it, or none.
fn number(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let (digits, times) = units
        .iter()
        .find_map(|(unit, times)| Some((text.strip_suffix(unit)?, *times)))
        .unwrap_or((text, 1));
    let number: u64 = digits.parse().ok()?;
    number.checked_mul(times).filter(|&number| number > 0)
}

/// Records until it is told to end.
pub(crate) fn run(options: &Options) -> ExitCode {
    let keep = options.writing.begin(&options.out);
    tap::ended(keep.and_then(|(keep, _)| options.carried.run(None, Some(keep))))
}

impl Writing {
    /// Begins to write to this file.
    ///
    /// # Errors
    /// It cannot be made, or is there already.
    pub(crate) fn begin(&self, out: &Path) -> Result<(Box<dyn Keep>, Arc<Written>)> {
        let recording = Recording::new(self, out)?;
        let written = Arc::clone(&recording.written);
        let keep: Box<dyn Keep> = if self.mask_secrets {
            Box::new(Masking::new(recording))
        } else {
            Box::new(recording)
        };
        Ok((keep, written))
    }
}

/// The recording, in its newest file.
struct Recording {
    written: Arc<Written>,
    most_bytes: Option<u64>,
    most_ns: Option<u64>,
    /// What is not written yet.
    blocks: Blocks,
    file: Current,
    /// Files so far.
    files: u32,
    /// Why no more is written.
    failed: Option<anyhow::Error>,
}

/// The file that is being written.
struct Current {
    file: File,
    path: PathBuf,
    /// Bytes of whole blocks in it.
    len: u64,
    since_ns: u64,
    /// It has more than its beginning.
    has_frames: bool,
}

impl Recording {
    fn new(writing: &Writing, out: &Path) -> Result<Self> {
        let rotates = writing.rotate_size.is_some() || writing.rotate_time.is_some();
        let now = now_ns();
        let path = if rotates {
            numbered(out, 1, now)
        } else {
            out.to_owned()
        };
        let mut recording = Self {
            written: Arc::new(Written {
                path: out.to_owned(),
                has_failed: AtomicBool::new(false),
            }),
            most_bytes: writing.rotate_size.map(|size| size.0),
            most_ns: writing
                .rotate_time
                .map(|age| u64::try_from(age.0.as_nanos()).unwrap_or(u64::MAX)),
            blocks: Blocks::default(),
            file: Current::create(path, now)?,
            files: 1,
            failed: None,
        };
        recording.blocks.begin();
        recording.write()?;
        Ok(recording)
    }

    /// Writes what waits; begins another file where it is time to.
    fn step(&mut self, now_ns: u64, is_looked_at: bool) {
        let len = self.file.len.saturating_add(self.blocks.made.len() as u64);
        let is_full = self.most_bytes.is_some_and(|most| len >= most);
        let age = now_ns.saturating_sub(self.file.since_ns);
        let is_old = self.most_ns.is_some_and(|most| age >= most);
        let rotates = (is_full || is_old) && (self.file.has_frames || !self.blocks.made.is_empty());
        if self.failed.is_some() || !(rotates || is_looked_at) {
            return;
        }
        let done = self
            .write()
            .and_then(|()| if rotates { self.rotate(now_ns) } else { Ok(()) });
        if let Err(error) = done {
            eprintln!("mqttscope: the recording ends here, the traffic goes on: {error:#}");
            self.failed = Some(error);
            self.written.has_failed.store(true, Ordering::Relaxed);
        }
    }

    fn rotate(&mut self, now_ns: u64) -> Result<()> {
        self.file.sync()?;
        self.files = self.files.saturating_add(1);
        self.file = Current::create(numbered(&self.written.path, self.files, now_ns), now_ns)?;
        self.blocks.go_on(now_ns);
        self.write()?;
        self.file.has_frames = false;
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        if self.blocks.made.is_empty() {
            return Ok(());
        }
        let file = &mut self.file;
        let (written, error) = write(&mut file.file, &self.blocks.made);
        if let Some(error) = error {
            // Half a block is no use to anybody: the file ends with the last whole one.
            let came = self.blocks.made.get(..written).unwrap_or_default();
            file.len = file.len.saturating_add(pcapng::whole_blocks(came) as u64);
            let cut = file.file.set_len(file.len);
            let what = format!("writing {}", file.path.display());
            return Err(match cut {
                Ok(()) => anyhow::Error::new(error).context(what),
                Err(_) => anyhow::Error::new(error).context(format!("{what}, whose end is broken")),
            });
        }
        file.len = file.len.saturating_add(self.blocks.made.len() as u64);
        file.has_frames = true;
        self.blocks.made.clear();
        Ok(())
    }
}

/// Writes all of it; otherwise how much of it was written, and why no more.
fn write(file: &mut File, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut done = 0_usize;
    loop {
        match file.write(bytes.get(done..).unwrap_or_default()) {
            Ok(0) if done < bytes.len() => return (done, Some(io::ErrorKind::WriteZero.into())),
            Ok(0) => return (done, None),
            Ok(len) => done = done.saturating_add(len),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (done, Some(error)),
        }
    }
}

impl Current {
    fn create(path: PathBuf, since_ns: u64) -> Result<Self> {
        let mut options = OpenOptions::new();
        // What was recorded before is never written over.
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            // Passwords pass a tap, too.
            options.mode(0o600);
        }
        let file = options.open(&path);
        Ok(Self {
            file: file.with_context(|| format!("making the file {}", path.display()))?,
            path,
            len: 0,
            since_ns,
            has_frames: false,
        })
    }

    fn sync(&self) -> Result<()> {
        let synced = self.file.sync_all();
        synced.with_context(|| format!("writing {} to the disk", self.path.display()))
    }
}

impl Keep for Recording {
    fn opened(&mut self, id: ConnectionId, ends: &Ends, at_ns: u64) {
        self.blocks.opened(id, ends, at_ns);
    }

    fn bytes(&mut self, id: ConnectionId, from: Sender, bytes: &[u8], at_ns: u64) {
        self.blocks.bytes(id, from, bytes, at_ns);
        self.step(at_ns, false);
    }

    fn ended(&mut self, id: ConnectionId, from: Sender, at_ns: u64) {
        self.blocks.ended(id, from, at_ns);
    }

    fn closed(&mut self, id: ConnectionId, how: &Closed, at_ns: u64) {
        self.blocks.closed(id, how, at_ns);
    }

    fn marked(&mut self, id: ConnectionId, mark: &Mark, at_ns: u64) {
        self.blocks.marked(id, mark, at_ns);
    }

    fn flush(&mut self, now_ns: u64) {
        self.step(now_ns, true);
        if self.failed.is_some() {
            self.blocks.made.clear();
        }
    }

    fn finish(&mut self) -> Result<()> {
        self.flush(now_ns());
        match self.failed.take() {
            Some(error) => Err(error.context("the recording is not whole")),
            None => self.file.sync(),
        }
    }
}

/// `name-00001-20261129T123000Z.pcapng` for `name.pcapng`.
fn numbered(path: &Path, number: u32, now_ns: u64) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let dot = if extension.is_empty() { "" } else { "." };
    let time = time(now_ns / 1_000_000_000);
    path.with_file_name(format!("{stem}-{number:05}-{time}{dot}{extension}"))
}

/// Seconds since 1970 as `20261129T123000Z`.
fn time(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (hours, minutes, seconds) = (rest / 3600, rest / 60 % 60, rest % 60);
    // Years that begin in March, in eras of 400: <https://howardhinnant.github.io/date_algorithms.html>.
    let since_0000 = days.saturating_add(719_468);
    let (era, day) = (since_0000 / 146_097, since_0000 % 146_097);
    let leaps = (day / 1460).saturating_add(day / 146_096);
    let year_of_era = day.saturating_add(day / 36_524).saturating_sub(leaps) / 365;
    let before = (365_u64.saturating_mul(year_of_era)).saturating_add(year_of_era / 4);
    let day_of_year = day.saturating_add(year_of_era / 100).saturating_sub(before);
    let shifted = day_of_year.saturating_mul(5).saturating_add(2) / 153;
    let day = day_of_year
        .saturating_sub(shifted.saturating_mul(153).saturating_add(2) / 5)
        .saturating_add(1);
    let month = if shifted < 10 {
        shifted.saturating_add(3)
    } else {
        shifted.saturating_sub(9)
    };
    let year = year_of_era
        .saturating_add(era.saturating_mul(400))
        .saturating_add(u64::from(month <= 2));
    format!("{year:04}{month:02}{day:02}T{hours:02}{minutes:02}{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        for (seconds, text) in [
            (0, "19700101T000000Z"),
            (951_782_399, "20000228T235959Z"),
            (951_782_400, "20000229T000000Z"),
            (1_709_251_200, "20240301T000000Z"),
            (1_735_689_599, "20241231T235959Z"),
            (1_795_955_400, "20261129T123000Z"),
            (4_107_542_400, "21000301T000000Z"),
        ] {
            assert_eq!(time(seconds), text);
        }
        let path = numbered(Path::new("/a/b.c.pcapng"), 7, 951_782_400_000_000_000);
        assert_eq!(path, Path::new("/a/b.c-00007-20000229T000000Z.pcapng"));
        let path = numbered(Path::new("b"), 1, 0);
        assert_eq!(path, Path::new("b-00001-19700101T000000Z"));
    }

    #[test]
    fn sizes_and_ages_are_read() {
        assert_eq!("100M".parse(), Ok(Size(100 << 20)));
        assert_eq!("7".parse(), Ok(Size(7)));
        assert_eq!("2h".parse(), Ok(Age(Duration::from_secs(7200))));
        assert_eq!("5".parse(), Ok(Age(Duration::from_secs(5))));
        for wrong in ["", "0", "M", "1T", "-1", "99999999999999G"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
            assert!(wrong.parse::<Age>().is_err(), "{wrong}");
        }
    }
}
