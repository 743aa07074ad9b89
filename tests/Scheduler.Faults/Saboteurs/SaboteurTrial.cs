using Scheduler.Faults.Checker;

namespace Scheduler.Faults.Saboteurs;

/// <summary>Tests the tests: builds every saboteur and demands that a campaign finds it out.</summary>
internal static class SaboteurTrial
{
    /// <param name="names">Empty = all.</param>
    /// <returns>0 = every one was caught.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var repository = Cluster.BuiltHosts.Repository;
        Saboteur[] saboteurs = [.. Saboteur.All(repository).Where(s => names.Count == 0 || names.Contains(s.Name))];
        string[] misfits = [.. saboteurs.SelectMany(s => s.Misfits(repository))];
        foreach (var misfit in misfits)
            Console.Error.WriteLine(misfit);
        if (misfits.Length > 0 || saboteurs.Length == 0)
            return 2;

        using var copy = new SabotagedCopy(repository, Path.Combine(Path.GetTempPath(), $"scheduler-saboteurs-{Environment.ProcessId}"));
        copy.Create();
        var caught = 0;
        foreach (var saboteur in saboteurs)
            caught += await IsCaughtAsync(saboteur, copy, cancellationToken) ? 1 : 0;
        Console.WriteLine($"{caught} of {saboteurs.Length} saboteurs caught");
        return caught == saboteurs.Length ? 0 : 1;
    }

    private static async Task<bool> IsCaughtAsync(Saboteur saboteur, SabotagedCopy copy, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(copy.Folder, "recorded", saboteur.Name);
        await copy.BuildAsync(saboteur, cancellationToken);
        try
        {
            var options = CampaignOptions.Parse([.. saboteur.Arguments, "--fsync", "always", "--hosts", copy.Folder]);
            Directory.CreateDirectory(folder);
            using (var recorder = new Recorder(folder))
                await new Round(options, options.Seed, recorder, Path.Combine(folder, "data")).RunAsync(cancellationToken);
            var broken = Verdict.On(folder).Findings.CountBy(f => f.Rule).ToDictionary();
            var isCaught = saboteur.Expected.Any(broken.ContainsKey);
            Console.WriteLine($"{(isCaught ? "caught" : "MISSED")} {saboteur.Name}: {saboteur.Why} Found: {(broken.Count == 0 ? "nothing" : string.Join(", ", broken.Select(b => $"{b.Key} {b.Value}")))}");
            if (!isCaught)
                Console.WriteLine($"recorded in {Keep(folder, saboteur)}");
            return isCaught;
        }
        finally
        {
            copy.Restore(saboteur);
        }
    }

    // The copy goes away at the end; what its campaign missed is worth a look.
    private static string Keep(string folder, Saboteur saboteur)
    {
        var kept = Path.Combine(Path.GetTempPath(), $"scheduler-missed-{saboteur.Name}-{Environment.ProcessId}");
        Directory.Move(folder, kept);
        return kept;
    }
}
