"""Alembic's history of the tables: each file is one change, and is never edited once released."""
