"""Commands that gather what an issue is made of."""
