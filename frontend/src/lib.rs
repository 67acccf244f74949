//! The client, as a library: state and views.
