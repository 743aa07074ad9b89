using System.Buffers;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>Gathers what a job does from the fields of its hash: our pieces, or the stock package's five fields.</summary>
internal sealed class JobHashCall
{
    private ReadOnlyMemory<byte> first;
    private ReadOnlyMemory<byte>[]? further;
    private int pieces;
    private string? createdAt, type, method, parameterTypes, arguments;

    public bool IsPresent => first.Length > 0 || createdAt is not null;

    /// <summary>False for any other field.</summary>
    public bool Take(string field, RedisValue value)
    {
        switch (field)
        {
            case JobFields.Call: first = value; break;
            case JobFields.CreatedAt: createdAt = value; break;
            case JobFields.Type: type = value; break;
            case JobFields.Method: method = value; break;
            case JobFields.ParameterTypes: parameterTypes = value; break;
            case JobFields.Arguments: arguments = value; break;
            default: return TakePiece(field, value);
        }

        return true;
    }

    public JobCall ToCall()
    {
        if (first.Length == 0)
            return new JobCall(JobHash.Instant(createdAt) ?? DateTimeOffset.UnixEpoch, false, null, "",
                new InvocationFields(type ?? "?", method ?? "?", parameterTypes ?? "[]", arguments ?? "[]"));
        return further is null ? JobCall.Parse(first.Span) : ParsePieces(further);
    }

    private bool TakePiece(string field, RedisValue value)
    {
        var index = JobFields.IndexOfPiece(field);
        if (index < 1)
            return false;
        further ??= new ReadOnlyMemory<byte>[JobCall.MaxPieces];
        further[index] = value;
        pieces = Math.Max(pieces, index);
        return true;
    }

    private JobCall ParsePieces(ReadOnlyMemory<byte>[] rest)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(first.Length + rest.Sum(piece => piece.Length));
        first.CopyTo(buffer);
        var length = first.Length;
        for (var i = 1; i <= pieces; i++)
        {
            rest[i].CopyTo(buffer.AsMemory(length));
            length += rest[i].Length;
        }

        var call = JobCall.Parse(buffer.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(buffer);
        return call;
    }
}
