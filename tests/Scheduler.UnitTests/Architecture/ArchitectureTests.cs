using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Scheduler.UnitTests.Architecture;

/// <summary>The rules of the house that a machine can check.</summary>
public sealed partial class ArchitectureTests
{
    internal static readonly string Root = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    // Each says why, or does it only where the server is not the embedded one.
    private static readonly string[] ReadsPlainly = ["JobHashes.cs", "RedisClient.cs", "SharedKeyRing.cs", "StoredReads.cs", "StoredReads.Blocking.cs"];

    private static readonly string[] Products = ["Scheduler.Jobs", "Scheduler.Web", "Scheduler.Worker"];

    [Theory]
    [InlineData("Scheduler.Jobs", new string[0])]
    [InlineData("Scheduler.Web", new[] { "Scheduler.Jobs" })]
    [InlineData("Scheduler.Worker", new[] { "Scheduler.Jobs" })]
    public void Hosts_know_the_library_and_nobody_knows_a_host(string project, string[] references) =>
        Assert.Equal(references, XDocument.Load(Path.Combine(Root, project, project + ".csproj"))
            .Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!)));

    [Fact]
    public void Files_stay_small() =>
        Assert.Empty(Sources("*.cs").Concat(Sources("*.lua")).Where(f => File.ReadLines(f).Count() > 300).Select(Short));

    [Fact]
    public void Test_files_stay_small() =>
        Assert.Empty(SourcesOf("tests", "*.cs").Where(f => File.ReadLines(f).Count() > 500).Select(Short));

    [Fact]
    public void No_type_takes_a_name_that_Hangfire_or_the_runtime_owns() =>
        Assert.Empty(Sources("*.cs").Where(f => ForbiddenType().IsMatch(File.ReadAllText(f))).Select(Short));

    [Fact]
    public void No_name_says_nothing() =>
        Assert.Empty(Sources("*.cs").Where(f => EmptyName().IsMatch(Path.GetFileNameWithoutExtension(f))).Select(Short));

    [Fact]
    public void No_folder_hides_a_namespace_of_a_dependency() =>
        Assert.DoesNotContain(Products.SelectMany(p => Directory.GetDirectories(Path.Combine(Root, p), "*", SearchOption.AllDirectories)),
            d => Path.GetFileName(d) is "Hangfire" or "StackExchange");

    [Fact]
    public void Every_script_declares_the_key_that_makes_changes_exclusive()
    {
        var texts = Sources("*.lua").ToDictionary(f => f, File.ReadAllText);
        // A file that others include is a part of them: they declare its keys.
        var parts = texts.Values.SelectMany(t => t.Split('\n')).Where(l => l.StartsWith("-- include: ", StringComparison.Ordinal))
            .Select(l => l["-- include: ".Length..].Trim()).ToHashSet();
        Assert.Empty(texts.Where(t => !parts.Contains(Path.GetFileNameWithoutExtension(t.Key))
            && !t.Value.Contains("-- KEYS[1]", StringComparison.Ordinal)).Select(t => Short(t.Key)));
    }

    [Fact]
    public void What_scripts_shorten_is_read_by_way_of_stored_reads() =>
        Assert.Empty(Sources("*.cs").Where(f => !ReadsPlainly.Contains(Path.GetFileName(f)) && PlainRead().IsMatch(File.ReadAllText(f))).Select(Short));

    [Fact]
    public void Library_methods_take_their_cancellation_token_without_a_default() =>
        Assert.Empty(SourcesOf("Scheduler.Jobs", "*.cs").Where(f => File.ReadAllText(f).Contains("CancellationToken cancellationToken = default", StringComparison.Ordinal)).Select(Short));

    internal static IEnumerable<string> Sources(string pattern) => Products.SelectMany(p => SourcesOf(p, pattern));

    private static IEnumerable<string> SourcesOf(string folder, string pattern) =>
        Directory.GetFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal)
                && !f.Contains(@"\obj\", StringComparison.Ordinal) && !f.Contains(@"\bin\", StringComparison.Ordinal));

    private static string Short(string file) => Path.GetRelativePath(Root, file);

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "Scheduler.sln")) ? folder.FullName : FindRoot(folder.Parent!);

    [GeneratedRegex(@"^\s*(public|internal|private|protected)?\s*(static |sealed |abstract |partial |readonly )*(class|record|struct|interface|enum|record struct) (Job|Worker|Lock)\b", RegexOptions.Multiline)]
    private static partial Regex ForbiddenType();

    [GeneratedRegex(@"\b[Dd]atabase\s*\.(Hash(Exists|Get|Keys|Length|Random|Scan|Values)|List(Get|Length|Position|Range)|Set(Combine|Contains|Length|Members|Random|Scan)|SortedSet(Combine|Length|Random|Range|Rank|Scan|Score))")]
    private static partial Regex PlainRead();

    [GeneratedRegex("(Manager|Helper|Helpers|Util|Utils|Utilities|Common)$")]
    private static partial Regex EmptyName();
}
