"""Alembic's history of the tables: each file is one change, never edited once released."""
