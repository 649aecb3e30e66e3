"""Makes posts of what people find: a page, a text, a Markdown file."""
