"""Why a file or a row cannot be read, and what to do about it."""

from chengxin.kernel.errors import Refusal


class FileMissing(Refusal):
    """There is no file {name}. Check the path and the spelling."""

    code = "file-missing"
    status = 404
    zh = "没有文件{name}。请检查路径和文件名。"


class FileIsFolder(Refusal):
    """{name} is a folder. Give the files in it, one by one."""

    code = "file-is-folder"
    zh = "{name}是文件夹。请逐个给出其中的文件。"


class FileUnreadable(Refusal):
    """{name} cannot be read ({problem}). Check that it is an ordinary file and that this program may read it."""

    code = "file-unreadable"
    zh = "无法读取{name}（{problem}）。请确认它是普通文件，并且本程序有读取权限。"


class FileEmpty(Refusal):
    """{name} is empty. Send it again; a report that there is nothing to send is a file with its headings only."""

    code = "file-empty"
    zh = "{name}是空文件。请重新报送；如无数据，请报送只有表头的文件。"


class FileKind(Refusal):
    """{name} is {found}, not a table. Save the table as CSV, TSV, XLSX, JSON Lines or Parquet and send that."""

    code = "file-kind"
    status = 415
    zh = "{name}是{found_zh}，不是数据表。请另存为 CSV、TSV、XLSX、JSON Lines 或 Parquet 后报送。"


class CompressionUnsupported(Refusal):
    """{name} is packed as {found}. Unpack it and send the table itself, or pack it with gzip."""

    code = "compression-unsupported"
    status = 415
    zh = "{name}是{found}压缩包。请解压后报送其中的数据表，或改用 gzip 压缩。"


class GzipDamaged(Refusal):
    """{name} is a damaged or cut-off gzip file ({problem}). Nothing of it was taken in; make it again and send it."""

    code = "gzip-damaged"
    zh = "{name}的 gzip 压缩内容损坏或不完整（{problem}）。没有录入任何数据，请重新生成后报送。"


class EncodingUnknown(Refusal):
    """{name} is written neither in UTF-8 nor in GB18030. Save it as UTF-8 and send it again."""

    code = "encoding-unknown"
    basis = "GB 18030-2022"
    zh = "{name}的文字编码既不是 UTF-8 也不是 GB18030。请另存为 UTF-8 编码后重新报送。"


class HeaderUnknown(Refusal):
    """No heading of {name} is one that this source knows. Found: {found}. Expected, among others: {expected}. Put the
    headings in one row, above the data, within the first ten rows.
    """

    code = "header-unknown"
    zh = "{name}中没有本数据源认识的表头。文件中有：{found}。应有（例如）：{expected}。请把表头放在数据上方一行内，且在前十行之中。"


class HeaderTwice(Refusal):
    """The heading {heading} stands {times} times in {name}. Keep the column that holds the data and delete the others."""

    code = "header-twice"
    zh = "{name}中表头“{heading}”出现了{times}次。请保留有数据的一列，删除其余各列。"


class SpreadsheetDamaged(Refusal):
    """{name} is a damaged spreadsheet ({problem}). Open it, save it anew as XLSX and send it again."""

    code = "spreadsheet-damaged"
    zh = "{name}是损坏的电子表格（{problem}）。请打开后重新另存为 XLSX 再报送。"


class SpreadsheetEncrypted(Refusal):
    """{name} is locked with a password. Remove the password and send it again."""

    code = "spreadsheet-encrypted"
    zh = "{name}设有打开密码。请取消密码后重新报送。"


class SpreadsheetTooLarge(Refusal):
    """{name} unfolds to {size} MB, too much for a spreadsheet. Save it as CSV, which has no limit, and send that."""

    code = "spreadsheet-too-large"
    status = 413
    zh = "{name}展开后有{size}MB，超出电子表格的上限。请另存为 CSV（不限大小）后报送。"


class ParquetDamaged(Refusal):
    """{name} is a damaged or cut-off Parquet file ({problem}). Make it again and send it."""

    code = "parquet-damaged"
    zh = "{name}是损坏或不完整的 Parquet 文件（{problem}）。请重新生成后报送。"


class ParquetColumn(Refusal):
    """Column {column} of {name} holds {kind}, which is no plain value. Write it as text, numbers or days."""

    code = "parquet-column"
    zh = "{name}的列“{column}”是{kind}类型，不是简单的值。请改为文字、数字或日期。"


class JsonNotLines(Refusal):
    """{name} is one JSON value, not a list of objects. Write one object on each line, or one list of objects."""

    code = "json-not-lines"
    zh = "{name}是单个 JSON 值，不是对象列表。请每行写一个对象，或写成一个对象数组。"


class JsonListBroken(Refusal):
    """The JSON list in {name} cannot be read at its element {number} ({problem}). Make it again, or write one object on
    each line; then one broken line does not spoil the others.
    """

    code = "json-list-broken"
    basis = "RFC 8259"
    zh = "{name}中的 JSON 数组在第{number}个元素处无法读取（{problem}）。请重新生成，或改为每行一个对象（一行出错不影响其他行）。"


class JsonTooLarge(Refusal):
    """{name} is a JSON list of more than {most} MB, which cannot be read piece by piece. Write one object on each line
    instead; such a file may have any size.
    """

    code = "json-too-large"
    status = 413
    zh = "{name}是超过{most}MB 的 JSON 数组，无法分段读取。请改为每行一个对象，大小不限。"


class RowTooShort(Refusal):
    """The row has {found} fields where the headings have {due}. Look for a missing delimiter or an unquoted line break."""

    code = "row-too-short"
    basis = "RFC 4180"
    zh = "该行有{found}个字段，而表头有{due}个。请检查是否缺少分隔符，或字段内有未加引号的换行。"


class RowTooLong(Refusal):
    """The row has {found} fields where the headings have {due}. Put quotes around a value that holds the delimiter."""

    code = "row-too-long"
    basis = "RFC 4180"
    zh = "该行有{found}个字段，而表头有{due}个。值中含有分隔符的，请加上双引号。"


class RowTooBig(Refusal):
    """The row has more than {most} bytes. Look for a missing line break."""

    code = "row-too-big"
    zh = "该行超过{most}字节。请检查是否缺少换行。"


class RowQuoteUnclosed(Refusal):
    """A quotation mark opens a value in this row and nothing closes it. Close it, or double it if it belongs to the value."""

    code = "row-quote-unclosed"
    basis = "RFC 4180"
    zh = "该行有一个双引号只开不合。请补上后引号；如引号是值的一部分，请写成两个。"


class RowQuoteStray(Refusal):
    """In this row something follows a closing quotation mark. Write a quotation mark inside a quoted value twice."""

    code = "row-quote-stray"
    basis = "RFC 4180"
    zh = "该行的后引号之后还有文字。加了引号的值，其中的双引号须写成两个。"


class RowBytes(Refusal):
    """The row holds bytes that are no characters in the file's encoding; they are shown as \\x... Type them anew."""

    code = "row-bytes"
    basis = "GB 18030-2022"
    zh = "该行含有在文件编码中不成字符的字节（以 \\x 形式显示）。请重新录入这些字。"


class RowNul(Refusal):
    """The row holds the character NUL, which no text has. Export the row anew."""

    code = "row-nul"
    zh = "该行含有空字符（NUL），正常文本中不应出现。请重新导出该行。"


class RowDigitsLost(Refusal):
    """The cell under {heading} holds a number of more than 15 digits, of which the spreadsheet has kept only the first 15.
    Format the column as text, enter the number again and send the row again.
    """

    code = "row-digits-lost"
    zh = "“{heading}”一格是超过15位的数字，电子表格只保留了前15位。请把该列设为文本格式，重新录入后报送。"


class JsonBroken(Refusal):
    """The line is no JSON ({problem}). Write one whole object on each line."""

    code = "json-broken"
    basis = "RFC 8259"
    zh = "该行不是合法的 JSON（{problem}）。请每行写一个完整的对象。"


class JsonNotObject(Refusal):
    """The line holds a JSON {found}, not an object with headings and values."""

    code = "json-not-object"
    basis = "RFC 8259"
    zh = "该行是 JSON {found}，不是由表头和值组成的对象。"


class JsonNested(Refusal):
    """The value under {heading} is a list or an object. Give one plain value."""

    code = "json-nested"
    zh = "“{heading}”的值是列表或对象。请填写单一的值。"


class JsonKeyTwice(Refusal):
    """The heading {heading} stands twice in this object, so its value is in doubt. Keep one."""

    code = "json-key-twice"
    basis = "RFC 8259"
    zh = "该对象中“{heading}”出现了两次，无法确定取哪个值。请只保留一个。"


class JsonKeyLate(Refusal):
    """The heading {heading} first appears in this row, after so many rows without it that the columns were settled.
    Give the first row of the file every heading, with null where it has no value.
    """

    code = "json-key-late"
    zh = "表头“{heading}”在很多行之后才首次出现，此时各列已经确定。请让文件第一行写全所有表头，无值的写 null。"
