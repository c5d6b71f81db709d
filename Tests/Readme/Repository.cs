namespace FastGan.Tests.Readme;

internal static class Repository
{
    /// <summary>The folder of FastGan.sln, above the test's own.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "FastGan.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests don't lie below FastGan.sln");
    }
}
