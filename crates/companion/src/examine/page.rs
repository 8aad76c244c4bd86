//! The examination of a client that pages lead: what a page asks for is done, and after each change all of them are told how
//! things stand (`mqttscope_protocol::LedSays`). It goes on whatever becomes of a page, which finds it again when it is
//! loaded anew; it ends when it is asked to, and with this program.

use std::sync::Arc;

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt as _;
use mqttscope_examine::{Situation, situations};
use mqttscope_protocol::{
    AskLed, ExaminedStage, Exported, LedOptions, LedSays, LedView, TextMessage as _,
};
use mqttscope_wire::ProtocolVersion;
use tokio::sync::{mpsc, watch};

use super::entrance::{Certificates, Entrance};
use super::led::{self, Led};
use crate::broker::accept::Door;
use crate::net::Stop;

/// Answers that a page has not taken; what is too much is not said.
const UNTAKEN: usize = 16;

/// The way to the examination, for any number of pages.
pub(crate) struct Leading {
    asks: mpsc::Sender<Asked>,
    view: watch::Receiver<Arc<LedView>>,
}

/// What a page asks, and where its answer goes.
struct Asked {
    ask: AskLed,
    answer: mpsc::Sender<LedSays>,
}

impl Asked {
    fn answer(&self, says: LedSays) {
        // A page that is gone is told nothing.
        let _ = self.answer.try_send(says);
    }
}

impl Leading {
    /// Waits for what is asked, until it is time to stop.
    pub(crate) fn start(stop: Stop) -> Self {
        let (asks, asked) = mpsc::channel(UNTAKEN);
        let (tell, view) = watch::channel(idle());
        let examiner = Examiner {
            asked,
            tell,
            stop,
            certificates: Certificates::default(),
        };
        tokio::spawn(examiner.serve());
        Self { asks, view }
    }

    /// Serves a page until it is gone, or until it is time to stop.
    pub(crate) async fn serve(&self, mut page: WebSocket, mut stop: Stop) {
        let (answer, mut answers) = mpsc::channel(UNTAKEN);
        let mut view = self.view.clone();
        view.mark_changed();
        loop {
            let says = tokio::select! {
                changed = view.changed() => match changed {
                    Ok(()) => LedSays::View(Box::new((**view.borrow_and_update()).clone())),
                    Err(_) => break,
                },
                Some(says) = answers.recv() => says,
                ask = asked(&mut page) => {
                    let Some(ask) = ask else { break };
                    let answer = answer.clone();
                    if self.asks.send(Asked { ask, answer }).await.is_err() {
                        break;
                    }
                    continue;
                }
                () = stop.asked() => break,
            };
            if page
                .send(Message::Text(says.to_text().into()))
                .await
                .is_err()
            {
                break;
            }
        }
        // A page that is gone is told nothing.
        let _ = page.send(Message::Close(None)).await;
    }
}

/// What the page asks next; none: it is gone, or is of another version.
async fn asked(page: &mut WebSocket) -> Option<AskLed> {
    loop {
        match page.next().await?.ok()? {
            Message::Text(text) => return AskLed::of_text(&text),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Close(_) => return None,
        }
    }
}

/// Before anything has begun a page sees what would be asked of a client.
fn idle() -> Arc<LedView> {
    Arc::new(LedView {
        rows: led::rows(&chosen(None)),
        ..LedView::default()
    })
}

/// The situations, or those of a version.
fn chosen(version: Option<ProtocolVersion>) -> Vec<Situation> {
    // The tests read all of them.
    let all = situations().unwrap_or_default().into_iter();
    match version {
        Some(version) => all.filter_map(|it| it.for_version(version)).collect(),
        None => all.collect(),
    }
}

struct Examiner {
    asked: mpsc::Receiver<Asked>,
    tell: watch::Sender<Arc<LedView>>,
    stop: Stop,
    certificates: Certificates,
}

impl Examiner {
    async fn serve(mut self) {
        let mut wanted = self.idle().await;
        while let Some((options, asked)) = wanted {
            wanted = match self.certificates.open(&options).await {
                Ok((door, entrance)) => self.run(&options, door, entrance).await,
                Err(why) => {
                    asked.answer(LedSays::Failed(why));
                    self.idle().await
                }
            };
        }
    }

    /// Tells all pages how it stands, where that is news.
    fn tell(&self, view: Arc<LedView>) {
        self.tell.send_if_modified(|told| {
            let is_news = *told != view;
            *told = view;
            is_news
        });
    }

    /// What is asked next; none: it is time to stop.
    async fn asked(&mut self) -> Option<Asked> {
        tokio::select! {
            asked = self.asked.recv() => asked,
            () = self.stop.asked() => None,
        }
    }

    /// Waits for what is to begin.
    async fn idle(&mut self) -> Option<(LedOptions, Asked)> {
        self.tell(idle());
        loop {
            let asked = self.asked().await?;
            if let AskLed::Begin(options) = &asked.ask {
                return Some((options.clone(), asked));
            }
        }
    }

    /// An examination, and what is asked of it when it is over. Gives the next one; none: it is time to stop.
    async fn run(
        &mut self,
        options: &LedOptions,
        door: Door,
        entrance: Entrance,
    ) -> Option<(LedOptions, Asked)> {
        eprintln!(
            "mqttscope: examines the client that connects to {}, as the page asks",
            entrance.url
        );
        let own = chosen(options.version);
        let mut led = Led::new(door, entrance, &own);
        loop {
            if led.stage.is_on() && led.guide.is_done() {
                led.end(ExaminedStage::Done).await;
            }
            let told = Arc::new(led.view());
            self.tell(Arc::clone(&told));
            let asked = if led.stage.is_on() {
                tokio::select! {
                    () = led.guide.step() => continue,
                    asked = self.asked() => asked?,
                }
            } else {
                self.asked().await?
            };
            let answer = match &asked.ask {
                AskLed::Begin(options) => {
                    led.guide.close().await;
                    return Some((options.clone(), asked));
                }
                AskLed::Pause(is_paused) => {
                    led.pause(*is_paused);
                    None
                }
                AskLed::Skip(number) => {
                    led.skip(&told, *number);
                    None
                }
                AskLed::Cancel => {
                    if led.stage.is_on() {
                        led.end(ExaminedStage::Cancelled).await;
                    }
                    None
                }
                AskLed::Open(number) => led.packets(&told, *number),
                AskLed::Export(format) => Some(led.exported(*format)),
                AskLed::Authority => self.certificates.authority().map(authority),
            };
            if let Some(answer) = answer {
                asked.answer(answer);
            }
        }
    }
}

/// The certificate that clients must trust, as a file.
fn authority(pem: &str) -> LedSays {
    LedSays::File(Box::new(Exported {
        name: "ca.pem".to_owned(),
        mime: "application/x-pem-file".to_owned(),
        bytes: pem.as_bytes().to_vec(),
    }))
}
