//! Wire types and the pure rules that both ends agree on.
