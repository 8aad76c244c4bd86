//! Bytes from one end to the other, as they come.

use std::io;

use mqttscope_wire::Sender;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use super::tape::{Closed, Place, Tape, What};
use crate::net::{Stop, Stream, stream};

/// Bytes that are read at a time, in each direction of each connection.
pub(crate) const PIECE: usize = 16 << 10;

/// How a direction ended.
enum End {
    /// Its sender is done, and its receiver has been told.
    Done,
    /// Its sender broke it off.
    Unread(io::Error),
    /// Its receiver takes nothing any more.
    Unwritten(io::Error),
    /// It is time to stop.
    Stopped,
}

/// Carries both directions until both are done. What is read is on the tape before it is sent on, so that an answer
/// never stands before its question.
pub(crate) async fn carry(
    client: Stream,
    broker: Stream,
    tape: &Tape,
    place: Place,
    stop: &Stop,
) -> Closed {
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_broker, mut to_broker) = tokio::io::split(broker);
    let closed = {
        let up = direction(
            &mut from_client,
            &mut to_broker,
            Sender::Client,
            tape,
            place,
            stop.clone(),
        );
        let down = direction(
            &mut from_broker,
            &mut to_client,
            Sender::Server,
            tape,
            place,
            stop.clone(),
        );
        tokio::pin!(up, down);
        // The first end decides what becomes of the other direction.
        tokio::select! {
            end = &mut up => other(end, Sender::Client, down).await,
            end = &mut down => other(end, Sender::Server, up).await,
        }
    };
    let client = from_client.unsplit(to_client);
    let broker = from_broker.unsplit(to_broker);
    match closed {
        Closed::Broken(..) => {
            client.reset();
            broker.reset();
        }
        Closed::Done | Closed::ByTap(_) => {
            tokio::join!(stream::close(client), stream::close(broker));
        }
    }
    closed
}

/// One direction has ended, whose sender was `from`: waits for the other as far as there is still something to come.
async fn other(end: End, from: Sender, rest: impl Future<Output = End>) -> Closed {
    match end {
        End::Done => match rest.await {
            End::Done => Closed::Done,
            End::Unread(error) => broken(from.peer(), &error),
            End::Unwritten(error) => broken(from, &error),
            End::Stopped => stopped(),
        },
        // What it sent is sent on already; nothing reaches it any more.
        End::Unread(error) => broken(from, &error),
        // The receiver may have said why before it closed, and its reason is still to be carried.
        End::Unwritten(error) => match rest.await {
            End::Stopped => stopped(),
            End::Done => Closed::Done,
            End::Unread(_) | End::Unwritten(_) => broken(from.peer(), &error),
        },
        End::Stopped => {
            rest.await;
            stopped()
        }
    }
}

fn broken(by: Sender, error: &io::Error) -> Closed {
    Closed::Broken(by, error.to_string().into())
}

fn stopped() -> Closed {
    Closed::ByTap("it was asked to end".into())
}

/// Carries one direction until its sender is done.
async fn direction(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    sender: Sender,
    tape: &Tape,
    place: Place,
    mut stop: Stop,
) -> End {
    let mut piece = vec![0_u8; PIECE];
    let asked = stop.asked();
    tokio::pin!(asked);
    loop {
        let read = tokio::select! {
            // What has come is carried before it stops.
            biased;
            read = from.read(&mut piece) => read,
            () = &mut asked => return End::Stopped,
        };
        let len = match read {
            Ok(0) => {
                tape.say(place, What::Ended(sender));
                return match to.shutdown().await {
                    Ok(()) => End::Done,
                    Err(error) => End::Unwritten(error),
                };
            }
            Ok(len) => len,
            Err(error) => return End::Unread(error),
        };
        let bytes = piece.get(..len).unwrap_or_default();
        tape.bytes(place, sender, bytes).await;
        let written = async {
            to.write_all(bytes).await?;
            to.flush().await
        };
        if let Err(error) = written.await {
            return End::Unwritten(error);
        }
    }
}
