using System.Globalization;
using System.Text;
using StackExchange.Redis;

namespace Scheduler.Jobs.Engine;

/// <summary>
/// What a job does, as one text: when it was created, then its contract and arguments, or Hangfire's invocation. It is stored in
/// pieces of at most 64 bytes, because Redis keeps a hash small and quick while no value is longer. <c>shared.lua</c> tells the format.
/// </summary>
/// <param name="Contract">Null for a Hangfire expression.</param>
/// <param name="Arguments">JSON; of a typed job only.</param>
internal sealed record JobCall(DateTimeOffset CreatedAt, bool CameInLargeBatch, string? Contract, string Arguments, InvocationFields? Invocation)
{
    /// <summary>The most pieces; a longer text is one piece.</summary>
    public const int MaxPieces = 16;

    private const int PieceLength = 64;
    private const char LargeBatchMark = '+';

    /// <summary>What follows the contract in the text.</summary>
    public static string RestOf(InvocationFields invocation) =>
        $"{invocation.Type}\n{invocation.Method}\n{invocation.ParameterTypes}\n{invocation.Arguments}";

    /// <summary>The fields of a job's hash as name, value...: for callers that do not leave it to <c>new_jobs.lua</c>.</summary>
    public static IEnumerable<RedisValue> ToFields(DateTime createdAt, string contract, string rest)
    {
        var ms = new DateTimeOffset(DateTime.SpecifyKind(createdAt, DateTimeKind.Utc)).ToUnixTimeMilliseconds();
        var head = Encoding.UTF8.GetByteCount(contract) + 15;
        var text = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ms}\n{contract}\n{rest}"));
        if (text.Length > MaxPieces * PieceLength)
            return [JobFields.Call, text];
        List<RedisValue> fields = [];
        for (int from = 0, length = Math.Max(PieceLength, head); from < text.Length; from += length, length = PieceLength)
            fields.AddRange([JobFields.Piece(fields.Count / 2), text.AsMemory(from, Math.Min(length, text.Length - from))]);
        return fields;
    }

    public static JobCall Parse(ReadOnlySpan<byte> text)
    {
        var created = Cut(ref text);
        var contract = Cut(ref text);
        var isMarked = created.Length > 0 && created[^1] == LargeBatchMark;
        _ = long.TryParse(isMarked ? created[..^1] : created, CultureInfo.InvariantCulture, out var ms);
        var createdAt = DateTimeOffset.FromUnixTimeMilliseconds(ms);
        if (contract.Length > 0)
            return new JobCall(createdAt, isMarked, Encoding.UTF8.GetString(contract), Encoding.UTF8.GetString(text), null);
        var invocation = new InvocationFields(Text(ref text), Text(ref text), Text(ref text), Encoding.UTF8.GetString(text));
        return new JobCall(createdAt, isMarked, null, "", invocation);
    }

    private static string Text(ref ReadOnlySpan<byte> text) => Encoding.UTF8.GetString(Cut(ref text));

    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf((byte)'\n');
        if (end < 0)
        {
            var all = text;
            text = [];
            return all;
        }

        var line = text[..end];
        text = text[(end + 1)..];
        return line;
    }
}
