//! Connections that outlive the page, in the browser's database (IndexedDB). What may be stored of
//! one, its owner decides: see [`mqttscope_engine::profiles::for_storage`].

use idb::{
    Database, DatabaseEvent as _, Error, Factory, ObjectStoreParams, Query, TransactionMode,
};
use mqttscope_engine::protocol::Profile;
use serde::Serialize as _;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

const DATABASE: &str = "mqttscope";
const PROFILES: &str = "profiles";

/// All that are kept, in the order of their identifiers. None where the browser forbids storage;
/// one that an older page kept and that cannot be read any more is left out.
pub async fn all() -> Vec<Profile> {
    let values = async {
        let transaction = open()
            .await?
            .transaction(&[PROFILES], TransactionMode::ReadOnly)?;
        transaction
            .object_store(PROFILES)?
            .get_all(None, None)?
            .await
    };
    // Without storage there is nothing from before, which needs no words.
    let values = values.await.unwrap_or_default();
    values
        .into_iter()
        .filter_map(|value| serde_wasm_bindgen::from_value(value).ok())
        .collect()
}

/// Keeps one, in the place of an earlier one with its identifier. Where the browser forbids
/// storage, it lasts until the page is closed.
pub async fn put(profile: &Profile) {
    let Ok(value) = profile.serialize(&Serializer::new()) else {
        return;
    };
    let key = JsValue::from_str(&profile.id);
    // Full or forbidden: nothing is lost now, and only the next visit will show it.
    let _ = change(async |store| store.put(&value, Some(&key))?.await.map(drop)).await;
}

/// Keeps it no longer.
pub async fn remove(id: &str) {
    let key = Query::Key(JsValue::from_str(id));
    // What cannot be removed was never there, or the browser forbids storage.
    let _ = change(async |store| store.delete(key)?.await).await;
}

async fn change(act: impl AsyncFnOnce(idb::ObjectStore) -> Result<(), Error>) -> Result<(), Error> {
    let transaction = open()
        .await?
        .transaction(&[PROFILES], TransactionMode::ReadWrite)?;
    act(transaction.object_store(PROFILES)?).await?;
    transaction.commit()?.await?;
    Ok(())
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database() {
            // It fails only where the store is there already.
            let _ = database.create_object_store(PROFILES, ObjectStoreParams::new());
        }
    });
    request.await
}
