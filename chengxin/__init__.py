"""chengxin (诚信): an open public-credit and e-commerce-integrity platform."""

__version__ = "0.1.0"
