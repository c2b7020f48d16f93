"""How often the kit is right on made-up customers whose truth is known: cases, their store, their table."""
