"""What the owner is to be told: written in the transaction of the fact, and handed over later."""
