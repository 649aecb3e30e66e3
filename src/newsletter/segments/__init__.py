"""Questions about readers: tags, saved segments, what readers did with the last issues, and the SQL of all that."""
