using KohyaPS.Runtime;

// CheckImports <folder> <name>...: would Windows load these libraries? Exit code 1 and a list where it would not.
var check = ImportCheck.Run(args[0], args[1..]);
foreach (var missing in check.Missing)
    Console.WriteLine($"missing: {missing.File} needs {(missing.Name.Length > 0 ? $"{missing.Name} of " : "")}{missing.Library}");
Console.WriteLine($"{check.CheckedNames} imports compared, {check.Missing.Count} missing; Visual C++ runtime: {string.Join(", ", check.VisualCppRuntime)}");
return check.Missing.Count == 0 ? 0 : 1;
