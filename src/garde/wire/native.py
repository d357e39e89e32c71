"""Machine code on disk: what numba made once, called without numba.

Question: how does a process get at the kernel in hundredths of a second, and when does it not trust what it finds?
Reference: numba's calling convention (developer manual, "Calling conventions": result pointer, exception pointer, then
the arguments, an array as seven values or more), llvmlite's ``ObjectFileRef`` and MCJIT. A file is used only when it
was made from these very sources, by these versions of numba and llvmlite, for this processor, and is whole; it lies
where numba keeps its own cache, beside the source or in the user's cache. Left out: functions that need numba's
runtime or return something else than whole numbers: numba itself calls those.

Example::

    run = find(function, "q") or make(function, "q")
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import importlib.util
import json
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np

#: Changes when the files are written in another way.
FORMAT: Final = b"garde-1"
#: The only thing of numba's runtime that the code may name: it frees arrays, and these functions make none.
FREE: Final = "NRT_MemInfo_call_dtor"
#: What else code may name: the C library is always there.
_LIBC: Final = frozenset({"memcpy", "memset", "memmove", FREE})
_WHOLE: Final = "q"
_TRUTH: Final = "?"
_ARRAYS: Final = {np.dtype(name): name for name in ("u1", "u4", "u8", "i8")}


def kinds(args: Sequence[object]) -> str:
    """The kinds of arguments, ``q`` for an int, ``?`` for a bool, ``u1:1`` for octets; empty where one is unknown."""
    out = []
    for arg in args:
        if isinstance(arg, np.ndarray):
            flags = arg.flags
            name = _ARRAYS.get(arg.dtype)
            if name is None or not flags.c_contiguous or not flags.writeable or not flags.aligned:
                return ""
            out.append(f"{name}:{arg.ndim}")
        elif type(arg) is int:
            out.append(_WHOLE)
        elif type(arg) is bool:
            out.append(_TRUTH)
        else:
            return ""
    return " ".join(out)


def find(function: Callable[..., Any], wanted: str) -> Callable[..., Any] | None:
    """The function as it was kept for arguments of these kinds; None when it was not, or in vain."""
    try:
        name, stamp = _name(function, wanted)
    except (ImportError, OSError):
        return None
    for folder in _folders(function):
        try:
            data = (folder / name).read_bytes()
        except OSError:
            continue
        head, _, rest = data.partition(b"\n")
        seal, _, code = rest.partition(b"\n")
        if head == stamp and seal == hashlib.sha256(code).hexdigest().encode():
            meta, _, binary = code.partition(b"\n")
            return _callable(json.loads(meta), binary, wanted)
    return None


def make(function: Callable[..., Any], wanted: str) -> Callable[..., Any] | None:
    """Compile the function for arguments of these kinds and keep it; None when it is not of the sort kept here."""
    from numba.core import types

    result = _compiled(function, [_type(types, kind) for kind in wanted.split()])
    returned = result.signature.return_type
    if returned == types.none:
        values = 0
    elif returned == types.int64:
        values = 1
    elif isinstance(returned, types.UniTuple) and returned.dtype == types.int64:
        values = returned.count
    else:
        return None
    binary = result.library._get_compiled_object()
    try:
        known = undefined(binary) <= _LIBC
    except ValueError:
        return None
    if not known:
        return None
    several = isinstance(returned, types.UniTuple)
    meta: dict[str, Any] = {"symbol": result.fndesc.llvm_func_name, "values": values, "tuple": several}
    code = json.dumps(meta).encode() + b"\n" + binary
    try:
        name, stamp = _name(function, wanted)
        _keep(function, name, b"\n".join((stamp, hashlib.sha256(code).hexdigest().encode(), code)))
    except (ImportError, OSError):
        pass  # a function without a file is made again in each process
    return _callable(meta, binary, wanted)


def undefined(binary: bytes) -> set[str]:
    """Names that an object file expects from elsewhere; ELF of 64 bits only.

    Raises:
        ValueError: it is no such file.
    """
    if binary[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a little-endian ELF file of 64 bits")
    (sections,) = struct.unpack_from("<Q", binary, 0x28)
    size, count = struct.unpack_from("<HH", binary, 0x3A)
    heads = [struct.unpack_from("<IIQQQQII", binary, sections + i * size) for i in range(count)]
    found = set()
    for _, kind, _, _, offset, length, link, _ in heads:
        if kind == 2:  # SHT_SYMTAB; the section it links to holds the names
            names = heads[link][4]
            for at in range(offset, offset + length, 24):
                name, _, _, section = struct.unpack_from("<IBBH", binary, at)
                if name and section == 0:
                    end = binary.index(b"\0", names + name)
                    found.add(binary[names + name : end].decode())
    return found


def _compiled(function: Callable[..., Any], args: list[Any]) -> Any:
    """Let numba compile, without what it would add for calls from Python."""
    compiler: Any = importlib.import_module("numba.core.compiler")
    target: Any = importlib.import_module("numba.core.registry").cpu_target
    flags = compiler.Flags()
    target.options.parse_as_flags(flags, {"nopython": True, "nogil": True})
    flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
    return compiler.compile_extra(target.typing_context, target.target_context, function, args, None, flags, {})


def _type(types: Any, kind: str) -> Any:
    if kind in (_WHOLE, _TRUTH):
        return types.int64 if kind == _WHOLE else types.boolean
    name, _, dimensions = kind.partition(":")
    item = {"u1": types.uint8, "u4": types.uint32, "u8": types.uint64, "i8": types.int64}[name]
    return types.Array(item, int(dimensions), "C")


def _callable(meta: dict[str, Any], binary: bytes, wanted: str) -> Callable[..., Any]:
    """The code at its address, and the passing of arguments to it."""
    address = _load(meta["symbol"], binary)
    word, pointer = ctypes.c_int64, ctypes.c_void_p
    shapes: list[type[ctypes._SimpleCData[Any]]] = [pointer, pointer]
    steps: list[int] = []
    for kind in wanted.split():
        dimensions = int(kind[3:]) if ":" in kind else -1
        steps.append(dimensions)
        if dimensions >= 0:
            shapes += [pointer, pointer, word, word, pointer, *[word] * (2 * dimensions)]
        else:
            shapes.append(ctypes.c_bool if kind == _TRUTH else word)
    run = ctypes.CFUNCTYPE(ctypes.c_int32, *shapes)(address)
    values, several = meta["values"], meta["tuple"]
    result_type = word * max(values, 1)

    def call(*args: Any) -> Any:
        result, failure = result_type(), pointer()
        flat: list[Any] = [ctypes.addressof(result), ctypes.addressof(failure)]
        for arg, dimensions in zip(args, steps, strict=True):
            if dimensions >= 0:
                flat += (None, None, arg.size, arg.itemsize, arg.ctypes.data, *arg.shape, *arg.strides)
            else:
                flat.append(arg)
        status = run(*flat)
        if status not in (0, -2):
            raise RuntimeError(f"{meta['symbol']} raised an exception")
        if several:
            return tuple(result)
        return result[0] if values else None

    return call


_LOADED: Final[list[Any]] = []


def _load(symbol: str, binary: bytes) -> int:
    import llvmlite.binding as llvm

    if llvm.address_of_symbol(FREE) is None:
        # Never called: no array of these functions owns its memory. numba puts its own in when it is loaded.
        llvm.add_symbol(FREE, ctypes.cast(ctypes.pythonapi.Py_IncRef, ctypes.c_void_p).value)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(binary))
    engine.finalize_object()
    _LOADED.append(engine)
    return int(engine.get_function_address(symbol))


def _machine() -> Any:
    import llvmlite.binding as llvm

    name, features = _processor()
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=name, features=features, codemodel="jitdefault", jit=True)


@lru_cache(1)
def _processor() -> tuple[str, str]:
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    # LLVM gives the features in another order in each process.
    return llvm.get_host_cpu_name(), ",".join(sorted(llvm.get_host_cpu_features().flatten().split(",")))


@lru_cache(1)
def _world() -> bytes:
    """What machine code depends on beside the function's own file: every file of this package, tools, processor."""
    print_ = hashlib.sha256(FORMAT)
    for tool in ("numba", "llvmlite"):
        found = importlib.util.find_spec(tool)
        if found is None or found.origin is None:
            raise ImportError(f"{tool} is not installed")
        print_.update(Path(found.origin).with_name("_version.py").read_bytes())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        print_.update(path.read_bytes())
    print_.update(repr((_processor(), struct.calcsize("P"), os.environ.get("NUMBA_CPU_NAME"))).encode())
    return print_.digest()


def _name(function: Callable[..., Any], wanted: str) -> tuple[str, bytes]:
    """Name of the file that keeps a function for these kinds of arguments, and its first line."""
    print_ = hashlib.sha256(_world())
    print_.update(Path(function.__code__.co_filename).read_bytes())
    print_.update(f"{function.__module__}.{function.__qualname__} {wanted}".encode())
    stamp = print_.hexdigest()
    plain = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    return f"{function.__module__}.{function.__name__}-{plain}.native", stamp.encode()


def _folders(function: Callable[..., Any]) -> Iterator[Path]:
    yield Path(function.__code__.co_filename).parent / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "garde"


def _keep(function: Callable[..., Any], name: str, data: bytes) -> None:
    """Write the file in the first folder that takes it; a process that reads meanwhile sees the old one or none."""
    for folder in _folders(function):
        partial = folder / f"{name}.{os.getpid()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(data)
            partial.replace(folder / name)
        except OSError:
            continue
        return
