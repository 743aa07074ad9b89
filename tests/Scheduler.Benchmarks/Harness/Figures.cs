namespace Scheduler.Benchmarks.Harness;

/// <summary>What one measurement found, by name.</summary>
internal sealed class Figures : Dictionary<string, double>
{
    /// <summary>Null where it was not measured.</summary>
    public double? Get(string name) => TryGetValue(name, out var value) && !double.IsNaN(value) ? value : null;

    public Figures With(Figures others)
    {
        foreach (var (name, value) in others)
            this[name] = value;
        return this;
    }

    /// <summary>Each figure's median over the rounds.</summary>
    public static Figures MedianOf(IReadOnlyCollection<Figures> rounds)
    {
        var medians = new Figures();
        foreach (var name in rounds.SelectMany(r => r.Keys).Distinct())
            medians[name] = Percentile([.. rounds.Select(r => r.Get(name)).OfType<double>()], 0.5);
        return medians;
    }

    public static double Percentile(double[] values, double share)
    {
        if (values.Length == 0)
            return double.NaN;
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(share * values.Length) - 1, 0, values.Length - 1)];
    }
}
