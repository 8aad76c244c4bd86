//! Payloads by schemas: a module of its own, `mqttscope/schemas`, so that who reads packets does not load it.

use js_sys::{Array, Uint8Array};
use mqttscope_schema::{File, Form, Framing, Given as GivenSchemas, Numbers, Rule};
use wasm_bindgen::prelude::*;

use crate::bytes;
use crate::error::Failure;
use crate::given::{Given, List, reading};
use crate::held::Held;
use crate::plain::Plain;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("schemas.d.ts");

/// Schemas of files, and the topics that they are for.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct Schemas {
    held: Held<mqttscope_schema::Schemas>,
}

#[wasm_bindgen]
impl Schemas {
    /// Reads files.
    ///
    /// # Errors
    /// A file or a form that is none, with the place in the file.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(given: JsValue) -> Result<Self, JsValue> {
        let given = &given;
        let given = reading(|| files_and_topics(given))?;
        Ok(Self {
            held: Held::new("Schemas", read(&given)?),
        })
    }

    /// What the files know: forms as they may be given for topics.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn types(&self) -> Result<Array, JsValue> {
        let types = self.held.with(|schemas| schemas.types().to_vec())?;
        Ok(types.iter().map(plain).collect())
    }

    /// A payload as JSON.
    ///
    /// # Errors
    /// What does not fit the schema of its topic, with byte and field.
    #[wasm_bindgen(skip_typescript)]
    pub fn decode(&self, topic: JsValue, payload: JsValue) -> Result<JsValue, JsValue> {
        let (topic, payload) = (text(&topic, "topic")?, bytes::of(&payload)?);
        let shown = self.held.with(|schemas| schemas.decode(&topic, &payload))?;
        let Some(shown) = shown else {
            return Ok(JsValue::UNDEFINED);
        };
        let name = shown.form.name();
        let json = shown.text.map_err(|why| of_topic(&name, &why))?;
        if json.ends_with(mqttscope_schema::CUT) {
            let why = "its JSON is longer than 256 KiB";
            return Err(of_topic(&name, why).into());
        }
        let object = Plain::new();
        object.set_text(&"form".into(), &name);
        object.set_text(&"json".into(), &json);
        if let Some(note) = &shown.note {
            object.set_text(&"note".into(), note);
        }
        Ok(object.into())
    }

    /// The payload that JSON becomes.
    ///
    /// # Errors
    /// What the schema of its topic does not know, with the field.
    #[wasm_bindgen(skip_typescript)]
    pub fn encode(&self, topic: JsValue, json: JsValue) -> Result<JsValue, JsValue> {
        let (topic, json) = (text(&topic, "topic")?, text(&json, "json")?);
        let written = self.held.with(|schemas| {
            let name = schemas.form(&topic).map(Form::name).unwrap_or_default();
            let written = schemas.encode(&topic, &json)?;
            Some(written.map_err(|why| of_topic(&name, &why)))
        })?;
        let Some(written) = written.transpose()? else {
            return Ok(JsValue::UNDEFINED);
        };
        let array: Uint8Array = bytes::array(&written)?;
        Ok(array.into())
    }

    /// Frees its memory now; a second time there is nothing to do.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) {
        self.held.free();
    }
}

fn of_topic(name: &str, why: &str) -> Failure {
    Failure::message(format!("{name}: {why}"))
}

fn text(value: &JsValue, name: &str) -> Result<String, Failure> {
    let text = value.as_string();
    text.ok_or_else(|| Failure::message(format!("{name} must be a string")))
}

fn read(given: &GivenSchemas) -> Result<mqttscope_schema::Schemas, Failure> {
    let schemas = mqttscope_schema::Schemas::read(given);
    for (file, fault) in given.files.iter().zip(schemas.faults()) {
        if let Some(fault) = fault {
            return Err(Failure::message(format!("{}: {fault}", file.name)));
        }
    }
    for (at, rule) in given.rules.iter().enumerate() {
        if !schemas.has(&rule.form) {
            let name = rule.form.name();
            return Err(Failure::message(format!(
                "topics[{at}]: {name} is in no file that was given"
            )));
        }
    }
    Ok(schemas)
}

/// `{ files: [{ name, content }], topics: [[filter, form]] }`
fn files_and_topics(value: &JsValue) -> Result<GivenSchemas, Failure> {
    let must = || Failure::message("schemas must be an object with files and topics");
    let given = Given::of(value).ok_or_else(must)?;
    given.check_keys(&"Schemas".into(), "schemas")?;
    let mut out = GivenSchemas::default();
    for (at, value) in listed(given, "files")?.into_iter().enumerate() {
        out.files.push(file(&value, &format!("files[{at}]"))?);
    }
    for (at, value) in listed(given, "topics")?.into_iter().enumerate() {
        out.rules.push(rule(&value, &format!("topics[{at}]"))?);
    }
    Ok(out)
}

/// The members of a list that may be left out.
fn listed(given: Given<'_>, key: &str) -> Result<Vec<JsValue>, Failure> {
    let list = given.value(&key.into());
    if list.is_undefined() {
        return Ok(Vec::new());
    }
    let list = List::of(&list).ok_or_else(|| Failure::message(format!("{key} must be a list")))?;
    Ok(list.iter().collect())
}

fn file(value: &JsValue, place: &str) -> Result<File, Failure> {
    let must = || Failure::message(format!("{place} must have a name and its content"));
    let given = Given::of(value).ok_or_else(must)?;
    given.check_keys(&"Schemas.files".into(), place)?;
    let name = given.value(&"name".into()).as_string().ok_or_else(must)?;
    let content = given.value(&"content".into());
    let bytes = match content.as_string() {
        Some(text) => text.into_bytes(),
        None => bytes::copy(&content).ok_or_else(must)??,
    };
    Ok(File { name, bytes })
}

fn rule(value: &JsValue, place: &str) -> Result<Rule, Failure> {
    let must = || Failure::message(format!("{place} must be a topic filter and its form"));
    let pair = List::of(value).filter(|pair| pair.len() == 2);
    let pair = pair.ok_or_else(must)?;
    Ok(Rule {
        topic_filter: pair.get(0).as_string().ok_or_else(must)?,
        form: form(&pair.get(1), place)?,
    })
}

fn form(value: &JsValue, place: &str) -> Result<Form, Failure> {
    let must = |what: &str| Failure::message(format!("{place}: a form {what}"));
    let given = Given::of(value).ok_or_else(|| must("must be an object"))?;
    given.check_keys(&"Schemas.form".into(), place)?;
    let named = |key: &str| given.value(&key.into()).as_string();
    if let Some(name) = named("protobuf") {
        return Ok(Form::Protobuf(name));
    }
    if let Some(name) = named("jsonSchema") {
        return Ok(Form::Json(name));
    }
    if let Some(name) = named("numbers") {
        let numbers = Numbers::all().find(|it| it.name() == name);
        let numbers = numbers.ok_or_else(|| must("has numbers as “u16 big-endian”"))?;
        return Ok(Form::Numbers(numbers));
    }
    let name = named("avro").ok_or_else(|| must("has protobuf, avro, jsonSchema or numbers"))?;
    let framing = given.value(&"framing".into());
    let framing = match framing.as_string().as_deref() {
        None if framing.is_undefined() => Framing::Bare,
        Some("bare") => Framing::Bare,
        Some("single object") => Framing::SingleObject,
        Some("confluent") => {
            let id = given.value(&"id".into()).as_f64();
            let whole = id
                .map(|id| id as u32)
                .filter(|it| Some(f64::from(*it)) == id);
            Framing::Confluent(whole.ok_or_else(|| must("has its id in the registry"))?)
        }
        _ => {
            return Err(must(
                "has the framing “bare”, “single object” or “confluent”",
            ));
        }
    };
    Ok(Form::Avro(name, framing))
}

/// A type of a file.
fn plain(form: &Form) -> JsValue {
    let (key, name) = match form {
        Form::Protobuf(name) => ("protobuf", name),
        Form::Avro(name, _) => ("avro", name),
        Form::Json(name) => ("jsonSchema", name),
        Form::Numbers(_) | Form::Plain(_) | Form::Detected => return JsValue::UNDEFINED,
    };
    let object = Plain::new();
    object.set_text(&key.into(), name);
    object.into()
}
