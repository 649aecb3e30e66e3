"""Other words for an issue that went: who has which, and whom the mail about it is for."""
