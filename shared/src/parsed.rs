//! What all types that can be had only by parsing a text have in common: into text and back, and on the screen.

/// Implements it for types with `parse` and `as_str`.
macro_rules! parsed_text {
    ($error:ty: $($text:ident),*) => {$(
        impl TryFrom<String> for $text {
            type Error = $error;
            fn try_from(raw: String) -> Result<Self, $error> {
                Self::parse(&raw)
            }
        }
        impl From<$text> for String {
            fn from(text: $text) -> Self {
                text.as_str().to_owned()
            }
        }
        impl std::fmt::Display for $text {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )*};
}
pub(crate) use parsed_text;
