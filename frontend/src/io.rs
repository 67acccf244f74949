//! Everything that touches the browser: the socket, HTTP, storage, clock, history.
//!
//! What happens there becomes an action; what is to be done there comes as an effect. Nothing here decides anything.

mod broken;
mod browser;
mod composer;
mod database;
mod details;
mod edits;
mod history;
mod http;
mod json;
mod keeper;
mod kept;
mod page;
mod read;
mod run;
mod socket;
mod storage;
mod store;
mod worker;

pub use broken::watch_for_panics;
pub use browser::{focus, is_touched, new_key, now_wall, root, set_title};
pub use composer::draft_of;
pub use details::{copy, open_details, take_details};
pub use edits::Edits;
pub use history::{go, here};
pub use json::frame_text;
pub use keeper::{Keeper, Watch};
pub use page::{PageEvents, page_events};
pub use read::{frames, page};
pub use run::Runner;
pub use socket::Socket;
pub use storage::{draft, keep_draft, visited};
pub use store::{Store, Subscription};
