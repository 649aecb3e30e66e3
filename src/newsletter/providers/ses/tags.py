"""Message tags: what travels with a mail through SES, and comes back in each event about it."""

ATTEMPT = "nl_attempt"
DELIVERY = "nl_delivery"
