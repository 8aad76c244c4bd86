//! The examination of a client that the page leads: what the page asks for is done, and after each change it is told how
//! things stand (`mqttscope_protocol::LedSays`). One WebSocket is one page; with it the examination ends.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::ws::{Message, WebSocket};
use futures_util::StreamExt as _;
use mqttscope_examine::{Examined, Instant, Phase, Report, Situation, Verdict, situations};
use mqttscope_protocol::{
    AskLed, ExaminedStage, Exported, LedFormat, LedOptions, LedPackets, LedRow, LedSays, LedStands,
    LedView,
};
use mqttscope_wire::ProtocolVersion;
use tokio::net::TcpListener;

use super::guide::Guide;
use super::report;
use crate::broker::accept::Door;
use crate::net::Stop;

/// Serves the page until it is gone, or until it is time to stop.
pub(crate) async fn serve(mut page: WebSocket, mut stop: Stop) {
    let mut wanted = idle(&mut page, &mut stop).await;
    while let Some(options) = wanted {
        wanted = match listen(options).await {
            Ok((door, at)) => run(&mut page, &mut stop, options, door, at).await,
            Err(why) => {
                if say(&mut page, LedSays::Failed(why)).await {
                    idle(&mut page, &mut stop).await
                } else {
                    None
                }
            }
        };
    }
    // A page that is gone is told nothing.
    let _ = page.send(Message::Close(None)).await;
}

/// Waits for what is to begin; the page sees meanwhile what would be asked of a client.
async fn idle(page: &mut WebSocket, stop: &mut Stop) -> Option<LedOptions> {
    let all = chosen(None);
    let view = LedView {
        rows: all.iter().map(|it| row(it, None, None)).collect(),
        ..LedView::default()
    };
    say(page, LedSays::View(Box::new(view)))
        .await
        .then_some(())?;
    loop {
        if let AskLed::Begin(options) = asked(page, stop).await? {
            return Some(options);
        }
    }
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

/// Opens the port. Gives it, and where a client reaches it.
async fn listen(options: LedOptions) -> Result<(Door, SocketAddr), String> {
    let ip = if options.everywhere {
        Ipv4Addr::UNSPECIFIED
    } else {
        Ipv4Addr::LOCALHOST
    };
    let wanted = SocketAddr::from((ip, options.port));
    let refused = |error: std::io::Error| {
        let port = options.port;
        format!("Nobody can be listened for at port {port}: {error}.")
    };
    let listener = TcpListener::bind(wanted).await.map_err(refused)?;
    let mut at = listener.local_addr().map_err(refused)?;
    if at.ip().is_unspecified() {
        at.set_ip(outward().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
    let door = Door {
        listener,
        tls: None,
        is_web: false,
    };
    Ok((door, at))
}

/// This machine's address in its network: what it would use towards another. Nothing is sent for that.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address that documents use (RFC 5737).
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// An examination, and what is asked of it when it is over. Gives the next one; none: the page is gone.
async fn run(
    page: &mut WebSocket,
    stop: &mut Stop,
    options: LedOptions,
    door: Door,
    at: SocketAddr,
) -> Option<LedOptions> {
    let own = chosen(options.version);
    let mut led = Led {
        guide: Guide::open(door, &own),
        stage: ExaminedStage::Running,
        at,
        began: SystemTime::now(),
        took: Duration::ZERO,
    };
    let mut told = LedView::default();
    loop {
        if led.stage.is_on() && led.guide.is_done() {
            led.end(ExaminedStage::Done).await;
        }
        let view = led.view();
        if view != told {
            say(page, LedSays::View(Box::new(view.clone())))
                .await
                .then_some(())?;
            told = view;
        }
        let ask = if led.stage.is_on() {
            tokio::select! {
                () = led.guide.step() => continue,
                ask = asked(page, stop) => ask?,
            }
        } else {
            asked(page, stop).await?
        };
        let answer = match ask {
            AskLed::Begin(options) => {
                led.guide.close().await;
                return Some(options);
            }
            AskLed::Pause(is_paused) => {
                led.pause(is_paused);
                None
            }
            AskLed::Skip(number) => {
                led.skip(&told, number);
                None
            }
            AskLed::Cancel => {
                if led.stage.is_on() {
                    led.end(ExaminedStage::Cancelled).await;
                }
                None
            }
            AskLed::Open(number) => led.packets(&told, number),
            AskLed::Export(format) => Some(led.exported(format)),
        };
        if let Some(answer) = answer {
            say(page, answer).await.then_some(())?;
        }
    }
}

/// Whether the page is still there.
async fn say(page: &mut WebSocket, says: LedSays) -> bool {
    page.send(Message::Text(says.to_text().into()))
        .await
        .is_ok()
}

/// What the page asks next; none: it is gone, is of another version, or it is time to stop.
async fn asked(page: &mut WebSocket, stop: &mut Stop) -> Option<AskLed> {
    loop {
        let message = tokio::select! {
            message = page.next() => message?.ok()?,
            () = stop.asked() => return None,
        };
        match message {
            Message::Text(text) => return AskLed::of_text(&text),
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Binary(_) | Message::Close(_) => return None,
        }
    }
}

struct Led<'s> {
    guide: Guide<'s>,
    stage: ExaminedStage,
    at: SocketAddr,
    began: SystemTime,
    /// How long it took; zero until it is over.
    took: Duration,
}

impl Led<'_> {
    fn pause(&mut self, is_paused: bool) {
        if self.stage.is_on() {
            self.guide.examination.pause(is_paused);
            self.stage = if is_paused {
                ExaminedStage::Paused
            } else {
                ExaminedStage::Running
            };
        }
    }

    fn skip(&mut self, told: &LedView, number: u32) {
        if let (true, Some(row)) = (self.stage.is_on(), row_of(told, number)) {
            let now = self.guide.now();
            self.guide.examination.skip(now, &row.name);
            self.guide.act();
        }
    }

    /// What was never shown is said to be so, and clients are let go.
    async fn end(&mut self, stage: ExaminedStage) {
        self.took = self.guide.took();
        let now = self.guide.now();
        self.guide.examination.finish(now);
        self.guide.act();
        self.guide.close().await;
        self.stage = stage;
    }

    fn view(&self) -> LedView {
        let examination = &self.guide.examination;
        let report = |id: &str| {
            let mut all = examination.reports().map(|(report, _)| report);
            all.find(|report| report.id == id)
        };
        let open: Vec<&str> = examination.open().map(|it| it.id).collect();
        let situations = examination.situations().map(|(situation, phase)| {
            let stands = match (phase, report(situation.id)) {
                (Phase::Waiting, Some(report)) if report.verdict == Verdict::Unknown => {
                    LedStands::Never(report.why.clone())
                }
                (_, Some(report)) => judged(report),
                (Phase::Running(step), None) => LedStands::Running((*step).to_owned()),
                (_, None) if self.stage.is_on() && open.contains(&situation.id) => LedStands::Open,
                (_, None) => LedStands::Later,
            };
            let version = report(situation.id).map(|report| report.version);
            row(situation, version.or(examination.version()), Some(stands))
        });
        let is_beside = |report: &&Report| {
            let mut all = examination.situations();
            !all.any(|(situation, _)| situation.id == report.id)
        };
        let beside = examination.reports().map(|(report, _)| report);
        let beside = beside.filter(is_beside).map(|report| LedRow {
            name: report.id.to_owned(),
            title: report.title.to_owned(),
            ask: String::new(),
            version: report.version,
            statements: report.statements.iter().map(|&id| id.to_owned()).collect(),
            is_must: report.is_must,
            stands: judged(report),
        });
        let next = self
            .guide
            .next()
            .filter(|_| self.stage == ExaminedStage::Running);
        LedView {
            stage: self.stage.clone(),
            address: self.at.to_string(),
            took: self.took,
            connected: u32::try_from(self.guide.connected()).unwrap_or(u32::MAX),
            version: examination.version(),
            next: next.and_then(|(next, _)| {
                let place = examination
                    .situations()
                    .position(|(it, _)| it.id == next.id);
                u32::try_from(place?).ok()
            }),
            rows: situations.chain(beside).collect(),
            card: examination.card().in_words(),
        }
    }

    /// The packets of a situation that is done.
    fn packets(&self, told: &LedView, number: u32) -> Option<LedSays> {
        let row = row_of(told, number)?;
        let mut all = self.guide.examination.reports();
        let (report, began) = all.find(|(report, _)| report.id == row.name)?;
        let began = self
            .began
            .checked_add(Duration::from_millis(began.millis()))?;
        let since = began.duration_since(UNIX_EPOCH).ok()?;
        Some(LedSays::Packets(Box::new(LedPackets {
            number,
            version: report.version,
            began: Instant::from_millis(u64::try_from(since.as_millis()).ok()?),
            packets: report.packets.clone(),
        })))
    }

    /// All that was found, in the order of the page's rows.
    fn exported(&self, format: LedFormat) -> LedSays {
        let examination = &self.guide.examination;
        let place = |report: &Report| {
            let mut all = examination.situations();
            all.position(|(situation, _)| situation.id == report.id)
                .unwrap_or(usize::MAX)
        };
        let mut reports: Vec<Report> = examination.reports().map(|(it, _)| it.clone()).collect();
        reports.sort_by_key(place);
        let url = format!("mqtt://{}", self.at);
        let examined = Examined {
            url: &url,
            reports: &reports,
            card: examination.card(),
            round_trip: Duration::ZERO,
            took: self.took,
        };
        let (end, mime, bytes) = match format {
            LedFormat::Json => ("json", "application/json", examined.json().into_bytes()),
            LedFormat::Html => ("html", "text/html", examined.html().into_bytes()),
            LedFormat::Text => {
                let mut text = Vec::new();
                // Memory takes whatever is written into it.
                let _ = report::text(&examined, &mut text);
                ("txt", "text/plain", text)
            }
        };
        LedSays::File(Box::new(Exported {
            name: format!("mqttscope-client.{end}"),
            mime: mime.to_owned(),
            bytes,
        }))
    }
}

fn row_of(told: &LedView, number: u32) -> Option<&LedRow> {
    told.rows.get(usize::try_from(number).ok()?)
}

fn judged(report: &Report) -> LedStands {
    LedStands::Judged(report.verdict, report.why.clone())
}

/// A situation in this version, or in the first that it is for.
fn row(
    situation: &Situation,
    version: Option<ProtocolVersion>,
    stands: Option<LedStands>,
) -> LedRow {
    let mut shows = situation.shows.iter();
    let shown = shows.find(|shows| Some(shows.version) == version);
    let shown = shown.or(situation.shows.first());
    LedRow {
        name: situation.id.to_owned(),
        title: situation.title.to_owned(),
        ask: situation.ask.to_owned(),
        version: shown.map_or(ProtocolVersion::V5, |shows| shows.version),
        statements: shown
            .iter()
            .flat_map(|shows| &shows.statements)
            .map(|&id| id.to_owned())
            .collect(),
        is_must: shown.is_none_or(|shows| shows.is_must),
        stands: stands.unwrap_or(LedStands::Later),
    }
}
