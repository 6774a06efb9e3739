"""Whom to inspect: drawn at random by the shares of the lawbook, from a seed that was committed before and can be published after."""
