"""What somebody pastes from another program, with its formatting: made into Markdown, and what is left out is told."""
