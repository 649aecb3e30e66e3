"""What the columns and cells of other systems' exports say."""
