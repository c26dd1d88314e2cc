using System.Text;

namespace KohyaPS.Engine.Configuration.Import;

/// <summary>
/// Splits a pasted command line into words. Quotes group as in cmd, PowerShell and bash; a backslash is literal, as in Windows paths;
/// a line that ends with a backtick, caret or backslash goes on in the next. The command ends at an unquoted ; | &amp; &lt; or &gt;.
/// </summary>
internal static class ShellWords
{
    /// <summary>Longest text that variables of a script may grow to: as much as a shell passes on.</summary>
    private const int MaximumLength = 128 * 1024;

    /// <summary>Refuses text that a script has let grow out of bounds, such as by doubling a variable again and again.</summary>
    /// <exception cref="ConfigFormatException">The text is too long.</exception>
    internal static string Bounded(string text) => text.Length <= MaximumLength
        ? text
        : throw new ConfigFormatException("The script makes a command or variable of more than 128 KiB, which no shell would run.");

    internal static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var hasWord = false;
        var quote = '\0';
        var joined = JoinLines(text);
        foreach (var c in joined)
        {
            if (quote != '\0')
            {
                if (c == quote)
                    quote = '\0';
                else
                    word.Append(c);
            }
            else if (c is '"' or '\'')
            {
                quote = c;
                hasWord = true;
            }
            else if (c is ';' or '|' or '&' or '<' or '>' or '\n')
            {
                break;
            }
            else if (char.IsWhiteSpace(c))
            {
                Flush();
            }
            else
            {
                word.Append(c);
                hasWord = true;
            }
        }
        Flush();
        return words;

        void Flush()
        {
            if (hasWord)
                words.Add(word.ToString());
            word.Clear();
            hasWord = false;
        }
    }

    /// <summary>Puts a command that is broken over several lines into one.</summary>
    internal static string JoinLines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Trim().Split('\n');
        var joined = new StringBuilder();
        foreach (var line in lines)
        {
            var trimmed = line.TrimEnd();
            var goesOn = trimmed.EndsWith('`') || trimmed.EndsWith('^') || trimmed.EndsWith('\\');
            joined.Append(goesOn ? trimmed[..^1] : trimmed).Append(goesOn ? ' ' : '\n');
        }
        return joined.ToString().TrimEnd();
    }
}
