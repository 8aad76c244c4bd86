//! The browser's database (IndexedDB): what outlives the page and is larger than a setting.

use idb::{
    Database, DatabaseEvent as _, Error, Factory, ObjectStore, ObjectStoreParams, Query,
    TransactionMode,
};
use wasm_bindgen::JsValue;

const DATABASE: &str = "mqttscope";
/// Counts the changes of [`STORES`].
const VERSION: u32 = 2;

/// Connections, by their identifiers.
pub(super) const PROFILES: &str = "profiles";
/// Messages to publish again.
pub(super) const MESSAGES: &str = "messages";
const STORES: [&str; 2] = [PROFILES, MESSAGES];

/// All values of a store, in the order of their keys.
pub(super) async fn all(store: &str) -> Result<Vec<JsValue>, Error> {
    let database = open().await?;
    let values = async {
        let transaction = database.transaction(&[store], TransactionMode::ReadOnly)?;
        transaction.object_store(store)?.get_all(None, None)?.await
    };
    let values = values.await;
    // Who leaves it open keeps a newer page in another tab waiting.
    database.close();
    values
}

/// Keeps a value, in the place of an earlier one under its key.
pub(super) async fn put(store: &str, key: &str, value: &JsValue) -> Result<(), Error> {
    let key = JsValue::from_str(key);
    change(store, async |store| {
        store.put(value, Some(&key))?.await.map(drop)
    })
    .await
}

/// Keeps a value no longer.
pub(super) async fn remove(store: &str, key: &str) -> Result<(), Error> {
    let key = Query::Key(JsValue::from_str(key));
    change(store, async |store| store.delete(key)?.await).await
}

async fn change(
    store: &str,
    act: impl AsyncFnOnce(ObjectStore) -> Result<(), Error>,
) -> Result<(), Error> {
    let database = open().await?;
    let changed = async {
        let transaction = database.transaction(&[store], TransactionMode::ReadWrite)?;
        act(transaction.object_store(store)?).await?;
        transaction.commit()?.await.map(drop)
    };
    let changed = changed.await;
    database.close();
    changed
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(VERSION))?;
    request.on_upgrade_needed(|event| {
        if let Ok(database) = event.database() {
            for store in STORES {
                // It fails only where the store is there already.
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        }
    });
    request.await
}
