"""Amazon SES: one call a reader, each with an answer of its own; it reports events by way of SNS."""
