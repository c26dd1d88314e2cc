using KohyaPS.Safetensors;

namespace KohyaPS.Pickles;

/// <summary>
/// What the names in a pickle mean. A few build tensors; names through which a file could act on the machine make it hostile; all others
/// stand for classes that are not needed. Nothing is ever looked up or run, so that this list decides about messages, not about safety.
/// </summary>
internal static class PickleGlobals
{
    private static readonly Dictionary<string, SafetensorsDtype> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = SafetensorsDtype.F32, ["HalfStorage"] = SafetensorsDtype.F16, ["BFloat16Storage"] = SafetensorsDtype.BF16,
        ["DoubleStorage"] = SafetensorsDtype.F64, ["LongStorage"] = SafetensorsDtype.I64, ["IntStorage"] = SafetensorsDtype.I32,
        ["ShortStorage"] = SafetensorsDtype.I16, ["CharStorage"] = SafetensorsDtype.I8, ["ByteStorage"] = SafetensorsDtype.U8,
        ["BoolStorage"] = SafetensorsDtype.Bool, ["ComplexFloatStorage"] = SafetensorsDtype.C64,
    };

    private static readonly Dictionary<string, SafetensorsDtype> Dtypes = new(StringComparer.Ordinal)
    {
        ["float32"] = SafetensorsDtype.F32, ["float"] = SafetensorsDtype.F32, ["float16"] = SafetensorsDtype.F16, ["half"] = SafetensorsDtype.F16,
        ["bfloat16"] = SafetensorsDtype.BF16, ["float64"] = SafetensorsDtype.F64, ["double"] = SafetensorsDtype.F64,
        ["int64"] = SafetensorsDtype.I64, ["long"] = SafetensorsDtype.I64, ["int32"] = SafetensorsDtype.I32, ["int"] = SafetensorsDtype.I32,
        ["int16"] = SafetensorsDtype.I16, ["short"] = SafetensorsDtype.I16, ["int8"] = SafetensorsDtype.I8, ["uint8"] = SafetensorsDtype.U8,
        ["uint16"] = SafetensorsDtype.U16, ["uint32"] = SafetensorsDtype.U32, ["uint64"] = SafetensorsDtype.U64, ["bool"] = SafetensorsDtype.Bool,
        ["float8_e4m3fn"] = SafetensorsDtype.F8E4M3, ["float8_e5m2"] = SafetensorsDtype.F8E5M2,
        ["float8_e4m3fnuz"] = SafetensorsDtype.F8E4M3Fnuz, ["float8_e5m2fnuz"] = SafetensorsDtype.F8E5M2Fnuz, ["float8_e8m0fnu"] = SafetensorsDtype.F8E8M0,
        ["complex64"] = SafetensorsDtype.C64,
    };

    // Modules that hold data only: their classes are left out without alarm.
    private static readonly HashSet<string> DataModules = new(StringComparer.Ordinal)
    {
        "collections", "datetime", "decimal", "fractions", "pathlib", "uuid", "argparse", "copyreg", "copy_reg", "_codecs", "enum", "array", "typing", "numbers",
        "dataclasses", "string", "re", "random", "zoneinfo", "calendar", "ipaddress", "math", "_collections_abc", "abc",
    };

    // The data types among the names that Python knows without an import.
    private static readonly HashSet<string> DataBuiltins = new(StringComparer.Ordinal)
    {
        "set", "frozenset", "list", "dict", "tuple", "int", "float", "bool", "str", "bytes", "bytearray", "complex", "object", "slice", "range", "long", "unicode",
        "NoneType", "Ellipsis", "NotImplemented",
    };

    // The rest of Python's own library, and packages that fetch, import or run things.
    private static readonly HashSet<string> ActiveModules = new(StringComparer.Ordinal)
    {
        "os", "posix", "nt", "posixpath", "ntpath", "sys", "subprocess", "_posixsubprocess", "_winapi", "winreg", "_winreg", "builtins", "__builtin__", "shutil", "socket",
        "_socket", "webbrowser", "runpy", "importlib", "imp", "pkgutil", "pkg_resources", "zipimport", "pty", "tty", "commands", "popen2", "ctypes", "_ctypes", "cffi", "pickle",
        "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "code", "codeop", "timeit", "pdb", "bdb", "trace", "cProfile", "profile",
        "functools", "_functools", "operator", "_operator", "types", "inspect", "ast", "compileall", "py_compile", "dis", "gc", "atexit", "signal", "threading", "_thread",
        "multiprocessing", "concurrent", "asyncio", "sched", "io", "_io", "tempfile", "fileinput", "glob", "zipfile", "tarfile", "gzip", "bz2", "lzma",
        "urllib", "urllib2", "http", "httplib", "ftplib", "smtplib", "smtpd", "poplib", "imaplib", "nntplib", "telnetlib", "xmlrpc", "socketserver", "ssl", "requests", "urllib3",
        "httpx", "aiohttp", "paramiko", "sqlite3", "dbm", "logging", "logging.config", "cmd", "doctest", "unittest", "pytest", "venv", "ensurepip", "pip", "setuptools", "distutils",
        "idlelib", "lib2to3", "turtle", "tkinter", "antigravity", "site", "sitecustomize", "platform", "getpass", "readline", "rlcompleter", "weakref", "linecache", "mmap",
        "contextlib", "itertools", "test", "wsgiref", "nturl2path", "pydoc", "numpy.distutils", "numpy.f2py", "numpy.testing", "numpy.ctypeslib", "torch.hub", "torch.jit", "torch.serialization",
        "torch.package", "torch.utils.cpp_extension", "torch.utils.collect_env", "torch.utils.model_zoo", "torch.utils.bottleneck", "torch.distributed", "torch.multiprocessing", "torch._dynamo", "torch._inductor", "torch.fx", "torch.ops", "torch.classes", "torch.onnx",
        "torch.testing", "torch._C", "torch.backends", "transformers.utils.hub", "huggingface_hub", "IPython", "jinja2", "yaml", "pandas", "tensorflow", "keras", "sympy",
    };

    // Functions that act, whatever module offers them.
    private static readonly HashSet<string> ActiveNames = new(StringComparer.Ordinal)
    {
        "eval", "exec", "execfile", "compile", "system", "popen", "Popen", "spawn", "spawnl", "spawnv", "call", "check_call", "check_output", "getattr", "setattr", "delattr",
        "globals", "locals", "vars", "open", "file", "input", "__import__", "import_module", "load", "loads", "_load_from_bytes", "load_state_dict_from_url", "runstring",
        "exec_command", "apply", "reduce", "attrgetter", "methodcaller", "itemgetter", "partial", "run_module", "run_path", "_run_code", "read_pickle", "unsafe_load", "save", "urlopen",
        "urlretrieve", "breakpoint", "memoryview", "__reduce__", "__reduce_ex__", "__getattribute__", "__subclasses__", "__globals__", "__builtins__", "__class__",
    };

    /// <summary>True where the name makes the file hostile.</summary>
    public static bool IsHostile(PickleGlobal global)
    {
        if (global.Module is "builtins" or "__builtin__")
            return !DataBuiltins.Contains(global.Name);
        if (IsActive(global.Module))
            return true;
        // A dotted name walks from one object to the next: torch -> os -> system.
        var steps = global.Name.Split('.');
        return steps.Any(ActiveNames.Contains) || (steps.Length > 1 && steps[..^1].Any(ActiveModules.Contains));
    }

    /// <summary>True for the names that build tensors, their dictionaries and sizes, or name types of storages.</summary>
    public static bool IsMeaningful(PickleGlobal global) => global switch
    {
        { Module: "torch._utils", Name: "_rebuild_tensor" or "_rebuild_tensor_v2" or "_rebuild_tensor_v3" or "_rebuild_parameter" } => true,
        { Module: "collections", Name: "OrderedDict" } or { Module: "torch", Name: "Size" } => true,
        _ => IsStorage(global) || Dtype(global) is not null,
    };

    /// <summary>True for a class of storages.</summary>
    public static bool IsStorage(PickleGlobal global) => global.Module switch
    {
        "torch" or "torch.cuda" => Storages.ContainsKey(global.Name),
        "torch.storage" => global.Name is "UntypedStorage" or "_UntypedStorage" or "TypedStorage" || Storages.ContainsKey(global.Name),
        _ => false,
    };

    /// <summary>Type of a storage's elements; null for bytes without a type.</summary>
    public static SafetensorsDtype? StorageDtype(PickleGlobal storage) => Storages.TryGetValue(storage.Name, out var dtype) ? dtype : null;

    /// <summary>The element type that a name stands for; null where it is no type.</summary>
    public static SafetensorsDtype? Dtype(PickleGlobal global) => global.Module == "torch" && Dtypes.TryGetValue(global.Name, out var dtype) ? dtype : null;

    /// <summary>The class of storages of a type; null where the type has none of its own.</summary>
    public static string? StorageName(SafetensorsDtype dtype) => Storages.FirstOrDefault(s => s.Value == dtype).Key;

    /// <summary>PyTorch's name of a type.</summary>
    public static string DtypeName(SafetensorsDtype dtype) => Dtypes.FirstOrDefault(d => d.Value == dtype).Key
        ?? throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "PyTorch has no such type.");

    private static bool IsActive(string module)
    {
        for (var end = module.Length; end > 0; end = module.LastIndexOf('.', end - 1))
        {
            if (ActiveModules.Contains(module[..end]))
                return !DataModules.Contains(module);
        }
        return false;
    }
}
