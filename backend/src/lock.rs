//! Locks that go on after a panic: what they hold is whole, because no holder leaves a change half done.

pub(crate) use std::sync::Mutex;
use std::sync::{MutexGuard, PoisonError};

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
