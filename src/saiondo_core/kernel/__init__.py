"""What every feature stands on: errors, events, ports, rights, concurrency, paging and text."""
