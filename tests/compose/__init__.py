"""Rendering: from posts and a template to an edition."""
