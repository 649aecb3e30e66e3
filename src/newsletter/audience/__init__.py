"""Who may be mailed: checked addresses, imports that never lower protection, and exports that leave nobody out."""
