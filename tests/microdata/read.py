"""Reads the files of one campaign's microdata by other people's programs and holds them to the CSV and its codebook.

    python read.py DATA.csv CODEBOOK.csv DATA.sav DATA.xlsx CODEBOOK-ddi.xml
"""

import csv
import sys
import xml.etree.ElementTree as tree

import openpyxl
import pyreadstat

data_csv, codebook_csv, data_sav, data_xlsx, ddi = sys.argv[1:]
rows = list(csv.DictReader(open(data_csv, encoding="utf-8", newline="")))
names = list(rows[0])
book = [row for row in csv.DictReader(open(codebook_csv, encoding="utf-8-sig", newline="")) if row["variable"]]
# The apostrophe before what could be a formula is the CSV's, not the label's.
plain = lambda text: text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text
labels = {row["variable"]: plain(row["label"]) for row in book}
codes = {}
for row in book:
    if row["code"]:
        codes.setdefault(row["variable"], {})[int(row["code"])] = plain(row["code_label"])
missing = {row["variable"] for row in book if row["missing"] == "1"}


def same(text, value):
    if text == "":
        return value is None or value != value
    if isinstance(value, str):
        return text == value
    return value is not None and float(text) == value


def cut(text, most):
    return text.encode()[:most].decode(errors="ignore")


# SPSS: values, names, labels, missing values, weight.
columns, meta = pyreadstat.read_sav(data_sav, user_missing=True, output_format="dict")
assert meta.file_encoding == "UTF-8" and meta.number_rows == len(rows), meta.number_rows
assert meta.column_names == names, meta.column_names
for name in names:
    assert meta.column_names_to_labels[name] == cut(labels[name], 255), name
    for row, value in zip(rows, columns[name], strict=True):
        assert same(row[name], value), (name, row[name], value)
    told = {int(value): label for value, label in meta.variable_value_labels.get(name, {}).items()}
    assert told == {value: cut(label, 120) for value, label in codes.get(name, {}).items()}, name
    assert (name in meta.missing_ranges) == (name in missing), name
    if name in missing:
        [limits] = meta.missing_ranges[name]
        assert limits["hi"] < 0 and limits["lo"] < -1e300, limits

# Without the missing values they are gone.
columns, _ = pyreadstat.read_sav(data_sav, output_format="dict")
for name in missing:
    assert all(value is None or value >= 0 for value in columns[name]), name

# The workbook: the same cells, no formulas.
workbook = openpyxl.load_workbook(data_xlsx, read_only=True)
assert workbook.sheetnames == ["data", "variables", "strata", "about"]
cells = workbook["data"].iter_rows()
assert [cell.value for cell in next(cells)] == names
for row, line in zip(rows, cells, strict=True):
    for name, cell in zip(names, line, strict=True):
        assert same(row[name], cell.value), (name, row[name], cell.value)
for sheet in workbook:
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line), sheet.title

# DDI: as many cases, the same variables, labels and codes.
space = {"d": "ddi:codebook:2_5"}
root = tree.parse(ddi).getroot()
assert root.tag == "{ddi:codebook:2_5}codeBook" and root.get("version") == "2.5"
assert root.findtext(".//d:caseQnty", namespaces=space) == str(len(rows))
variables = root.findall(".//d:var", space)
assert [variable.get("name") for variable in variables] == names
for variable in variables:
    name = variable.get("name")
    assert variable.findtext("d:labl", namespaces=space) == labels[name], name
    told = {
        int(category.findtext("d:catValu", namespaces=space)): category.findtext("d:labl", namespaces=space)
        for category in variable.findall("d:catgry", space)
    }
    assert told == codes.get(name, {}), name

print(len(rows), "rows alike")
