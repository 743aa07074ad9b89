using System.Diagnostics.CodeAnalysis;

namespace Scheduler.Web.Api.Problems;

/// <summary>Collects what is wrong with a well-formed body, by JSON pointer. The first error gives the problem its code.</summary>
internal sealed class ValidationErrors
{
    /// <summary>More help nobody reads, and it bounds the answer to a hostile body.</summary>
    private const int MaxPointers = 50;

    private readonly Dictionary<string, List<string>> byPointer = new(StringComparer.Ordinal);
    private string? code;
    private string? first;

    /// <summary>Messages added so far: compare before and after to know whether a part is valid.</summary>
    public int Count { get; private set; }

    public void Add(string pointer, string message, string problemCode = ProblemCodes.InvalidRequest)
    {
        Count++;
        code ??= problemCode;
        first ??= pointer.Length == 0 ? $"The body {message}." : $"{pointer} {message}.";
        if (byPointer.TryGetValue(pointer, out var messages))
            messages.Add(message);
        else if (byPointer.Count < MaxPointers)
            byPointer.Add(pointer, [message]);
    }

    /// <summary>Of what was added; there must be something.</summary>
    public ApiProblem ToProblem() =>
        new(422, code ?? ProblemCodes.InvalidRequest, "The request is well-formed but not valid.", first)
        {
            Errors = byPointer.ToDictionary(e => e.Key, e => e.Value.ToArray()),
        };

    /// <summary>False where nothing is wrong.</summary>
    public bool TryGetProblem([NotNullWhen(true)] out ApiProblem? problem)
    {
        problem = Count == 0 ? null : ToProblem();
        return problem is not null;
    }
}
