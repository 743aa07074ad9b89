using System.Diagnostics.CodeAnalysis;

namespace Scheduler.Jobs.Contracts;

/// <summary>The job types this process knows. Built once at start from the registered assemblies.</summary>
public sealed class JobTypeRegistry(IEnumerable<JobTypeDescriptor> descriptors)
{
    private readonly Dictionary<string, JobTypeDescriptor> byName =
        descriptors.ToDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<JobTypeDescriptor> All => [.. byName.Values.OrderBy(d => d.Name, StringComparer.Ordinal)];

    /// <summary>False where no handler has that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out JobTypeDescriptor? descriptor) => byName.TryGetValue(name, out descriptor);
}
