//! Markdown as HTML, for what comes from traces and policies too: nothing of it becomes markup of the page.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Markdown as HTML: tables may be scrolled, headings go one level down, and HTML in it is text.
pub(super) fn html(markdown: &str) -> String {
    let mut out = String::new();
    pulldown_cmark::html::push_html(&mut out, Parser::new_ext(markdown, Options::ENABLE_TABLES).flat_map(adapted));
    out
}

/// One line of Markdown, without the paragraph around it.
pub(super) fn inline(markdown: &str) -> String {
    let html = html(markdown);
    let html = html.trim();
    html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>")).unwrap_or(html).to_owned()
}

/// The sections of a page of Markdown, each with its title: what stands below a heading of the second level.
pub(super) fn sections(markdown: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        fence = match (fence, line.get(..ticks).filter(|ticks| ticks.len() > 2)) {
            (None, opened) => opened,
            (Some(open), Some(ticks)) if ticks == open && line == ticks => None,
            (open, _) => open,
        };
        match (line.strip_prefix("## ").filter(|_| fence.is_none()), sections.last_mut()) {
            (Some(title), _) => sections.push((title.to_owned(), String::new())),
            (None, Some((_, body))) => body.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    sections
}

/// Plain text between tags or quotation marks.
pub(super) fn attribute(text: &str) -> String {
    let text = crate::error::printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn adapted(event: Event) -> Vec<Event> {
    match event {
        Event::Html(html) | Event::InlineHtml(html) => vec![Event::Text(html)],
        Event::Start(Tag::Table(columns)) => vec![Event::Html("<div class=\"scroll\">".into()), Event::Start(Tag::Table(columns))],
        Event::End(TagEnd::Table) => vec![Event::End(TagEnd::Table), Event::Html("</div>\n".into())],
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            vec![Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })]
        }
        Event::End(TagEnd::Heading(level)) => vec![Event::End(TagEnd::Heading(lower(level)))],
        // No page that needs nothing beside it leads elsewhere because a trace says so.
        Event::Start(Tag::Link { .. } | Tag::Image { .. }) | Event::End(TagEnd::Link | TagEnd::Image) => Vec::new(),
        other => vec![other],
    }
}

fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_in_code_are_code() {
        let page = "# a\nlead\n## b\n````toml\n## c\n```\n## d\n````\n## e `f`\ntext\n";
        let expected = [("b", "````toml\n## c\n```\n## d\n````\n"), ("e `f`", "text\n")];
        assert_eq!(sections(page), expected.map(|(title, body)| (title.to_owned(), body.to_owned())));
    }

    #[test]
    fn names_do_not_become_markup() {
        let hostile = "<script>alert(1)</script> [a](javascript:x) ![b](http://c) <b>";
        let page = html(hostile);
        assert!(!page.contains("<script") && !page.contains("href") && !page.contains("src") && !page.contains("<b>"), "{page}");
        assert_eq!(inline("a `b<c` d"), "a <code>b&lt;c</code> d");
        assert_eq!(attribute("a\"<b>&"), "a&quot;&lt;b&gt;&amp;");
        let table = html("| a | b |\n| --- | --: |\n| `x` | 1 |\n");
        assert!(table.starts_with("<div class=\"scroll\"><table>") && table.trim().ends_with("</table>\n</div>"), "{table}");
    }
}
