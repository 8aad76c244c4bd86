//! The end, as it is asked for: once to drain, twice to leave.

use std::io::Write as _;

use tokio::sync::watch;

/// Tells every task when to stop.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

/// Asks them to.
#[derive(Clone, Debug)]
pub(crate) struct Stopper(std::sync::Arc<watch::Sender<bool>>);

impl Stop {
    pub(crate) fn new() -> (Stopper, Self) {
        let (sender, receiver) = watch::channel(false);
        (Stopper(std::sync::Arc::new(sender)), Self(receiver))
    }

    /// Comes back when it is time.
    pub(crate) async fn asked(&mut self) {
        // Without anybody who could ask, nobody does.
        if self.0.wait_for(|stops| *stops).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Stopper {
    pub(crate) fn stop(&self) {
        self.0.send_replace(true);
    }
}

/// Stops at SIGINT or SIGTERM, and leaves at once at the second one.
///
/// # Errors
/// Signals cannot be listened for.
pub(crate) fn on_signals(stopper: Stopper) -> std::io::Result<()> {
    let mut signals = signals()?;
    tokio::spawn(async move {
        signals.recv().await;
        stopper.stop();
        // Whoever reads what is said may have gone: it ends all the same.
        let _ = writeln!(
            std::io::stderr(),
            "mqttscope: finishing; once more leaves at once"
        );
        signals.recv().await;
        std::process::exit(130);
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
fn signals() -> std::io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    Ok(Signals {
        interrupt: signal(SignalKind::interrupt())?,
        terminate: signal(SignalKind::terminate())?,
    })
}

#[cfg(unix)]
impl Signals {
    async fn recv(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
fn signals() -> std::io::Result<Signals> {
    Ok(Signals)
}

#[cfg(not(unix))]
impl Signals {
    async fn recv(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
