"""How people come onto a list and leave it: sign-ups, confirmations, and the mails that answer them."""
