"""Sealing keeps what it is given, and nothing else opens it."""

import base64
import hashlib
import threading
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.keyfile import KeyFile, KeyFileNotUsable, keys_in_files
from chengxin.kernel.sealing import (
    AES_SHA256,
    SM4_SM3,
    SUITES,
    Blind,
    Key,
    KeysHeld,
    Seal,
    SealBroken,
    SealKeyMissing,
    Suite,
    SuiteUnknown,
    suite_named,
)

ROW = {"处罚决定书文号": "某市监罚〔2026〕1号", "罚款金额": "1.5", "法定代表人": "某人"}
BOTH = pytest.mark.parametrize("suite", SUITES.values(), ids=SUITES)


def key(suite: Suite = AES_SHA256, version: int = 1, secret: bytes = b"k" * 32) -> Key:
    return Key(version, suite, secret)


@pytest.fixture(params=list(SUITES.values()), ids=list(SUITES))
def seal(tmp_path: Path, request: pytest.FixtureRequest) -> Seal:
    return Seal(KeyFile(tmp_path / "intake.key", request.param))


def test_a_sealed_row_comes_back_and_reads_as_nothing(seal: Seal) -> None:
    sealed = seal.seal_json(ROW, b"intake")
    assert "某人".encode() not in sealed
    assert seal.unseal_json(sealed, b"intake") == ROW


@given(plain=st.binary(), about=st.binary())
def test_any_bytes_come_back(plain: bytes, about: bytes) -> None:
    for suite in SUITES.values():
        seal = Seal(KeysHeld((key(suite),)))
        assert seal.unseal(seal.seal(plain, about), about) == plain


def test_the_same_row_is_never_sealed_to_the_same_bytes(seal: Seal) -> None:
    assert len({seal.seal(b"x") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("at", [8, 19, 20, -1])
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
    sealed = Seal(KeyFile(tmp_path / "other.key")).seal(b"plain")
    with pytest.raises(SealKeyMissing, match=sealed[:8].hex()):
        seal.unseal(sealed)


def test_sm4_gcm_is_that_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    secret, nonce = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"), bytes.fromhex("00001234567800000000ABCD")
    about = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex("AA" * 8 + "BB" * 8 + "CC" * 8 + "DD" * 8 + "EE" * 8 + "FF" * 8 + "EE" * 8 + "AA" * 8)
    due = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735D82710CA5C22F0CCFA7CBF93D496AC15"
        "A56834CBCF98C397B4024A2691233B8D" + "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    cipher = SM4_SM3.cipher(secret + b"not used" * 2)
    assert cipher.encrypt(nonce, plain, about) == due
    assert cipher.decrypt(nonce, due, about) == plain


def test_aes_gcm_is_that_of_its_specification() -> None:
    """McGrew and Viega, The Galois/Counter Mode of Operation, appendix B, test case 16."""
    secret = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
    plain = bytes.fromhex(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    about, nonce = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"), bytes.fromhex("cafebabefacedbaddecaf888")
    due = bytes.fromhex(
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b"
    )
    assert AES_SHA256.cipher(secret).encrypt(nonce, plain, about) == due


def test_the_macs_are_hmac_with_sha_256_and_with_sm3() -> None:
    """RFC 4231, test case 2; HMAC (RFC 2104) over SM3, whose example is GB/T 32905-2016, A.1."""
    assert AES_SHA256.mac(b"Jefe", b"what do ya want for nothing?").hex() == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert _sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    padded = b"a key".ljust(64, b"\x00")
    inner = _sm3(bytes(c ^ 0x36 for c in padded) + b"words")
    assert SM4_SM3.mac(b"a key", b"words") == _sm3(bytes(c ^ 0x5C for c in padded) + inner)


def _sm3(text: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes

    digest = hashes.Hash(hashes.SM3())
    digest.update(text)
    return digest.finalize()


def test_a_sealed_value_says_its_suite_and_key_version() -> None:
    for suite in SUITES.values():
        sealed = Seal(KeysHeld((key(suite, 1), key(suite, 7, b"n" * 32)))).seal(b"plain")
        assert (sealed[0], int.from_bytes(sealed[1:4], "big")) == (suite.number, 7)


@pytest.mark.parametrize("at", range(8))
def test_what_it_says_of_itself_cannot_be_changed(at: int) -> None:
    """Not even to what another key of the ring, of the other suite, would say."""
    mine, other = key(AES_SHA256, 1), key(SM4_SM3, 2, b"n" * 32)
    seal = Seal(KeysHeld((other, mine)))
    sealed = bytearray(seal.seal(b"plain"))
    sealed[at] ^= 1
    with pytest.raises((SealBroken, SealKeyMissing)):
        seal.unseal(bytes(sealed))
    with pytest.raises(SealBroken):
        seal.unseal(other.header + bytes(sealed[8:]))


def test_values_of_an_earlier_release_stay_readable(tmp_path: Path) -> None:
    """Their key is a line of base64 alone, and they begin with four bytes that name it."""
    secret = b"s" * 32
    path = tmp_path / "intake.key"
    path.write_text(base64.b64encode(secret).decode() + "\n", encoding="ascii")
    name = hashlib.sha256(b"chengxin key id" + secret).digest()[:4]
    old = name + b"n" * 12 + AESGCM(secret).encrypt(b"n" * 12, b"plain", b"about")
    keys = KeyFile(path)
    assert Seal(keys).unseal(old, b"about") == b"plain"
    with pytest.raises(SealBroken):
        Seal(keys).unseal(old, b"elsewhere")
    keys.add(Key.drawn(2, SM4_SM3))
    seal = Seal(keys)
    assert seal.unseal(old, b"about") == b"plain"
    assert seal.current.suite is SM4_SM3 and [each.version for each in keys.read()] == [1, 2]
    assert seal.unseal(old, b"about") == b"plain"


@BOTH
def test_whoever_runs_already_learns_of_a_new_key_and_forgets_no_old_one(tmp_path: Path, suite: Suite) -> None:
    keys = KeyFile(tmp_path / "intake.key")
    reader, writer = Seal(keys), Seal(keys)
    old = reader.seal(b"old")
    keys.add(Key.drawn(2, suite))
    new = writer.seal(b"new")
    assert int.from_bytes(new[1:4], "big") == 2
    assert reader.unseal(new) == b"new" and reader.unseal(old) == b"old"
    keys.retire(1)
    assert reader.unseal(old) == b"old"  # it had read the row before
    with pytest.raises(SealKeyMissing):
        Seal(keys).unseal(old)


def test_readers_never_fail_while_keys_are_added(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "intake.key")
    seal, failed, over = Seal(keys), [], threading.Event()
    values = [seal.seal(b"0")]

    def read() -> None:
        mine = Seal(keys)
        while not over.is_set():
            try:
                mine.unseal(values[-1])
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for version in range(2, 30):
        keys.add(Key.drawn(version, AES_SHA256))
        values.append(seal.seal(b"x"))
    over.set()
    for thread in threads:
        thread.join()
    assert failed == [] and len({value[:8] for value in values}) == 29


def test_the_key_file_is_its_owners_alone_and_is_made_once(tmp_path: Path) -> None:
    keys = keys_in_files("intake", tmp_path / "keys", AES_SHA256)
    first = Seal(keys).current
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert Seal(keys).current == first
    keys.add(Key.drawn(2, SM4_SM3))
    assert keys.path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in keys.path.parent.iterdir()] == ["intake.key"]


@pytest.mark.parametrize(
    "text",
    ["", "not base64!", "c2hvcnQ=", f"1 des {'A' * 43}=", f"x aes-256-gcm-sha-256 {'A' * 43}=", f"{'A' * 43}=\n" * 2 + f"1 sm4-gcm-sm3 {'A' * 43}="],
)  # fmt: skip
def test_a_spoilt_key_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "intake.key"
    path.write_text(text, encoding="ascii")
    with pytest.raises(KeyFileNotUsable, match="intake.key"):
        Seal(KeyFile(path))


def test_a_suite_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(SuiteUnknown, match="aes-256-gcm-sha-256, sm4-gcm-sm3"):
        suite_named("rot13")


@BOTH
def test_a_mark_finds_equality_and_nothing_else(suite: Suite) -> None:
    blind = Blind(KeysHeld((key(suite),)))
    mark = blind.marks("citizen-number", "number", "390102197001010019")
    assert mark == blind.marks("citizen-number", "number", "390102197001010019")
    others = [
        blind.marks("citizen-number", "number", "390102197001010018"),
        blind.marks("passport", "number", "390102197001010019"),
        blind.marks("citizen-number", "name", "390102197001010019"),
        blind.marks("citizen-numbern", "umber", "390102197001010019"),
        Blind(KeysHeld((key(suite, secret=b"o" * 32),))).marks("citizen-number", "number", "390102197001010019"),
    ]
    assert mark not in others and len({found[1] for found in others}) == 5
    assert len(mark[1]) == 32


def test_a_value_has_a_mark_under_each_key_of_the_index(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "index.key")
    blind = Blind(keys)
    before = blind.marks("s", "f", "v")
    keys.add(Key.drawn(2, SM4_SM3))
    assert blind.marks("s", "f", "v") == before | {2: blind.marks("s", "f", "v")[2]}
    assert blind.marks("s", "f", "v")[2] != before[1]


def test_no_secret_stands_in_what_a_key_prints() -> None:
    assert "kkk" not in repr(key()) and "6b6b" not in repr(key())


def test_a_hundred_thousand_rows_are_sealed_within_seconds(seal: Seal) -> None:
    begun = time.perf_counter()
    for _ in range(100_000):
        seal.seal_json(ROW)
    assert time.perf_counter() - begun < 10  # about 0.6 s on one quiet core
