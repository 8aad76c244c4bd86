//! The taps that are lent, for whoever knows the token: how they are, which faults are in force, and others.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use mqttscope_faults::InPlaceOf;
use mqttscope_protocol::{FAULTS_TEXT, FaultError, TapFaults};
use serde::Serialize;

use super::serve::{Served, kept_off, misdirected};
use crate::tap::faulty::Faulty;
use crate::tap::health::Health;

/// The taps with their faults, and whether a page may set these.
#[derive(Clone, Debug)]
pub(super) struct Lent {
    /// None: there are none, and no page may set any.
    pub(super) faulty: Option<Arc<Faulty>>,
    pub(super) taps: Vec<Arc<Health>>,
    pub(super) is_allowed: bool,
}

/// `TOKEN/faults`: GET tells which are in force (`null`: there is no tap); PUT puts lines in their place, POST adds some,
/// DELETE takes all away. A line that is in force stays as it is, with what it has counted. `?of=1,2` behind PUT: in the
/// place of these only; what others have added meanwhile stays.
///
/// Lines that are wrong are in the body of an answer with status 200, since a browser would log another one as a failure.
pub(super) async fn all(
    State(served): State<Arc<Served>>,
    Path(token): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    kept_off(match lent(&served, &token, &headers, &method) {
        Ok(lent) => lent.all(&method, uri.query(), body).await,
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
            let Ok(number) = number.parse::<u32>() else {
                return kept_off((StatusCode::NOT_FOUND, "this is no fault").into_response());
            };
            // One that another page has taken away is gone, as it is to be.
            lent.clear(Some(number));
            lent.told()
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
    async fn all(&self, method: &Method, query: Option<&str>, body: Body) -> Response {
        match *method {
            Method::GET | Method::HEAD => self.told(),
            Method::DELETE => {
                self.clear(None);
                self.told()
            }
            Method::PUT => self.set(&in_place_of(query), body).await,
            Method::POST => self.set(&InPlaceOf::None, body).await,
            _ => not_so("GET, HEAD, PUT, POST, DELETE"),
        }
    }

    async fn set(&self, replaced: &InPlaceOf, body: Body) -> Response {
        let Ok(bytes) = axum::body::to_bytes(body, FAULTS_TEXT).await else {
            let says = format!("faults have {FAULTS_TEXT} bytes of text at most");
            return (StatusCode::PAYLOAD_TOO_LARGE, says).into_response();
        };
        let Ok(text) = core::str::from_utf8(&bytes) else {
            return (StatusCode::BAD_REQUEST, "this is no UTF-8 text").into_response();
        };
        let set = self
            .faulty
            .as_ref()
            .map(|faulty| faulty.set(text, replaced));
        self.tell(set.and_then(Result::err).unwrap_or_default())
    }

    fn clear(&self, number: Option<u32>) {
        if let Some(faulty) = &self.faulty {
            faulty.clear(number);
        }
    }

    fn told(&self) -> Response {
        self.tell(Vec::new())
    }

    fn tell(&self, errors: Vec<FaultError>) -> Response {
        let told = TapFaults {
            taps: self.taps.iter().map(|tap| tap.told()).collect(),
            allowed: self.is_allowed,
            active: self
                .faulty
                .as_ref()
                .map_or(Vec::new(), |faulty| faulty.active()),
            errors,
        };
        json(StatusCode::OK, &told)
    }
}

/// Which faults make room for what a PUT sets.
fn in_place_of(query: Option<&str>) -> InPlaceOf {
    let Some(numbers) = query.and_then(|query| query.strip_prefix("of=")) else {
        return InPlaceOf::All;
    };
    InPlaceOf::These(
        numbers
            .split(',')
            .filter_map(|it| it.parse().ok())
            .collect(),
    )
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
