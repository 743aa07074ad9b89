using System.Globalization;

namespace Scheduler.Faults;

/// <summary>What the command line says.</summary>
internal sealed record CampaignOptions
{
    public const string Usage =
        """
        usage: Scheduler.Faults [--seed N] [--rounds N] [--tier ci|long] [--seconds N] [--kills N] [--rate N] [--workers N] [--webs N]
                                [--fsync always|everysec] [--only fault,fault] [--hosts FOLDER] [--out FOLDER] [--patience N]
                                [--sentinel] [--replicated] [--skew] [--keep]
               Scheduler.Faults saboteurs [NAME...]     builds each saboteur and demands that its campaign finds it out
          --seed      where all random choices come from; round n uses seed + n (default 1)
          --rounds    campaigns one after another, each on an empty store (default 1)
          --tier      ci = the faults that need nothing special (default); long = also disk full
          --seconds   how long faults and load go on in a round (default 150)
          --kills     go on beyond that until so many processes were killed, up to three times as long (default 0)
          --patience  seconds after the last fault in which all jobs must end (default 100); jobs that two processes died
                      with, one at a time on each worker, get the time that they take besides
          --rate      calls per second (default 40)
          --large-bulks  percent of the calls that bring over 200 jobs at once (default 0; one in ten bulks does in any case)
          --fsync     Redis's appendfsync; by default every third seed uses everysec
          --only      only these faults, for example worker-kill,redis-kill
          --hosts     root of the repository whose built hosts are used (default: this one)
          --out       where the recorded files go (default: a temporary folder, removed when every promise holds)
          --sentinel  a primary, a replica and three sentinels instead of one server; its faults are redis-failover and,
                      where --only names it, primary-freeze: the primary hangs while the other takes over, and comes back
          --replicated  with --sentinel: answers wait for the replica
          --skew      the clocks of some nodes are an hour ahead, of others an hour behind
          --keep      keep the recorded files in any case
        """;

    public int Seed { get; init; } = 1;
    public int Rounds { get; init; } = 1;
    public string Tier { get; init; } = "ci";
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(150);
    public int Kills { get; init; }
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(100);
    public int Rate { get; init; } = 40;
    public int LargeBulks { get; init; }
    public int Workers { get; init; } = 3;
    public int Webs { get; init; } = 2;
    public string? Fsync { get; init; }
    public IReadOnlySet<string>? Only { get; init; }
    public string? Hosts { get; init; }
    public string? Out { get; init; }
    public bool Sentinel { get; init; }
    public bool Replicated { get; init; }
    public bool Skew { get; init; }
    public bool Keep { get; init; }

    /// <summary>The round's own mode, where the command line leaves it open.</summary>
    public string FsyncOf(int seed) => Fsync ?? (seed % 3 == 0 ? "everysec" : "always");

    /// <exception cref="FormatException">A word that is no option, or a value that fits none.</exception>
    public static CampaignOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CampaignOptions();
        for (var i = 0; i < args.Count; i++)
        {
            options = args[i] switch
            {
                "--sentinel" => options with { Sentinel = true },
                "--replicated" => options with { Replicated = true },
                "--skew" => options with { Skew = true },
                "--keep" => options with { Keep = true },
                var name when i + 1 < args.Count => options.With(name, args[++i]),
                var name => throw new FormatException($"{name} is no option, or lacks its value"),
            };
        }
        return options;
    }

    private CampaignOptions With(string name, string value) => name switch
    {
        "--seed" => this with { Seed = Number(value) },
        "--rounds" => this with { Rounds = Number(value) },
        "--tier" => this with { Tier = value },
        "--seconds" => this with { Duration = TimeSpan.FromSeconds(Number(value)) },
        "--kills" => this with { Kills = Number(value) },
        "--patience" => this with { Patience = TimeSpan.FromSeconds(Number(value)) },
        "--rate" => this with { Rate = Number(value) },
        "--large-bulks" => this with { LargeBulks = Number(value) },
        "--workers" => this with { Workers = Number(value) },
        "--webs" => this with { Webs = Number(value) },
        "--fsync" => this with { Fsync = value },
        "--only" => this with { Only = value.Split(',').ToHashSet(StringComparer.Ordinal) },
        "--hosts" => this with { Hosts = Path.GetFullPath(value) },
        "--out" => this with { Out = Path.GetFullPath(value) },
        _ => throw new FormatException($"{name} is no option"),
    };

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
