"""How shops of firms are rated by a published method, from trades as platforms file them; of a natural person there is no rating."""
