//! The agenda: what is to happen, and when, in virtual time. The clock is the runtime's, which stands still while
//! anything can run and then leaps to whatever is due next.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

/// Something that is to happen to a `W`.
pub type Happening<W> = Box<dyn FnOnce(&mut W)>;

/// What is to happen to the world; a cheap handle.
pub struct Agenda<W> {
    shared: Rc<Shared<W>>,
}

struct Shared<W> {
    began: Instant,
    waiting: RefCell<Waiting<W>>,
    /// Something was put in that may come before all else.
    changed: Notify,
}

struct Waiting<W> {
    /// By time in milliseconds, then in the order in which it was put in.
    happenings: BTreeMap<(u64, u64), Happening<W>>,
    order: u64,
}

impl<W> Clone for Agenda<W> {
    fn clone(&self) -> Self {
        Self { shared: Rc::clone(&self.shared) }
    }
}

impl<W> Agenda<W> {
    /// An empty one. Time begins now.
    #[must_use]
    pub fn new() -> Self {
        let waiting = RefCell::new(Waiting { happenings: BTreeMap::new(), order: 0 });
        Self { shared: Rc::new(Shared { began: Instant::now(), waiting, changed: Notify::new() }) }
    }

    /// The beginning.
    #[must_use]
    pub fn began(&self) -> Instant {
        self.shared.began
    }

    /// Milliseconds since the beginning.
    #[must_use]
    pub fn now(&self) -> u64 {
        u64::try_from(self.shared.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Lets something happen in `ms` milliseconds.
    pub fn after(&self, ms: u64, happening: impl FnOnce(&mut W) + 'static) {
        let mut waiting = self.shared.waiting.borrow_mut();
        let order = waiting.order;
        waiting.order += 1;
        waiting.happenings.insert((self.now() + ms, order), Box::new(happening));
        drop(waiting);
        self.shared.changed.notify_one();
    }

    /// How many happenings there have been and will be.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.shared.waiting.borrow().order
    }

    /// Waits for the next happening. Whatever else can run, runs first.
    pub async fn next(&self) -> Happening<W> {
        loop {
            let first = self.shared.waiting.borrow().happenings.first_key_value().map(|(key, _)| *key);
            let due = first.map_or(Duration::from_hours(1), |(at, _)| Duration::from_millis(at));
            tokio::select! {
                biased;
                () = self.shared.changed.notified() => {}
                () = sleep_until(self.shared.began + due) => {
                    if let Some((_, happening)) = self.shared.waiting.borrow_mut().happenings.pop_first() {
                        return happening;
                    }
                }
            }
        }
    }
}

impl<W> Default for Agenda<W> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn things_happen_in_order_of_time_and_then_of_entry() {
        let agenda = Agenda::<Vec<u64>>::new();
        for (ms, name) in [(30, 3), (10, 1), (30, 4), (20, 2)] {
            agenda.after(ms, move |seen: &mut Vec<u64>| seen.push(name));
        }
        let mut seen = Vec::new();
        let mut times = Vec::new();
        for _ in 0..4 {
            agenda.next().await(&mut seen);
            times.push(agenda.now());
        }
        assert_eq!((seen, times), (vec![1, 2, 3, 4], vec![10, 20, 30, 30]));
    }
}
