using Scheduler.Faults.Cluster;

namespace Scheduler.Faults.Saboteurs;

/// <summary>A copy of the product's sources in which one saboteur at a time is built.</summary>
internal sealed class SabotagedCopy(string repository, string folder) : IDisposable
{
    private static readonly string[] Projects = ["Scheduler.Jobs", "Scheduler.Web", "Scheduler.Worker", "tests/Scheduler.Faults.Witness"];
    private static readonly string[] RootFiles = ["Directory.Build.props", "Directory.Packages.props", "BannedSymbols.txt", ".editorconfig", "global.json"];

    public string Folder => folder;

    public void Create()
    {
        foreach (var file in RootFiles.Where(f => File.Exists(Path.Combine(repository, f))))
            Copy(file);
        foreach (var project in Projects)
        {
            foreach (var file in Directory.GetFiles(Path.Combine(repository, project), "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(repository, f)).Where(IsSource))
                Copy(file);
        }
    }

    /// <summary>Builds the copy with the edits. Undone by <see cref="Restore"/>.</summary>
    public async Task BuildAsync(Saboteur saboteur, CancellationToken cancellationToken)
    {
        foreach (var edit in saboteur.Edits)
        {
            var path = Path.Combine(folder, edit.File);
            await File.WriteAllTextAsync(path, (await File.ReadAllTextAsync(path, cancellationToken)).Replace(edit.Old, edit.New, StringComparison.Ordinal), cancellationToken);
        }

        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        foreach (var project in Projects.Skip(1))
        {
            // What is sabotaged need not be beautiful.
            using var build = ChildProcess.Start("dotnet", ["build", project, "-c", configuration, "-v", "q", "-nologo", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false"],
                folder, Path.Combine(folder, $"{saboteur.Name}.build.log"));
            await build.WaitForExitAsync(cancellationToken);
            if (build.ExitCode != 0)
                throw new InvalidOperationException($"{saboteur.Name} does not build; see {folder}/{saboteur.Name}.build.log");
        }
    }

    public void Restore(Saboteur saboteur)
    {
        foreach (var file in saboteur.Edits.Select(e => e.File).Distinct())
            Copy(file);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static bool IsSource(string file) =>
        !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "data");

    private void Copy(string file)
    {
        var target = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(Path.Combine(repository, file), target, overwrite: true);
        // Newer than what was built from it.
        File.SetLastWriteTimeUtc(target, TimeProvider.System.GetUtcNow().UtcDateTime);
    }
}
