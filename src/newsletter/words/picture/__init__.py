"""Pictures: what is said of them where they stand."""
