"""SendGrid: up to 1,000 readers a call, taken whole or not at all; it reports events by a webhook."""
