"""The studio's users: how they prove who they are, and how wrong tries are slowed down."""
