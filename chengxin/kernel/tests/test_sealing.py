"""Sealing keeps what it is given, and nothing else opens it."""

import base64
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.sealing import KeyFileNotUsable, Seal, SealBroken, SealKeyMissing

ROW = {"处罚决定书文号": "某市监罚〔2026〕1号", "罚款金额": "1.5", "法定代表人": "某人"}


@pytest.fixture
def seal(tmp_path: Path) -> Seal:
    return Seal.of_file(tmp_path / "intake.key")


def test_a_sealed_row_comes_back_and_reads_as_nothing(seal: Seal) -> None:
    sealed = seal.seal_json(ROW, b"intake")
    assert "某人".encode() not in sealed
    assert seal.unseal_json(sealed, b"intake") == ROW


@given(plain=st.binary(), about=st.binary())
def test_any_bytes_come_back(plain: bytes, about: bytes) -> None:
    seal = Seal(current=b"test", keys={b"test": AESGCM(b"k" * 32)})
    assert seal.unseal(seal.seal(plain, about), about) == plain


def test_the_same_row_is_never_sealed_to_the_same_bytes(seal: Seal) -> None:
    assert len({seal.seal(b"x") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("at", [4, 15, 16, -1])
def test_a_changed_byte_is_caught(seal: Seal, at: int) -> None:
    sealed = bytearray(seal.seal(b"plain"))
    sealed[at] ^= 1
    with pytest.raises(SealBroken):
        seal.unseal(bytes(sealed))


def test_a_value_moved_to_another_place_is_caught(seal: Seal) -> None:
    with pytest.raises(SealBroken):
        seal.unseal(seal.seal(b"plain", b"row 1"), b"row 2")


@pytest.mark.parametrize("sealed", [b"", b"1234", b"x" * 31])
def test_a_cut_value_is_caught(seal: Seal, sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        seal.unseal(sealed)


def test_a_value_of_another_key_names_the_missing_key(seal: Seal, tmp_path: Path) -> None:
    sealed = Seal.of_file(tmp_path / "other.key").seal(b"plain")
    with pytest.raises(SealKeyMissing, match=sealed[:4].hex()):
        seal.unseal(sealed)


def test_a_new_key_seals_while_the_old_one_still_unseals(tmp_path: Path) -> None:
    path = tmp_path / "intake.key"
    old = Seal.of_file(path).seal(b"old")
    with path.open("a", encoding="ascii") as file:
        file.write(base64.b64encode(b"k" * 32).decode() + "\n")
    both = Seal.of_file(path)
    assert both.unseal(old) == b"old"
    assert both.seal(b"new")[:4] != old[:4]


def test_the_key_file_is_its_owners_alone_and_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "intake.key"
    first = Seal.of_file(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Seal.of_file(path).current == first.current
    assert [each.name for each in tmp_path.iterdir()] == ["intake.key"]


@pytest.mark.parametrize("text", ["", "not base64!", "c2hvcnQ="])
def test_a_spoilt_key_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "intake.key"
    path.write_text(text, encoding="ascii")
    with pytest.raises(KeyFileNotUsable, match="intake.key"):
        Seal.of_file(path)


def test_a_hundred_thousand_rows_are_sealed_within_seconds(seal: Seal) -> None:
    begun = time.perf_counter()
    for _ in range(100_000):
        seal.seal_json(ROW)
    assert time.perf_counter() - begun < 10  # about 0.6 s on one quiet core
