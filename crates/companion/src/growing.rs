//! A file that somebody else still writes, read on behind its end, as `tail -f` does.

use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// How long until its end is looked at again.
pub(crate) const PAUSE: Duration = Duration::from_millis(100);

/// The file, and where it is read. Reading waits at its end.
pub(crate) struct Growing(File);

impl Growing {
    /// # Errors
    /// It cannot be opened, or is a folder.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(Self(file))
    }

    /// The same place for somebody else, who reads in turns.
    ///
    /// # Errors
    /// There are too many files.
    pub(crate) fn again(&self) -> io::Result<Self> {
        self.0.try_clone().map(Self)
    }

    /// What is there now; 0 bytes where nothing is yet.
    ///
    /// # Errors
    /// It cannot be read; it has become shorter, and what was read is not its beginning any more.
    pub(crate) fn read_now(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(piece) {
                Ok(0) if self.0.metadata()?.len() < self.0.stream_position()? => {
                    let says = "the file has become shorter: another one was begun in its place";
                    return Err(io::Error::other(says));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

impl Read for Growing {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.read_now(piece)? {
                0 if !piece.is_empty() => thread::sleep(PAUSE),
                len => return Ok(len),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn what_is_added_comes_and_a_shorter_file_is_an_error() {
        let path = std::env::temp_dir().join(format!("mqttscope-growing-{}", std::process::id()));
        let mut file = File::create(&path).unwrap();
        let mut growing = Growing::open(&path).unwrap();
        let mut piece = [0; 8];
        assert_eq!(growing.read_now(&mut piece).unwrap(), 0);
        file.write_all(b"first").unwrap();
        assert_eq!(growing.read(&mut piece).unwrap(), 5);
        assert_eq!(growing.read_now(&mut piece).unwrap(), 0);
        file.write_all(b"second").unwrap();
        assert_eq!(growing.again().unwrap().read(&mut piece).unwrap(), 6);
        assert_eq!(&piece[..6], b"second");
        file.set_len(3).unwrap();
        let error = growing.read_now(&mut piece).unwrap_err();
        assert!(error.to_string().contains("shorter"), "{error}");
        std::fs::remove_file(&path).unwrap();
    }
}
