"""Pure: whether a ledger is whole, and which gates are open, by whom and until when."""
