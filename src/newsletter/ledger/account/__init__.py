"""Where every reader of an issue stands, counted from the ledger."""
