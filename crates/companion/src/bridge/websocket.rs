//! MQTT over WebSocket towards a server, where the companion is its client.

use mqttscope_protocol::{BridgeFailure, BridgeStep};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderValue, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Error};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::failure;
use super::place::Destination;
use super::reach::Wire;
use crate::net::address::Target;

/// Bytes of the largest message of a server.
const LARGEST: usize = 64 << 20;

/// Makes a WebSocket of a stream.
pub(super) async fn open(
    stream: Box<dyn Wire>,
    destination: &Destination,
    target: &Target,
    path: &str,
    subprotocol: &str,
) -> Result<WebSocketStream<Box<dyn Wire>>, BridgeFailure> {
    let scheme = if destination.is_secure { "wss" } else { "ws" };
    let wrong = || BridgeFailure::Address("its path or the subprotocol cannot be asked for".into());
    let mut request = format!("{scheme}://{target}{path}")
        .into_client_request()
        .map_err(|_| wrong())?;
    //= [MQTT-6.0.0-3] v5 and v3.1.1: the client offers the subprotocol
    let offered = HeaderValue::from_str(subprotocol).map_err(|_| wrong())?;
    request
        .headers_mut()
        .insert(header::SEC_WEBSOCKET_PROTOCOL, offered);
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST))
        .max_frame_size(Some(LARGEST));
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(error) => Err(failed(error)),
    }
}

fn failed(error: Error) -> BridgeFailure {
    match error {
        Error::Io(error) => failure::of_step(BridgeStep::WebSocket, &error),
        Error::Http(answer) => {
            let status = answer.status();
            BridgeFailure::NoWebSocket {
                status: Some(status.as_u16()),
                why: status.canonical_reason().unwrap_or_default().to_owned(),
            }
        }
        Error::Protocol(tungstenite::error::ProtocolError::HandshakeIncomplete) => {
            BridgeFailure::Closed {
                step: BridgeStep::WebSocket,
                by_reset: false,
            }
        }
        other => BridgeFailure::NoWebSocket {
            status: None,
            why: other.to_string(),
        },
    }
}
