//! What the browser has parsed, and how it becomes what the client works with.
//!
//! Nothing here believes what it is given: a value of another type is none, and so is what does not pass the check of
//! its own type. Half of a surrogate pair, which JSON can write and UTF-8 cannot, becomes U+FFFD like everywhere in a
//! browser.

use js_sys::{Array, JSON, Reflect};
use shared::{
    ClientKey, Digest, Emoji, Epoch, Hash, MessageId, MessageText, Millis, PersonId, PersonName, RoomName, RoomTitle,
    RoomTopic, Salt, Seq,
};
use wasm_bindgen::JsValue;

/// A value of the browser's, in which nothing is checked yet.
pub(in crate::io) struct Value(pub(in crate::io) JsValue);

/// What can be read from a value.
pub(in crate::io) trait Read: Sized {
    /// The value as this; none where it is anything else.
    fn read(value: &Value) -> Option<Self>;
}

impl Value {
    /// The value of a JSON text; none where it is no such text.
    pub(in crate::io) fn parse(text: &str) -> Option<Self> {
        JSON::parse(text).ok().map(Self)
    }

    /// A field, as it is; undefined where there is none, or the value can have none.
    pub(super) fn field(&self, name: &str) -> Self {
        Self(Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or_default())
    }

    /// A field that has to be there.
    pub(super) fn get<T: Read>(&self, name: &str) -> Option<T> {
        T::read(&self.field(name))
    }

    /// A field that may be absent: then there is none inside. None outside where it is there and is not valid.
    #[expect(clippy::option_option, reason = "absent is not the same as not valid")]
    pub(super) fn optional<T: Read>(&self, name: &str) -> Option<Option<T>> {
        let field = self.field(name);
        if field.0.is_undefined() || field.0.is_null() { Some(None) } else { T::read(&field).map(Some) }
    }

    /// A field that stands for its default where it is absent.
    pub(super) fn or_default<T: Read + Default>(&self, name: &str) -> Option<T> {
        let field = self.field(name);
        if field.0.is_undefined() { Some(T::default()) } else { T::read(&field) }
    }

    /// The values of a list; none where it is no list.
    pub(super) fn list(&self) -> Option<impl Iterator<Item = Self> + use<>> {
        if !Array::is_array(&self.0) {
            return None;
        }
        let list = Array::from(&self.0);
        Some((0..list.length()).map(move |place| Self(list.get(place))))
    }
}

impl Read for u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        clippy::float_cmp,
        reason = "a number that comes back as itself lost nothing"
    )]
    fn read(value: &Value) -> Option<Self> {
        let number = value.0.as_f64()?;
        // Beyond 2^53 a number of the browser's is not the one that was written. The cast saturates, so whatever is
        // below zero, broken or none at all comes back as another one.
        let whole = number as Self;
        (whole as f64 == number && whole < 1 << 53).then_some(whole)
    }
}

impl Read for bool {
    fn read(value: &Value) -> Option<Self> {
        value.0.as_bool()
    }
}

impl Read for String {
    fn read(value: &Value) -> Option<Self> {
        value.0.as_string()
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(value: &Value) -> Option<Self> {
        value.list()?.map(|part| T::read(&part)).collect()
    }
}

/// Types that are made from another one, if it will do.
macro_rules! made_from {
    ($from:ty, $make:expr => $($into:ident),*) => {$(
        impl Read for $into {
            fn read(value: &Value) -> Option<Self> {
                let made: Option<Self> = $make(<$from>::read(value)?);
                made
            }
        }
    )*};
}

made_from!(u64, |number| u32::try_from(number).ok() => u32);
made_from!(u64, |number| usize::try_from(number).ok() => usize);
made_from!(u64, |number| Some(Seq(number)) => Seq);
made_from!(u64, |number| Some(Millis(number)) => Millis);
made_from!(String, |text| Some(Epoch::from(text)) => Epoch);
made_from!(String, |text: String| Self::parse(&text).ok() =>
    ClientKey, Digest, Emoji, Hash, MessageId, MessageText, PersonId, PersonName, RoomName, RoomTitle, RoomTopic, Salt);
