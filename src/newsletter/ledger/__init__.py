"""The ledger: an issue is planned, claimed, sent, recorded and settled, and every reader of it can be accounted for."""
