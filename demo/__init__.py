"""The invented city of Yunchuan (云川市): files in the real templates, made from a seed, about nobody who exists."""

from demo.cast import CAST
from demo.city import City
from demo.files import Written
from demo.sheets import penalty_rows, write_penalties

__all__ = ["CAST", "City", "Written", "penalty_rows", "write_penalties"]
