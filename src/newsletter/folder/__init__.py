"""The newsletter's folder on disk: posts, issues and templates as files that people can read and diff."""
