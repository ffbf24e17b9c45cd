//! That a misuse in `misuse.md` fails to compile for the line that is the misuse: each block of `compile_fail` is, but
//! for one line, the last block that compiles. The blocks themselves are documentation tests.
#![allow(clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

/// The attributes and lines of every code block.
fn blocks(text: &str) -> Vec<(&str, Vec<&str>)> {
    text.split("\n```")
        .skip(1)
        .step_by(2)
        .map(|block| {
            let mut lines = block.lines();
            (lines.next().unwrap_or_default(), lines.collect())
        })
        .collect()
}

#[test]
fn each_misuse_differs_from_its_use_in_one_line() {
    let mut compiles: Option<Vec<&str>> = None;
    let mut misuses = 0;
    for (attributes, lines) in blocks(include_str!("misuse.md")) {
        if !attributes.starts_with("compile_fail") {
            assert_eq!(attributes, "no_run", "a block that compiles runs nothing");
            compiles = Some(lines);
            continue;
        }
        let twin = compiles.as_ref().expect("a use stands in front of each misuse");
        assert_eq!(lines.len(), twin.len(), "{lines:#?}");
        let differing = lines.iter().zip(twin).filter(|(misuse, proper)| misuse != proper).count();
        assert_eq!(differing, 1, "{lines:#?}");
        misuses += 1;
    }
    assert!(misuses > 15, "the blocks were not found: {misuses}");
}
