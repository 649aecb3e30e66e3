"""Who can carry the mail: SendGrid, and the outbox on this machine's disk."""
