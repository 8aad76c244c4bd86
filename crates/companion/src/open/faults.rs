//! The faults of the taps that are lent, for whoever knows the token: which are in force, and others.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use mqttscope_protocol::{FAULTS_TEXT, FaultsRefused, TapFaults};
use serde::Serialize;

use super::serve::{Served, kept_off, misdirected};
use crate::tap::faulty::Faulty;

/// The faults of the taps, and whether a page may set them.
#[derive(Clone, Debug)]
pub(super) struct Lent {
    pub(super) faulty: Arc<Faulty>,
    pub(super) is_allowed: bool,
}

/// `TOKEN/faults`: GET tells which are in force (`null`: there is no tap); PUT puts lines in their place, POST adds some, DELETE takes all away.
pub(super) async fn all(
    State(served): State<Arc<Served>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    kept_off(match lent(&served, &token, &headers, &method) {
        Ok(lent) => lent.all(&method, body).await,
        Err(refused) => *refused,
    })
}

/// `TOKEN/faults/N`: DELETE takes one away.
pub(super) async fn one(
    State(served): State<Arc<Served>>,
    Path((token, number)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    kept_off(match lent(&served, &token, &headers, &method) {
        Ok(lent) if method == Method::DELETE => {
            let number = number.parse::<u32>().ok();
            if number.is_some_and(|number| lent.faulty.clear(Some(number))) {
                lent.told()
            } else {
                (StatusCode::NOT_FOUND, "there is no such fault").into_response()
            }
        }
        Ok(_) => not_so("DELETE"),
        Err(refused) => *refused,
    })
}

/// What is lent to this request, or why nothing is.
fn lent<'a>(
    served: &'a Served,
    token: &str,
    headers: &HeaderMap,
    method: &Method,
) -> Result<&'a Lent, Box<Response>> {
    if !served.is_for_us(headers) {
        return Err(Box::new(misdirected()));
    }
    if let Some(refused) = served.refused(token, headers) {
        return Err(Box::new(refused));
    }
    let is_question = method == Method::GET || method == Method::HEAD;
    let Some(lent) = served.faults() else {
        let says = "there is no tap";
        // A page asks before it knows, and a browser would tell of a failure.
        return Err(Box::new(if is_question {
            json(StatusCode::OK, &None::<TapFaults>)
        } else {
            (StatusCode::NOT_FOUND, says).into_response()
        }));
    };
    if !is_question && !lent.is_allowed {
        let says = "pages may not set the faults of this tap (--no-page-faults)";
        return Err(Box::new((StatusCode::FORBIDDEN, says).into_response()));
    }
    Ok(lent)
}

impl Lent {
    async fn all(&self, method: &Method, body: Body) -> Response {
        match *method {
            Method::GET | Method::HEAD => self.told(),
            Method::DELETE => {
                self.faulty.clear(None);
                self.told()
            }
            Method::PUT | Method::POST => self.set(*method == Method::PUT, body).await,
            _ => not_so("GET, HEAD, PUT, POST, DELETE"),
        }
    }

    async fn set(&self, replaces: bool, body: Body) -> Response {
        let Ok(bytes) = axum::body::to_bytes(body, FAULTS_TEXT).await else {
            let says = format!("faults have {FAULTS_TEXT} bytes of text at most");
            return (StatusCode::PAYLOAD_TOO_LARGE, says).into_response();
        };
        let Ok(text) = core::str::from_utf8(&bytes) else {
            return (StatusCode::BAD_REQUEST, "this is no UTF-8 text").into_response();
        };
        match self.faulty.set(text, replaces) {
            Ok(()) => self.told(),
            Err(errors) => json(StatusCode::UNPROCESSABLE_ENTITY, &FaultsRefused { errors }),
        }
    }

    fn told(&self) -> Response {
        let told = TapFaults {
            allowed: self.is_allowed,
            active: self.faulty.active(),
        };
        json(StatusCode::OK, &told)
    }
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    // Plain values can be written.
    let body = serde_json::to_vec(value).unwrap_or_default();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, body).into_response()
}

fn not_so(allowed: &'static str) -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, allowed)]).into_response()
}
