//! Texts that were made to hurt: each is read in steps that grow with its length alone, and comes out whole.

use super::{super::steps, DEPTH, Inline, all_text, check, mentions, parse, plain};
use crate::limits::LIMITS;

/// The most steps for each byte.
const STEPS: usize = 40;

/// Texts of at least so many bytes: each of these, again and again.
fn worst() -> Vec<String> {
    let again = [
        "[",
        "]",
        "[](",
        "](",
        "[a](",
        "[a](http://",
        "((((",
        "[a](http://b(",
        "![",
        "*",
        "**",
        "***",
        "*a ",
        "**a ",
        "*a_b~~c",
        "a* ",
        "_",
        "_a ",
        "~~a ",
        "*a **b ",
        "***a* b",
        "*a* ",
        "**a*b",
        "`",
        "`a",
        "``a`",
        "\\",
        "\\`",
        "\\.",
        "1\\.",
        "> ",
        ">",
        "> > ",
        "- ",
        "  - a\n",
        "- a\n",
        " - a\n",
        "> - a\n",
        "1. ",
        "1.",
        "9",
        " ",
        "\n",
        "\t",
        "a\n\n",
        "```\n",
        "~~~\n",
        "````\n```\n",
        "<",
        "<http://",
        "<http://a ",
        "http://",
        "http://a ",
        "http://a)",
        "h",
        "http",
        "http://a..",
        "http://a]",
        "mailto:",
        "mailto:a@",
        "https://a@",
        "@",
        "@a",
        "😀",
        "👍\u{200d}",
        "\u{202e}",
        "e\u{301}",
        "\u{200b}",
        "<b>",
        "&lt;",
        "\r",
        "\r\n",
        "(http://a_(b)",
    ];
    let mut texts: Vec<String> = again.iter().map(|piece| piece.repeat(LIMITS.text_bytes / piece.len())).collect();
    let growing = |mark: &str| (1..180).map(|n| mark.repeat(n) + "a").collect::<String>();
    texts.extend(["`", "*", "_", "~", "[", ">"].map(growing));
    texts.push((1..180).map(|n| "`".repeat(n) + "\n").collect());
    texts.push((0..170).map(|n| " ".repeat(n) + "- a\n").collect());
    texts.push((0..170).rev().map(|n| " ".repeat(n) + "- a\n").collect());
    texts.push("[".repeat(8_000) + &"](http://a".repeat(800));
    texts.push("[".repeat(5_000) + &"]".repeat(5_000) + &"(".repeat(6_000));
    texts.push("http://a".to_owned() + &")".repeat(16_000));
    texts.push("*a ".repeat(2_700) + &" a*".repeat(2_700));
    texts.push(" ".repeat(8_000) + &"\\-".repeat(4_000));
    texts.push("1".repeat(8_000) + &"\\.".repeat(4_000));
    texts.push("x".repeat(4_000));
    texts
}

#[test]
fn reading_takes_steps_in_proportion_to_the_text() {
    for text in worst() {
        let _before = steps::taken();
        let said = parse(&text);
        let taken = steps::taken();
        assert!(taken <= STEPS * text.len() + 1_000, "{taken} steps for {} bytes of {:.20?}", text.len(), text);
        assert!(super::notation::depth(&said) <= 3 * DEPTH + 2, "{text:.20?}");
    }
}

#[test]
fn what_is_nested_too_deep_is_text() {
    let deep = "> ".repeat(40) + "x";
    let said = parse(&deep);
    assert_eq!(super::notation::depth(&said), DEPTH + 2);
    assert_eq!(all_text(&said), "> ".repeat(40 - DEPTH) + "x");
    // Twelve marks are open: the four oldest are given up.
    let marks: Vec<_> = (0..12).map(|n| if n % 2 == 0 { "*" } else { "_" }).collect();
    let open: String = marks.iter().flat_map(|mark| [*mark, "a "]).collect();
    let close: String = marks.iter().rev().flat_map(|mark| ["b", *mark, " "]).collect();
    let text = format!("{open}{close}");
    let said = parse(&text);
    assert!(super::notation::depth(&said) <= DEPTH + 2);
    assert_eq!(all_text(&said).replace(['*', '_'], ""), text.replace(['*', '_'], ""));
}

#[test]
fn markup_of_another_language_is_text() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "\"><script>alert(1)</script>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe srcdoc=\"&lt;script&gt;alert(1)&lt;/script&gt;\">",
        "</li></ol><h1>x</h1>",
        "<!--",
        "]]>",
        "{{constructor.constructor('alert(1)')()}}",
        "&#x3C;script&#x3E;",
        "%3Cscript%3E",
        "<style>body{display:none}</style>",
        "x\u{202e}\u{2066}\u{202e}gpj",
        "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}a\u{30a}\u{30b}l\u{30d}go",
        "\u{200b}\u{200d}\u{feff}x",
    ] {
        check(text, &format!("p({text})"));
    }
    // Attributes cannot be broken out of, and no scheme is let in by a trick.
    check("[x](https://a.example/\"onmouseover=alert(1))", "p([x](a[https://a.example/]\"onmouseover=alert(1)))");
    check("[x](https://a.example/'onmouseover=alert(1))", "p(a[https://a.example/'onmouseover=alert(1)|x])");
    check("[x]( javascript:alert(1))", "p([x]( javascript:alert(1)))");
    check("[x](&#106;avascript:alert(1))", "p([x](&#106;avascript:alert(1)))");
    check("[x](\u{a0}https://a.example)", "p([x](\u{a0}a[https://a.example]))");
}

#[test]
fn thousands_of_links_are_links() {
    let text = "http://a.example ".repeat(900);
    let links = parse(&text);
    let links = links.as_words().unwrap().iter().filter(|inline| matches!(inline, Inline::Link { .. })).count();
    assert_eq!(links, 900);
    let named = "[a](http://b.example)".repeat(700);
    assert_eq!(parse(&named).as_words().unwrap().len(), 700);
}

#[test]
fn many_mentions_are_few_steps() {
    let names: Vec<String> = (0..100).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let text = "@a ".repeat(2_000);
    let _before = steps::taken();
    let _parts = mentions(&text, &names);
    assert_eq!(steps::taken(), 2_000 * names.len());
}

#[test]
fn a_line_of_anything_is_short() {
    for text in worst() {
        assert!(plain(&text, 80).chars().count() <= 80);
    }
}
