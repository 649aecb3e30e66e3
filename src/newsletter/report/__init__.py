"""What came of it: an issue in numbers, one reader's copy in a sentence, the ledger as evidence."""
