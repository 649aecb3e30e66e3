"""What no subject owns of the database: its connections, column types, locks, migrations and backups, on SQLite and PostgreSQL."""
