"""Pictures of the folder, made ready for mail."""
