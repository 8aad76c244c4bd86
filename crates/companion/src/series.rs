//! Captures that were recorded one behind the other, as `tcpdump -C` and `mqttscope record --rotate-size` do: a connection
//! that is open at the end of one goes on in the next.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use mqttscope_capture::recording::{Capture, CaptureReader, Limits};

/// Bytes of a file that show with what it begins.
const BEGINNING: u64 = 1 << 20;

/// Bytes that are read at a time.
const PIECE: usize = 1 << 20;

/// The beginning of a capture, and the time of its first frame.
struct Beginning {
    bytes: Vec<u8>,
    at_ns: u64,
}

/// The numbers of these files, those together that are read as one, in the order of time. All else is in the order of the
/// files.
pub(crate) fn of(paths: &[PathBuf]) -> Vec<Vec<usize>> {
    let beginnings: Vec<Option<Beginning>> = if paths.len() > 1 {
        paths.iter().map(|path| Beginning::of(path)).collect()
    } else {
        Vec::new()
    };
    let followers: Vec<Option<usize>> = (0..beginnings.len())
        .map(|at| follower(at, paths, &beginnings))
        .collect();
    let mut taken = vec![false; paths.len()];
    let mut all: Vec<Vec<usize>> = Vec::new();
    let is_first = |at: &usize| !followers.contains(&Some(*at));
    // A file that follows none begins a series. Two that follow each other cannot be: their times go on.
    for first in (0..paths.len()).filter(is_first) {
        let mut series = Vec::new();
        let mut next = Some(first);
        while let Some(at) = next
            && let Some(taken) = taken.get_mut(at)
            && !*taken
        {
            *taken = true;
            series.push(at);
            next = followers.get(at).copied().flatten();
        }
        all.push(series);
    }
    all
}

/// The file that goes on with connections of this one: the earliest of those that begin where it ends.
fn follower(at: usize, paths: &[PathBuf], beginnings: &[Option<Beginning>]) -> Option<usize> {
    let own = beginnings.get(at)?.as_ref()?;
    let later = beginnings.iter().enumerate().filter_map(|(other, it)| {
        let it = it.as_ref()?;
        ((it.at_ns, other) > (own.at_ns, at)).then_some((it, other))
    });
    let later: Vec<(&Beginning, usize)> = later.collect();
    if later.is_empty() {
        return None;
    }
    let (reader, ended_ns) = read(paths.get(at)?).ok()?;
    let following = later.into_iter().filter(|(beginning, _)| {
        beginning.at_ns >= ended_ns && reader.is_followed_by(&beginning.bytes)
    });
    let first = following.min_by_key(|(beginning, other)| (beginning.at_ns, *other));
    first.map(|(_, other)| other)
}

/// A capture that was read, whose open connections are still there, and the latest time of what was told.
fn read(path: &Path) -> std::io::Result<(CaptureReader, u64)> {
    let mut file = File::open(path)?;
    let mut reader = CaptureReader::new(Limits::default()).keeping();
    let (mut piece, mut latest) = (vec![0; PIECE], 0);
    loop {
        let len = file.read(&mut piece)?;
        if len == 0 {
            reader.handle_end();
        }
        reader.handle_bytes(piece.get(..len).unwrap_or_default());
        while let Some(ahead) = reader.ahead() {
            if let mqttscope_capture::recording::Ahead::At(at_ns) = ahead {
                latest = latest.max(at_ns);
            }
            let _ = reader.poll_event();
        }
        if len == 0 {
            return Ok((reader, latest));
        }
    }
}

impl Beginning {
    /// `None`: the file is no capture of a network, its frames have no times, or it cannot be read twice.
    fn of(path: &Path) -> Option<Self> {
        if !std::fs::metadata(path).ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let file = File::open(path).ok()?;
        file.take(BEGINNING).read_to_end(&mut bytes).ok()?;
        let at_ns = Capture::may_be(&bytes).then(|| CaptureReader::first_time(&bytes))??;
        Some(Self { bytes, at_ns })
    }
}
