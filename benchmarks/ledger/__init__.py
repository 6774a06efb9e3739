"""The provable ledger: what it costs whoever writes, how soon what was written is signed, and what a proof costs."""
