//! Everything that touches the browser: the socket, HTTP, storage, clock, history.
//!
//! What happens there becomes an action; what is to be done there comes as an effect. Nothing here decides anything.

mod boot;
mod broken;
mod browser;
mod composer;
mod database;
mod date;
mod edits;
mod emoji;
mod history;
mod http;
mod json;
mod keeper;
mod kept;
mod page;
mod read;
mod run;
mod script;
mod sheet;
mod socket;
mod storage;
mod store;
mod visits;
mod worker;

pub use boot::painted;
pub use broken::watch_for_panics;
pub(crate) use browser::whole;
pub use browser::{focus, is_touched, new_key, now_wall, set_title};
pub use composer::{ROOM_OF_BOX, draft_of, tell_of_text};
pub use date::{pick_date, picked_date};
pub use edits::Edits;
pub use emoji::with_emoji;
pub use history::{copy_link, go_to, here};
pub use json::{command_text, frame_text};
pub use keeper::{Keeper, Watch};
pub use page::{PageEvents, page_events};
pub use read::{frames, page};
pub use run::Runner;
pub use sheet::{copy, open_sheet};
pub use socket::Socket;
pub(crate) use storage::store_draft;
pub use storage::{answered, draft, keep_answered, keep_draft};
pub use store::{Store, Subscription};
pub use visits::{listen_to_rooms, visits};
