//! Texts and what is read in them, as a short notation; and what holds for any text.

mod hostile;
mod notation;

use proptest::prelude::*;

use super::*;
use notation::{all_text, notation};

fn check(text: &str, want: &str) {
    assert_eq!(notation(text), want, "{text:?}");
}

#[test]
fn inline_markup_is_read() {
    check("plain", "p(plain)");
    check("**bold** *italic* _italic_ ~~gone~~ `co*de*`", "p(b(bold) i(italic) i(italic) s(gone) c(co*de*))");
    check("***both*** **b *bi*** *i **bi***", "p(i(b(both)) b(b i(bi)) i(i b(bi)))");
    check("***b** i* ***i* b**", "p(i(b(b) i) b(i(i) b))");
    check("**two\nlines**\nand _on\n_", "p(b(two\nlines)\nand _on\n_)");
    check("**Note:** (_so_), “_so_” —_so_", "p(b(Note:) (i(so)), “i(so)” —i(so))");
    check("これは**太字**です **bold**s", "p(これはb(太字)です b(bold)s)");
    check("``a`b`` `` `x` `` ` y `", "p(c(a`b) c(`x`) c( y ))");
}

#[test]
fn what_only_looks_like_markup_stays() {
    for text in [
        "snake_case_name имя_файла_тут __init__ _a_b",
        "2*3*4 = 24, 5 * 3 * 2, a**b and 2**3",
        "**open *and never ~~closed",
        "** no ** * no * ~~ no ~~ ****",
        "~one~ ~~~~four~~~~ *****five*****",
        "1986\\ a C:\\dir\\file \\d+",
        "# no heading\n---\n===\n| a | b |\n<b>no</b> &amp; <!-- no -->",
        "    four spaces\n\tand a tab",
        "no `code",
        "`no\ncode`",
        ">.< >:( >>> import os\n>",
        "-1 -no *no +no 1.5 1986.\n-\n- ",
        "```",
        "``` more than a word",
        "¯\\_(ツ)_/¯",
        "[no](link) [no] (http://a.example) [a][b] [](x)",
    ] {
        assert_eq!(all_text(&parse(text)), text);
        let kept = notation(text);
        assert!(
            !["b(", "i(", "s(", "c(", "q(", "ul(", "ol(", "code["].iter().any(|mark| kept.contains(mark)),
            "{kept:?}"
        );
    }
}

#[test]
fn a_backslash_takes_the_meaning_of_a_mark() {
    check(
        r"\*a\* \_b\_ \`c\` \~\~d\~\~ \[e](http://f.example) \\ \<",
        r"p(*a* _b_ `c` ~~d~~ [e](a[http://f.example]) \ <)",
    );
    check("\\- a\n\\> b\n1\\. c\n12\\) d", "p(- a\n> b\n1. c\n12) d)");
    check(r"C:\.cargo a\-b \x", r"p(C:\.cargo a\-b \x)");
}

#[test]
fn only_addresses_that_hide_nothing_become_links() {
    check("see https://a.example/b.", "p(see a[https://a.example/b].)");
    check("(http://a/b_(c)) [http://[::1]:80/x]", "p((a[http://a/b_(c)]) [a[http://[::1]:80/x]])");
    check("Http://a, HTTPS://b!?", "p(a[Http://a], a[HTTPS://b]!?)");
    check("mailto:a@b.example; mailto:x", "p(a[mailto:a@b.example]; mailto:x)");
    check("xhttps://a https:// http", "p(xhttps://a https:// http)");
    check("http://http://", "p(a[http://http://])");
    check("<https://a.example/> <https://a b> <b>", "p(a[https://a.example/] <a[https://a] b> <b>)");
    check(
        "**https://a.example/x** _see https://b.example/_",
        "p(b(a[https://a.example/x]) i(see a[https://b.example/]))",
    );
    check("https://a.example/x_ https://a.example/**", "p(a[https://a.example/x_] a[https://a.example/**])");
    check("https://пример.example/путь", "p(a[https://пример.example/путь])");
    check("https://a.example/\u{202e}gpj.exe", "p(a[https://a.example/]\u{202e}gpj.exe)");
    check("https://b.example\\@a.example", "p(a[https://b.example]\\@a.example)");
    for text in [
        "javascript:alert(1) data:text/html,x //host vbscript:x file:///etc",
        "[a](javascript:alert(1)) [b](//host) [c](data:text/html,x) [d](/path) [e](JaVaScRiPt:x)",
        "[a](java\u{1}script:x) [b](\u{1}http:x) [c](ftp://a)",
        "https://bank.example@other.example/ https://ba%6ek.example",
        "https://bank.example\u{2044}x.other.example",
    ] {
        assert_eq!(all_text(&parse(text)), text);
        assert!(!notation(text).contains("a["), "{text:?}");
    }
}

#[test]
fn a_link_has_words_of_its_own() {
    check("[the words](https://a.example/x(y)z)!", "p(a[https://a.example/x(y)z|the words]!)");
    check("[**b** `c`](mailto:a@b.example)", "p(a[mailto:a@b.example|b(b) c(c)])");
    check("*[i*](http://a.example)", "p(i([i)](a[http://a.example]))");
}

#[test]
fn a_link_does_not_look_like_another() {
    // Words with an address of their own are none: both are seen, and each leads where it says.
    check("[https://bank.example](https://evil.example)", "p([a[https://bank.example]](a[https://evil.example]))");
    check("[a [b](http://c.example) d](http://e.example)", "p([a a[http://c.example|b] d](a[http://e.example]))");
    let host = |text: &str| match &parse(text).blocks[..] {
        [Block::Paragraph(words)] => match &words[..] {
            [Inline::Link { host, .. }] => (*host).to_owned(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    for (text, want) in [
        ("[bank.example](https://evil.example/bank.example)", "evil.example"),
        ("[www.bank.example](https://www.bank.example.evil.example/)", "www.bank.example.evil.example"),
        ("[**bank**.example](https://evil.example:8080?x)", "evil.example:8080"),
        ("[bank。example](https://evil.example)", "evil.example"),
        ("[//bank](https://evil.example)", "evil.example"),
        ("[me@bank.example](mailto:me@evil.example)", "me@evil.example"),
        ("[m\u{202e}oc](https://evil.example)", "evil.example"),
        ("[main.rs](https://code.example/src/main.rs)", "code.example"),
        ("[bank.example](https://bank.example/login)", ""),
        ("[www.bank.example/](http://bank.example)", ""),
        ("[bank.example](https://bank.example:8080)", "bank.example:8080"),
        ("[Read this. Now!](https://a.example)", ""),
        ("[the words](https://a.example)", ""),
    ] {
        assert_eq!(host(text), want, "{text:?}");
    }
}

#[test]
fn blocks_are_read() {
    check("a\n\n\nb\nc\n", "p(a\n\n\n) p(b\nc\n)");
    check("\n a", "p(\n a)");
    check("x\n```rust\nlet a = *b;\n\n```\ny", "p(x\n) code[rust|let a = *b;\n] p(y)");
    check("~~~\n```\n~~~", "code[|```]");
    check("````\n```\n````\n", "code[|```]");
    check("```\ncode```\nx", "code[|code] p(x)");
    check("```js\r\na\r\n```\r\n", "code[js|a]");
    check("```\nnever closed", "code[|never closed]");
    check("x\n```", "p(x\n```)");
    check("> a\n> b\n>\n> *c*\nd", "q(p(a\nb\n\n) p(i(c)\n)) p(d)");
    check("> > a\n> ```\n> x\n> y\n> ```", "q(q(p(a\n)) code[|x\ny])");
    check("- a\n- b\n  - c\n  more\n- d\n\ne", "ul(-(a) -(b ul(-(c)) p(more\n)) -(d)) p(\ne)");
    check("- a\n\tb\n\t\tc", "ul(-(a p(b\n\tc)))");
    check("1986. A great year", "ol(1986.(A great year))");
    check("3) x\n7) y\n- z", "ol(3)(x) 7)(y)) ul(-(z))");
    check("* a\n  ```\n  x\n    y\n  ```", "ul(-(a code[|x\n  y]))");
}

#[test]
fn an_action_and_a_few_emoji_are_told() {
    let said = parse("/me *waves*");
    assert!(said.emote);
    assert_eq!(all_text(&said), "waves");
    assert!(!parse("/me ").emote && !parse("/mean").emote && !parse(" /me x").emote);
    for lone in ["👍", " 👍 🎉\n", "👩‍👩‍👧🇳🇴#️⃣", "✋🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "©️"]
    {
        assert!(parse(lone).lone_emoji, "{lone:?}");
    }
    for other in ["", "👍👍👍👍", "a👍", "👍!", "1", "#", "12", "©", "→", "ﷺ", "é", "\u{200d}", "👍\u{200d}", "🇳"]
    {
        assert!(!parse(other).lone_emoji, "{other:?}");
    }
    for emoji in emojis::iter().flat_map(|emoji| emoji.skin_tones().into_iter().flatten().chain([emoji])) {
        assert_eq!(super::emoji::length(emoji.as_str()), emoji.as_str().len(), "{emoji:?}");
    }
}

#[test]
fn a_line_without_markup_is_cut_where_it_is_too_long() {
    let check = |text, most, want| assert_eq!(plain(text, most), want, "{text:?}");
    check("**a**  b\n\n- c\n2. [d](http://e.example)\n> `f`\n```rs\ng\n```", 99, "a b c 2. d f g");
    check("[bank.example](http://evil.example)", 99, "bank.example (evil.example)");
    check("/me waves", 9, "waves");
    check("ééééé", 5, "ééééé");
    check("ééééé", 4, "ééé…");
    check("ab cd", 3, "ab…");
}

#[test]
fn mentions_are_the_longest_names() {
    let check = |text, want: &[&str]| {
        let names = ["Ana", "Ana Bel", "", "ليلى", "a*b", "小明"];
        let parts: Vec<&str> = mentions(text, &names)
            .into_iter()
            .map(|part| match part {
                Part::Text(text) => text,
                Part::Mention { typed, name } => {
                    assert_eq!(typed[1..].to_lowercase(), names[name].to_lowercase());
                    typed
                }
            })
            .collect();
        assert_eq!(parts, want, "{text:?}");
    };
    check("", &[]);
    check("hi @Ana!", &["hi ", "@Ana", "!"]);
    check("@Ana Bel @Ana B", &["@Ana Bel", " ", "@Ana", " B"]);
    check("@ana @ANA BEL", &["@ana", " ", "@ANA BEL"]);
    check("@Anaïs @Ana2 @Ana_ bob@Ana é@Ana @", &["@Anaïs @Ana2 @Ana_ bob@Ana é@Ana @"]);
    check("@@Ana👍@ليلى", &["@", "@Ana", "👍", "@ليلى"]);
    check("(@a*b)@小明。", &["(", "@a*b", ")", "@小明", "。"]);
}

/// Texts of what means something here, so that it meets.
fn texts() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```",
        "~~~",
        "[",
        "]",
        "](",
        ")",
        "(",
        "<",
        ">",
        "> ",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "  ",
        "- ",
        "1. ",
        "\\",
        "http://a.example",
        "mailto:a@b",
        "@Ana",
        "é",
        "👍",
        "word",
        "\u{202e}",
        "\t",
        ".",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_that_is_no_markup_is_lost(text in texts()) {
        let kept = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace() && !"*_~`[]()<>\\-".contains(*c)).collect()
        };
        // An address that words lead to is not text. It goes on to the bracket's end, whatever stands behind it.
        let without_addresses = |text: &str| {
            let mut parts = text.split("](");
            let first = parts.next().unwrap_or_default().to_owned();
            parts.fold(first, |text, part| match part.split_once(')') {
                Some((address, rest))
                    if ["http://a.example", "mailto:a@b"].iter().any(|known| address.starts_with(known))
                        && !address.contains(char::is_whitespace) =>
                {
                    text + rest
                }
                _ => text + "](" + part,
            })
        };
        let drawn = all_text(&parse(&text));
        let of = |text: &str| kept(&without_addresses(text));
        prop_assert_eq!(of(&drawn), of(&text), "{}", notation(&text));
    }

    #[test]
    fn a_text_without_markup_is_one_paragraph_as_typed(text in "[a-z é.,:;!?()👍]{1,60}") {
        let said = parse(&text);
        prop_assert_eq!(said.as_words(), Some(&[Inline::Text(&text)][..]));
    }

    #[test]
    fn the_parts_are_the_text(text in "(@|Ana|Bel| |é){0,20}") {
        let joined: String = mentions(&text, &["Ana", "AnaBel", "Bel"])
            .into_iter()
            .map(|part| match part { Part::Text(part) | Part::Mention { typed: part, .. } => part })
            .collect();
        prop_assert_eq!(joined, text);
    }
}
