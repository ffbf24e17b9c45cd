//! Pages for people. Everything that is not written here is escaped.

use rocket::http::{Header, Status};
use rocket::response::content::RawHtml;
use rocket::response::{self, Responder};
use rocket::{Request, Response};

/// Text as it may stand in an element or in a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

/// A whole page. No scripts, no assets of others.
#[derive(Debug)]
pub(crate) struct HtmlPage {
    status: Status,
    html: String,
}

impl HtmlPage {
    /// A page with a title in plain text and a body in HTML.
    pub(crate) fn new(status: Status, title: &str, body: &str) -> Self {
        let title = escape(title);
        let html = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n<main>\n<h1>{title}</h1>\n{body}</main>\n</html>\n"
        );
        Self { status, html }
    }
}

impl<'r> Responder<'r, 'static> for HtmlPage {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        Response::build_from(RawHtml(self.html).respond_to(request)?)
            .status(self.status)
            .header(Header::new(
                "Content-Security-Policy",
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
            ))
            .ok()
    }
}

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --quiet: light-dark(#555, #aaa); --accent: light-dark(#0b57a4, #8ec5ff) }
body { margin: 0; font: 1rem/1.6 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; letter-spacing: -.02em }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem }
p { margin: .5rem 0 }
.quiet { color: var(--quiet) }
a { color: var(--accent) }
pre { overflow-x: auto; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .85rem; line-height: 1.5 }
table { width: 100%; border-collapse: collapse; margin: .75rem 0 }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--quiet); font-size: .85rem }
.status { border: 1px solid var(--line); border-radius: 1rem; padding: .05rem .6rem; font-size: .8rem; white-space: nowrap }
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(escape(r#"<a href="x" b='&'>"#), "&lt;a href=&quot;x&quot; b=&#39;&amp;&#39;&gt;");
    }
}
