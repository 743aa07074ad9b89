namespace Scheduler.Benchmarks.Sections;

/// <summary>One part of the benchmark: it measures the peers in turn and prints a table. A new one is a new file here, and nothing else.</summary>
internal abstract class Section
{
    /// <summary>Every section of this program, in order.</summary>
    public static IReadOnlyList<Section> All { get; } =
        [.. typeof(Section).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Section)) && !t.IsAbstract)
            .Select(t => (Section)Activator.CreateInstance(t)!).OrderBy(s => s.Order)];

    /// <summary>As <c>--only</c> names it.</summary>
    public abstract string Name { get; }

    /// <summary>Place in the whole.</summary>
    public abstract int Order { get; }

    public abstract Task RunAsync(Bench bench);
}
