"""For tests, ours and other people's: doubles, fault tools, fixtures and contract suites."""
