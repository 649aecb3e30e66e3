"""The studio: the pages that editors keep open all week."""
