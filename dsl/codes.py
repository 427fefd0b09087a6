"""Every code a diagnostic can have, explained: what `nasc explain E203` prints and `docs/errors.md` lists."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from nasc.dsl.diagnostic import fail, nearest

GROUPS = {
    "E1": "The text",
    "E2": "Names and cells",
    "E3": "Networks and shapes",
    "E4": "Recipes",
    "E5": "Runs",
    "E6": "Data",
    "E7": "Weights",
    "E8": "Drawings",
    "E9": "Files for other programs",
    "W": "Warnings",
}
"""What the first figure of a code says. A warning has the figure of the errors it is akin to."""


@dataclass(frozen=True)
class Code:
    """One code: a title, a paragraph on what it means and what to do, and a text that has it and one that has not."""

    title: str
    meaning: str
    wrong: str = ""
    right: str = ""


def explanation(code: str) -> str:
    """The long text of a code, lines of at most 80 characters. Raises `NasError` (E111) for an unknown one."""
    found = CODES.get(code)
    if found is None:
        help = nearest(code, CODES) or "codes: E1.. the text, E2.. names, E3.. networks, E4.. recipes, W.. warnings"
        raise fail("E111", f"there is no diagnostic `{code}`", help=help)
    kind = "warning" if code.startswith("W") else "error"
    parts = [f"{kind}[{code}]: {found.title}", textwrap.fill(found.meaning, 80)]
    if found.wrong:
        parts.append("Wrong:\n\n" + textwrap.indent(found.wrong, "  "))
    if found.right:
        parts.append(("Right:" if found.wrong else "Such as:") + "\n\n" + textwrap.indent(found.right, "  "))
    return "\n\n".join(parts)


CODES: dict[str, Code] = {
    "E101": Code(
        "the file is not UTF-8",
        "A `.nas` text is read as UTF-8, with or without a byte-order mark. The place is the first byte that is not. "
        "Save the file as UTF-8 in your editor.",
    ),
    "E102": Code(
        "a character that belongs to nothing",
        "This character, or this run of characters, begins no word of the language. Often it is a look-alike pasted "
        "from a PDF or a word processor, such as a long dash, a curly quote or a letter of another alphabet; or a "
        "number with letters glued to it. The help names the character that is meant, where it can be told.",
        "op my_conv = relu → conv(3) -> bn",
        "op my_conv = relu -> conv(3) -> bn",
    ),
    "E103": Code(
        "an unexpected word",
        "The text is not well formed: another word was expected here. The message names the words that could stand at "
        "this place. A forgotten sign is reported just behind the word before it. One run reports several such "
        "mistakes, and the later ones can follow from the first: begin with that. A number below what its place "
        "allows, such as `normal*0`, has this code too.",
        "network n: darts_cifar { require params = 3349342 }",
        "network n: darts_cifar { require params <= 3349342 }",
    ),
    "E104": Code(
        "the text ends too early",
        "The text stops in the middle of something. The help names the brackets that are still open; a cell ends with "
        "its `return` and a `}`.",
        "cell c(s0, s1) { s2 = skip_connect(s0, s1)",
        "cell c(s0, s1) { s2 = skip_connect(s0, s1)  return s2 }",
    ),
    "E105": Code(
        "a limit is passed",
        "Texts are bounded so that none can make the tool run for hours: a file of 16 MiB, brackets nested 64 deep, "
        "operations that use each other 64 deep, 10,000 states and 1,000,000 edges in a cell, 100,000 cells and "
        "1,000,000 layers in a network. Usually a number was mistyped.",
        "network n: darts_cifar { layers: 1000000000 }",
        "network n: darts_cifar { layers: 20 }",
    ),
    "E106": Code(
        "an unknown version of the language",
        "The line `nas N` says which version of the language a text is written in. This package reads version 1; a "
        "newer one may be needed for this text.",
        "nas 9",
        "nas 1",
    ),
    "E107": Code(
        "an unknown format",
        "`--from` and `--to` name one of the formats of genotypes that are read and written. The help lists them. "
        "Without `--from` the format is told from the text.",
    ),
    "E108": Code(
        "a file cannot be read",
        "The file does not exist, is a folder, or may not be read. Beside paths, the names of shipped genotypes are "
        "taken, such as `darts_v2` (`nasc zoo` lists them), and `-` for standard input. `nasc new` reports an "
        "unknown template with this code.",
    ),
    "E109": Code(
        "a foreign genotype that cannot be read",
        "The text looks like a genotype of another tool, but is not well formed in that format: a field is missing or "
        "not known, an edge has another form, a cell has no edges. It is never evaluated as Python: only literals, "
        "`range(a, b)` and the names of the format are read.",
    ),
    "E110": Code(
        "a foreign format cannot say this",
        "`nasc export` is lossless or refuses. The message names what would be lost: open edges, cells of another "
        "number of inputs, another stack. Choose a format that can say it, or export another text.",
    ),
    "E111": Code(
        "an unknown code",
        "`nasc explain` takes a file or the code of a diagnostic. Codes are a letter and three figures; they are "
        "listed in `docs/errors.md`.",
    ),
    "E201": Code(
        "a state or an input is defined twice",
        "Every name stands for one thing in a cell. All edges of a state stand in one equation, joined by `+`; a "
        "triple may add to a state later. The inputs of a cell are given and cannot be defined.",
        "s2 = skip_connect(s0)\ns2 = skip_connect(s1)",
        "s2 = skip_connect(s0) + skip_connect(s1)",
    ),
    "E202": Code(
        "an unknown operation",
        "What an edge, a set, a chain or `count(...)` names is not known here. Operations come from `op` and `ops` "
        "lines and from `use`; if a file of the prelude has the name, the help says which. An edge names operations, "
        "not layers: give a layer a name with an `op` line. In chains, `operation` stands in `edge:` and `sum` in "
        "`state:` only. An operation defined for stride 2 alone cannot stand where the stride is 1.",
        "s2 = sep_conv_3x(s0) + relu(s1)",
        "s2 = sep_conv_3x3(s0) + skip_connect(s1)",
    ),
    "E203": Code(
        "an unknown state",
        "An edge reads a state that the cell does not define. The label lists what is defined up to here. In a "
        "foreign genotype it is a number that no state of the cell has.",
        "s2 = skip_connect(s7)",
        "s2 = skip_connect(s1)",
    ),
    "E204": Code(
        "an edge from a later state",
        "A cell has no cycles: it is computed from top to bottom, and an edge can read only what stands above it. "
        "Move the definition up, or read another state.",
        "s2 = skip_connect(s3)\ns3 = skip_connect(s0)",
        "s3 = skip_connect(s0)\ns2 = skip_connect(s3)",
    ),
    "E205": Code(
        "a wrong `return`",
        "`return` names states of the cell, and joins them by `concat`, `sum` or `mean` if there are several.",
        "s2 = skip_connect(s0)\nreturn concat(s2..s5)",
        "s2 = skip_connect(s0)\nreturn concat(s2)",
    ),
    "E206": Code(
        "a `keep` that cannot be",
        "`keep 2 of` says how many of the edges behind it stay (inside braces: how many operations of one edge). It "
        "cannot be more than there are, nor none at all, and a range counts up. `darts(*)` is one edge from every "
        "state defined before, inputs included, so it is two edges in the first state of a cell.",
        "s2 = keep 3 of darts(*)",
        "s2 = keep 2 of darts(*)",
    ),
    "E207": Code(
        "a range that cannot be",
        "`s2..s5` is a range of states: one word with two numbers that count up, without leading zeros. "
        "`normal[0..3]` is a range of numbered cells.",
        "s5..s2 = skip_connect(s0)",
        "s2..s5 = skip_connect(s0)",
    ),
    "E208": Code(
        "something is defined or set twice",
        "One text defines each operation, set, cell, network and skeleton once, says each setting once, and names "
        "each parameter of an operation once. An operation and a set cannot share a name, since both stand on edges; "
        "words with a meaning of their own, such as `C` and `stride`, cannot name parameters. The two forms `X` and "
        "`X/2` of an operation are two definitions.",
        "ops few = none | skip_connect\nops few = none | max_pool_3x3",
        "ops few = none | skip_connect",
    ),
    "E209": Code(
        "an unknown skeleton",
        "`network NAME: SKELETON` extends a skeleton of this text or of a file that `use` names. If a file of the "
        "prelude has it, the help says which.",
        "network n: darts_cifr { layers: 8 }",
        "network n: darts_cifar { layers: 8 }",
    ),
    "E210": Code(
        "an unknown cell",
        "`cells:`, a `require` or an option names a cell that neither this text nor a used file defines. The stack "
        "may come from the skeleton: `darts_cifar` places `normal` and `reduce`. `normal[3]` is the cell `normal_3` if "
        "there is one, else a copy of `normal`.",
        "network n: darts_cifar { cells: norml*2, reduce/2 }",
        "network n: darts_cifar { cells: normal*2, reduce/2 }",
    ),
    "E211": Code(
        "an unknown setting of a network",
        "Networks and skeletons have the settings the help lists. How a network is trained is said in a recipe: "
        "`train { epochs: 600 }`.",
        "network n: darts_cifar { chanels: 16 }",
        "network n: darts_cifar { channels: 16 }",
    ),
    "E212": Code(
        "a wrong value of a setting",
        "`channels`, `classes`, `layers` and `vocabulary` are whole numbers (networks of pictures have no vocabulary, "
        "language models no classes), `input` is a size such as `3x32x32` or the word `tokens`, `cells` places cells "
        "as `X` or `X/2`, all others are chains of layers and operations. `edge:` is a chain around `operation`, "
        "`state:` one around `sum`: without that word the edge, or the sum, would not be in the network.",
        "network n: darts_cifar { edge: drop_path }",
        "network n: darts_cifar { edge: operation -> drop_path }",
    ),
    "E213": Code(
        "a `use` names no file",
        '`use std.darts` names a file of the prelude, `use "my_ops.nas"` one of your own, relative to the text it '
        "stands in. As long as it cannot be read, unknown names are not reported: they may come from there.",
        "use std.dart",
        "use std.darts",
    ),
    "E214": Code(
        "something uses itself",
        "An operation is written out where it is used, a skeleton where it is extended, a file where it is named; so "
        "none of them may come back to itself, directly or through others. Inside a network, an `op` line replaces "
        "the operation everywhere, in other operations too: name what it is made of, not what it replaces.",
        "op block = relu -> block -> bn",
        "op block = relu -> conv(3) -> bn",
    ),
    "E215": Code(
        "two different definitions under one name",
        "Two files may define the same thing, as each file of the prelude defines `none`, but not two different "
        "things under one name. Rename one. To change an operation in one network, write the `op` line inside that "
        "network.",
        "op skip_connect = relu",
        "network n: darts_cifar { op skip_connect = identity -> bn }",
    ),
    "E216": Code(
        "wrong arguments",
        "An operation takes its parameters, `out=` and `stride=`; a layer takes what its entry in the table of layers "
        "says. The message names what is missing, unknown, given twice or of another kind. Names in arguments are `C` "
        "(the width of the cell), `stride`, `classes` and the parameters of the operation.",
        "op my_conv = relu -> conv(width=3) -> bn",
        "op my_conv = relu -> conv(3) -> bn",
    ),
    "E217": Code(
        "an operation with the name of a layer",
        "Layers, such as `conv` and `relu`, are what operations are made of. No operation or set has the name of one, "
        "so that a chain reads the same everywhere.",
        "op conv = relu -> bn",
        "op my_conv = relu -> conv(3) -> bn",
    ),
    "E218": Code(
        "an operation stands twice in a set",
        "A set lists operations, each once: the order is that of its strengths, and an operation listed twice would "
        "have two. A set that is named inside braces counts with all its operations.",
        "s2 = {none | skip_connect | none}(s0)",
        "s2 = {none | skip_connect}(s0)",
    ),
    "E219": Code(
        "a cell of the wrong kind",
        "A `cell` takes one or two pictures and stands in networks of pictures. A `recurrent` takes `x` and `h`, which "
        "`gate(x, h)` alone reads; its other edges are `tanh`, `relu`, `sigmoid`, `identity` or `none`; it stands in "
        "language models. Neither can stand, nor take operations, where the other belongs.",
        "recurrent r(x, h) { s0 = tanh(x)  return s0 }",
        "recurrent r(x, h) { s0 = gate(x, h)  s1 = tanh(s0)  return s1 }",
    ),
    "E220": Code(
        "a form or a stride that cannot be",
        "Edges have stride 1 or 2. `op X` serves both, `op X/2` is the form for stride 2, and there are no other "
        "forms. A recurrent cell has no stride.",
        "op shrink/3 = conv(3, stride) -> bn",
        "op shrink/2 = conv(3, stride) -> bn",
    ),
    "E301": Code(
        "a layer cannot take this shape",
        "The layer is given a shape that it cannot work on: channels that do not divide into its groups, a window "
        "larger than the picture, a picture where one value a channel belongs. Shapes are channels x height x width. "
        "The message names the cell and the width it stands at; `nasc explain FILE` shows the shape of every state.",
        "op grouped = conv(3, groups=7)\nnetwork n: darts_cifar { edge: operation -> grouped }",
        "op grouped = conv(3, groups=4)\nnetwork n: darts_cifar { edge: operation -> grouped }",
    ),
    "E302": Code(
        "a width that is not whole",
        "`C/3` and the like count channels, so the division must be exact. The help says what `C` is at this place; it "
        "is `channels`, doubled by every `/2` so far. Choose `channels` that divide.",
        "network n: darts_cifar { channels: 16  stem: conv(3, out=C/3) -> bn }",
        "network n: darts_cifar { channels: 16  stem: conv(3, out=C/4) -> bn }",
    ),
    "E303": Code(
        "shapes that do not go together",
        "What is summed has one shape; what is concatenated has one height and width. That holds for the edges of a "
        "state, the operations of one open edge, the states that are returned, and the branches of a chain.",
        "network n: darts_cifar { stem: (conv(3) + conv(3, out=2*C)) -> bn }",
        "network n: darts_cifar { stem: [conv(3), conv(3, out=2*C)] -> bn }",
    ),
    "E304": Code(
        "a `require` does not hold",
        "The text says something of the network that is not so. The message gives the value, the label how far off it "
        "is. Either the text was changed since, or the `require` was mistyped. `~=` compares at the precision "
        "written. With options such as `--channels` a `require` is not checked.",
        "network n: darts_cifar { require params == 1000 }",
        "network n: darts_cifar { require params >= 1000 }",
    ),
    "E305": Code(
        "a network that is not complete",
        "A network needs `input`, `channels`, `classes` and `cells`, a language model `vocabulary` in the place of "
        "`classes`, a `stem` that begins with `embedding` and a `head` that ends in `linear`. They usually come from "
        "the skeleton it extends.",
        "network n { channels: 16 }",
        "network n: darts_cifar { channels: 16 }",
    ),
    "E306": Code(
        "`layers` and `cells` do not go together",
        "`layers` says how many cells there are in all, and a star without a number, `normal*`, takes what the other "
        "entries leave. So `layers` needs such a star, such a star needs `layers`, and there must be enough of them. "
        "A stack of numbered cells takes another depth (`--layers`) by the rule of D-DARTS, if it fits that rule.",
        "network n: darts_cifar { layers: 20  cells: normal*2, reduce/2 }",
        "network n: darts_cifar { layers: 20  cells: normal*, reduce/2, normal* }",
    ),
    "E307": Code(
        "the auxiliary head does not fit",
        "The auxiliary head follows the last cell placed with `/2`. A `require params_aux`, a recipe or a build asks "
        "for it, but the network has none, no cell is placed with `/2`, or the picture is too small for it there: "
        "that of DARTS needs 8x8 pixels. Train without it (`auxiliary: 0`) or say another `auxiliary:`.",
        "network n: darts_cifar { input: 3x16x16  require params_aux >= 1 }",
        "network n: darts_cifar { input: 3x32x32  require params_aux >= 1 }",
    ),
    "E308": Code(
        "an unknown quantity",
        "A `require` speaks of `params`, `macs`, `params_aux`, `depth(CELL)` (edges on the longest path) or "
        "`count(OPERATION, CELL)`.",
        "network n: darts_cifar { require depth <= 5 }",
        "network n: darts_cifar { require depth(normal) <= 5 }",
    ),
    "E309": Code(
        "there is no such network",
        "A recipe or `--network` names a network that the text does not have, or the text has none. A skeleton is not "
        "built: extend it by a network. A text of cells alone is compiled as the CIFAR network of the family it uses, "
        "where there is one.",
        "network cifar: darts_cifar { layers: 8 }\ntrain { network: cifr }",
        "network cifar: darts_cifar { layers: 8 }\ntrain { network: cifar }",
    ),
    "E310": Code(
        "a network with choices, or without",
        "To build, train or export a network, every edge must be decided: search it first, or build the shared-weight "
        "network. To search one, some edge must be open. The message says which of the two it is.",
        "",
        "s2 = keep 2 of darts(*)",
    ),
    "E311": Code(
        "a network of the other kind",
        "A network with `input: tokens` is a language model, any other takes pictures. Some commands, options and data "
        "sets are for one kind only: profiles and emitted files are made of networks of pictures, and `--amp`, "
        "`--sync-bn` or `--skip-unreadable` speak of them.",
    ),
    "E312": Code(
        "a genotype is not a point of a space",
        "The genotype was compared with a space and has something the space does not allow, or lacks something it "
        "asks for: a cell, a state, an edge, an operation, another number of edges, another `return`. The place is in "
        "the genotype, the label says what the space has.",
    ),
    "E313": Code(
        "an unknown pass",
        "A pass rewrites a network into one that computes the same faster. `--no-pass NAME` switches one off, "
        "`passes=[...]` in Python names those that run; docs/performance.md lists them.",
    ),
    "E401": Code(
        "an unknown algorithm or recipe",
        "`search NAME` names an algorithm; `train NAME` names whose published values are the defaults, and without a "
        "name they are those of the network's family. The help lists the names. `nasc search` needs a text with a "
        "`search`.",
        "search dart {}",
        "search darts {}",
    ),
    "E402": Code(
        "an unknown setting of a recipe",
        "The recipe has no such setting. The help names the nearest one, or all there are.",
        "train { epoch: 600 }",
        "train { epochs: 600 }",
    ),
    "E403": Code(
        "a wrong value of a recipe's setting",
        "The setting takes another kind of value, or one within other bounds. The message says which, the help what "
        "the setting means. Shares may be written in percent. `--set` takes `name=value`, the value written as in a "
        "text.",
        "train { epochs: many  drop_path: 2 }",
        "train { epochs: 600  drop_path: 20% }",
    ),
    "E404": Code(
        "an unknown rule of derivation",
        "`derive` takes the name of a rule that turns strengths into a genotype. The help lists them. Without a name "
        "the rule is that of the algorithm.",
    ),
    "E405": Code(
        "an edge that cannot be decided",
        "Under `keep` an edge is decided as its strongest operation other than zero ones such as `none`; this edge "
        "may be nothing else. Add an operation to its set, or leave the edge out.",
    ),
    "E406": Code(
        "no strengths to derive from",
        "A rule of derivation chooses by what a search has learned: `nasc derive` takes the directory of a search, or "
        "a text whose edges carry strengths. A state is derived anew where all its edges have one.",
        "",
        "s2 = sep_conv_3x3(s0) @0.93 + skip_connect(s1) @0.87",
    ),
    "E407": Code(
        "a start that does not fit the space",
        "`search ddarts { start: NAME }` begins with the operations of a given network: one of the text, a shipped "
        "genotype, or a file in quotes. It must be decided, and be a point of the space but for the number of edges: "
        "as many cells, cells with the same edges where the space has one cell, and no operation that the space does "
        "not offer there.",
    ),
    "E501": Code(
        "the run directory is taken",
        "A new run is started in a new or empty directory, so that nothing is lost. Go on with the run there "
        "(`--resume`), or name another directory (`--out`).",
    ),
    "E502": Code(
        "a file cannot be written",
        "The folder is missing or may not be written, the disk is full, or (`nasc new`) the file exists already. "
        "Files are replaced as a whole: what stood there before is untouched.",
    ),
    "E503": Code(
        "saved weights or a checkpoint cannot be used",
        "The file is missing, damaged, of another kind, or belongs to another genotype than the one given.",
    ),
    "E504": Code(
        "there is no run, or it is damaged",
        "`--resume` goes on with the run in a directory, `nasc derive` and `nasc report` read it; there is none, or "
        "its `run.json`, or a line of its figures, is damaged. Leave `--resume` out to start one.",
    ),
    "E505": Code(
        "a run is not what it was started as",
        "A run goes on with the text, data, seed and settings it was started with, so that it ends as if it had never "
        "stopped. Give those again, or start a new run.",
    ),
    "E506": Code(
        "a loss or a strength is not a number any more",
        "Training has diverged. A smaller learning rate is the first thing to try. The help says where the last good "
        "state is.",
    ),
    "E507": Code(
        "too little data to search",
        "A search trains the weights on one part of the data and the strengths on the other, as `split` says; one of "
        "the parts would be empty.",
    ),
    "E508": Code(
        "the device cannot be used",
        "This machine, or this build of torch, has no such device, or the device cannot do what is asked: `--amp fp16` "
        "needs a GPU and a training, and `--deterministic` refuses what varies from run to run. `--device cpu` always "
        "works.",
    ),
    "E509": Code(
        "the data does not fit the network",
        "The weights belong to a network for pictures of another size or number of classes than the data set has.",
    ),
    "E510": Code(
        "memory does not suffice",
        "Building the network or a step of the run asked for more memory than there is. A smaller batch and a "
        "narrower network need less; with `--recompute` a step keeps the inputs of cells alone and computes the rest "
        "again for the gradient, with the same figures. The help says where the last good state is.",
    ),
    "E511": Code(
        "another process works in the run directory",
        "A run directory belongs to one process at a time; the message says which holds it. The lock ends with that "
        "process, however it ends, so that nothing has to be taken away by hand. Wait for it, stop it, or name "
        "another directory (`--out`).",
    ),
    "E512": Code(
        "a rank of the run has gone",
        "Of the processes that work on one run together one has died or cannot be reached, so that the others cannot "
        "go on. The message says which, and what it said last. `--resume` goes on from the last checkpoint, with as "
        "many ranks as before or with another number.",
    ),
    "E513": Code(
        "several ranks cannot share this",
        "Trainings and searches of pictures are shared between the processes that `torchrun` starts. Language models, "
        "searches of a table, and `--seeds` are not: start those without it.",
    ),
    "E514": Code(
        "an optional package is not installed",
        "What was asked for needs a package that does not come with nasc. The help names the extra to install, such as "
        "`pip install 'nasc[slurm]'`.",
    ),
    "E515": Code(
        "a job cannot be submitted",
        "The cluster does not take the job, or this machine does not belong to one. The message is that of submitit. "
        "`--dry-run` shows what would be submitted; `--cluster local` runs it on this machine.",
    ),
    "E601": Code(
        "a data set was not found",
        "Data is never downloaded unasked. The message lists where it was looked for and how to get it; `--data-dir` "
        "or the environment variable it names says where it lies.",
    ),
    "E602": Code(
        "a data file cannot be used",
        "A file of the data set is damaged, is not what its name says, or holds a picture that cannot be read. The "
        "first ones are named, the others counted. `--skip-unreadable` goes on without pictures that cannot be read.",
    ),
    "E603": Code(
        "an unknown data set",
        "`--data` takes one of the names the help lists, a folder of pictures with one folder a class (`folder:DIR`), "
        "or a text of your own (`text:FILE`). Behind the colon stands a path.",
    ),
    "E604": Code(
        "a table of accuracies cannot be used",
        "`nasc search --table` reads a CSV file, packed by gzip or not, with a line of names first. One column says "
        "which genotype a row is of, by its string of NAS-Bench-201 or by what `nasc hash` prints; `--set column=...` "
        "says which of the others counts. Every genotype of the space needs a row.",
    ),
    "E605": Code(
        "an algorithm cannot search a table",
        "A table says what genotypes are worth and nothing else: there are no weights and no gradients. `random`, "
        "`evolution` and the policy of `ednas` need no more.",
    ),
    "E606": Code(
        "a data set cannot be fetched",
        "`--download` fetches a data set from its official place into the data folder, if it is not there. The place "
        "may be out of reach, what came may have another checksum than it should, or nobody may pass the data set on. "
        "Nothing half fetched is left behind, and nothing is ever fetched without `--download`.",
    ),
    "E701": Code(
        "an unknown origin of weights",
        "`--from` names the code that wrote the checkpoint; the help lists the origins that are known.",
    ),
    "E702": Code(
        "a weight does not fit",
        "A tensor of the checkpoint has another shape than the place in our network it belongs to. Usually it is "
        "another genotype, another width or another number of classes.",
    ),
    "E703": Code(
        "a weight is missing",
        "The checkpoint has no value for a weight of the network. Usually it is another genotype, or the checkpoint "
        "has no auxiliary head.",
    ),
    "E704": Code(
        "a weight is left over",
        "The checkpoint has a value that nothing in the network takes. Usually it is another genotype or depth. "
        "Without `strict` such keys are left aside, if the rest fits.",
    ),
    "E705": Code(
        "a checkpoint cannot be read",
        "No such file, damaged, or without a table of weights in it. Files are read without running any code in them; "
        "one that holds more than tensors, plain values and the options of a command line is refused.",
    ),
    "E801": Code(
        "nothing here can draw",
        "SVG, PDF and PNG need the program `dot` of Graphviz, or the package graphviz-pure; or the drawing is too "
        "large to be laid out. Save it as `.dot`, which needs nothing, or draw one cell.",
    ),
    "E802": Code(
        "an unknown format of drawings",
        "The suffix of the file says the format. The help lists the suffixes.",
    ),
    "E803": Code(
        "a drawing cannot be written",
        "The folder is missing or may not be written.",
    ),
    "E901": Code(
        "a package for this file is missing",
        "Networks are written as ONNX by packages that are not installed with nasc: install the extra `nasc[onnx]`. "
        "`--emit pt2` and `--emit python` need nothing more.",
    ),
    "W201": Code(
        "a state that nothing reads",
        "No edge and no `return` reads the state. It is built and counted all the same, as in the authors' code, so "
        "remove it if that is not meant.",
        "s2 = skip_connect(s0)\ns3 = skip_connect(s1)\nreturn s2",
        "s2 = skip_connect(s0)\ns3 = skip_connect(s1)\nreturn sum(s2, s3)",
    ),
    "W202": Code(
        "a cell that is placed nowhere",
        "The text defines the cell and has networks, but none of them places it. Cells are placed by `cells:`, often "
        "that of the skeleton.",
        "cell spare(s0, s1) { s2 = skip_connect(s0, s1)  return s2 }\nnetwork n: darts_cifar { layers: 8 }",
        "cell spare(s0, s1) { s2 = skip_connect(s0, s1)  return s2 }\n"
        "network n: darts_cifar { cells: normal, spare, reduce/2 }",
    ),
    "W203": Code(
        "a cell that learns nothing",
        "The output of the network does not depend on this cell, since the cells behind it read only the cell before "
        "it. It is built and counted, but has no gradient. Cells are counted from 0.",
        "cell normal(s0, s1) { s2 = sep_conv_3x3(s0)  return s2 }\n"
        "network n: darts_cifar { cells: normal, reduce/2, normal*2 }",
        "cell normal(s0, s1) { s2 = sep_conv_3x3(s0, s1)  return s2 }\n"
        "network n: darts_cifar { cells: normal, reduce/2, normal*2 }",
    ),
    "W204": Code(
        "a network without `/2`",
        "Several cells are placed and none of them with `/2`: the picture never becomes smaller and the network never "
        "wider. Usually the `/2` was forgotten.",
        "network n: darts_cifar { cells: normal*6, reduce, normal*6 }",
        "network n: darts_cifar { cells: normal*6, reduce/2, normal*6 }",
    ),
    "W205": Code(
        "the authors' code does something else than their file says",
        "The genotype was read, but the code it was made for ignores a part of it, such as a `concat` or an edge from "
        "a state that nobody makes. What that code does is written into the text, and this warning says where.",
    ),
    "W206": Code(
        "a `require` is not checked",
        "Skeletons are not built, so that nothing can be said of them. Write the `require` in a network that extends "
        "the skeleton. Where the command line asks for another width or depth, `require` speaks of another network.",
        "skeleton small: darts_cifar { channels: 4  require params <= 1M }",
        "network small: darts_cifar { channels: 4  require params <= 1M }",
    ),
    "W207": Code(
        "an `op` that replaces nothing",
        "An `op` line inside a network replaces the operation of that name, everywhere in the network. There is none "
        "of this name, and no chain of the network uses it, so the line has no effect. Usually the name is mistyped.",
        "network n: darts_cifar { op max_pol_3x3 = max_pool(3, stride) -> bn }",
        "network n: darts_cifar { op max_pool_3x3 = max_pool(3, stride) -> bn }",
    ),
    "W307": Code(
        "trained without the auxiliary head",
        "The published recipe trains with an auxiliary head, but it does not fit the pictures of this data set, or the "
        "network has none. Ask for it in the text (`auxiliary: 0.4`) to have an error instead, or say `auxiliary: 0`.",
    ),
    "W402": Code(
        "a genotype does not meet what its text requires",
        "A search, or a derivation, found no genotype that meets a `require` of the text, and wrote the one that it "
        "would have written without. `nasc check` and `nasc train` refuse it (E304). Loosen the `require`, or let the "
        "space have something that meets it.",
    ),
    "W501": Code(
        "a checkpoint is damaged, and the one before it was taken",
        "The newest checkpoint of the run does not have the checksums it was written with, or was cut short. The run "
        "goes on from the one before, so that some steps are computed again; it ends with the same bits. Damage that "
        "comes back is a disk that fails. `--keep` says how many checkpoints are kept.",
    ),
    "W502": Code(
        "a run goes on with another number of ranks",
        "Batches and their order stay the same, but sums are taken in other parts, so that figures differ in the last "
        "digits. Without `--sync-bn` batch-norm also sees shares of another size; where pictures are augmented, each "
        "rank draws for its own share.",
    ),
    "W601": Code(
        "pictures that cannot be read were left out",
        "`--skip-unreadable` was given, and some pictures are damaged or truncated. The first ones are named; "
        "`run.json` says how many there are, and the run is known by the others alone.",
    ),
}
"""Every code, in order. A test compares this table with the codes in the source."""
