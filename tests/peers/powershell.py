"""What PowerShell files say, by a grammar of the language: one JSON document for the files given.

For each file: the first place that the grammar does not take, its functions (parameters, help, and
how they call azvault), the tables that are assigned to variables, and the table that a manifest is.
"""

import json
import re
import sys

import tree_sitter
import tree_sitter_powershell

PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

# What runs azvault, and the verb where the call itself does not name it.
CALLS = {"Invoke-AzVault": None, "Invoke-InSession": None, "Get-TokenDocument": "token"}


def text(node):
    return node.text.decode()


def below(node, *kinds):
    """The nodes of these kinds, in the order of the file."""
    if node.type in kinds:
        yield node
    for child in node.named_children:
        yield from below(child, *kinds)


def inner(node):
    """The grammar has a node for each precedence: the one that says something."""
    while len(node.named_children) == 1 and node.type not in ("hash_literal_body", "sub_expression"):
        node = node.named_children[0]
    return node


def literal(node):
    """A table, a list or a word; an expression as it stands in the file."""
    tables = list(below(node, "hash_literal_expression"))
    if tables and text(tables[0]) == text(node).removeprefix("[ordered]"):
        entries = next(below(tables[0], "hash_literal_body"), None)
        entries = [] if entries is None else entries.named_children
        entries = [entry for entry in entries if entry.type == "hash_entry"]
        pairs = ([c for c in e.named_children if c.type != "comment"] for e in entries)
        return {word(key): literal(value) for key, value in pairs}
    if text(node).startswith("@("):
        return [word(item) for item in below(node, "string_literal")]
    return word(node)


def word(node):
    found = text(node)
    return found[1:-1] if re.fullmatch(r"'[^']*'", found) else found


def options(element):
    """The options that an expression gives, also where variables of the function hold some of them."""
    found = {}
    tables = list(below(element, "hash_literal_expression"))
    function = element
    while function.type not in ("function_statement", "program"):
        function = function.parent
    names = {text(variable) for variable in below(element, "variable")}
    for assignment in below(function, "assignment_expression"):
        if text(assignment.named_children[0]) in names:
            tables += below(assignment.named_children[-1], "hash_literal_expression")
    for table in tables:
        # A table inside one is no option.
        if not any(other is not table and other.start_byte < table.start_byte and table.end_byte < other.end_byte for other in tables):
            found |= literal(table)
    return found


def call(command):
    """Verb, options and operands of a command that runs azvault."""
    name = text(command.child_by_field_name("command_name"))
    found = {"verb": CALLS[name], "options": {}, "operands": []}
    elements = command.child_by_field_name("command_elements").named_children
    elements = [element for element in elements if element.type != "command_argument_sep"]
    parameter = None
    for element in elements:
        if element.type == "command_parameter":
            parameter = text(element)
        elif parameter == "-Option":
            found["options"] = options(element)
        elif parameter == "-Operand":
            found["operands"] += [text(variable) for variable in below(element, "variable", "member_access")]
        elif found["verb"] is None and text(element).startswith("'"):
            found["verb"] = word(element)
    found["operands"] = list(dict.fromkeys(found["operands"]))
    return found


def function(node):
    parameters = [text(next(below(p, "variable")))[1:] for p in below(node, "script_parameter")]
    aliases = [a.strip("' ") for p in below(node, "script_parameter") for found in re.findall(r"\[Alias\((.*?)\)\]", text(p)) for a in found.split(",")]
    comments = [text(child) for child in below(node, "comment") if text(child).startswith("<#")]
    calls, members = [], {}
    for command in below(node, "command"):
        name = command.child_by_field_name("command_name")
        if name is not None and text(name) in CALLS:
            one = call(command)
            if one["verb"] is None:
                # Passed on: the verb is its caller's.
                continue
            above = command
            while above.type not in ("assignment_expression", "function_statement", "script_block"):
                above = above.parent
            if above.type == "assignment_expression":
                variable = text(above.named_children[0])
                one["reads"] = members.setdefault(variable, [])
            calls.append(one)
    for access in below(node, "member_access"):
        owner, member = text(access).split(".", 1) if "." in text(access) else (text(access), "")
        if owner in members and re.fullmatch(r"\w+", member):
            members[owner].append(member)
    return {"parameters": parameters, "aliases": aliases, "help": comments[0] if comments else "", "calls": calls}


def facts(path):
    with open(path, "rb") as file:
        source = file.read()
    root = PARSER.parse(source).root_node
    wrong = next((n for n in every(root) if n.is_error or n.is_missing), None)
    found = {"wrong": None, "ascii": source.isascii(), "functions": {}, "tables": {}, "manifest": None, "newer": newer(root)}
    if wrong is not None:
        found["wrong"] = wrong.start_point[0] + 1
        return found
    for node in below(root, "function_statement"):
        found["functions"][text(next(below(node, "function_name")))] = function(node)
    for node in below(root, "assignment_expression"):
        variable, value = node.named_children[0], node.named_children[-1]
        if text(value).startswith("@{"):
            found["tables"][text(variable)[1:]] = literal(value)
    if path.endswith(".psd1"):
        found["manifest"] = literal(next(below(root, "hash_literal_expression")))
    return found


# What PowerShell 7 has and Windows PowerShell 5.1 lacks, by the text of a node of these kinds. `a ? b : c`
# and `a ?? b` are not here: the grammar takes neither.
NEWER = {
    "a && b": ("pipeline_chain_tail", r"."),
    "-replace with a script block": ("comparison_expression", r"(?s)-[ci]?replace .*,\s*\{"),
    "-Parallel": ("command_parameter", r"(?i)^-Parallel$"),
    "-AsHashtable": ("command_parameter", r"(?i)^-AsHashtable$"),
    "Convert.ToHexString": ("invokation_expression", r"ToHexString"),
    "ProcessStartInfo.ArgumentList": ("member_access", r"\.ArgumentList$"),
    "System.Text.Json": ("type_literal", r"Text\.Json\."),
    "$IsLinux": ("variable", r"(?i)^\$Is(Linux|MacOS|Windows|CoreCLR)$"),
}


def newer(root):
    """Which of these a file uses."""
    return sorted({what for what, (kind, pattern) in NEWER.items() for n in below(root, kind) if re.search(pattern, text(n))})


def every(node):
    yield node
    for child in node.children:
        yield from every(child)


print(json.dumps({path: facts(path) for path in sys.argv[1:]}))
