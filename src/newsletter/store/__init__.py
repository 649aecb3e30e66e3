"""The database: SQLAlchemy Core tables, queries and migrations for SQLite and PostgreSQL behind the ports."""
