"""Places to talk: channels, memberships, bans and invitations."""
