"""The `keystone` command."""
