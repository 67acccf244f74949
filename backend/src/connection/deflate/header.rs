//! The grammar of `Sec-WebSocket-Extensions` (RFC 6455 section 9.1): a list of extensions with parameters.

/// One extension that a client offers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer {
    /// Its name.
    pub(super) name: String,
    /// Its parameters, in order, each with its value where it has one.
    pub(super) parameters: Vec<(String, Option<String>)>,
}

/// The offers of one header, in order of preference. None where it does not follow the grammar.
pub(super) fn parse(header: &[u8]) -> Option<Vec<Offer>> {
    let mut rest = Rest(header);
    let mut offers = Vec::new();
    loop {
        // A list may have empty elements (RFC 2616 section 2.1).
        while rest.skip(b',') {}
        if rest.is_empty() {
            // But it has one element at least.
            return Some(offers).filter(|offers| !offers.is_empty());
        }
        let name = rest.token()?;
        let mut parameters = Vec::new();
        while rest.skip(b';') {
            let name = rest.token()?;
            let value = if rest.skip(b'=') { Some(rest.value()?) } else { None };
            parameters.push((name, value));
        }
        offers.push(Offer { name, parameters });
        if !rest.is_empty() && !rest.skip(b',') {
            return None;
        }
    }
}

/// What of a header has not been read yet.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_ascii_start();
    }

    fn is_empty(&mut self) -> bool {
        self.skip_blanks();
        self.0.is_empty()
    }

    /// Takes this byte, where it is the next.
    fn skip(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        let rest = self.0.strip_prefix(&[byte]);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn token(&mut self) -> Option<String> {
        self.skip_blanks();
        let length = self.0.iter().take_while(|byte| is_token(**byte)).count();
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(String::from_utf8_lossy(token).into_owned()).filter(|token| !token.is_empty())
    }

    /// A token, or one in quotes.
    fn value(&mut self) -> Option<String> {
        if !self.skip(b'"') {
            return self.token();
        }
        let mut value = String::new();
        loop {
            let (&first, rest) = self.0.split_first()?;
            self.0 = rest;
            let byte = match first {
                b'"' => return Some(value).filter(|value| !value.is_empty()),
                b'\\' => {
                    let (&escaped, rest) = self.0.split_first()?;
                    self.0 = rest;
                    escaped
                }
                byte => byte,
            };
            // Also in quotes it has to be a token.
            value.push(char::from(byte).is_ascii().then_some(byte).filter(|byte| is_token(*byte))?.into());
        }
    }
}

/// A byte of a token (RFC 2616 section 2.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Expected<'a> = &'a [(&'a str, &'a [(&'a str, Option<&'a str>)])];

    #[test]
    fn a_header_is_a_list_of_extensions_with_parameters() {
        let check = |header: &str, expected: Expected<'_>| {
            let parameter =
                |(name, value): &(&str, Option<&str>)| ((*name).to_owned(), value.map(std::borrow::ToOwned::to_owned));
            let offer = |(name, parameters): &(&str, &[_])| Offer {
                name: (*name).to_owned(),
                parameters: parameters.iter().map(parameter).collect(),
            };
            assert_eq!(parse(header.as_bytes()), Some(expected.iter().map(offer).collect()), "{header}");
        };
        check("a", &[("a", &[])]);
        check(" a ; b = 1 ;c,\td ,, ", &[("a", &[("b", Some("1")), ("c", None)]), ("d", &[])]);
        check("a;b=\"1\\0\"", &[("a", &[("b", Some("10"))])]);
        check("a;b;b=1;b", &[("a", &[("b", None), ("b", Some("1")), ("b", None)])]);
    }

    #[test]
    fn what_does_not_follow_the_grammar_is_nothing() {
        for header in [
            "",
            " ",
            ",",
            ";",
            "a;",
            "a b",
            "a=1",
            "a;=",
            "a;b=",
            "a;b=,c",
            "a;b=\"\"",
            "a;b=\"1",
            "a;b=\"1\\",
            "a;b=\"1 \"",
            "a;b=\"1\"2",
            "a/b",
            "a;b=1=2",
        ] {
            assert_eq!(parse(header.as_bytes()), None, "{header}");
        }
        assert_eq!(parse(b"a;b=\"\xff\""), None);
        assert_eq!(parse(b"\xc3\xa4"), None);
    }

    proptest::proptest! {
        #[test]
        fn anything_can_come(header in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            drop(parse(&header));
        }
    }
}
