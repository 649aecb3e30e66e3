"""The outbox: practice mail as files on this machine."""
