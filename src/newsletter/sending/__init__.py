"""The ledger's verbs: plan an issue, send its parcels, settle what is in doubt."""
