//! The cases that may pass without being strict, each with its cause. Any other has to be strict.

/// Case and cause. An entry whose case has become strict is an error too, so that the list only holds what is true.
pub(super) const NON_STRICT: &[(&str, &str)] = &[];
