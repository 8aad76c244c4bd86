//! The worker of a page, as far as the bridge sees it.

use std::net::TcpStream;

use mqttscope_protocol::{
    BridgeEnd, BridgeFailure, BridgeOpened, BridgeRequest, BridgeSays, Bridged, Secured,
    TextMessage as _,
};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

use crate::http::Open;
use crate::support::connect;

/// A WebSocket of the page.
pub(crate) struct Page(pub(crate) WebSocket<TcpStream>);

impl Page {
    /// Opens the WebSocket as the page does.
    pub(crate) fn new(open: &Open) -> Self {
        Self::with(open, &open.token, &[]).unwrap()
    }

    /// The same with another token and more headers; the status where it is refused.
    pub(crate) fn with(
        open: &Open,
        token: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        Self::at(open, token, "bridge", headers)
    }

    /// A WebSocket with another name.
    pub(crate) fn at(
        open: &Open,
        token: &str,
        name: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let address = format!("ws://{}/companion/{token}/{name}", open.address);
        let mut request = address.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match client(request, connect(open.address)) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(error) => match error {
                tokio_tungstenite::tungstenite::HandshakeError::Failure(Error::Http(answer)) => {
                    Err(answer.status().as_u16())
                }
                other => panic!("{other}"),
            },
        }
    }

    pub(crate) fn ask(&mut self, address: &str, how: Bridged) -> BridgeSays {
        let request = BridgeRequest {
            address: address.to_owned(),
            subprotocol: "mqtt".to_owned(),
            how,
        };
        self.0.send(Message::text(request.to_text())).unwrap();
        self.said()
    }

    /// The next text.
    pub(crate) fn said(&mut self) -> BridgeSays {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return BridgeSays::of_text(&text).unwrap(),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.send(Message::binary(bytes.to_vec())).unwrap();
    }

    /// So many bytes, however they are cut.
    pub(crate) fn exactly(&mut self, len: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < len {
            match self.0.read().unwrap() {
                Message::Binary(more) => bytes.extend_from_slice(&more),
                Message::Ping(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(bytes.len(), len);
        bytes
    }

    /// How it ended.
    pub(crate) fn ended(&mut self) -> BridgeEnd {
        match self.said() {
            BridgeSays::Ended(end) => end,
            other => panic!("{other:?}"),
        }
    }
}

/// The bridge's word on an address that it opens, and the page that asked.
pub(crate) fn opened(open: &Open, address: &str, how: Bridged) -> (Page, BridgeOpened) {
    let mut page = Page::new(open);
    match page.ask(address, how) {
        BridgeSays::Opened(opened) => (page, opened),
        other => panic!("{address}: {other:?}"),
    }
}

/// The same of one that it does not open.
pub(crate) fn failed(open: &Open, address: &str, how: Bridged) -> BridgeFailure {
    match Page::new(open).ask(address, how) {
        BridgeSays::Failed(failure) => failure,
        other => panic!("{address}: {other:?}"),
    }
}

pub(crate) fn plain() -> Bridged {
    Bridged::default()
}

pub(crate) fn by_tls(tls: Secured) -> Bridged {
    Bridged {
        tls,
        ..Bridged::default()
    }
}
