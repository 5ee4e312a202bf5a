"""Embed chat in any application: accounts, channels and messages behind a `UseCaseFactory`."""
