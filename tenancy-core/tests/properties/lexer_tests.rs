//! The lexer beside the manual: so that a property that holds says something.

use crate::lexer::Token::{Ident, Mark, Number, Operator, Parameter, Text, Word};
use crate::lexer::{Strings, scan};

#[test]
fn the_lexer_reads_what_postgresql_reads() {
    let text = |text: &str| Text(text.to_owned());
    let word = |word: &str| Word(word.to_owned());
    let ident = |name: &str| Ident(name.to_owned());
    for (sql, tokens) in [
        ("SELECT 'a''b'", vec![word("select"), text("a'b")]),
        (r"'a\' E'a\\\'b''c' xE'd'", vec![text(r"a\"), text(r"a\'b'c"), word("xe"), text("d")]),
        ("'a'\n 'b' 'c'", vec![text("ab"), text("c")]),
        ("'a' -- '\n'b'", vec![text("ab")]),
        (
            "1 - -1 -> *",
            vec![
                Number("1".into()),
                Operator("-".into()),
                Operator("-".into()),
                Number("1".into()),
                Operator("->".into()),
                Operator("*".into()),
            ],
        ),
        (r#""a""b"."c" "--" "/*""#, vec![ident("a\"b"), Mark('.'), ident("c"), ident("--"), ident("/*")]),
        ("a--'\nb/*'/*\"*/;*/c", vec![word("a"), word("b"), word("c")]),
        ("$$a'b$$ $x$ $$ $x$ $1 a$b", vec![text("a'b"), text(" $$ "), Parameter("1".into()), word("a$b")]),
        (
            "1.5e-3<=.5::é",
            vec![
                Number("1.5e-3".into()),
                Operator("<=".into()),
                Number(".5".into()),
                Operator("::".into()),
                word("é"),
            ],
        ),
    ] {
        assert_eq!(scan(sql, Strings::Standard).unwrap(), tokens, "{sql}");
    }
    assert_eq!(scan(r"'a\'b'", Strings::Escaping).unwrap(), [text("a'b")]);
    for broken in ["'a", "\"a", "/* /* */", "$a$ $b$", "\"\"", "'\0'", "1a", "\\", "$a"] {
        assert!(scan(broken, Strings::Standard).is_err(), "{broken}");
    }
}
