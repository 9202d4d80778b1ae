"""Change: what differs between two versions, and whether a change plan covers it. Pure."""
