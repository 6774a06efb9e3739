"""How fast events are captured, and goods traced through them, beside a plain recursive query."""
