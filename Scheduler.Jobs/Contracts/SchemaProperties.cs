using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Scheduler.Jobs.Contracts;

/// <summary>The members that a schema names. A document written from the same record has them in the same order: then no name is read.</summary>
internal sealed class SchemaProperties
{
    private readonly KeyValuePair<string, SchemaRule>[] inOrder;
    private readonly FrozenDictionary<string, SchemaRule> byName;

    public SchemaProperties(IEnumerable<KeyValuePair<string, SchemaRule>> properties)
    {
        inOrder = [.. properties];
        byName = inOrder.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <param name="place">The member's number in its object.</param>
    public bool TryFind(JsonProperty member, int place, out string name, [NotNullWhen(true)] out SchemaRule? rule)
    {
        if (place < inOrder.Length && member.NameEquals(inOrder[place].Key))
        {
            (name, rule) = inOrder[place];
            return true;
        }
        name = member.Name;
        return byName.TryGetValue(name, out rule);
    }
}
