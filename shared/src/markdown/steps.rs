//! Counts, in tests, how often a loop of the reader goes round: that reading is linear is shown without a clock.

#[cfg(test)]
thread_local! {
    static TAKEN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// So many steps are taken.
#[inline]
pub(super) fn take(steps: usize) {
    #[cfg(test)]
    TAKEN.with(|taken| taken.set(taken.get() + steps));
    #[cfg(not(test))]
    let _: usize = steps;
}

/// The steps that were taken in this thread since this was asked last.
#[cfg(test)]
pub(super) fn taken() -> usize {
    TAKEN.with(std::cell::Cell::take)
}
