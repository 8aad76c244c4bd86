//! Holds no code: see `benches/` and `tests/`.
