"""An example of a provider, made by docs/adding-a-provider.md: mail as lines of JSON in a file."""
