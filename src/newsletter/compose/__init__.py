"""Posts become an issue, and an issue becomes an edition: the draft, the templates, the gaps, the MJML, the plain text."""
