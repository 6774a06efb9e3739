"""Goods' trails: what was said to have happened to goods, by whom, where and when; traced forward and backward, and recalled."""
