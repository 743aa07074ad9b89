using System.Globalization;
using Scheduler.Web.Api.Problems;

namespace Scheduler.Web.Api.Requests;

/// <summary>Reads query parameters and keeps the first fault. An empty value counts as left out.</summary>
internal sealed class QueryValues(IQueryCollection query)
{
    /// <summary>Null while nothing is wrong.</summary>
    public ApiProblem? Refused { get; private set; }

    public string? Text(string name)
    {
        var values = query[name];
        if (values.Count > 1)
            Refuse(name, "may be given once");
        return values.Count != 1 || string.IsNullOrEmpty(values[0]) ? null : values[0];
    }

    /// <param name="rule">Continues a sentence whose subject is the parameter.</param>
    public string? Text(string name, Func<string, bool> isValid, string rule)
    {
        var text = Text(name);
        if (text is null || isValid(text))
            return text;
        Refuse(name, rule);
        return null;
    }

    public int Integer(string name, int min, int max, int fallback)
    {
        if (Text(name) is not { } text)
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max)
            return number;
        Refuse(name, $"must be a whole number from {min} to {max}");
        return fallback;
    }

    public void Refuse(string name, string message) => Refused ??= Problem.InvalidQuery(name, message);

    /// <summary>A misspelled filter must not silently list everything.</summary>
    public void RefuseOthers(params ReadOnlySpan<string> known)
    {
        foreach (var name in query.Keys)
        {
            if (!known.Contains(name, StringComparer.OrdinalIgnoreCase))
                Refuse(name.Length <= 64 ? name : name[..64], $"is not a parameter of this path; it takes {string.Join(", ", known)}");
        }
    }
}
