"""Who may come into the studio, and how they prove who they are."""
