"""A small log made here, and whatever can be done to it: each is found, and named."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin_verify import cli
from chengxin_verify.commands.checkpoints import file_name
from chengxin_verify.entries import canonical, commitment_of, file_receipt_text, json_read, line_leaf, receipt_text
from chengxin_verify.errors import Unfit
from chengxin_verify.notes import Checkpoint, Key, Note, checkpoint_opened, note_write
from chengxin_verify.tree import leaf_hash, node_hash, root_of

ORIGIN = "example.com/log"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = Key(ORIGIN, PRIVATE.public_key().public_bytes_raw())
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
SIGNERS = [(KEY, PRIVATE)]


def line(position: int, detail: dict[str, Any] | None = None, event: str = "checks.check.answered") -> dict[str, Any]:
    entry = 10 + 2 * position
    text = canonical(
        {
            "id": entry,
            "at": 5,
            "actor": "甲",
            "event": event,
            "purpose": "",
            "subject": None,
            "object": "",
            "detail": detail or {},
        }
    )
    salt = bytes([position]) * 16
    return {
        "position": position,
        "entry": entry,
        "commitment": commitment_of(salt, text).hex(),
        "salt": salt.hex(),
        "text": text,
    }


LINES = [line(at) for at in range(6)] + [line(6, {"entries": [[12, 13], [20, 20]]}, "ledger.entry.erased")]


def leaves(lines: list[dict[str, Any]]) -> list[bytes]:
    return [leaf_hash(bytes.fromhex(each["commitment"])) for each in lines]


def note(size: int) -> str:
    return note_write(Checkpoint(ORIGIN, size, root_of(leaves(LINES)[:size])).text, SIGNERS)


@pytest.fixture()
def verify(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, dict[str, Any]]]:
    def run(*words: object) -> tuple[int, dict[str, Any]]:
        status = cli.run([*map(str, words), "--key", KEY.written, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def codes(found: dict[str, Any]) -> list[str]:
    return [each["code"] for each in found["findings"]]


def written(path: Path, value: object) -> Path:
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


# --- notes and keys, byte for byte ----------------------------------------------------------------------------------------------


def test_a_note_of_the_specification_is_read_and_its_signature_line_is_taken_apart() -> None:
    told = (
        "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
        "— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n"
    )
    found = Note.read(told)
    assert found.text.endswith("\n\ned è subito sera.\n") and len(found.text.split("\n")) == 5
    ((name, mark, signature),) = found.signatures
    assert (name, mark.hex(), len(signature)) == ("quasimodo.example/salvatore", "367ba04b", 64)


def test_a_checkpoint_of_the_specification_is_read_and_written_again_alike() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    found = Checkpoint.read(text)
    assert (found.origin, found.size, found.text) == ("example.com/behind-the-sofa", 20852163, text)


def test_a_key_is_written_and_read_alike_and_go_s_example_is_taken() -> None:
    assert Key.read(KEY.written) == KEY
    go = Key.read("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    signature = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert Note.read(f"{text}\n{signature}").signed_by([go]) == [go]
    assert not Note.read(f"{text}x\n\n{signature}").signed_by([go])
    for wrong in ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", "a b+00000000+AA==", "x"):
        with pytest.raises(Unfit):
            Key.read(wrong)


@pytest.mark.parametrize(
    "wrong", ["", "x", "x\n", "x\n\n", "x\n\n— a b\n", "x\ty\n\n— a AAAAAAA=\n", "x\n\n- a AAAAAAAA\n"]
)
def test_what_is_no_note_is_refused(wrong: str) -> None:
    with pytest.raises(Unfit):
        Note.read(wrong)


@pytest.mark.parametrize(
    "wrong", ["a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\n", "a\n1\nAA==\n", "\n1\nAA==\n", "a\n１\nAA==\n"]
)
def test_what_is_no_checkpoint_is_refused(wrong: str) -> None:
    with pytest.raises(Unfit):
        Checkpoint.read(wrong)


def test_a_checkpoint_counts_only_if_the_log_s_own_key_signed_it() -> None:
    text = Checkpoint(ORIGIN, 1, bytes(32)).text
    stranger = Key("example.com/other", OTHER.public_key().public_bytes_raw())
    assert checkpoint_opened(note_write(text, [*SIGNERS, (stranger, OTHER)]), [KEY]).size == 1
    for signers, keys in (([(stranger, OTHER)], [KEY, stranger]), ([(KEY, OTHER)], [KEY]), (SIGNERS, [stranger])):
        with pytest.raises(Unfit, match="no key given signed"):
            checkpoint_opened(note_write(text, signers), keys)


def test_the_text_of_an_entry_is_written_as_postgresql_writes_jsonb() -> None:
    told = '{"bb":1.50,"a":[1e3,-0.0,{"é":null,"zz":"\\u0001\\n\\"甲\\\\"}],"c":true}'
    assert (
        canonical(json_read(told))
        == '{"a": [1000, 0.0, {"zz": "\\u0001\\n\\"甲\\\\", "é": null}], "c": true, "bb": 1.50}'
    )


# --- receipts and proofs --------------------------------------------------------------------------------------------------------


def receipt(of: dict[str, Any], signers: Any = SIGNERS) -> dict[str, Any]:
    signed = note_write(receipt_text(ORIGIN, of["entry"], bytes.fromhex(of["commitment"])), signers)
    return {"entry": of["entry"], "salt": of["salt"], "commitment": of["commitment"], "note": signed}


def test_a_receipt_holds_alone_in_an_answer_and_with_its_text(tmp_path: Path, verify: Any) -> None:
    told = written(tmp_path / "r.json", receipt(LINES[2]))
    assert verify("receipt", told)[0] == 0
    assert verify("receipt", written(tmp_path / "a.json", {"outcome": "applies", "receipt": receipt(LINES[2])}))[0] == 0
    text = written(tmp_path / "t.json", {"text": LINES[2]["text"]})
    assert verify("receipt", told, "--text", text)[1]["opened"] is True
    status, found = verify("receipt", told, "--text", written(tmp_path / "u.json", {"text": LINES[3]["text"]}))
    assert status == 1 and codes(found) == ["text-differs"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"entry": 99}, "receipt-differs"),
        ({"commitment": "00" * 32}, "receipt-differs"),
        ({"note": receipt(LINES[2], [(KEY, OTHER)])["note"]}, "signature-invalid"),
    ],
)
def test_a_receipt_that_was_changed_does_not_hold(
    tmp_path: Path, verify: Any, change: dict[str, Any], code: str
) -> None:
    status, found = verify("receipt", written(tmp_path / "r.json", receipt(LINES[2]) | change))
    assert (status, codes(found)) == (1, [code])


def receipts(folder: Path, signers: Any = SIGNERS) -> Path:
    """The receipts of the seven lines of a file."""
    root = root_of(leaf_hash(line_leaf(each["entry"], bytes.fromhex(each["commitment"]))) for each in LINES)
    told: list[dict[str, Any]] = [{"note": note_write(file_receipt_text(ORIGIN, len(LINES), root), signers)}]
    for number, each in enumerate(LINES, 2):
        told.append({"line": number, **{name: each[name] for name in ("entry", "salt", "commitment")}})
    return dumped(folder / "receipts", told)


def test_the_receipts_of_a_file_s_lines_hold_together_and_each_alone(tmp_path: Path, verify: Any) -> None:
    path, out = receipts(tmp_path), tmp_path / "alone.json"
    for number, each in enumerate(LINES, 2):
        status, found = verify("receipts", path, "--line", number, "--out", out)
        assert (status, found["lines"], found["entry"]) == (0, 7, each["entry"])
        assert verify("receipt", out)[0] == 0
        alone = json.loads(out.read_text())
        assert set(alone) == {"line", "entry", "salt", "commitment", "index", "proof", "note"}
        other = LINES[number - 3]
        for change in ({"entry": alone["entry"] + 1}, {"commitment": other["commitment"]}, {"index": (number + 1) % 7}):
            status, found = verify("receipt", written(tmp_path / "changed.json", alone | change))
            assert (status, codes(found)) == (1, ["receipt-differs"]), change
    assert verify("receipts", path, "--line", 99, "--out", out)[0] == 2
    assert verify("receipts", path, "--line", 2)[0] == 2


def test_receipts_of_which_one_was_changed_dropped_or_signed_by_another_do_not_hold(
    tmp_path: Path, verify: Any
) -> None:
    lines = receipts(tmp_path).read_text().splitlines(keepends=True)
    for changed in (lines[:3] + lines[4:], [*lines, lines[-1]], [lines[0], lines[2], lines[1], *lines[3:]]):
        status, found = verify("receipts", written(tmp_path / "r", "".join(changed)))
        assert (status, codes(found)) == (1, ["receipt-differs"])
    assert codes(verify("receipts", receipts(tmp_path, [(KEY, OTHER)]))[1]) == ["signature-invalid"]
    assert verify("receipts", written(tmp_path / "r", ""))[0] == 2


def test_a_proof_holds_for_its_receipt_and_for_no_other(tmp_path: Path, verify: Any) -> None:
    a, b, c = leaves(LINES)[:3]
    proof = {"commitment": LINES[2]["commitment"], "index": 2, "proof": [node_hash(a, b).hex()], "checkpoint": note(3)}
    path = written(tmp_path / "p.json", proof)
    assert verify("inclusion", path, "--receipt", written(tmp_path / "r.json", receipt(LINES[2]))) == (
        0,
        {
            "checked": "inclusion",
            "holds": True,
            "origin": ORIGIN,
            "size": 3,
            "index": 2,
            "commitment": LINES[2]["commitment"],
            "entry": 14,
            "findings": [],
        },
    )
    status, found = verify("inclusion", path, "--receipt", written(tmp_path / "s.json", receipt(LINES[1])))
    assert (status, codes(found)) == (1, ["receipt-differs"])
    status, found = verify("inclusion", written(tmp_path / "q.json", proof | {"index": 1}))
    assert (status, codes(found)) == (1, ["not-included"])


def test_a_consistency_proof_holds_and_a_rewritten_ledger_does_not(tmp_path: Path, verify: Any) -> None:
    a, b, c = leaves(LINES)[:3]
    proof = {"first": note(2), "second": note(3), "proof": [c.hex()]}
    assert verify("consistency", written(tmp_path / "c.json", proof))[0] == 0
    forged = note_write(Checkpoint(ORIGIN, 3, node_hash(node_hash(b, a), c)).text, SIGNERS)
    status, found = verify("consistency", written(tmp_path / "d.json", proof | {"second": forged}))
    assert (status, codes(found)) == (1, ["not-consistent"])


# --- a run of checkpoints -------------------------------------------------------------------------------------------------------


@pytest.fixture()
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "published"
    made.mkdir()
    a, b, c, d = leaves(LINES)[:4]
    for size, proof in ((2, []), (3, [c]), (4, [c, d, node_hash(a, b)])):
        written(made / file_name(size), note(size))
        told = written(
            made / file_name(size).replace(".checkpoint", ".proof.json"), {"proof": [each.hex() for each in proof]}
        )
        assert told.exists()
    return made


def test_a_run_of_checkpoints_holds(folder: Path, verify: Any) -> None:
    status, found = verify("checkpoints", folder)
    assert (status, found["checkpoints"], found["size"]) == (0, 3, 4)


def test_a_rewritten_checkpoint_is_named(folder: Path, verify: Any) -> None:
    name = file_name(3)
    written(folder / name, note_write(Checkpoint(ORIGIN, 3, bytes(32)).text, SIGNERS))
    status, found = verify("checkpoints", folder)
    assert status == 1 and found["findings"][0]["code"] == "not-consistent" and found["findings"][0]["file"] == name


def test_a_checkpoint_signed_by_another_or_put_in_another_s_place_is_named(folder: Path, verify: Any) -> None:
    written(folder / file_name(3), note_write(Checkpoint(ORIGIN, 3, bytes(32)).text, [(KEY, OTHER)]))
    written(folder / file_name(4), note(2))
    status, found = verify("checkpoints", folder)
    assert status == 1 and [(each["code"], each["file"]) for each in found["findings"]] == [
        ("signature-invalid", file_name(3)),
        ("size-differs", file_name(4)),
    ]


def run_of(folder: Path, forged: dict[int, str] | None = None) -> Path:
    """The same run as the page gives it: a line a checkpoint."""
    lines = []
    for path in sorted(folder.glob("*.checkpoint")):
        size = int(path.name.removesuffix(".checkpoint"))
        proof = json.loads(path.with_name(path.name.replace(".checkpoint", ".proof.json")).read_text())["proof"]
        lines.append(json.dumps({"checkpoint": (forged or {}).get(size, path.read_text()), "proof": proof}) + "\n")
    return written(folder / "run.txt", "".join(lines))


def test_a_run_copied_from_the_page_holds_and_what_was_rewritten_in_it_is_named_by_its_line(
    folder: Path, verify: Any
) -> None:
    status, found = verify("checkpoints", run_of(folder))
    assert (status, found["checkpoints"], found["size"]) == (0, 3, 4)
    forged = note_write(Checkpoint(ORIGIN, 3, bytes(32)).text, SIGNERS)
    status, found = verify("checkpoints", run_of(folder, {3: forged}))
    assert status == 1 and {(each["code"], each["file"]) for each in found["findings"]} == {
        ("not-consistent", "run.txt:2"),
        ("not-consistent", "run.txt:3"),
    }
    assert verify("checkpoints", written(folder / "run.txt", ""))[0] == 2


def test_a_folder_without_checkpoints_cannot_be_checked(tmp_path: Path, verify: Any) -> None:
    status, found = verify("checkpoints", tmp_path)
    assert (status, found["unreadable"]["code"]) == (2, "not-readable")


# --- a dump ---------------------------------------------------------------------------------------------------------------------


def dumped(path: Path, lines: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in lines), encoding="utf-8")
    return path


def erased(at: int) -> dict[str, Any]:
    return {name: LINES[at][name] for name in ("position", "entry", "commitment")}


@pytest.fixture()
def signed(tmp_path: Path) -> Path:
    return written(tmp_path / "checkpoint", note(len(LINES)))


def test_a_dump_holds_also_where_entries_were_erased_and_an_entry_says_so(
    tmp_path: Path, signed: Path, verify: Any
) -> None:
    lines = [erased(1) if at == 1 else erased(5) if at == 5 else each for at, each in enumerate(LINES)]
    status, found = verify("entries", dumped(tmp_path / "d", lines), "--checkpoint", signed)
    assert (status, found["entries"], found["opened"], found["erased"], found["holds_to"]) == (0, 7, 5, 2, 7)


def test_a_tampered_row_is_named(tmp_path: Path, signed: Path, verify: Any) -> None:
    lines = [each | {"text": each["text"].replace("甲", "乙")} if at == 3 else each for at, each in enumerate(LINES)]
    status, found = verify("entries", dumped(tmp_path / "d", lines), "--checkpoint", signed)
    assert status == 1 and [(each["code"], each["entry"]) for each in found["findings"]] == [("row-tampered", 16)]


def test_a_row_and_its_commitment_tampered_alike_are_found_between_two_checkpoints(
    tmp_path: Path, folder: Path, verify: Any
) -> None:
    text = LINES[2]["text"].replace("甲", "乙")
    forged = LINES[2] | {"text": text, "commitment": commitment_of(bytes.fromhex(LINES[2]["salt"]), text).hex()}
    lines = [*LINES[:2], forged, *LINES[3:]]
    status, found = verify("entries", dumped(tmp_path / "d", lines), "--checkpoint", folder)
    assert status == 1 and [(each["code"], each["size"]) for each in found["findings"]] == [
        ("root-differs", 3),
        ("root-differs", 4),
    ]
    assert found["holds_to"] == 2


def test_a_dropped_row_is_named_whether_its_commitment_was_left_or_not(
    tmp_path: Path, signed: Path, verify: Any
) -> None:
    status, found = verify(
        "entries", dumped(tmp_path / "d", [*LINES[:2], erased(2), *LINES[3:]]), "--checkpoint", signed
    )
    assert status == 1 and [(each["code"], each["entry"]) for each in found["findings"]] == [("row-dropped", 14)]
    status, found = verify("entries", dumped(tmp_path / "d", [*LINES[:2], *LINES[3:]]), "--checkpoint", signed)
    assert status == 1 and codes(found) == ["row-dropped", "root-differs"] and found["findings"][0]["position"] == 2
    status, found = verify("entries", dumped(tmp_path / "d", LINES[:-1]), "--checkpoint", signed)
    assert status == 1 and codes(found) == ["row-dropped"] and found["findings"][0]["size"] == 7


def test_a_rewritten_checkpoint_is_not_what_the_dump_says(tmp_path: Path, verify: Any) -> None:
    forged = written(tmp_path / "c", note_write(Checkpoint(ORIGIN, len(LINES), bytes(32)).text, SIGNERS))
    status, found = verify("entries", dumped(tmp_path / "d", LINES), "--checkpoint", forged)
    assert (status, codes(found)) == (1, ["root-differs"])


# --- the command ----------------------------------------------------------------------------------------------------------------


def test_it_loads_nothing_of_the_register_and_says_what_it_found_in_chinese_first(tmp_path: Path) -> None:
    told = written(tmp_path / "r.json", receipt(LINES[2]))
    program = (
        "import sys; sys.argv[1:] = sys.argv[2:]; from chengxin_verify.cli import run; status = run(sys.argv[1:]);"
        "assert not {'django', 'psycopg', 'chengxin'} & set(sys.modules), 'loaded'; sys.exit(status)"
    )
    words = [
        sys.executable,
        "-c",
        program,
        "x",
        "receipt",
        str(told),
        "--key",
        str(written(tmp_path / "k", KEY.written + "\n")),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1])
    assert done.returncode == 0 and done.stdout.startswith("receipt: 成立 / holds"), done.stderr
    written(told, receipt(LINES[2], [(KEY, OTHER)]))
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1])
    assert done.returncode == 1 and "[signature-invalid] 没有所给公钥的有效签名" in done.stdout
    written(told, "{")
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(cli.__file__).parents[1])
    assert done.returncode == 2 and done.stderr.startswith("无法验证：")
