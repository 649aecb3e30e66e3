"""What only a live SendGrid account can show: `make live`, or the same checks against the stand-in in `make test`."""
