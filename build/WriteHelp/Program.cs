using System.Reflection;
using KohyaPS.Build.WriteHelp;

// WriteHelp <KohyaPS.Commands.dll> <System.Management.Automation.dll> <target>: turns the XML documentation of the cmdlets into the help that
// Get-Help shows, so that each fact is written once, beside the code (docs/development.md, "Help").
var (commands, automation, target) = (Path.GetFullPath(args[0]), Path.GetFullPath(args[1]), Path.GetFullPath(args[2]));
var folder = Path.GetDirectoryName(commands)!;
AppDomain.CurrentDomain.AssemblyResolve += (_, question) =>
{
    var name = new AssemblyName(question.Name).Name;
    var path = name == "System.Management.Automation" ? automation : Path.Combine(folder, name + ".dll");
    return File.Exists(path) ? Assembly.LoadFrom(path) : null;
};

var types = Assembly.LoadFrom(commands).GetExportedTypes();
var documentation = new XmlDocumentation(Directory.EnumerateFiles(folder, "KohyaPS.*.xml"), CmdletDescription.NamesOf(types));
var cmdlets = types.Where(CmdletDescription.IsCmdlet).Select(type => new CmdletDescription(type)).OrderBy(c => c.Name, StringComparer.Ordinal);

Directory.CreateDirectory(Path.GetDirectoryName(target)!);
using var help = new MamlWriter(target, documentation);
foreach (var cmdlet in cmdlets)
    help.Write(cmdlet);
