using Spectre.Console;

namespace FastGan.Cli.Display;

/// <summary>Facts and tables: with lines and colour on a terminal, as plain aligned text elsewhere.</summary>
internal static class Terminal
{
    /// <summary>Whether stdout is a terminal that can be drawn on.</summary>
    public static bool IsLive { get; } = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;

    /// <summary>Undoes what a live display leaves when the process ends under it.</summary>
    public static void ShowCursor()
    {
        if (IsLive)
            Console.Write("\e[?25h\n");
    }

    public static void Heading(string text)
    {
        if (IsLive)
            AnsiConsole.MarkupLineInterpolated($"[bold]{text}[/]");
        else
            Console.WriteLine(text);
    }

    /// <summary>A line for each fact, the values below each other.</summary>
    public static void Facts(params IReadOnlyList<(string Name, string Value)> facts)
    {
        int width = facts.Max(f => f.Name.Length);
        foreach ((string name, string value) in facts)
        {
            if (IsLive)
                AnsiConsole.MarkupLineInterpolated($"  [grey]{name.PadRight(width)}[/]  {value}");
            else
                Console.WriteLine($"  {name.PadRight(width)}  {value}");
        }
    }

    /// <param name="columns">Headings; a column whose heading starts with a space is aligned to the right.</param>
    public static void Table(string title, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (IsLive)
        {
            Table table = new() { Border = TableBorder.Rounded, Title = new TableTitle($"[bold]{Markup.Escape(title)}[/]") };
            foreach (string column in columns)
                table.AddColumn(new TableColumn(Markup.Escape(column.Trim())) { Alignment = column[0] == ' ' ? Justify.Right : Justify.Left, NoWrap = true });
            foreach (IReadOnlyList<string> row in rows)
                table.AddRow([.. row.Select(Markup.Escape)]);
            AnsiConsole.Write(table);
            return;
        }

        Console.WriteLine();
        Console.WriteLine(title);
        int[] widths = [.. columns.Select((column, i) => rows.Select(r => r[i].Length).Append(column.Trim().Length).Max())];
        foreach (IReadOnlyList<string> row in rows.Prepend([.. columns.Select(c => c.Trim())]))
        {
            IEnumerable<string> cells = row.Select((cell, i) => columns[i][0] == ' ' ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            Console.WriteLine($"  {string.Join("  ", cells)}".TrimEnd());
        }
    }
}
