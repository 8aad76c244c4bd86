//! A client's stream, between the socket and the broker. It knows nothing of MQTT.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::owner::{HIGH_WATER, Input, Inputs, Opened};
use mqttscope_broker::{Chunk, ConnectionId};

/// Bytes that are read at a time.
const PIECE: usize = 16 << 10;

/// How long the other end may take to read what was last written to it, and to close.
pub(super) const LINGER: Duration = Duration::from_secs(2);

/// A connection of the broker's, from its task.
pub(super) struct Served {
    pub(super) id: ConnectionId,
    pub(super) inputs: Inputs,
    pub(super) outgoing: mpsc::UnboundedReceiver<Chunk>,
    waiting: Arc<AtomicUsize>,
}

impl Served {
    /// Makes the connection known; `None`: the broker is gone.
    pub(super) async fn new(inputs: Inputs) -> Option<Self> {
        let (to_writer, outgoing) = mpsc::unbounded_channel();
        let waiting = Arc::new(AtomicUsize::new(0));
        let (tell, told) = oneshot::channel();
        let opened = Opened {
            to_writer,
            waiting: Arc::clone(&waiting),
            tell,
        };
        inputs.send(Input::Opened(opened)).await.ok()?;
        Some(Self {
            id: told.await.ok()?,
            inputs,
            outgoing,
            waiting,
        })
    }

    /// What the client sent; false: the broker is gone.
    pub(super) async fn received(inputs: &Inputs, id: ConnectionId, bytes: Vec<u8>) -> bool {
        inputs.send(Input::Bytes(id, bytes)).await.is_ok()
    }

    /// So many bytes are written.
    pub(super) async fn written(
        waiting: &AtomicUsize,
        inputs: &Inputs,
        id: ConnectionId,
        len: usize,
    ) {
        let before = waiting.fetch_sub(len, Ordering::AcqRel);
        let is_below = |waiting: usize| waiting <= HIGH_WATER / 2;
        if !is_below(before) && is_below(before.saturating_sub(len)) {
            // Without the broker nothing waits.
            let _ = inputs.send(Input::Drained(id)).await;
        }
    }

    pub(super) fn waiting(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.waiting)
    }
}

/// Carries a stream until one end closes it. The last packet of the broker is read by the client before TCP goes: what the
/// client still sends is read, and forgotten, until it closes too or takes too long.
pub(super) async fn carry(stream: impl AsyncRead + AsyncWrite + Send, inputs: Inputs) {
    let Some(mut served) = Served::new(inputs).await else {
        return;
    };
    let (mut from, mut to) = tokio::io::split(stream);
    let (id, inputs, waiting) = (served.id, served.inputs.clone(), served.waiting());
    let reading = async {
        let mut piece = vec![0_u8; PIECE];
        while let Ok(len @ 1..) = from.read(&mut piece).await {
            let bytes = piece.get(..len).unwrap_or_default().to_vec();
            if !Served::received(&inputs, id, bytes).await {
                return;
            }
        }
    };
    let writing = async {
        while let Some(bytes) = served.outgoing.recv().await {
            if to.write_all(&bytes).await.is_err() || to.flush().await.is_err() {
                return;
            }
            Served::written(&waiting, &inputs, id, bytes.len()).await;
        }
        // A socket that is gone is closed already.
        let _ = to.shutdown().await;
    };
    tokio::pin!(reading, writing);
    tokio::select! {
        () = &mut reading => {
            // Without the broker there is nobody to tell.
            let _ = inputs.send(Input::Closed(id)).await;
            let _ = timeout(LINGER, writing).await;
        }
        () = &mut writing => {
            let _ = timeout(LINGER, reading).await;
            let _ = inputs.send(Input::Closed(id)).await;
        }
    }
}
